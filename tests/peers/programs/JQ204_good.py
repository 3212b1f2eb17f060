"""Work that raises is accounted for."""

import queue
import threading


def work(tasks: "queue.Queue[int | None]") -> None:
    while True:
        task = tasks.get()
        if task is None:
            tasks.task_done()
            break
        try:
            print(100 // task)
        except ZeroDivisionError:
            print("passed over")
        finally:
            tasks.task_done()


def main() -> None:
    tasks: "queue.Queue[int | None]" = queue.Queue()
    workers = [threading.Thread(target=work, args=(tasks,)) for _ in range(3)]
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
