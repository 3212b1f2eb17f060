"""What methods do that are called from another file: only the one who calls knows in what order."""

from __future__ import annotations

import pytest

from flake8_joinqueue.check import check_source

WORKER = """
import queue
import threading


class Spooler:
    def __init__(self, printers):
        self._jobs = queue.Queue()
        self._printers = [threading.Thread(target=self._print) for _ in range(printers)]
        for printer in self._printers:
            printer.start()

    def _print(self):
        while True:
            job = self._jobs.get()
            if job is None:
                {leave}
            print(job)
            self._jobs.task_done()

    def spool(self, job):
        self._jobs.put(job)
"""
LEAVES = "break"
HANDS_ON = "self._jobs.put(None); self._jobs.task_done(); break"
FOR_EACH = """
    def {name}(self):
        for _ in self._printers:
            self._jobs.put(None)
"""
FOR_ONE = """
    def {name}(self):
        self._jobs.put(None)
"""
JOINS = """
    def {name}(self):
        self._jobs.join()
"""
JOINS_TOO = """\
        self._jobs.join()
"""
CALLS = """
    def {name}(self):
        self._tell()
        self.flush()
"""


def found(*parts: str, leave: str = LEAVES) -> set[str]:
    """The codes of what is found in a class of these methods, which nobody in the file uses."""
    return {finding.code for finding in check_source("".join(parts).replace("{leave}", leave))}


@pytest.mark.parametrize(("leave", "tell"), [(LEAVES, FOR_EACH), (HANDS_ON, FOR_ONE)])
@pytest.mark.parametrize("told_first", [True, False])
def test_one_method_tells_the_workers_and_another_joins(
    leave: str, tell: str, *, told_first: bool
) -> None:
    methods = [tell.format(name="stop"), JOINS.format(name="flush")]
    assert found(WORKER, *(methods if told_first else methods[::-1]), leave=leave) == set()


@pytest.mark.parametrize(
    ("leave", "tell", "code"), [(LEAVES, FOR_EACH, "JQ201"), (HANDS_ON, FOR_ONE, "JQ107")]
)
def test_the_method_that_tells_them_joins(leave: str, tell: str, code: str) -> None:
    assert found(WORKER, tell.format(name="stop"), JOINS_TOO, leave=leave) == {code}
    assert found(
        WORKER,
        tell.format(name="_tell"),
        JOINS.format(name="flush"),
        CALLS.format(name="stop"),
        leave=leave,
    ) == {code}


USED = """

spooler = Spooler(2)
spooler.spool("a letter")
spooler.{first}()
spooler.{second}()
"""


@pytest.mark.parametrize(
    ("first", "second", "codes"), [("flush", "stop", set()), ("stop", "flush", {"JQ201"})]
)
def test_where_the_file_uses_it_the_order_is_known(
    first: str, second: str, codes: set[str]
) -> None:
    methods = FOR_EACH.format(name="stop"), JOINS.format(name="flush")
    assert found(WORKER, *methods, USED.format(first=first, second=second)) == codes


def test_a_test_case_has_each_queue_for_one_test() -> None:
    text = """
import queue
import threading
import unittest


class Prints(unittest.TestCase):
    def setUp(self):
        self.jobs = queue.Queue()
        self.printer = threading.Thread(target=self.print)
        self.printer.start()

    def tearDown(self):
        self.jobs.put(None)
        self.printer.join()

    def print(self):
        while self.jobs.get() is not None:
            self.jobs.task_done()

    def test_one(self):
        self.jobs.put("a letter")
        self.jobs.join()
"""
    assert found(text) == set()
    join = "        self.jobs.join()"
    told = text.replace(join, f"        self.jobs.put(None)\n{join}")
    assert found(told) == {"JQ201"}


BASE = """
import abc
import queue
import threading


class Reader(abc.ABC):
    def __init__(self):
        self._lines = queue.Queue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        while True:
            line = self._lines.get()
            if line is None:
                break
            self.understand(line)
            self._lines.task_done()

    {decorator}
    def understand(self, line):
        {body}

    @abc.abstractmethod
    def finish(self): ...

    def read(self, lines):
        for line in lines:
            self._lines.put((line, 1))
        self._lines.join()
        {finish}
        self._thread.join()
"""
ABSTRACT = "@abc.abstractmethod"
FINISH = "self.finish()"
OVERRIDE = '"""Subclasses know."""; raise NotImplementedError("understand")'


