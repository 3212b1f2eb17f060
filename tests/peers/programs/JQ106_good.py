"""None is None in every process."""

import multiprocessing
from multiprocessing.queues import JoinableQueue

STOP = None


def work(tasks: "JoinableQueue[object]") -> None:
    while True:
        task = tasks.get()
        if task is STOP:
            tasks.task_done()
            break
        print(task)
        tasks.task_done()


def main() -> None:
    tasks: "JoinableQueue[object]" = multiprocessing.JoinableQueue()
    workers = [multiprocessing.Process(target=work, args=(tasks,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for number in range(10):
        tasks.put(number)
    for _ in workers:
        tasks.put(STOP)
    tasks.join()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
