"""The screen: which files are read at all, and what is left of a long one."""

from __future__ import annotations

import ast
import re
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_joinqueue.facts import names, queues, tasks
from flake8_joinqueue.screen import cut, relevant, speaks_of_queues, words
from flake8_joinqueue.screen.slices import keep_only

FIXTURES = Path(__file__).parent.parent / "fixtures"


# --- the text test -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import os\n",
        "import threading\n\nlock = threading.Lock()\n",
        "import multiprocessing\n\nmultiprocessing.Process(target=print).start()\n",
        "def empty(queue):\n    return not queue\n",
        "class Empty(Exception):\n    pass\n",
    ],
)
def test_text_without_queues(text: str) -> None:
    assert not speaks_of_queues(text)


@pytest.mark.parametrize(
    "text",
    [
        "from multiprocessing import JoinableQueue as JQ\n",
        "from mylib import *\n\ndef work(q):\n    q.get()\n    q.task_done()\n",
        "try:\n    f()\nexcept multiprocessing.queue.Empty:\n    pass\n",
        "try:\n    f()\nexcept multiprocessing.Empty:\n    pass\n",
        "from asyncio import QueueEmpty\n",
        "make = getattr(multiprocessing, 'Queue')\n",
    ],
)
def test_text_with_queues(text: str) -> None:
    assert speaks_of_queues(text)


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in vars(queues).values()
        # Those made elsewhere have no constructor to be named by.
        if isinstance(kind, queues.QueueKind) and kind.carrier is not queues.Carrier.UNSEEN
    ],
)
def test_every_kind_of_queue_is_in_the_vocabulary(kind: queues.QueueKind) -> None:
    text = f"import {kind.constructor.partition('.')[0]}\nq = {kind.constructor}()\n"
    assert speaks_of_queues(text)
    assert relevant(text, ast.parse(text)) == text


# --- blanking: what is kept keeps its place ----------------------------------------------------

# Statements, each whole lines, that are hard to cut out.
_AWKWARD = [
    "import os\n",
    "from os import (\n    path,\n    sep,\n)\n",
    "a = 1; b = 2\n",
    "a = 1; b = 2;\n",
    "c = 1; \\\nd = 2\n",
    "c = 1 + \\\n    2; \\\n  \\\ne = 3\n",
    "f = 1 \\\n\n",
    "# a comment that ends in a backslash \\\n",
    "g = 1  # here too \\\n",
    "text = '''first\n    second\n\tthird'''; h = 2\n",
    "text = 'one \\\ntwo'\n",
    "'''a string\n# not a comment\n'''\n",
    "@property\n# between\n@staticmethod\ndef i(): pass\n",
    "@(\n    property\n)\ndef j():\n    '''doc\nstring'''\n\n    return 1\n",
    "@ \\\n  property\nclass K: x = 1; y = 2\n",
    "if a:\n    l = 1\nelse:\n    l = 2\n",
    "try:\n    m = 1\nexcept ValueError:\n    m = 2\nfinally:\n    pass\n",
    "for n in []: pass\nelse: o = 1\n",
    "\f\np = 1\n",
    "\fq = 1\n",
    "r = 'a\fb\x1cc\u2028d'\n",
    "größe = '\U0001f40d'; s = 1\n",
    "t = [\n  1,\n\n  # inside\n  2,\n]\n",
    "\n\n   \n",
    "    # an indented comment\n",
    "async def u():\n    await v\n\n\n    # the end of it\n",
    "del a\n",
    "x: int = 1; (y): int\n",
    "with open(z) as w: pass\n",
]


_ENDS = ["\n", "\r\n", "\r"]
_LINE_END = re.compile(r"\r\n|\r|\n")


def _dumps(body: list[ast.stmt]) -> list[str]:
    return [ast.dump(node, include_attributes=True) for node in body]


def _assert_cut(text: str, tree: ast.Module, cut: str, kept: set[int]) -> None:
    """The cut text parses to some of the statements, unmoved, the kept ones among them."""
    whole, left = _dumps(tree.body), _dumps(ast.parse(cut).body)
    remaining = iter(whole)
    assert all(node in remaining for node in left), "moved, changed or out of order"
    assert {whole[place] for place in kept} <= set(left)
    assert len(_LINE_END.findall(cut)) == len(_LINE_END.findall(text))


