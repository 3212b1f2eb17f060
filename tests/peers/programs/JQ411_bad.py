"""The worker dies with the lock of the queue in its hands."""

import multiprocessing
import time
from multiprocessing.queues import JoinableQueue


def work(tasks: "JoinableQueue[int]") -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "JoinableQueue[int]" = multiprocessing.JoinableQueue()
    first = multiprocessing.Process(target=work, args=(tasks,), daemon=True)
    first.start()
    tasks.put(1)
    tasks.join()
    time.sleep(0.1)
    first.terminate()
    second = multiprocessing.Process(target=work, args=(tasks,), daemon=True)
    second.start()
    tasks.put(2)
    tasks.join()


if __name__ == "__main__":
    main()
