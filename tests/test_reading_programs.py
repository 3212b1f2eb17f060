"""The reader: entry points, imports, escapes, finishing, limits and positions."""

from __future__ import annotations

import ast

import pytest

from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import Get, Protocol, Put
from flake8_joinqueue.reading import read
from flake8_joinqueue.reading.rebuilding.expressions import EXPRESSIONS
from flake8_joinqueue.screen import relevant
from tests.reading import body, lines, main, operations, protocols, whole

PROLOGUE = "import queue, threading, logging, logging.handlers\nq = queue.Queue()\n"

# --- imports and aliases -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        "import queue\nq = queue.Queue()",
        "import queue as Q\nq = Q.Queue()",
        "from queue import Queue\nq = Queue()",
        "from queue import Queue as Q\nq = Q()",
        "from queue import *\nq = Queue()",
        "import multiprocessing.managers\nq = multiprocessing.Queue()",
        "import multiprocessing.queues as mq\nq = mq.JoinableQueue()",
        "from multiprocessing import queues\nq = queues.JoinableQueue()",
        "import queue\nmake = queue.Queue\nq = make()",
        "import queue\nmake = {'x': queue.Queue}['x']\nq = make()",
        "import queue\nq = getattr(queue, 'Queue')()",
        "def make():\n    import queue\n    return queue.Queue()\nq = make()",
    ],
)
def test_imports(made: str) -> None:
    assert main(f"{made}\nq.put(1)\n").endswith("put q 1")


@pytest.mark.parametrize(
    "made",
    [
        "from .queue import Queue\nq = Queue()",
        "from . import queue\nq = queue.Queue()",
        "from ..x import *\nq = Queue()",
        "import notqueue as queue\nq = queue.Queue()",
    ],
)
def test_imports_of_something_else(made: str) -> None:
    assert protocols(f"{made}\nq.put(1)\n") == {}


def test_names_of_a_star_import_in_handlers() -> None:
    program = "from queue import *\nq = Queue()\ntry:\n    q.get()\nexcept Empty:\n    pass\n"
    assert "except queue.Empty:" in main(program)


# --- escapes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("unseen(q)", "handed to unseen"),
        ("unseen(x=q)", "handed to unseen"),
        ("unseen([q])", "handed to unseen"),
        ("unseen((1, q))", "handed to unseen"),
        ("unseen({'x': q})", "handed to unseen"),
        ("unseen(q.put)", "handed to unseen"),
        ("unseen(q if x else 1)", "handed to unseen"),
        ("unseen(functools.partial(print, q))", "handed to unseen"),
        ("unseen(holder)", "handed to unseen"),
        ("unseen(contextlib.closing(q))", "handed to unseen"),
        ("unseen(zip([q]))", "handed to unseen"),
        ("unseen(work(q))", "handed to unseen"),
        ("unseen.x = q", "stored as 'x' on an object from elsewhere"),
        ("queue.x = q", "stored as 'x'"),
        ("unseen['x'] = q", "stored in a container from elsewhere"),
        ("logging.handlers.QueueHandler(q)", "handed to logging.handlers.QueueHandler"),
        ("q.put(q)", "put on q"),
        ("getattr(q, unseen)", "an attribute of it was read by a computed name"),
    ],
)
def test_escapes(statement: str, reason: str) -> None:
    program = f"""{PROLOGUE}
import contextlib, functools
class Holder:
    def __init__(self):
        self.q = q
holder = Holder()
async def work(q):
    pass
{statement}
"""
    assert f"escape q: {reason}" in main(program)


@pytest.mark.parametrize(
    "statement",
    [
        "print(q)",
        "len([q])",
        "logging.info('%s', q)",
        "isinstance(q, queue.Queue)",
        "x = [q]",
        "str(q)",
        "x = {'q': q}",
        "id(q)",
    ],
)
def test_what_is_no_escape(statement: str) -> None:
    assert "escape" not in main(f"{PROLOGUE}{statement}\n")


def test_an_actor_escapes() -> None:
    program = f"{PROLOGUE}t = threading.Thread(target=q.get)\nt.start()\nunseen(t)\n"
    assert "escape get: handed to unseen" in main(program)


def test_an_instance_that_is_an_actor_escapes() -> None:
    program = f"""{PROLOGUE}
class W(threading.Thread):
    def run(self):
        q.get()
w = W()
w.start()
unseen(w)
"""
    assert "escape W: handed to unseen" in main(program)


def test_things_nested_too_deep_are_not_followed() -> None:
    program = f"{PROLOGUE}unseen([[[[[[[q]]]]]]])\n"
    assert main(program) == "call unseen"


