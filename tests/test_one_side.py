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
    ],
)
def test_one_side(program: str, codes: list[str]) -> None:
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
