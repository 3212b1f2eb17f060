"""The reader: expressions of all kinds, evaluated for what they do and for what they are."""

from __future__ import annotations

import pytest

from flake8_joinqueue.protocol import Daemon
from tests.reading import body, lines, main, protocol

PROLOGUE = """
import collections, enum, functools, itertools, os, queue, sys, threading
q = queue.Queue()
other = queue.Queue()
either = q if debug else other
n = os.cpu_count()
"""


def puts(program: str) -> list[str]:
    """What a program puts on `q`, in the order it stands there."""
    text = main(f"{PROLOGUE}{program}").splitlines()
    return [line.strip().removeprefix("put q ") for line in text if "put q " in line]


# --- parts are run, whatever the whole is --------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "~q.get()",
        "-q.get()",
        "q.get() ** 2",
        "q.get() % 2",
        "q.get() << 1",
        "2 / q.get()",
        "f'{q.get()}'",
        "[q.get()]",
        "{q.get()}",
        "{1: q.get()}",
        "{**q.get()}",
        "(q.get(), 1)",
        "(*q.get(), 1)",
        "unseen[q.get()]",
        "unseen[q.get():]",
        "unseen[1, 2, q.get()]",
        "unseen[q.get()] + 1",
        "q.get() or 1",
        "q.get() and 1",
        "q.get() if True else 1",
        "1 if q.get() else 2",
        "1 < q.get() < 3",
        "(x := q.get())",
        "print(*q.get(), **q.get())",
        "lambda: q.get()",
        "[1 for x in q.get()]",
        "set(q.get())",
        "int(q.get())",
        "len(q.get())",
        "abs(q.get())",
        "bool(q.get())",
        "max(q.get(), 1)",
        "sorted()",
        "zip((1, 2), q.get())",
        "itertools.islice(q.get(), 1, 2)",
        "isinstance(q.get(), unseen)",
        "functools.partial()",
        "iter(q.get())",
        "dict(q.get())",
        "enumerate(q.get())",
        "q.get().x.y()",
        "unseen(q.get()).x",
    ],
)
def test_parts_are_run(expression: str) -> None:
    text = main(f"{PROLOGUE}z = {expression}\n")
    expected = expression.count("q.get()") if "lambda" not in expression else 0
    assert text.count("get q") == expected


@pytest.mark.parametrize(
    "statement",
    [
        "unseen[q.get()] = 1",
        "unseen[q.get():] = 1",
        "unseen[q.get()] += 1",
        "x = [1]; x[q.get()] += 1",
        "del unseen[0]; q.get()",
        "x: int = q.get()",
        "for x in q.get(): pass",
        "a, *b = q.get()",
        "a, [*b] = q.get()",
        "assert q.get()",
        "raise ValueError(q.get())",
    ],
)
def test_parts_of_statements_are_run_once(statement: str) -> None:
    assert main(f"{PROLOGUE}{statement}\n").count("get q") == 1


@pytest.mark.parametrize(
    ("expression", "may_raise"),
    [
        ("q.get() / 2", True),
        ("q.get() % 2", True),
        ("q.get() // 2", True),
        ("q.get()[unseen]", True),
        ("unseen[unseen2]", True),
        ("int(q.get())", True),
        ("unseen()", True),
        ("time()", True),
        ("print(1)", False),
        ("7 // 2", False),
        ("1 + 2", False),
        ("q.get() + 1", False),
    ],
)
def test_what_may_raise(expression: str, may_raise: bool) -> None:
    assert ("call " in main(f"{PROLOGUE}z = {expression}\n")) is may_raise


# --- what they are -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("sorted()", "data"),
        ("iter()", "data"),
        ("int(3)", "3"),
        ("int('3')", "data"),
        ("abs(n)", "data"),
        ("unseen or 1", "data"),
        ("1 ** 2", "1"),
        ("[3, 4][1]", "4"),
        ("(3, 4)[9]", "data"),
        ("[3, 4][9]", "data"),
        ("{1: 2}[1]", "2"),
        ("'abc'[0]", "data"),
        ("sys.argv[1]", "data"),
        ("(x := 5)", "5"),
        ("'\\x61' 'b'", "'ab'"),
        ("enum.Enum('E', 'A')", "E"),
        ("not unseen and 1", "data"),
        ("type(unseen)", "data"),
        ("(1, *(2, 3))[2]", "3"),
        ("(lambda *a: a)(1)[0]", "1"),
        ("max(1, unseen)", "data"),
        ("set('ab')", "data"),
        ("len('abc')", "3"),
    ],
)
def test_values(value: str, expected: str) -> None:
    assert puts(f"q.put({value})\n") == [expected]


def test_a_tuple_with_a_star_stays_a_tuple() -> None:
    assert puts("q.put((1, *(2, 3)))\n") == ["tuple(1, 2, 3)"]


# --- one thing or another, by a setting ----------------------------------------------------------