def test_callbacks_may_be_called_at_any_time() -> None:
    program = f"""{PROLOGUE}
def done(x):
    q.task_done()
class A:
    def f(self, x):
        q.put(x)
unseen(done)
unseen(done)
unseen(A().f)
unseen(print)
"""
    assert main(program) == lines(
        """
        in any order:
          one:
            done():
              task_done q
        call unseen
        call unseen
        in any order:
          one:
            f():
              put q data
        call unseen
        call unseen
        """
    )


# --- entry points --------------------------------------------------------------------------------


def test_the_main_guard_is_run() -> None:
    program = "import queue\nif __name__ == '__main__':\n    queue.Queue().put(1)\n"
    made = protocols(program)["the module"]
    assert made.ends
    assert main(program) == "put queue 1"


def test_functions_that_nobody_calls() -> None:
    program = """
        import queue

        def one(x):
            q = queue.Queue()
            q.put(x)
            helper(q)

        def helper(q):
            q.join()

        def two():
            return queue.Queue()

        def three():
            pass
    """
    assert list(protocols(program)) == ["one()", "two()"]
    assert not protocols(program)["one()"].ends
    assert main(program, "one()") == "one():\n  put q data\n  helper():\n    join q"
    assert "escape queue: returned by two" in main(program, "two()")


_SUBMIT = "def submit(x):\n    q.put(x)\n"
_STOP = "def stop():\n    submit(None)\n    q.join()\n"


@pytest.mark.parametrize(
    "functions",
    [
        _STOP + _SUBMIT,
        _SUBMIT + _STOP,
    ],
)
def test_functions_of_a_module_with_queues_of_its_own(functions: str) -> None:
    assert main(PROLOGUE + functions) == lines(
        """
        in any order:
          one:
            stop():
              submit():
                put q None
              join q
        """
    )


@pytest.mark.parametrize(
    "functions",
    [
        "def run():\n    threading.Thread(target=work).start()\ndef work():\n    q.get()\n",
        "def work():\n    q.get()\ndef run():\n    threading.Thread(target=work).start()\n",
    ],
)
def test_a_worker_is_no_entry_of_its_own(functions: str) -> None:
    assert "get q" not in main(PROLOGUE + functions)
    assert body(PROLOGUE + functions, "work") == "work():\n  get q -> item"


def test_a_class_that_nobody_makes() -> None:
    program = """
        import queue

        class Pool:
            def __init__(self, size=3):
                self._q = queue.Queue(size)

            def submit(self, x):
                self._q.put(x)

            def close(self):
                self._q.join()

            def later(self):
                self.close()

            @staticmethod
            def helper():
                pass

            @classmethod
            def make(cls):
                return cls()
    """
    text = main(program, "class Pool")
    assert text.startswith("in any order:")
    assert "put q data" in text.replace("_q", "q")
    for name in ("submit", "close", "later"):
        assert f"    {name}():" in text
    assert "helper" not in text
    assert "escape" not in text


def test_a_public_attribute_may_be_used_by_others() -> None:
    program = """
        import queue

        class Pool:
            def __init__(self):
                self.jobs = queue.Queue()

            def close(self):
                self.jobs.join()
    """
    assert "escape jobs: the public attribute 'jobs'" in main(program, "class Pool")


def test_a_class_whose_heir_is_made_is_no_entry() -> None:
    program = f"""{PROLOGUE}
class Base:
    def f(self):
        q.put(1)
class Heir(Base):
    pass
Heir().f()
class Empty:
    pass
"""
    assert main(program) == "f():\n  put q 1"


def test_a_queue_class_that_nobody_makes() -> None:
    program = """
        import queue

        class Jobs(queue.Queue):
            def put_all(self, xs):
                for x in xs:
                    self.put(x)
    """
    assert "class Jobs" in protocols(program)


def test_functions_after_a_module_that_ends() -> None:
    program = f"{PROLOGUE}import sys\ndef f():\n    q.put(1)\nsys.exit()\nq.put(2)\n"
    assert main(program) == lines(
        """
        exit
        in any order:
          one:
            f():
              put q 1
        """
    )


# --- finishing -----------------------------------------------------------------------------------


def test_what_nobody_looks_at_is_dropped() -> None:
    program = f"""{PROLOGUE}
x = 1
x = 2
x += 1
for y in range(3):
    x = y
if unseen:
    x = 4
try:
    x = 5
finally:
    x = 6
def f():
    x = 1
    x = 2
f()
while unseen(1):
    q.put(1)
"""
    assert main(program) == lines(
        """
        while, after
          call unseen
        <unseen()>:
          put q 1
        """
    )


