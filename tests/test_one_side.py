"""Files that hold one side of a queue only are judged on what holds for every other side."""

from __future__ import annotations

from textwrap import dedent

import pytest

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.check import check_source, study
from flake8_joinqueue.protocol import Get

OWNER = """
    import queue, threading
    tasks = queue.Queue()

    def worker():
        while True:
            task = tasks.get()
            if not task.wanted:
                {skipped}continue
            tasks.task_done()

    def start(number):
        for _ in range(number):
            threading.Thread(target=worker, daemon=True).start()

    def wait():
        tasks.join()
"""
CONSUMER = """
    from multiprocessing import JoinableQueue

    def consume(tasks: JoinableQueue):
        while True:
            task = tasks.get()
            if task is None:
                break
            try:
                print(task)
            finally:
                tasks.task_done()
            {more}
"""
PRODUCER = """
    from multiprocessing import JoinableQueue

    def produce(tasks: JoinableQueue, number):
        for task in range(number):
            tasks.put(task)
        tasks.put(None)
        tasks.join()
"""


FIELD = """
    import queue
    from dataclasses import dataclass

    @dataclass
    class Worker:
        jobs: "queue.Queue[str]"

        def run(self):
            while True:
                job = self.jobs.get()
                if not job.strip():
                    {skipped}continue
                self.jobs.task_done()

        def wait(self):
            self.jobs.join()
"""
ELEMENT = """
    import asyncio
    from dataclasses import dataclass, field

    @dataclass
    class Download:
        name: str
        chunks: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    class Downloads:
        def __init__(self):
            self._active: dict[str, Download] = {{}}

        def begin(self, key):
            self._active[key] = Download(key)

        async def read(self, key):
            download = self._active[key]
            try:
                return await asyncio.wait_for(download.chunks.get(), 5)
            {clause}:
                download.chunks.task_done()
"""


# Nothing but what is done with it tells that this is a queue.
HANDED = """
    class Worker:
        def __init__(self, jobs):
            self.jobs = jobs

        def run(self):
            while True:
                job = self.jobs.get()
                if not job.strip():
                    {skipped}continue
                self.jobs.task_done()
                {more}

        def wait(self):
            self.jobs.{join}()
"""
IMPORTED = """
    from settings import jobs

    def work():
        while True:
            job = jobs.get()
            if not job.strip():
                {skipped}continue
            jobs.task_done()

    def drain():
        while not jobs.empty():
            jobs.get()
            jobs.task_done()
        jobs.join()
"""
PARAMETER = """
    import queue

    def work(jobs):
        while True:
            try:
                job = jobs.get({limit})
            except queue.Empty:
                break
            finally:
                jobs.task_done()
            if job is None:
                break
"""
AWAITED = """
    async def work(jobs):
        while True:
            job = await jobs.get()
            if job is None:
                {last}
                break
            try:
                await job()
                {more}
            finally:
                jobs.task_done()
"""
INHERITED = """
    from base import Base

    class Worker(Base):
        def run(self):
            while True:
                self.{before}
                job = self.jobs.get()
                if not job:
                    continue
                self.jobs.task_done()
                {more}

        def wait(self):
            self.jobs.join()
"""
ACCESSORS = """
    class Jobs:
        def __init__(self, jobs):
            self.jobs = jobs

        def take(self):
            return self.jobs.get()

        def done(self):
            self.jobs.task_done()

        def wait(self):
            self.jobs.join()
"""
TWO = """
    class First:
        def __init__(self, jobs):
            self.jobs = jobs

        def run(self):
            if self.jobs.get():
                self.jobs.task_done()

    class Second:
        def __init__(self, jobs):
            self.jobs = jobs

        def run(self):
            self.jobs.get()
            self.jobs.task_done()
            self.jobs.join()
"""
# Each does what queues do not.
OTHERS = [
    "class Jobs:\n    def task_done(self):\n        pass",
    "def other(jobs):\n    jobs.get('name')",
    "def other(jobs):\n    jobs.task_done(1)",
    "async def other(jobs):\n    await jobs.task_done()",
    "async def other(jobs):\n    await jobs.get()",
    "def other(jobs: Jobs):\n    jobs.close()",
]
TWICE = """
    def work(jobs):
        job = jobs.get()
        jobs.task_done()
        jobs.task_done()
"""


