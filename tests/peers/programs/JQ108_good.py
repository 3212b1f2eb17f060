"""Looking and taking are one step."""

import queue
import threading


def work(tasks: "queue.Queue[int]") -> None:
    while True:
        try:
            task = tasks.get_nowait()
        except queue.Empty:
            break
        print(task * task)


def main() -> None:
    tasks: "queue.Queue[int]" = queue.Queue()
    for number in range(10):
        tasks.put(number)
    workers = [threading.Thread(target=work, args=(tasks,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
