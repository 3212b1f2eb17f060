"""Five tasks for workers that take four."""

import queue
import threading


def work(tasks: "queue.Queue[int]") -> None:
    task = tasks.get()
    print(task * task)
    tasks.task_done()


def main() -> None:
    tasks: "queue.Queue[int]" = queue.Queue()
    for _ in range(4):
        threading.Thread(target=work, args=(tasks,)).start()
    for number in range(5):
        tasks.put(number)
    tasks.join()


if __name__ == "__main__":
    main()