@given(st.lists(st.sampled_from(_AWKWARD), max_size=8), st.data())
def test_any_statements_can_be_cut_out(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    if data.draw(st.booleans(), label="no newline at the end"):
        text = text.rstrip("\n\\")
    some = data.draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], _ENDS]), label="ends")

    def end(found: re.Match[str]) -> str:
        # A CR before an empty line that ends with LF would be one end with it.
        before_another = text[found.end() :].startswith("\n") and "\n" in some
        return data.draw(st.sampled_from([x for x in some if x != "\r" or not before_another]))

    text = re.sub("\n", end, text)
    tree = ast.parse(text)
    places = st.sets(st.sampled_from(range(len(tree.body)))) if tree.body else st.just(set())
    kept: set[int] = data.draw(places, label="kept")
    cut = keep_only(text, tree, kept)
    _assert_cut(text, tree, cut, kept)


def test_no_two_line_ends_become_one() -> None:
    text = "'a\\\rb'\nc = 1\rd = 2\ne = 3\r\n"
    tree = ast.parse(text)
    assert keep_only(text, tree, {2}) == "\n\n\nd = 2\n\r\n"
    assert keep_only(text, tree, {1}) == "\n\nc = 1\r \n\r\n"


def test_a_statement_alone_on_its_lines_is_cut_out() -> None:
    """Keeping everything would satisfy the test above."""
    text = "a = 1\nb = (\n    2\n)\nc = 3; d = 4\ne = 5\n"
    assert keep_only(text, ast.parse(text), {2}) == "\n\n\n\nc = 3; d = 4\n\n"
    assert keep_only(text, ast.parse(text), set()) == "\n" * 6


def _standard_library() -> Iterator[tuple[str, ast.Module]]:
    folder = Path(sysconfig.get_path("stdlib"))
    for path in sorted(folder.rglob("*.py")):
        if "site-packages" in path.parts:
            continue
        try:
            with tokenize.open(path) as file:
                text = file.read()
            yield text, ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue  # bad on purpose: the files lib2to3 and the compiler are tested with


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_standard_library_can_be_cut() -> None:
    files = passed = 0
    for text, tree in _standard_library():
        files += 1
        every_third = set(range(0, len(tree.body), 3))
        _assert_cut(text, tree, keep_only(text, tree, every_third), every_third)
        if speaks_of_queues(text):
            passed += 1
            if cut := relevant(text, tree):
                _assert_cut(text, tree, cut, set())
    assert files > 500
    assert passed < files / 20, "the text test is there to end nearly every file"


# --- selection: what is kept -------------------------------------------------------------------


def _kept(program: str) -> str:
    """What is left of a program, without the blank lines."""
    text = dedent(program).lstrip("\n")
    cut = relevant(text, ast.parse(text))
    return "".join(f"{line}\n" for line in cut.splitlines() if line.strip())