def test_a_flag_that_main_clears_while_a_worker_runs() -> None:
    program = """
        import queue, threading

        class Worker(threading.Thread):
            def __init__(self):
                super().__init__()
                self.running = True

            def run(self):
                while self.running and not (self.running is None):
                    q.get()
                if not self.running:
                    q.task_done()

            def stop(self):
                self.running = False

        q = queue.Queue()
        w = Worker()
        w.start()
        w.stop()
    """
    text = body(program, "Worker")
    assert "perhaps (others)" in text
    assert not [line for line in text.splitlines() if "running is" in line]


def test_a_global_flag_that_main_clears() -> None:
    program = """
        import queue, threading
        running = True

        def work():
            while running:
                q.get()

        q = queue.Queue()
        t = threading.Thread(target=work)
        t.start()
        running = False
        t.join()
    """
    assert "get q" in body(program, "work")
    assert "for ever" not in body(program, "work")


def test_events_are_hunches_from_outside_or_waited_for() -> None:
    program = f"""{PROLOGUE}
e = threading.Event()
while not e.is_set():
    q.get()
e.wait()
with threading.Condition() as c:
    c.wait_for(unseen)
threading.Barrier(2).wait()
threading.Semaphore().acquire()
"""
    text = main(program)
    for what in ("Event.wait", "Condition.wait_for", "Barrier.wait", "Semaphore.acquire"):
        assert f"synchronise {what}" in text


# --- limits --------------------------------------------------------------------------------------


def test_recursion_is_not_followed_for_ever() -> None:
    program = f"{PROLOGUE}def f(n, q):\n    q.put(n)\n    f(n, q)\nf(1, q)\n"
    text = main(program)
    assert text.count("put q 1") == 2
    assert "escape q: handed on in a recursion of f" in text


def test_mutual_recursion_is_not_followed_for_ever() -> None:
    program = f"{PROLOGUE}def f(q):\n    g(q)\ndef g(q):\n    q.put(1)\n    f(q)\nf(q)\n"
    assert "escape q: handed on in a recursion of" in main(program)


def test_a_deep_stack_of_calls_is_cut() -> None:
    functions = "\n".join(f"def f{i}(q):\n    f{i + 1}(q)" for i in range(40))
    text = main(f"{PROLOGUE}{functions}\ndef f40(q):\n    q.put(1)\nf0(q)\n")
    assert "escape q: handed on in a recursion of" in text


def test_two_hundred_branches() -> None:
    branches = "\n".join(f"if unseen{i}:\n    q.put({i})" for i in range(200))
    assert main(f"{PROLOGUE}{branches}\n").count("put q") == 200


def test_too_many_steps() -> None:
    doubling = "\n".join(f"def f{i}():\n    f{i + 1}()\n    f{i + 1}()" for i in range(18))
    program = f"{PROLOGUE}{doubling}\ndef f18():\n    q.put(1)\nf0()\n"
    (reason,) = read(program, ast.parse(program)).given_up
    assert reason == "used by functions that are too much to follow"
    assert f"escape q: {reason}" in main(program)


def test_what_cannot_be_read_says_so() -> None:
    program = PROLOGUE + "if x:\n    pass\n" + "elif x:\n    pass\n" * 1500
    with pytest.raises(NotAnalysed, match="nested too deeply"):
        read(program, ast.parse(program))


def test_syntax_that_is_not_known_says_so() -> None:
    class Newer(ast.expr):
        """What some Python to come may have."""

    tree = ast.parse("q = 1\n")
    (statement,) = tree.body
    assert isinstance(statement, ast.Assign)
    statement.value = Newer()
    with pytest.raises(NotAnalysed, match="Newer"):
        read("q = 1\n", tree)


def test_syntax_that_is_not_known_in_a_quoted_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(EXPRESSIONS, ast.Lambda)
    program = f"{PROLOGUE}def f(a: 'lambda: 0'):\n    q.put(a)\n"
    assert read(program, ast.parse(program)).given_up == ()


def test_what_libcst_cannot_parse_is_read() -> None:
    program = f"{PROLOGUE}(x): int = 1\nq.put(1)\n"
    assert read(program, ast.parse(program)).given_up == ()
    assert "put q 1" in main(program)


@pytest.mark.parametrize("deep", [f"x = {'+'.join(['1'] * 900)}", f"x{'()' * 700}"])
def test_too_deep_an_expression_is_given_up(deep: str) -> None:
    program = f"{PROLOGUE}{deep}\n"
    assert read(program, ast.parse(program)).given_up == ("nested too deeply",)


def test_a_program_nested_too_deeply_says_so() -> None:
    # Each of them can be parsed; it is running one within the other that goes too deep.
    functions = "".join(f"def f{i}():\n    return {'-' * 60}f{i + 1}()\n" for i in range(20))
    program = f"{PROLOGUE}{functions}def f20():\n    q.put(1)\nf0()\n"
    (reason,) = read(program, ast.parse(program)).given_up
    assert reason == "nested too deeply"
    assert f"escape q: {reason}" in main(program)