@pytest.mark.parametrize(
    ("decorator", "body", "finish", "codes"),
    [
        (ABSTRACT, "...", FINISH, set()),
        (ABSTRACT, "raise NotImplementedError", FINISH, set()),
        ("", "raise NotImplementedError", FINISH, set()),
        ("", OVERRIDE, FINISH, set()),
        # What is no placeholder does what it does.
        ("", "raise RuntimeError(line)", FINISH, {"JQ202"}),
        # Nothing that might be overridden is called there, and nobody is told to stop.
        ("", "print(line)", "pass", {"JQ101"}),
    ],
)
def test_what_subclasses_override(decorator: str, body: str, finish: str, codes: set[str]) -> None:
    text = BASE.format(decorator=decorator, body=body, finish=finish)
    assert {finding.code for finding in check_source(text)} == codes


KEPT_BY_FUNCTIONS = """
import queue
import threading

_heard = {kept}
_box = None


class Shelf:
    pass


shelf = Shelf()


def listen():
    global _box
    ears = queue.Queue()
    {keep}
    while (word := ears.get()) is not None:
        print(word)
    {let_go}


def speak(word):
    {put}
"""
KEPT_BY_METHODS = """
import queue


class Radio:
    def __init__(self):
        self._heard = {kept}

    def listen(self):
        ears = queue.Queue()
        {keep}
        try:
            while (word := ears.get()) is not None:
                yield word
        finally:
            {let_go}

    def speak(self, word):
        for ears in self._heard{of}:
            ears.put(word)
"""


@pytest.mark.parametrize(
    ("kept", "keep", "let_go", "put", "codes"),
    [
        ("[]", "_heard.append(ears)", "pass", "_heard[0].put(word)", set()),
        ("[]", "_heard.append(ears)", "_heard.remove(ears)", "_heard[0].put(word)", set()),
        ("set()", "_heard.add(ears)", "_heard.discard(ears)", "[*_heard][0].put(word)", set()),
        ("{}", "_heard['x'] = ears", "del _heard['x']", "_heard['x'].put(word)", set()),
        ("None", "_box = ears", "pass", "_box.put(word)", set()),
        ("None", "shelf.ears = ears", "pass", "shelf.ears.put(word)", set()),
        # Nobody else comes to it.
        ("None", "_box = ears", "pass", "print(word)", {"JQ101"}),
        ("[]", "own = [ears]", "own.remove(ears)", "_heard[0].put(word)", {"JQ101"}),
    ],
)
def test_a_queue_that_a_function_keeps_for_others(
    kept: str, keep: str, let_go: str, put: str, codes: set[str]
) -> None:
    text = KEPT_BY_FUNCTIONS.format(kept=kept, keep=keep, let_go=let_go, put=put)
    assert {finding.code for finding in check_source(text)} == codes


@pytest.mark.parametrize(
    ("kept", "keep", "let_go", "of", "codes"),
    [
        ("[]", "self._heard.append(ears)", "self._heard.remove(ears)", "", set()),
        ("set()", "self._heard.add(ears)", "self._heard.discard(ears)", "", set()),
        ("{}", "self._heard[1] = ears", "self._heard.pop(1)", ".values()", set()),
        ("[]", "own = [ears]", "own.remove(ears)", "", {"JQ101"}),
    ],
)
def test_a_queue_that_a_method_keeps_for_others(
    kept: str, keep: str, let_go: str, of: str, codes: set[str]
) -> None:
    text = KEPT_BY_METHODS.format(kept=kept, keep=keep, let_go=let_go, of=of)
    assert {finding.code for finding in check_source(text)} == codes


def test_a_clean_up_that_others_are_handed() -> None:
    """Who is handed the function that tells the workers calls it when nobody joins any more."""
    text = """
import queue
import threading
import unittest


class Prints(unittest.TestCase):
    def setUp(self):
        self.jobs = queue.Queue()
        self.printer = threading.Thread(target=self.print)
        self.printer.start()
        self.addCleanup(self.stop)

    def stop(self):
        self.jobs.put(None)
        self.printer.join()

    def print(self):
        while self.jobs.get() is not None:
            self.jobs.task_done()

    def test_one(self):
        self.jobs.put("a letter")
        self.jobs.join()
"""
    assert found(text) == set()


RINGER = """
import queue
import threading


class Ringer:
    def __init__(self):
        self._bells = queue.Queue()
        self._on = False
        self._thread = threading.Thread(target=self._ring)

    def _ring(self):
        while self._on:
            try:
                print(self._bells.get(timeout=1))
            except queue.Empty:
                pass

    def {first}
"""
STARTS = """start(self):
        self._on = True
        self._thread.start()
"""
STOPS = """stop(self):
        self._on = False
        self._thread.join()
"""
WAITS = """stop(self):
        self._thread.join()
"""


