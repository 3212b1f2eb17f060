"""A function of the module can be pickled."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.queues import JoinableQueue


def square() -> int:
    return 7 * 7


def work(tasks: "JoinableQueue[Callable[[], int]]") -> None:
    while True:
        task = tasks.get()
        print(task())
        tasks.task_done()


def main() -> None:
    tasks: "JoinableQueue[Callable[[], int]]" = multiprocessing.JoinableQueue()
    multiprocessing.Process(target=work, args=(tasks,), daemon=True).start()
    tasks.put(square)
    tasks.join()


if __name__ == "__main__":
    main()
