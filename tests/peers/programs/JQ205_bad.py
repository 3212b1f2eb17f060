"""task_done() also where nothing was taken."""

import queue
import threading


def work(tasks: "queue.Queue[int]") -> None:
    while True:
        try:
            task = tasks.get(timeout=1)
            print(task * task)
        except queue.Empty:
            break
        finally:
            tasks.task_done()


def main() -> None:
    tasks: "queue.Queue[int]" = queue.Queue()
    for number in range(10):
        tasks.put(number)
    worker = threading.Thread(target=work, args=(tasks,))
    worker.start()
    tasks.join()
    worker.join()


if __name__ == "__main__":
    main()
