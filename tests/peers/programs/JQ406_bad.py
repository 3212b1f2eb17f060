# judged: spawn
"""A process that is not forked has no such global."""

import multiprocessing
from multiprocessing.queues import JoinableQueue


def work() -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


if __name__ == "__main__":
    tasks: "JoinableQueue[int]" = multiprocessing.JoinableQueue()
    multiprocessing.Process(target=work, daemon=True).start()
    for number in range(10):
        tasks.put(number)
    tasks.join()
