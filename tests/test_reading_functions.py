"""The reader: functions, classes, what they are given, what they give back, and exceptions."""

from __future__ import annotations

import sys

import pytest

from tests.reading import lines, main

PROLOGUE = """
import collections, contextlib, dataclasses, enum, functools, os, queue, sys, threading, typing
q = queue.Queue()
"""


def puts(program: str) -> list[str]:
    """What a program puts on `q`, in the order it stands there."""
    text = main(f"{PROLOGUE}{program}").splitlines()
    return [line.strip().removeprefix("put q ") for line in text if "put q " in line]


# --- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "arguments", "value", "expected"),
    [
        ("a", "1", "a", "1"),
        ("a", "a=1", "a", "1"),
        ("a, b", "1, 2", "b", "2"),
        ("a, b", "b=1, a=2", "b", "1"),
        ("a, b=3", "1", "b", "3"),
        ("a=None", "", "a", "None"),
        ("a, /, b", "1, 2", "a", "1"),
        ("a, *, b", "1, b=2", "b", "2"),
        ("*, b=4", "", "b", "4"),
        ("*rest", "1, 2", "rest", "tuple(1, 2)"),
        ("a, *rest", "1, 2", "rest[0]", "2"),
        ("**more", "x=1", "more['x']", "1"),
        ("a, **more", "x=1, a=2", "more['x']", "1"),
        ("a, b", "*(1, 2)", "b", "2"),
        ("a, b", "*[1, 2]", "b", "2"),
        ("a, b", "**{'a': 1, 'b': 2}", "b", "2"),
        ("a, b", "**dict(a=1, b=2)", "a", "1"),
        ("a, b=3", "*unseen", "b", "data"),
        ("a, b=3", "**unseen", "b", "data"),
        ("a, b=3", "**{**unseen}", "b", "data"),
        ("a", "", "a", "data"),
        ("a: int = 5", "", "a", "5"),
    ],
)
def test_arguments(parameters: str, arguments: str, value: str, expected: str) -> None:
    assert puts(f"def f({parameters}):\n    q.put({value})\nf({arguments})\n") == [expected]


def test_defaults_are_evaluated_where_the_function_is_defined() -> None:
    assert puts("x = 1\ndef f(a=x):\n    q.put(a)\nx = 2\nf()\n") == ["1"]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("def f():\n    return 1", "1"),
        ("def f():\n    pass", "None"),
        ("def f():\n    return", "None"),
        ("f = lambda: 1", "1"),
        ("f = functools.partial(lambda a, b: b, 1, 2)", "2"),
        ("f = functools.partial(lambda a, b: b, b=3, a=1)", "3"),
        ("def f():\n    return (1, 2)", "tuple(1, 2)"),
        ("def g():\n    return 4\ndef f():\n    return g()", "4"),
        ("def f(x=[]):\n    x.append(1)\n    return x[0]", "1"),
        ("def f():\n    yield 1", "data"),
    ],
)
def test_results(function: str, expected: str) -> None:
    assert puts(f"{function}\nq.put(f())\n") == [expected]


def test_code_behind_a_return_is_not_run() -> None:
    program = "def f():\n    q.put(1)\n    return; q.put(2)\n    q.put(3)\nf()\nq.put(4)\n"
    assert puts(program) == ["1", "4"]


def test_a_function_that_returns_one_queue_or_another() -> None:
    program = """
def choose():
    if unseen(1):
        return q
    return queue.Queue()
choose().put(1)
"""
    assert "escape q: one of several results of choose" in main(PROLOGUE + program)


def test_a_function_that_always_raises_does_not_come_back() -> None:
    text = main(f"{PROLOGUE}\ndef f():\n    raise ValueError(1)\nf()\nq.put(1)\n")
    assert text == "f():\n  raise ValueError"


