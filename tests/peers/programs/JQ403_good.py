"""A manager's queue goes anywhere."""

import multiprocessing
import queue


def work(results: "queue.Queue[int]", task: int) -> None:
    results.put(task * task)


def main() -> None:
    with multiprocessing.Manager() as manager, multiprocessing.Pool(3) as pool:
        results: "queue.Queue[int]" = manager.Queue()
        for number in range(10):
            pool.apply_async(work, (results, number))
        for _ in range(10):
            print(results.get())


if __name__ == "__main__":
    main()
