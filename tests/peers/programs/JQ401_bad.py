"""The manager is gone while the workers still take."""

import multiprocessing
import queue


def work(tasks: "queue.Queue[int | None]") -> None:
    while True:
        task = tasks.get()
        if task is None:
            break
        print(task * task)


def main() -> None:
    with multiprocessing.Manager() as manager:
        tasks: "queue.Queue[int | None]" = manager.Queue()
        workers = [multiprocessing.Process(target=work, args=(tasks,)) for _ in range(3)]
        for worker in workers:
            worker.start()
        for number in range(10):
            tasks.put(number)
        for _ in workers:
            tasks.put(None)
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