# --- scopes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("x = 1\ndef f():\n    x = 2\nf()\nq.put(x)", "1"),
        ("x = 1\ndef f():\n    global x\n    x = 2\nf()\nq.put(x)", "2"),
        (
            (
                "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    g()\n"
                "    q.put(x)\nf()"
            ),
            "2",
        ),
        (
            (
                "def f():\n    x = 1\n    def g():\n        def h():\n            nonlocal x\n"
                "            x = 3\n        h()\n    g()\n    q.put(x)\nf()"
            ),
            "3",
        ),
        ("def f(x):\n    def g():\n        return x\n    return g\nq.put(f(5)())", "5"),
        ("def f(x):\n    return lambda y: (x, y)\nq.put(f(5)(6))", "tuple(5, 6)"),
        ("x = 1\nclass A:\n    x = 2\n    def f(self):\n        return x\nq.put(A().f())", "1"),
        ("class A:\n    x = 2\n    y = x\nq.put(A.y)", "2"),
        ("q.put(f) if False else None\ndef f():\n    return later\nlater = 7\nq.put(f())", "7"),
        ("import os as f\nf = 3\nq.put(f)", "3"),
    ],
)
def test_scopes(program: str, expected: str) -> None:
    assert puts(f"{program}\n") == [expected]


def test_a_deleted_name_is_unknown() -> None:
    assert puts("x = 1\ndel x\nq.put(x)\n") == ["data"]
    assert puts("x = [1]\ndel x[0]\ndel q.maxsize\nq.put(2)\n") == ["2"]


# --- decorators ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            (
                "def double(f):\n    def g():\n        f()\n        f()\n    return g\n"
                "@double\ndef f():\n    q.put(1)\nf()"
            ),
            ["1", "1"],
        ),
        ("@functools.lru_cache\ndef f():\n    q.put(1)\nf()", ["1"]),
        ("@unseen(1)\ndef f():\n    q.put(1)\nf()", ["1"]),
        ("@unseen\nclass A:\n    def f(self):\n        q.put(1)\nA().f()", ["1"]),
    ],
)
def test_decorators(program: str, expected: list[str]) -> None:
    assert puts(f"{program}\n") == expected


