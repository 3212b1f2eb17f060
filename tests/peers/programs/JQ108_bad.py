"""Another worker may take the last task between empty() and get()."""

import queue
import threading


def work(tasks: "queue.Queue[int]") -> None:
    while not tasks.empty():
        task = tasks.get()
        print(task * task)


def main() -> None:
    tasks: "queue.Queue[int]" = queue.Queue()
    for number in range(10):
        tasks.put(number)
    workers = [threading.Thread(target=work, args=(tasks,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    main()