# Programs with `#-` on the lines that have nothing to do with queues, and must go.
_PROGRAMS = {
    "worker, caller, guard": """
        import queue
        import sys

        def other():  #-
            return 1  #-

        def work(q):
            q.get()

        def main():
            q = queue.Queue()
            work(q)

        def shown():  #-
            other()  #-

        if __name__ == "__main__":
            main()
        """,
    "callers of callers": """
        from multiprocessing import JoinableQueue
        def a(): return JoinableQueue()
        def b(): return a()
        def c(): return b()
        def d(): pass  #-
        x = c()
        """,
    "an import under another name": """
        from multiprocessing import JoinableQueue as Line
        def a(): return Line()
        def b(): pass  #-
        """,
    "what a kept function needs": """
        import queue
        COUNT = 3
        UNUSED = 4  #-
        def number(): return COUNT
        def name(): return "x"  #-
        q = queue.Queue(number())
        """,
    "a global that a function sets": """
        import queue
        COUNT = 3
        def set_count():
            global COUNT
            COUNT = 5
        def start(): set_count()
        def other(): global LIMIT; LIMIT = 5  #-
        def main():
            q = queue.Queue(COUNT)
        start()
        main()
        """,
    "a list that a function fills": """
        import queue
        workers = []
        names = []  #-
        def add(worker): workers.append(worker)
        def show(): print(len(workers))  #-
        def note(name): names.append(name)  #-
        def main():
            q = queue.Queue(len(workers))
        """,
    "an object that a function changes": """
        import queue
        class Settings: count = 3
        class Other: count = 3  #-
        settings = Settings()
        def more(): settings.count += 1
        def main():
            q = queue.Queue(settings.count)
        more()
        """,
    "an attribute of a class": """
        import queue
        class Settings: count = 3
        def more(): Settings.count = 5
        q = queue.Queue(Settings.count)
        more()
        """,
    "setattr": """
        import queue
        class Settings: count = 3
        setattr(Settings, "count", 5)
        q = queue.Queue(Settings.count)
        """,
    "an event that a function sets": """
        import queue, threading
        stop = threading.Event()
        def quit_now(): stop.set()
        def other(): pass  #-
        def work(q: queue.Queue):
            while not stop.is_set(): q.get()
        """,
    "a logger is nobody's business": """
        import logging
        import queue
        logger = logging.getLogger(__name__)
        def note(): logger.info("x")  #-
        def work(q: queue.Queue): logger.info(q.get())
        """,
    "bound several times": """
        import queue
        count = 3
        count = 4
        other = 3  #-
        other = 4  #-
        count += 1
        q = queue.Queue(count)
        del count
        """,
    "names in quotes": """
        import multiprocessing as mp
        class Work: pass
        class Play: pass  #-
        def get(q: "mp.JoinableQueue[Work]"): return q.get()
        def find(): return globals()["get"]
        """,
    "statements that always stay": """
        from __future__ import annotations
        import sys
        from os.path import *
        try:
            import numpy
        except ImportError:
            numpy = None
        __all__ = ["q"]  #-
        if sys.version_info < (3, 10):
            raise SystemExit
        if not numpy:
            sys.exit("no numpy")
        if numpy: print(1)  #-
        exec("q2 = 1")
        import queue
        q = queue.Queue()
        """,
    "how processes start": """
        import multiprocessing as mp
        def set_up(): mp.set_start_method("fork")
        def other(): mp.cpu_count()  #-
        q = mp.JoinableQueue()
        set_up()
        """,
    "base classes and subclasses": """
        import queue
        class Base: pass
        class Unrelated: pass  #-
        class Holder(Base):
            def __init__(self): self.q = queue.Queue()
        class Special(Holder): pass
        class Other(Base): pass  #-
        h = Special()
        h.run()
        """,
    "decorators": """
        import queue
        def registers(function): return function
        def counts(function): return function  #-
        @registers
        def work(q: queue.Queue): q.get()
        @counts  #-
        def other(): pass  #-
        """,
    "a walrus, a match, an except": """
        import queue
        if (count := 3): pass
        match 3:
            case [*rest]: pass
            case {"a": 1, **more}: pass
            case size: pass
        try: pass
        except ValueError as error: pass
        for unused in []: pass  #-
        q = queue.Queue(count, size, error, rest, more)
        """,
    "several names at once": """
        import queue
        a, b = 1, 2
        (c, d), e = f()  #-
        *g, h = 1, 2, 3
        x = y = 3
        q = queue.Queue(a, h, x)
        """,
    "an exception that does not exist": """
        import multiprocessing
        def work(q):
            try: q.get(timeout=1)
            except multiprocessing.queue.Empty: pass
        def other(): pass  #-
        """,
}


@pytest.mark.parametrize("program", _PROGRAMS.values(), ids=_PROGRAMS)
def test_what_is_kept(program: str) -> None:
    wanted = [line for line in dedent(program).splitlines() if line.strip() and "#-" not in line]
    assert _kept(program.replace("#-", "# ")).splitlines() == wanted


@pytest.mark.parametrize(
    "text",
    [
        "# a Queue\nx = 1\n",
        '"""A Queue."""\nimport queue\n',
        "from queue import Queue\n",
        "def f():\n    '''task_done'''\n",
        "import queue\n\nclass Empty_: pass\n",
    ],
)
def test_nothing_is_left_of_a_module_without_queues(text: str) -> None:
    assert relevant(text, ast.parse(text)) == ""