# --- classes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("class A:\n    def __init__(self, x):\n        self.x = x\nq.put(A(1).x)", "1"),
        ("class A:\n    x = 1\nq.put(A().x)", "1"),
        ("class A:\n    x = 1\nA.x = 2\nq.put(A().x)", "2"),
        ("class A:\n    x = 1\na = A()\na.y = 3\nq.put(a.y)", "3"),
        ("class A:\n    @property\n    def x(self):\n        return 1\nq.put(A().x)", "1"),
        (
            (
                "class A:\n    @functools.cached_property\n    def x(self):\n        return 1\n"
                "q.put(A().x)"
            ),
            "1",
        ),
        ("class A:\n    @staticmethod\n    def x():\n        return 1\nq.put(A().x())", "1"),
        ("class A:\n    @staticmethod\n    def x(a):\n        return a\nq.put(A.x(1))", "1"),
        (
            (
                "class A:\n    y = 2\n    @classmethod\n    def x(cls):\n        return cls.y\n"
                "q.put(A.x())"
            ),
            "2",
        ),
        (
            (
                "class A:\n    y = 2\n    @classmethod\n    def x(cls):\n        return cls.y\n"
                "q.put(A().x())"
            ),
            "2",
        ),
        ("class A:\n    def x(self, a):\n        return a\na = A()\nm = a.x\nq.put(m(4))", "4"),
        ("class A:\n    def x(self, a):\n        return a\nq.put(A.x(A(), 4))", "4"),
        ("class A:\n    def __call__(self, a):\n        return a\nq.put(A()(4))", "4"),
        (
            "class A:\n    def x(self):\n        return 1\nclass B(A):\n    pass\nq.put(B().x())",
            "1",
        ),
        (
            (
                "class A:\n    def x(self):\n        return 1\nclass B(A):\n    def x(self):\n"
                "        return super().x()\nq.put(B().x())"
            ),
            "1",
        ),
        (
            (
                "class A:\n    def x(self):\n        return 1\nclass B(A):\n    def x(self):\n"
                "        return super(B, self).x()\nq.put(B().x())"
            ),
            "1",
        ),
        (
            (
                "class A:\n    x = 1\nclass B(A):\n    def y(self):\n        return super().x\n"
                "q.put(B().y())"
            ),
            "1",
        ),
        (
            (
                "class A:\n    def x(self):\n        return 1\nclass B(A):\n    def x(self):\n"
                "        return A.x(self)\nq.put(B().x())"
            ),
            "1",
        ),
        ("class A:\n    def __new__(cls):\n        return 1\nq.put(A.missing)", "data"),
        ("class A:\n    pass\nq.put(A().missing)", "data"),
        ("class A[T]:\n    x = 1\nq.put(A().x)", "1"),
        ("@dataclasses.dataclass\nclass A:\n    x: int\n    y: int = 2\nq.put(A(1).x)", "1"),
        ("@dataclasses.dataclass\nclass A:\n    x: int\n    y: int = 2\nq.put(A(1).y)", "2"),
        ("@dataclasses.dataclass(frozen=True)\nclass A:\n    x: int\nq.put(A(x=1).x)", "1"),
        ("@dataclasses.dataclass\nclass A:\n    x: int\nq.put(A().x)", "data"),
        (
            (
                "@dataclasses.dataclass\nclass A:\n    x: int = dataclasses.field(default=3)\n"
                "q.put(A().x)"
            ),
            "3",
        ),
        (
            (
                "@dataclasses.dataclass\nclass A:\n"
                "    x: list = dataclasses.field(default_factory=list)\n"
                "a = A()\na.x.append(1)\nq.put(a.x[0])"
            ),
            "1",
        ),
        (
            (
                "@dataclasses.dataclass\nclass A:\n    x: int\n    def __post_init__(self):\n"
                "        self.y = self.x\nq.put(A(1).y)"
            ),
            "1",
        ),
        (
            (
                "@dataclasses.dataclass\nclass A:\n    x: int\n@dataclasses.dataclass\n"
                "class B(A):\n    y: int\nq.put(B(1, 2).y)"
            ),
            "2",
        ),
        ("class P(typing.NamedTuple):\n    x: int\n    y: int\nq.put(P(1, 2).y)", "2"),
        ("class P(typing.NamedTuple):\n    x: int\nq.put(P(1))", "P(1)"),
        (
            "class P(typing.NamedTuple):\n    x: int = 3\nq.put(P().x)",
            "3",
        ),
        ("P = collections.namedtuple('P', ['x', 'y'])\nq.put(P(1, y=2).y)", "2"),
        ("P = collections.namedtuple('P', 'x, y')\nq.put(P(1, 2)[0])", "1"),
        ("P = collections.namedtuple(unseen, unseen)\nq.put(P(1, 2)[0])", "data"),
        (
            (
                "class E(enum.Enum):\n    A = 1\n    _x = 2\n    def f(self):\n        return 1\n"
                "q.put(E.A)"
            ),
            "E.A",
        ),
        ("class E(enum.Flag):\n    A = enum.auto()\nq.put(E.A)", "E.A"),
        ("E = enum.Enum('E', 'A B')\nq.put(E.B)", "E.B"),
        ("E = enum.IntEnum('E', ['A', 'B'])\nq.put(E.A)", "E.A"),
        ("q.put(getattr(sys, unseen))", "data"),
        ("class A:\n    x = 1\nq.put(getattr(A(), 'x'))", "1"),
    ],
)
def test_classes(program: str, expected: str) -> None:
    if "class A[T]" in program and sys.version_info < (3, 12):
        pytest.skip("newer syntax")
    assert puts(f"{program}\n") == [expected]