# What both classes inherit is done with the queue that each of them makes.
DERIVED = """
    import multiprocessing, queue, threading

    class Writer:
        def __init__(self):
            self._queue = self.make_queue()
            self._worker = self.make_worker(self._queue)
            self._worker.start()

        def __call__(self, page):
            self._queue.put([page])

        def make_queue(self):
            raise NotImplementedError

        def make_worker(self, pages):
            raise NotImplementedError

        def consume(self, pages):
            while True:
                page = pages.get()
                if page is None:
                    {skipped}return
                print(page)
                pages.task_done()

        def finalize(self):
            self._queue.put(None)
            self._queue.join()
            self._worker.join()

    class ThreadWriter(Writer):
        def make_queue(self):
            return queue.Queue()

        def make_worker(self, pages):
            return threading.Thread(target=self.consume, args=(pages,))

    class ProcessWriter(Writer):
        def make_queue(self):
            return multiprocessing.JoinableQueue()

        def make_worker(self, pages):
            return multiprocessing.Process(target=self.consume, args=(pages,))
"""


# A module of the same name as what it makes is none.
MODULE = """
    import queue, threading

    class Worker:
        def __init__(self):
            self.queue = queue.Queue()
            self.thread = threading.Thread(target=self.run)

        def run(self):
            while True:
                job = self.queue.get()
                if job is None:
                    {skipped}break
                self.queue.task_done()

    def main():
        worker = Worker()
        worker.thread.start()
        worker.queue.put(None)
        worker.queue.join()
        worker.thread.join()
"""


@pytest.mark.parametrize(
    ("program", "codes"),
    [
        (OWNER.format(skipped=""), ["JQ202"]),
        (OWNER.format(skipped="tasks.task_done(); "), []),
        (CONSUMER.format(more="tasks.task_done()"), ["JQ203"]),
        # Whether anybody joins the queue is not to be seen.
        (CONSUMER.format(more="pass"), []),
        (PRODUCER, []),
        (FIELD.format(skipped=""), ["JQ202"]),
        (FIELD.format(skipped="self.jobs.task_done(); "), []),
        (ELEMENT.format(clause="finally"), ["JQ205"]),
        (ELEMENT.format(clause="except ValueError"), []),
        (HANDED.format(skipped="", more="", join="join"), ["JQ202"]),
        (HANDED.format(skipped="", more="", join="close"), []),
        (HANDED.format(skipped="self.jobs.task_done(); ", more="", join="join"), []),
        (HANDED.format(skipped="", more="self.jobs.task_done()", join="close"), ["JQ203"]),
        (IMPORTED.format(skipped=""), ["JQ202"]),
        (IMPORTED.format(skipped="jobs.task_done(); "), []),
        (PARAMETER.format(limit="timeout=1"), ["JQ205"]),
        (PARAMETER.format(limit=""), []),
        (AWAITED.format(last="jobs.task_done()", more=""), []),
        (AWAITED.format(last="jobs.task_done()", more="jobs.task_done()"), ["JQ203"]),
        # Whether anybody joins the queue is not to be seen.
        (AWAITED.format(last="pass", more=""), []),
        # What a base out of sight does with the queue is not to be seen.
        (INHERITED.format(before="prepare()", more=""), []),
        (INHERITED.format(before="ready = True", more="self.jobs.task_done()"), ["JQ202", "JQ203"]),
        (MODULE.format(skipped=""), ["JQ201"]),
        (MODULE.format(skipped="self.queue.task_done(); "), []),
        (DERIVED.format(skipped=""), ["JQ201"]),
        (DERIVED.format(skipped="pages.task_done(); "), []),
        (ACCESSORS, []),
        (TWO, []),
        (TWICE, ["JQ203"]),
        *((f"{dedent(TWICE)}\n{other}\n", []) for other in OTHERS),
    ],
)
def test_one_side(program: str, codes: list[str]) -> None:
    assert [each.code for each in check_source(dedent(program))] == codes


