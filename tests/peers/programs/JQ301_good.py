"""The queue is joined when the producer is done."""

import queue
import threading
import time


def produce(tasks: "queue.Queue[int]") -> None:
    for number in range(10):
        time.sleep(0.01)
        tasks.put(number)


def work(tasks: "queue.Queue[int]", squares: list[int]) -> None:
    while True:
        task = tasks.get()
        squares.append(task * task)
        tasks.task_done()


def main() -> None:
    tasks: "queue.Queue[int]" = queue.Queue()
    squares: list[int] = []
    threading.Thread(target=work, args=(tasks, squares), daemon=True).start()
    producer = threading.Thread(target=produce, args=(tasks,))
    producer.start()
    producer.join()
    tasks.join()
    print(squares[9])


if __name__ == "__main__":
    main()