# --- positions -----------------------------------------------------------------------------------


def spans(program: str) -> list[tuple[int, int, int, int]]:
    """Where the gets and puts of a program stand."""
    tree = ast.parse(program)
    return _spans(read(program, tree).protocols)


def _spans(made: tuple[Protocol, ...]) -> list[tuple[int, int, int, int]]:
    found = [
        each.site.span for one in made for each in operations(one) if isinstance(each, (Get, Put))
    ]
    return [(span.line, span.column, span.end_line, span.end_column) for span in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q.put(1)\n", (3, 0, 3, 8)),
        ("q.put(\n    1,\n)\n", (3, 0, 5, 1)),
        ("x = 1; q.put(1); y = 2\n", (3, 7, 3, 15)),
        ("\n\n# comment\nq.put(1)\n", (6, 0, 6, 8)),
        ("if x:\n    q.put(1)  # é\n", (4, 4, 4, 12)),
        ("'é😀'; q.put(1)\n", (3, 6, 3, 14)),
        ("x = 'é😀', q.put(1)\n", (3, 10, 3, 18)),
        ("\f\nq.put(1)\n", (4, 0, 4, 8)),
        ("'''a\nb'''; q.put(1)\n", (4, 6, 4, 14)),
        ("x = \\\n  q.put(1)\n", (4, 2, 4, 10)),
        ("@dec\ndef f():\n    q.put(1)\nf()\n", (5, 4, 5, 12)),
        ("@dec\n@dec2(1)\nclass A:\n    q.put(1)\n", (6, 4, 6, 12)),
        ("x = 1;\nq.put(1);\n", (4, 0, 4, 8)),
        ("def f(x=q.put(1)): pass\nf()\n", (3, 8, 3, 16)),
        ("try:\n    pass\nfinally:\n    q.put(1)\n", (6, 4, 6, 12)),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_positions(text: str, expected: tuple[int, int, int, int], newline: str) -> None:
    program = f"import queue\nq = queue.Queue()\n{text}".replace("\n", newline)
    assert spans(program) == [expected]


def test_positions_without_a_final_newline() -> None:
    assert spans("import queue\nq = queue.Queue()\nq.put(1)") == [(3, 0, 3, 8)]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_positions_in_sliced_source(newline: str) -> None:
    program = """\
'''A docstring
over lines.'''
import os
import queue

def unrelated():
    return 1


@unrelated
class Nothing:
    pass

x = 5; y = 6
q = queue.Queue(); z = 7
\x0c
print(x)

def work():
    # a comment
    q.get()

for i in (1, 2): print(i)
work()
""".replace("\n", newline)
    tree = ast.parse(program)
    sliced = relevant(program, tree)
    assert "Nothing" not in sliced
    assert _spans(read(sliced, tree).protocols) == spans(program) == [(21, 4, 21, 11)]


def test_one_node_is_one_site() -> None:
    program = f"{PROLOGUE}def f():\n    q.put(1)\nf()\nf()\n"
    made = read(program, ast.parse(program)).protocols[0]
    puts = [each for each in operations(made) if isinstance(each, Put)]
    assert len(puts) == 2
    assert puts[0].site is puts[1].site
    assert repr(puts[0].site) == "Site(4:4)"
    assert puts[0].site.line == 4


def test_the_module_itself_stands_at_its_start() -> None:
    program = "\n\nimport queue\nq = queue.Queue()\n"
    made = read(program, ast.parse(program)).protocols[0]
    assert made.actors[0].site.span.line == 1
    assert made.queues[0].site.span.line == 4


def test_whole_program_as_text() -> None:
    program = f"{PROLOGUE}t = threading.Thread(target=q.get, daemon=True)\nt.start()\n"
    assert whole(program) == lines(
        """
        q: thread queue
        main:
          start get
        get (thread, daemon):
          get q -> item
        """
    )


@pytest.mark.parametrize(
    "tested",
    [
        "isinstance(f(), dict)",
        "isinstance(f, C)",
        "f == len",
        "table[f] > 1",
        "(lambda: 0) == f",
        "g() == g()",
        "C() == C",
        "iter(f, None) == f",
    ],
)
def test_tests_of_functions_and_what_they_return(tested: str) -> None:
    """What is known of them tells them apart, but not how they are written."""
    functions = "async def f(): pass\ndef g(): yield 1\nclass C: pass\n"
    text = main(f"{PROLOGUE}{functions}def run(table):\n    if {tested}: q.put(1)\nrun(read())\n")
    assert "put q 1" in text
