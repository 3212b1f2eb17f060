"""join() of a queue waits as long as it takes."""

import queue
import threading


def work(tasks: "queue.Queue[int]") -> None:
    while True:
        task = tasks.get()
        print(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "queue.Queue[int]" = queue.Queue()
    threading.Thread(target=work, args=(tasks,), daemon=True).start()
    for number in range(10):
        tasks.put(number)
    tasks.join()


if __name__ == "__main__":
    main()
