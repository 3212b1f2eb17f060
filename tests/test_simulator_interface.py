"""The stand-ins have the methods the real classes have, and no others."""

from __future__ import annotations

import sys

import pytest

from tests.programs import only, printed, raised, verdict
from tests.simulator import OutcomeKind

MISSING = [
    ("mp.Queue()", ("task_done", "join", "shutdown")),
    ("mp.JoinableQueue()", ("shutdown", "unfinished_tasks", "__enter__", "__iter__", "__len__",
                            "maxsize")),
    ("mp.SimpleQueue()", ("task_done", "join", "get_nowait", "qsize", "full")),
    ("queue.SimpleQueue()", ("task_done", "join", "full")),
    ("mp.Manager().Queue()", ("maxsize", "unfinished_tasks", "queue", "__enter__")),
]  # fmt: skip


@pytest.mark.parametrize(("make", "names"), MISSING, ids=[m for m, _ in MISSING])
def test_what_a_queue_does_not_have(make: str, names: tuple[str, ...]) -> None:
    """Attributes that do not exist."""
    assert printed(f"""
        import multiprocessing as mp, queue
        q = {make}
        print([n for n in {names!r} if hasattr(q, n)])
    """) == {"[]\n"}


def test_a_queue_is_no_context_manager() -> None:
    """TypeError from Python 3.11, AttributeError before."""
    judgement = verdict("""
        import multiprocessing as mp
        with mp.JoinableQueue() as q:
            pass
    """)
    assert raised(judgement) == {"TypeError" if sys.version_info >= (3, 11) else "AttributeError"}


def test_joinable_queue_is_a_method_of_the_default_context() -> None:
    """The class is in ``multiprocessing.queues`` and wants a context."""
    assert printed("""
        import inspect, multiprocessing as mp, multiprocessing.queues
        print(inspect.ismethod(mp.JoinableQueue))
        class Mine(multiprocessing.queues.JoinableQueue):
            pass
        q = Mine(ctx=mp.get_context())
        q.put(1)
        print(q.get())
        q.task_done()
        q.join()
        try:
            multiprocessing.queues.JoinableQueue()
        except TypeError:
            print("ctx")
    """) == {"True\n1\nctx\n"}


def test_a_managers_queue_joins() -> None:
    """Both names give a ``queue.Queue``."""
    assert printed("""
        import multiprocessing as mp
        for name in ("Queue", "JoinableQueue"):
            q = getattr(mp.Manager(), name)()
            q.put(1)
            q.get()
            q.task_done()
            q.join()
        print("joined")
    """) == {"joined\n"}


def test_after_close() -> None:
    """Put and get raise ValueError, in this process only."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            q.put("from the child")
        q = mp.Queue()
        q.close()
        p = mp.Process(target=work, args=(q,))
        p.start()
        p.join()
        for call in (q.get, lambda: q.put(1)):
            try:
                call()
            except ValueError as problem:
                print("is closed" in str(problem))
    """)
    assert only(judgement).stdout == "True\nTrue\n"
    assert not raised(judgement)


def test_qsize_does_not_lag() -> None:
    """On Linux ``qsize`` counts what was put, sent or not."""
    assert printed("""
        import multiprocessing as mp
        q = mp.Queue()
        q.put(1)
        print(q.qsize())
        q.get()
    """) == {"1\n"}


@pytest.mark.parametrize("look", ["q.empty()", "get_nowait_fails()"])
def test_empty_lags_behind_put(look: str) -> None:
    """Right after a put the queue may look empty: the feeder has not written yet."""
    judgement = verdict(f"""
        import multiprocessing as mp, queue
        q = mp.Queue()
        def get_nowait_fails():
            try:
                q.get_nowait()
            except queue.Empty:
                return True
            return False
        q.put(1)
        if {look}:
            raise SystemExit(3)
    """)
    assert {o.exit_code for o in judgement.outcomes} == {0, 3}


def test_thread_queues_do_not_lag() -> None:
    """What was put is there."""
    assert printed("""
        import queue
        q = queue.Queue()
        q.put(1)
        print(q.empty(), q.get_nowait())
    """) == {"False 1\n"}


def test_where_empty_is_found() -> None:
    """``multiprocessing.queue`` does not exist, ``multiprocessing.queues`` does."""
    assert printed("""
        import multiprocessing, queue
        multiprocessing.Queue()
        print(hasattr(multiprocessing, "queue"), hasattr(multiprocessing, "Empty"))
        print(multiprocessing.queues.Empty is queue.Empty)
    """) == {"False False\nTrue\n"}


def test_join_with_the_wrong_kind_of_process() -> None:
    """A process queue has no join: AttributeError in the worker."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            q.get()
            q.task_done()
        q = mp.Queue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        q.put(1)
        p.join()
    """)
    outcome = only(judgement)
    assert outcome.kind is OutcomeKind.RAISES
    assert (outcome.errors[0].type, outcome.errors[0].line) == ("AttributeError", 5)
