"""The program of the README: tasks.join() waits for ever."""

import multiprocessing


def work(tasks):
    while True:
        task = tasks.get()
        if task is None:
            break
        print("fetching", task)
        tasks.task_done()


if __name__ == "__main__":
    tasks = multiprocessing.JoinableQueue()
    workers = [multiprocessing.Process(target=work, args=(tasks,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for page in range(100):
        tasks.put(f"https://example.org/{page}")
    for _ in workers:
        tasks.put(None)
    tasks.join()
    print("all pages are fetched")
