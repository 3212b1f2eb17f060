"""Daemons are cut off in the middle of the work."""

import multiprocessing
from multiprocessing.queues import JoinableQueue


def work(tasks: "JoinableQueue[int]") -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "JoinableQueue[int]" = multiprocessing.JoinableQueue()
    for _ in range(3):
        multiprocessing.Process(target=work, args=(tasks,), daemon=True).start()
    for number in range(10):
        tasks.put(number)


if __name__ == "__main__":
    main()
