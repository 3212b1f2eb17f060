"""The queue is closed before the last put."""

import multiprocessing
from multiprocessing.queues import JoinableQueue


def work(tasks: "JoinableQueue[int | None]") -> None:
    while True:
        task = tasks.get()
        if task is None:
            tasks.task_done()
            break
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "JoinableQueue[int | None]" = multiprocessing.JoinableQueue()
    workers = [multiprocessing.Process(target=work, args=(tasks,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for number in range(10):
        tasks.put(number)
    tasks.close()
    for _ in workers:
        tasks.put(None)
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
