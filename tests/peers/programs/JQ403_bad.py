"""A process queue does not go to a pool as an argument, and nobody is told."""

import multiprocessing
from multiprocessing.queues import Queue


def work(results: "Queue[int]", task: int) -> None:
    results.put(task * task)


def main() -> None:
    with multiprocessing.Pool(3) as pool:
        results: "Queue[int]" = multiprocessing.Queue()
        for number in range(10):
            pool.apply_async(work, (results, number))
        for _ in range(10):
            print(results.get())


if __name__ == "__main__":
    main()