@pytest.mark.parametrize(("last", "codes"), [(STOPS, set()), (WAITS, {"JQ101"})])
def test_a_flag_that_one_method_sets_and_another_clears(last: str, codes: set[str]) -> None:
    """In whatever order they stand, and wherever the thread is made that looks at it."""
    for first, second in ((STARTS, last), (last, STARTS)):
        text = RINGER.replace("{first}", f"{first}\n    def {second}")
        assert {finding.code for finding in check_source(text)} == codes
        made = "\n        self._thread = threading.Thread(target=self._ring)"
        later = text.replace(made, "").replace(
            "self._thread.start()", made + "\n        self._thread.start()"
        )
        assert {finding.code for finding in check_source(later)} == codes


SERVED = """
import multiprocessing
from multiprocessing.managers import BaseManager


def collect(results):
    while True:
        result = results.get()
        if result is None:
            break
        print(result)


if __name__ == "__main__":
    results = multiprocessing.Queue()
    BaseManager.register("results", callable={handed})
    collector = multiprocessing.Process(target=collect, args=(results,))
    collector.start()
    BaseManager(address=("", 8001)).get_server().serve_forever()
"""


@pytest.mark.parametrize(
    ("handed", "codes"),
    [("lambda: results", set()), ("lambda: {'all': [results]}", set()), ("lambda: 3", {"JQ101"})],
)
def test_what_a_function_returns_that_others_call(handed: str, codes: set[str]) -> None:
    text = SERVED.replace("{handed}", handed)
    assert {finding.code for finding in check_source(text)} == codes


_STOPPED_BY_AN_EVENT = """
import queue, threading
{making}
def work(jobs):
    while not {name}.is_set():
        try:
            print(jobs.get(timeout=1))
        except queue.Empty:
            pass

{function}
def run():
    jobs = queue.Queue()
    worker = threading.Thread(target=work, args=(jobs,))
    worker.start()
    jobs.put(1)
    {call}
    worker.join()
"""


@pytest.mark.parametrize(
    ("name", "function", "call", "codes"),
    [
        ("_stop", "", "", ["JQ101"]),
        ("stop", "", "", []),
        ("_stop", "def close(): _stop.set()", "", []),
        ("_stop", "def close(event): event.set()", "", []),
        ("_stop", "def close(): _stop.clear()", "", ["JQ101"]),
        ("_stop", "", "print(_stop)", ["JQ101"]),
        ("_stop", "", "watch(_stop)", []),
        ("_stop", "def close(): return _stop", "", []),
        ("_stop", "from app import settings", "settings.set('verbose')", ["JQ101"]),
        ("_stop", "", "globals()['_stop'].set()", []),
        ("_stop", "", "max([_stop], key=id).set()", []),
        ("_stop", "", "boxes = queue.Queue(); boxes.put([_stop]); boxes.get()[0].set()", []),
    ],
)
def test_an_event_that_others_may_set(
    name: str, function: str, call: str, codes: list[str]
) -> None:
    """Whoever imports a module sets its events, and whoever is handed one."""
    program = _STOPPED_BY_AN_EVENT.format(
        making=f"{name} = threading.Event()", name=name, function=function, call=call
    )
    assert [finding.code for finding in check_source(program)] == codes


_WORKERS_OF_SOME_KIND = """
import collections, queue, threading

def work(jobs):
    while jobs.get() is not None:
        jobs.task_done()
    jobs.task_done()

def main():
    jobs = queue.Queue()
    def made():
        return threading.Thread(target=work, args=(jobs,))
    {making}
    for worker in workers:
        worker.start()
    jobs.put(1)
    for _ in workers:
        jobs.put(None)
    jobs.join()
    for worker in workers:
        worker.join()

main()
"""


@pytest.mark.parametrize(
    ("making", "known"),
    [
        ("workers = [made(), made()]", True),
        ("workers = {made()} | {made()}", True),
        ("workers = set(); workers |= {made(), made()}", True),
        ("workers = ({1: made()} | {2: made()}).values()", True),
        ("workers = {made(): number for number in range(2)}", False),
        ("workers = {made(): 1}", False),
        ("workers = {}; workers[made()] = 1", False),
        ("workers = {made()} ^ set()", False),
        ("_, workers = zip(*[(number, made()) for number in range(2)])", False),
        ("by_name = collections.defaultdict(made); by_name[0]; workers = by_name.values()", False),
    ],
)
def test_workers_that_get_lost_are_out_of_sight(making: str, known: bool) -> None:
    """Whoever is kept in something of which nothing is known may be started there."""
    program = _WORKERS_OF_SOME_KIND.format(making=making)
    assert check_source(program) == []
    without = check_source(program.replace("jobs.put(None)", "pass"))
    assert [finding.code for finding in without] == (["JQ101"] if known else [])