@pytest.mark.parametrize(
    "text",
    [
        # Classes of its own that are called so, and those of who knows what module.
        "import threading\n\nclass Queue: pass\n\nq = Queue()\nq.get()\nq.join()\n",
        "import asyncio\nfrom .queues import Queue\n\nq = Queue()\nq.get()\n",
        "import threading\nfrom rq import Queue\n\ndef f(q: 'Queue'): q.join()\n",
        # The exception of a module, and something that may or may not be a queue.
        "import queue\n\ndef f(q):\n    try: q.get()\n    except queue.Empty: pass\n",
        "import queue\n\ndef f(q):\n    if hasattr(q, 'task_done'): q.task_done()\n",
        "import threading\nfrom .queues import Queue\n__all__ = ['Queue']\nq = Queue()\n",
    ],
)
def test_nothing_is_left_of_a_module_in_which_no_queue_can_come_about(text: str) -> None:
    assert relevant(text, ast.parse(text)) == ""
    assert cut(text, ast.parse(text), followed=True).text != ""


@pytest.mark.parametrize(
    "text",
    [
        "import queue\n\nq = queue.Queue()\n",
        "from queue import Queue as Q\n\nq = Q()\n",
        "from queue import *\n\nq = Queue()\n",
        "import multiprocessing\n\nq = getattr(multiprocessing, 'Queue')()\n",
        "from queue import Queue\n\ndef f(q: 'Queue[int]'): q.join()\n",
        "from queue import Queue\n\ndef f(q: Queue): q.join()\n",
        "import threading\n\ndef f(q):\n    q.get()\n    q.task_done()\n",
        # No queue, but exceptions that do not exist, and a daemon that is none.
        "import multiprocessing\ntry: f()\nexcept multiprocessing.queue.Empty: pass\n",
        "from multiprocessing import queue\ntry: f()\nexcept queue.Empty: pass\n",
        "import multiprocessing as m\nqueue = m.queue\ntry: f()\nexcept queue.Empty: pass\n",
        "from multiprocessing import Empty as E\ntry: f()\nexcept E: pass\n",
        "from multiprocessing import *\ntry: f()\nexcept Empty: pass\n",
        "import threading\nt = threading.Thread()\nt.deamon = True\nif t.task_done(): pass\n",
    ],
)
def test_what_may_be_a_queue_or_a_mistake_without_one_is_kept(text: str) -> None:
    assert relevant(text, ast.parse(text)) != ""


def test_the_words_are_those_of_every_queue_that_is_known() -> None:
    every = {**names._LIBRARY, **tasks.TASKS}  # noqa: SLF001 (the whole table)
    made = [name for name, known in every.items() if isinstance(known, names.MakesQueue)]
    assert len(made) > 20
    assert {name.rpartition(".")[2] for name in made} <= words.CLASSES
    assert {name.partition(".")[0] for name in made} <= words.MODULES
    assert {name.partition(".")[0] for name in names._SAME_AS} <= words.MODULES  # noqa: SLF001


def test_a_context_matters_where_a_queue_is_made_of_it() -> None:
    other = "\nclass Server:\n    def __init__(self):\n        self.context = get_context()\n"
    text = "from multiprocessing import get_context\ncontext = get_context()\n"
    makes = "\ndef main():\n    context.JoinableQueue().put(1)\n"
    whole = text + other + makes
    assert relevant(whole, ast.parse(whole)).split() == (text + makes).split()


def test_deep_expressions_do_not_matter() -> None:
    text = "import queue\nq = queue.Queue()\nx = " + "-" * 150 + "1\ny = q" + ".f()" * 150 + "\n"
    assert relevant(text, ast.parse(text)).splitlines()[2:] == ["", "y = q" + ".f()" * 150]


@pytest.mark.parametrize(
    "path", sorted(FIXTURES.rglob("*.py")), ids=lambda path: str(path.relative_to(FIXTURES))
)
def test_unrelated_code_around_a_fixture_is_cut_out(path: Path) -> None:
    """And the fixture itself is kept as if the other code were not there."""
    with tokenize.open(path) as file:
        text = file.read()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        pytest.skip("syntax newer than this Python")
    unrelated = "\n\ndef quite_unrelated():\n    for quite in quite_other():\n        quite()\n"
    alone = relevant(text, tree)
    longer = text + unrelated
    assert alone.strip()
    assert relevant(longer, ast.parse(longer)).rstrip() == alone.rstrip()