def test_what_is_handed_to_a_class_without_an_init_escapes() -> None:
    text = main(f"{PROLOGUE}\nfrom unseen import Base\nclass A(Base):\n    pass\nA(q)\n")
    assert "escape q: handed to A" in text


def test_a_method_out_of_sight_may_use_what_the_instance_has() -> None:
    program = """
from unseen import Base
class A(Base):
    def __init__(self):
        super().__init__(q)
        self.q = q
    def f(self):
        super().f()
a = A()
a.run()
"""
    text = main(PROLOGUE + program)
    assert "escape q: handed to a base of A" in text
    assert "escape q: used by A.run()" in text


def test_super_outside_of_a_method_is_unknown() -> None:
    text = main(f"{PROLOGUE}\ndef f(*a):\n    super().g()\n    super(1, 2).h()\nf()\nq.put(1)\n")
    assert text.endswith("put q 1")


# --- coroutines and generators -------------------------------------------------------------------


def test_a_coroutine_runs_where_it_is_awaited() -> None:
    program = """
async def g():
    async def f(x):
        q.put(x)
    c = f(1)
    q.put(0)
    await c
    await unseen(1)
"""
    assert puts(program) == ["0", "1"]


def test_a_generator_runs_with_the_loop_at_each_yield() -> None:
    program = "def f():\n    q.put(0)\n    yield 1\n    q.join()\nfor x in f():\n    q.put(x)\n"
    assert main(PROLOGUE + program) == lines(
        """
        f():
          put q 0
          put q 1
          join q
        """
    )


def test_what_leaves_a_loop_over_a_generator_is_thrown_through_it() -> None:
    program = "def f():\n    yield 1\n    q.put(2)\nfor x in f():\n    if a:\n        break\n"
    assert main(PROLOGUE + program) == lines(
        """
        try:
          f():
            if <a>:
              raise GeneratorExit.break
            put q 2
        except GeneratorExit.break:
        """
    )


def test_a_generator_out_of_sight_runs_in_any_order() -> None:
    program = "def f():\n    yield q.get()\n    yield from q.get()\nunseen(f())\n"
    assert main(PROLOGUE + program) == lines(
        """
        in any order:
          one:
            f():
              get q -> item
              get q -> item#2
        call unseen
        """
    )
    assert puts("def f():\n    yield 1\nfor x in f():\n    q.put(x)\n") == ["1"]


# --- with, try, raise ----------------------------------------------------------------------------


def test_try_with_everything() -> None:
    program = """
try:
    q.get(timeout=1)
except (queue.Empty, unseen) as error:
    q.put(1)
except Mine:
    raise
except:
    raise ValueError("x") from None
else:
    q.task_done()
finally:
    q.join()
q.put(2)
"""
    assert main(PROLOGUE + program) == lines(
        """
        try:
          get q -> item, may be empty
        except queue.Empty, ?:
          put q 1
        except ?:
          raise reraise
        except:
          raise ValueError
        else:
          task_done q
        finally:
          join q
        put q 2
        """
    )


@pytest.mark.parametrize(
    ("raised", "name"),
    [
        ("ValueError", "ValueError"),
        ("ValueError('x')", "ValueError"),
        ("queue.Empty", "queue.Empty"),
        ("Mine", "Mine"),
        ("Mine()", "Mine"),
        ("mine", "Mine"),
        ("unseen", "?"),
        ("make()", "?"),
    ],
)
def test_what_is_raised(raised: str, name: str) -> None:
    program = f"class Mine(Exception):\n    pass\nmine = Mine()\nraise {raised}\nq.put(1)\n"
    assert main(PROLOGUE + program).endswith(f"raise {name}")


@pytest.mark.parametrize("named", ["Errors", "(queue.Empty, OSError)"])
def test_a_tuple_of_exceptions(named: str) -> None:
    program = f"Errors = (queue.Empty, OSError)\ntry:\n    q.get()\nexcept {named}:\n    q.join()\n"
    assert "except queue.Empty, OSError:" in main(PROLOGUE + program)


