"""Where main raises, nobody tells the workers to stop."""

import queue
import threading

TEXTS = ["1", "2", "three"]


def work(tasks: "queue.Queue[int | None]") -> None:
    while True:
        task = tasks.get()
        if task is None:
            tasks.task_done()
            break
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "queue.Queue[int | None]" = queue.Queue()
    workers = [threading.Thread(target=work, args=(tasks,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for text in TEXTS:
        tasks.put(int(text))
    for _ in workers:
        tasks.put(None)
    tasks.join()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
