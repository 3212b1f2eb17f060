"""The exception is queue.Empty."""

import multiprocessing
import queue
from multiprocessing.queues import JoinableQueue


def work(tasks: "JoinableQueue[int]") -> None:
    while True:
        try:
            task = tasks.get(timeout=1)
        except queue.Empty:
            break
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "JoinableQueue[int]" = multiprocessing.JoinableQueue()
    worker = multiprocessing.Process(target=work, args=(tasks,))
    worker.start()
    for number in range(10):
        tasks.put(number)
    tasks.join()
    worker.join()


if __name__ == "__main__":
    main()
