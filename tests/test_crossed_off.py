"""Whom a worker still waits for stands in a container; once it is empty, the worker leaves."""

from __future__ import annotations

import pytest

from flake8_joinqueue.check import check_source

PROGRAM = """
import queue
import threading


def collect(q, names):
    left = {made}
    while {goes_on}:
        name, value = q.get()
        if value is None:
            {crossed_off}


names = ["a", "b", "c"]
q = queue.Queue()
collector = threading.Thread(target=collect, args=(q, names))
collector.start()
for name in names{some}:
    q.put((name, 1))
    q.put((name, None))
collector.join()
"""

SPELLINGS = [
    ("set(names)", "left", "left.discard(name)"),
    ("set(names)", "len(left)", "left.remove(name)"),
    ("set(names)", "len(left) > 0", "left -= {name}"),
    ("set(names)", "left", "left = left - {name}"),
    ("set(names)", "left", "left.difference_update([name])"),
    ("set(names)", "left", "other = left; other.discard(name)"),
    ("list(names)", "left", "left.remove(name)"),
    ("list(names)", "left", "left = [each for each in left if each != name]"),
    ("list(names)", "left", "left.pop()"),
    ("list(names)", "left", "del left[0]"),
    ("list(names)", "left", "left = left[1:]"),
    ("{each: 1 for each in names}", "left", "left.pop(name)"),
    ("{each: 1 for each in names}", "left", "left.pop(name, None)"),
    ("{each: 1 for each in names}", "left", "del left[name]"),
    ("{'a': 1, 'b': 2, 'c': 3}", "left", "left.popitem()"),
    ("set()", "len(left) < len(names)", "left.add(name)"),
    ("[]", "len(left) < len(names)", "left.append(name)"),
    ("{}", "len(left) < len(names)", "left[name] = True"),
    ("{}", "len(left) != 3", "left.update({name: True})"),
]


def codes(made: str, goes_on: str, crossed_off: str, some: str = "") -> list[str]:
    """What is found in the program, spelt in this way."""
    source = PROGRAM.format(made=made, goes_on=goes_on, crossed_off=crossed_off, some=some)
    return [found.code for found in check_source(source, "program.py")]


@pytest.mark.parametrize(("made", "goes_on", "crossed_off"), SPELLINGS)
def test_the_worker_leaves_when_all_have_ended(made: str, goes_on: str, crossed_off: str) -> None:
    assert codes(made, goes_on, crossed_off) == []


def test_one_of_them_does_not_end() -> None:
    assert codes("list(names)", "left", "left.remove(name)", some="[:2]") == ["JQ102"]


def test_nobody_is_crossed_off() -> None:
    assert codes("set(names)", "left", "print(name)") == ["JQ101"]