# Each call makes a queue and workers of its own: numbers are known by the call alone.
OWN_QUEUE = """
    import queue, threading

    class Copier:
        def copy(self, names):
            {jobs} = queue.Queue()

            def work():
                while True:
                    job = {jobs}.get()
                    if job is None:
                        return
                    print(job)

            crew = [threading.Thread(target=work) for _ in range(4)]
            for each in crew:
                each.start()
            for name in names:
                {jobs}.put(name)
            for _ in range({sentinels}):
                {jobs}.put(None)
            for each in crew:
                each.join()

        def other(self):
            pass
"""
IN_A_LOOP = """
    import queue, sys, threading

    def copy(name):
        jobs = queue.Queue()

        def work():
            while (job := jobs.get()) is not None:
                print(job)

        crew = [threading.Thread(target=work) for _ in range(4)]
        for each in crew:
            each.start()
        jobs.put(name)
        for _ in range({sentinels}):
            jobs.put(None)
        for each in crew:
            each.join()

    def main(names):
        while names:
            copy(names.pop())

    if __name__ == "__main__":
        main(sys.argv)
"""
# The queue and the thread of one method are what the other methods work with.
SERVER = """
    import queue, threading

    class Server:
        def __init__(self):
            self.{jobs} = None

        def stop(self):
            {stop}

        def serve(self):
            self.{jobs} = queue.Queue()
            crew = threading.Thread(target=self._work)
            crew.start()
            crew.join()

        def _work(self):
            while True:
                job = self.{jobs}.get()
                if job is None:
                    return
                print(job)
"""
# What is joined before anything is put lets go at once, whoever takes.
JOINED_BEFORE = """
    import asyncio

    async def main():
        jobs = asyncio.Queue()
        {before}
        taker = asyncio.create_task(jobs.get())
        await jobs.join()
        {behind}
        print(await taker)

    asyncio.run(main())
"""
TORNADO = """
    from tornado import queues

    async def main():
        q = queues.Queue(1)
        q.put(1)
        later = q.put(2)
        print(await q.get())
        await later
"""


@pytest.mark.parametrize(
    ("program", "codes"),
    [
        (OWN_QUEUE.format(jobs="jobs", sentinels=3), ["JQ102"]),
        (OWN_QUEUE.format(jobs="jobs", sentinels=4), []),
        # Others may put more, by the attribute.
        (OWN_QUEUE.format(jobs="self.jobs", sentinels=3), []),
        (IN_A_LOOP.format(sentinels=3), ["JQ102"]),
        (IN_A_LOOP.format(sentinels=4), []),
        (SERVER.format(jobs="_jobs", stop="self._jobs.put(None)"), []),
        (SERVER.format(jobs="_jobs", stop="pass"), ["JQ101"]),
        (SERVER.format(jobs="jobs", stop="pass"), []),
        (TORNADO, []),
        (JOINED_BEFORE.format(before="jobs.put_nowait(1)", behind="pass"), ["JQ202"]),
        (JOINED_BEFORE.format(before="pass", behind="jobs.put_nowait(1)"), []),
    ],
)
def test_queues_that_functions_and_methods_make(program: str, codes: list[str]) -> None:
    assert [each.code for each in check_source(dedent(program))] == codes


def test_the_body_of_a_worker_is_not_called_by_others() -> None:
    """A method behind an underscore that is started in a thread runs there, and nowhere else."""
    text = dedent("""
        import queue, threading

        class Printer:
            def __init__(self):
                self._pages = queue.Queue()

            def _work(self):
                while (page := self._pages.get()) is not None:
                    print(page)
                    self._pages.task_done()
                self._pages.task_done()

            def start(self):
                threading.Thread(target=self._work, daemon=True).start()

            def put(self, page):
                self._pages.put(page)

            def close(self):
                self._pages.put(None)
                self._pages.join()
    """)
    [protocol] = study(text).protocols
    assert {event.actor for event in Program(protocol).of(Get)} == {1}
