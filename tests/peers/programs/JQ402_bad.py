"""A queue is no context manager."""

import queue
import threading


def work(tasks: "queue.Queue[int]") -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


def main() -> None:
    with queue.Queue() as tasks:
        threading.Thread(target=work, args=(tasks,), daemon=True).start()
        for number in range(10):
            tasks.put(number)
        tasks.join()


if __name__ == "__main__":
    main()
