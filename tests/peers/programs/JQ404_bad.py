"""multiprocessing.Queue has neither task_done() nor join()."""

import multiprocessing
from multiprocessing.queues import Queue


def work(tasks: "Queue[int | None]") -> None:
    while True:
        task = tasks.get()
        if task is None:
            tasks.task_done()
            break
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "Queue[int | None]" = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=work, args=(tasks,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for number in range(10):
        tasks.put(number)
    for _ in workers:
        tasks.put(None)
    tasks.join()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
