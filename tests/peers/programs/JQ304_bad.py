"""The process is waited for while its results fill the pipe."""

import multiprocessing
from multiprocessing.queues import Queue


def work(results: "Queue[str]") -> None:
    for _ in range(10):
        results.put("x" * 100_000)


def main() -> None:
    results: "Queue[str]" = multiprocessing.Queue()
    worker = multiprocessing.Process(target=work, args=(results,))
    worker.start()
    worker.join()
    for _ in range(10):
        print(len(results.get()))


if __name__ == "__main__":
    main()