def test_what_a_try_changed_is_not_sure_in_its_handlers() -> None:
    program = """
other = queue.Queue()
jobs = q
try:
    unseen(1)
    jobs = other
except OSError:
    jobs.put(1)
"""
    assert "put q 1" not in main(PROLOGUE + program)
    assert "escape q" in main(PROLOGUE + program)


def test_a_try_none_of_whose_ways_goes_on() -> None:
    program = """
def f():
    try:
        return q.get()
    except OSError:
        raise
    finally:
        q.task_done()
    q.put(1)
f()
"""
    assert puts(program) == []
    assert "finally:\n    task_done q" in main(PROLOGUE + program)


def test_imports_are_taken_to_succeed() -> None:
    program = """
try:
    import queue as Q
except ImportError:
    Q = None
Q.Queue().put(1)
"""
    assert "put queue 1" in main(f"{PROLOGUE}{program}")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("sys.exit()", "exit"),
        ("exit(1)", "exit"),
        ("raise SystemExit", "exit"),
        ("raise SystemExit(1)", "exit"),
        ("os._exit(1)", "exit, hard"),
    ],
)
def test_the_end(statement: str, expected: str) -> None:
    assert main(f"{PROLOGUE}{statement}\nq.put(1)\n") == expected


def test_with_over_an_instance() -> None:
    program = """
class Pool:
    def __enter__(self):
        q.put(1)
        return 5
    def __exit__(self, *error):
        q.put(error[0])
with Pool() as five, threading.Lock(), threading.Condition() as c:
    q.put(five)
"""
    assert main(PROLOGUE + program) == lines(
        """
        __enter__():
          put q 1
          return
        try:
          call threading.Lock
          put q 5
        finally:
          __exit__():
            put q None
        """
    )


def test_with_over_an_instance_without_an_exit() -> None:
    assert puts("class A:\n    x = 1\nwith A() as a:\n    q.put(a.x)\n") == ["1"]
    program = "class A:\n    def __exit__(self, *e):\n        pass\nwith A():\n    q.put(1)\n"
    assert main(PROLOGUE + program) == "put q 1"


def test_async_with() -> None:
    program = """
class Pool:
    async def __aenter__(self):
        q.put(1)
    async def __aexit__(self, *error):
        q.put(3)
async def f():
    async with Pool():
        q.put(2)
"""
    assert puts(program) == ["1", "2", "3"]


def test_closing_an_instance() -> None:
    program = """
class Pool:
    def close(self):
        q.put(2)
with contextlib.closing(Pool()) as pool:
    q.put(1)
with contextlib.closing(unseen), contextlib.closing():
    q.put(3)
with contextlib.closing(Exception()):
    q.put(4)
"""
    assert puts(program) == ["1", "2", "3", "4"]


def test_an_exit_stack_is_left_from_the_end() -> None:
    program = """
import multiprocessing
with contextlib.ExitStack() as stack:
    m = stack.enter_context(multiprocessing.Manager())
    stack.callback(q.put, 1)
    stack.callback(q.put, 2)
    stack.enter_context(unseen)
    stack.push(q)
    q.put(0)
other = contextlib.ExitStack()
other.callback(q.put, 3)
other.close()
"""
    assert puts(program) == ["0", "2", "1", "3"]
    text = main(PROLOGUE + program)
    assert text.index("put q 1") < text.index("end m")
    assert "escape q: handed to push of an exit stack" in text


def test_assert_and_others() -> None:
    program = """
assert q.get(), "x"
pass
x: int
type(q)
_ = [*unseen, 1][0] @ 3 % 2
print(q, q[0], q < 3, f"{q}", unseen[q.get()])
"""
    text = main(PROLOGUE + program)
    assert text.startswith("get q -> item\n")
    assert "get q -> item#2" in text
    assert "escape" not in text
