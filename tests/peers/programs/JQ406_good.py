# judged: spawn
"""The queue is handed over."""

import multiprocessing
from multiprocessing.queues import JoinableQueue


def work(tasks: "JoinableQueue[int]") -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


if __name__ == "__main__":
    tasks: "JoinableQueue[int]" = multiprocessing.JoinableQueue()
    multiprocessing.Process(target=work, args=(tasks,), daemon=True).start()
    for number in range(10):
        tasks.put(number)
    tasks.join()
