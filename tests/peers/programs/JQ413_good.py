"""The endless worker is a daemon."""

import queue
import threading


def work(tasks: "queue.Queue[int]") -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "queue.Queue[int]" = queue.Queue()
    worker = threading.Thread(target=work, args=(tasks,))
    worker.daemon = True
    worker.start()
    for number in range(10):
        tasks.put(number)
    tasks.join()


if __name__ == "__main__":
    main()
