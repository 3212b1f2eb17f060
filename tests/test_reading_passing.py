"""By which way a queue comes to an actor, and what else the Protocol tells of how it is shared."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from flake8_joinqueue.options import StartMethod
from flake8_joinqueue.protocol import (
    Operation,
    Pass,
    Protocol,
    Put,
    SetAttribute,
    Try,
    UseGlobal,
    operations_in,
)
from flake8_joinqueue.reading import read

HEAD = "import multiprocessing as mp, multiprocessing, threading\n"


def protocol(text: str) -> Protocol:
    source = HEAD + dedent(text)
    return read(source, ast.parse(source)).protocols[0]


def all_of(made: Protocol, kind: type) -> list[Operation]:
    return [
        operation
        for actor in made.actors
        for operation in operations_in(actor.body)
        if isinstance(operation, kind)
    ]


def passes(text: str) -> list[tuple[int, int, int | None, int | None]]:
    """Line, column, actor and other queue of each queue that is handed on."""
    found = all_of(protocol(text), Pass)
    return [
        (each.site.span.line, each.site.span.column, each.actor, each.onto)
        for each in found
        if isinstance(each, Pass)
    ]


@pytest.mark.parametrize(
    ("arguments", "column"),
    [
        ("target=f, args=(q,)", 31),
        ("target=f, args=(1, q)", 34),
        ("target=f, kwargs={'q': q}", 38),
        ("None, f, 'name', (q,)", 33),
        ("target=functools.partial(f, q)", 22),
    ],
)
def test_arguments_of_a_process(arguments: str, column: int) -> None:
    text = f"""
    import functools
    def f(q): q.get()
    q = mp.Queue()
    p = mp.Process({arguments})
    p.start()
    """
    assert passes(text) == [(6, column, 1, None)]


def test_queue_that_a_process_holds_itself() -> None:
    text = """
    class Worker(mp.Process):
        def __init__(self, q):
            super().__init__()
            self.q = q
        def run(self):
            self.q.get()
    q = mp.Queue()
    Worker(q).start()
    """
    assert passes(text) == [(10, 7, 1, None)]


def test_what_a_thread_is_given_is_not_pickled() -> None:
    assert (
        passes("""
    q = mp.Queue()
    threading.Thread(target=print, args=(q,)).start()
    """)
        == []
    )


def test_work_of_a_pool_and_puts() -> None:
    assert passes("""
    q, other = mp.Queue(), mp.Queue()
    with mp.Pool(initializer=print, initargs=(q,)) as pool:
        pool.apply_async(print, (q,))
    other.put((1, q))
    """) == [(4, 42, None, None), (5, 29, None, None), (6, 10, None, 1)]


def used_globals(text: str) -> list[tuple[str, int, int]]:
    return [
        (each.name, each.site.line, each.assigned.line)
        for each in all_of(protocol(text), UseGlobal)
        if isinstance(each, UseGlobal)
    ]


def test_a_process_uses_a_global_that_main_assigned() -> None:
    assert used_globals("""
    def work():
        while True:
            q.get()
    if __name__ == "__main__":
        q = mp.JoinableQueue()
        mp.Process(target=work).start()
    """) == [("q", 5, 7)]


def test_a_process_that_assigns_its_own_global() -> None:
    assert (
        used_globals("""
    q = None
    def work(mine):
        global q
        q = mine
        q.get()
    if __name__ == "__main__":
        tasks = mp.JoinableQueue()
        mp.Process(target=work, args=(tasks,)).start()
    """)
        == []
    )


def test_a_thread_shares_the_globals() -> None:
    assert (
        used_globals("""
    def work():
        q.get()
    q = mp.Queue()
    threading.Thread(target=work).start()
    """)
        == []
    )


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("mp", StartMethod.ANY),
        ("mp.get_context('spawn')", StartMethod.SPAWN),
        ("mp.get_context()", StartMethod.ANY),
        ("mp.get_context(method)", None),
    ],
)
def test_context_of_queues_and_processes(context: str, expected: StartMethod | None) -> None:
    made = protocol(f"""
    ctx = {context}
    q = ctx.Queue()
    class Worker(ctx.Process):
        def run(self): q.get()
    Worker().start()
    ctx.Process(target=print).start()
    """)
    assert [queue.start_method for queue in made.queues] == [expected]
    assert [actor.start_method for actor in made.actors[1:]] == [expected] * 2


def test_start_method_of_the_default_context() -> None:
    made = protocol("""
    mp.set_start_method('fork')
    q = mp.Queue()
    mp.Process(target=print, args=(q,)).start()
    """)
    assert made.queues[0].start_method is StartMethod.FORK
    assert made.actors[1].start_method is StartMethod.FORK


def test_misspelt_daemon() -> None:
    [operation] = all_of(
        protocol("""
    q = mp.Queue()
    p = mp.Process(target=print, args=(q,))
    p.deamon = True
    p.start()
    """),
        SetAttribute,
    )
    assert isinstance(operation, SetAttribute)
    assert (operation.name, operation.true, operation.site.span.column) == ("deamon", True, 0)


@pytest.mark.parametrize(
    ("item", "what"),
    [
        ("lambda: 1", "a lambda"),
        ("(1, lambda: 1)", "a lambda"),
        ("nested", "a nested function"),
        ("(x for x in 'ab')", "a generator"),
        ("numbers()", "a generator"),
        ("threading.Lock()", "a lock"),
        ("open('x')", "an open file"),
        ("threading.Thread(target=print)", "a thread"),
        ("at_top", ""),
        ("[x for x in 'ab']", ""),
        ("print", ""),
    ],
)
def test_what_cannot_be_pickled(item: str, what: str) -> None:
    [put] = all_of(
        protocol(f"""
    def at_top(): pass
    def numbers():
        yield 1
    def main():
        def nested(): pass
        q = mp.JoinableQueue()
        q.put({item})
    main()
    """),
        Put,
    )
    assert isinstance(put, Put)
    assert put.unpicklable == what
    assert put.argument is not None
    assert put.argument.span.column == 10


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("mp.Pool(2)", StartMethod.ANY),
        ("mp.get_context('fork').Pool(2)", StartMethod.FORK),
        ("futures.ProcessPoolExecutor(mp_context=mp.get_context('spawn'))", StartMethod.SPAWN),
        ("futures.ProcessPoolExecutor(mp_context=given)", None),
    ],
)
def test_context_of_a_pool(pool: str, expected: StartMethod | None) -> None:
    made = protocol(f"""
    from concurrent import futures
    q = mp.Manager().Queue()
    def work(x): q.put(x)
    with {pool} as pool:
        pool.map(work, [1, 2])
    """)
    assert {actor.start_method for actor in made.actors[1:]} == {expected}


@pytest.mark.parametrize(
    "context", ["contextlib.suppress(ValueError)", "self.assertRaisesRegex(ValueError, 'closed')"]
)
def test_a_context_that_swallows_exceptions_is_a_handler(context: str) -> None:
    [attempt] = all_of(
        protocol(f"""
    import contextlib
    q = mp.Queue()
    with {context}:
        q.put(1)
        raise ValueError
    q.get()
    """),
        Try,
    )
    assert isinstance(attempt, Try)
    [handler] = attempt.handlers
    assert [known.name for known in handler.exceptions] == ["ValueError"]
    assert handler.body == ()
