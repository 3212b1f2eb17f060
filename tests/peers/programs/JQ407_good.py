"""Queue and process are of one context."""

import multiprocessing
from multiprocessing.queues import JoinableQueue


def work(tasks: "JoinableQueue[int]") -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


def main() -> None:
    spawn = multiprocessing.get_context("spawn")
    tasks: "JoinableQueue[int]" = spawn.JoinableQueue()
    worker = spawn.Process(target=work, args=(tasks,), daemon=True)
    worker.start()
    for number in range(10):
        tasks.put(number)
    tasks.join()


if __name__ == "__main__":
    main()
