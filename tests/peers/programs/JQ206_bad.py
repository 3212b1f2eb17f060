"""The task is accounted for before its result is there."""

import queue
import threading


def work(tasks: "queue.Queue[int | None]", results: "queue.Queue[int]") -> None:
    while True:
        task = tasks.get()
        if task is None:
            tasks.task_done()
            break
        tasks.task_done()
        results.put(task * task)


def main() -> None:
    tasks: "queue.Queue[int | None]" = queue.Queue()
    results: "queue.Queue[int]" = queue.Queue()
    worker = threading.Thread(target=work, args=(tasks, results))
    worker.start()
    for number in range(10):
        tasks.put(number)
    tasks.join()
    while not results.empty():
        print(results.get())
    tasks.put(None)
    worker.join()


if __name__ == "__main__":
    main()