def test_elements_and_attributes_of_one_thing_or_another() -> None:
    program = """
class Pool:
    def __init__(self, q):
        self.q = q
pool = Pool(q) if debug else Pool(other)
pool.q.put(1)
pair = (q, 1) if debug else (other, 1)
pair[0].put(2)
pool.done = q
either.x = 1
for each in [q] if debug else [other]:
    each.put(3)
either.name = 5
"""
    text = main(PROLOGUE + program)
    for item in (1, 2, 3):
        assert f"put q {item}" in text
        assert f"put other {item}" in text
    assert text.startswith("if <debug>:")


@pytest.mark.parametrize("test", ["mixed", "mixed == 1", "mixed is None"])
def test_tests_of_one_thing_or_another(test: str) -> None:
    program = f"mixed = either if level else unseen.x\nif {test}:\n    q.put(1)\n"
    text = main(PROLOGUE + program)
    assert text.startswith("if ")
    assert "put q 1" in text
    assert "perhaps" not in text


def test_two_unlike_things_compared() -> None:
    program = "third = other if level else q\nif either is third:\n    q.put(1)\n"
    text = main(PROLOGUE + program)
    assert "<debug>" in text
    assert "<level>" in text


def test_too_many_alternatives_are_given_up() -> None:
    program = "".join(f"if s{i}:\n    q = queue.Queue()\n" for i in range(6)) + "q.put(1)\n"
    assert "escape q" in main(PROLOGUE + program)


def test_a_choice_by_several_settings() -> None:
    program = "jobs = q if debug and not level else other\njobs.put(1)\n"
    text = main(PROLOGUE + program)
    assert "put q 1" in text
    assert "put other 1" in text
    assert "escape" not in text


def test_a_choice_by_an_item_is_out_of_sight() -> None:
    program = "jobs = q if q.get() else other\njobs.put(1)\n"
    text = main(PROLOGUE + program)
    assert "escape q" in text
    assert "escape other" in text


def test_ways_that_both_end() -> None:
    program = """
def f(x):
    if unseen(x):
        return 1
    else:
        raise ValueError
    q.put(1)
f(1)
q.put(2)
"""
    assert puts(program) == ["2"]


def test_what_the_right_side_of_and_assigns_holds_where_it_ran() -> None:
    program = """
if unseen(1) and (x := q.get()) is not None:
    if x == 5:
        q.task_done()
y = unseen(2) and (z := q.get())
"""
    text = main(PROLOGUE + program)
    assert "if item == 5:" in text
    assert text.count("get q") == 2


def test_patterns_that_always_or_never_fit() -> None:
    program = """
item = q.get()
match item:
    case None | _:
        q.put(1)
match 3:
    case 1 | 2:
        q.put(2)
    case 3 | 4:
        q.put(3)
"""
    assert puts(program) == ["1", "3"]


# --- variables -----------------------------------------------------------------------------------


def test_a_counter_that_is_tested_for_being_zero() -> None:
    program = """
left = n
while left:
    if q.get() is None:
        left -= 1
while left == 4:
    left -= 1
while not left:
    left += 1
    q.get()
"""
    text = main(PROLOGUE + program)
    assert "while not (left == 0):" in text
    assert "while left == 4:" in text
    assert "while left == 0:" in text


def test_a_constant_that_an_enum_member_holds() -> None:
    program = "class E(enum.Enum):\n    A = 5\nq.put(E.A.value)\nq.put(E.A.unseen)\n"
    assert puts(program) == ["5", "data"]


def test_an_attribute_of_something_from_elsewhere() -> None:
    program = "unseen.x = 5\nq.put(unseen.x)\nq.put(unseen.y)\n"
    assert puts(program) == ["5", "data"]


def test_daemon_set_to_nothing_at_all() -> None:
    program = f"{PROLOGUE}t = threading.Thread(target=q.get)\nt.setDaemon()\nt.start()\n"
    assert protocol(program).actors[1].daemon is Daemon.NO


def test_a_thread_method_called_by_its_class_on_something_else() -> None:
    text = main(f"{PROLOGUE}threading.Thread.start(unseen)\nthreading.Thread.start()\n")
    assert "start" not in text.replace("threading.Thread.start", "")


def test_an_instance_of_a_class_with_a_base_out_of_sight_is_put() -> None:
    program = "from unseen import Base\nclass A(Base):\n    pass\nq.put(A())\n"
    assert puts(program) == ["a A"]


def test_a_diamond_of_classes() -> None:
    program = """
class A:
    def f(self):
        q.put("A")
class B(A):
    pass
class C(A):
    def f(self):
        q.put("C")
class D(B, C):
    pass
D().f()
"""
    assert puts(program) == ["'C'"]


def test_a_default_argument_stands_where_it_is_written() -> None:
    program = """
import queue, threading

def work(q=queue.Queue()):
    q.get()

class Holder:
    def run(self):
        threading.Thread(target=work).start()

Holder().run()
"""
    assert body(program, "work") == lines(
        """
        work():
          get q -> item
        """
    )
    assert protocol(program).queues[0].site.line == 4
