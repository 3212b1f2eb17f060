"""Feeders, pipes and the ends of processes and managers."""

from __future__ import annotations

import pytest

from tests.programs import kinds, only, printed, raised, verdict, waiting
from tests.simulator import OutcomeKind


def test_an_unpicklable_item_is_dropped_but_counted() -> None:
    """The feeder prints a traceback and goes on; join hangs."""
    judgement = verdict("""
        import multiprocessing as mp
        q = mp.JoinableQueue()
        q.put(lambda: None)
        q.put(1)
        print(q.get())
        q.task_done()
        q.join()
    """)
    outcome = only(judgement)
    assert outcome.kind is OutcomeKind.HANGS
    assert outcome.stdout == "1\n"
    assert [(e.actor, e.line) for e in outcome.errors] == [("QueueFeederThread of MainProcess", 4)]


def test_a_managers_queue_pickles_in_put() -> None:
    """The put itself raises."""
    judgement = verdict("""
        import multiprocessing as mp
        q = mp.Manager().JoinableQueue()
        q.put(lambda: None)
    """)
    outcome = only(judgement)
    assert outcome.kind is OutcomeKind.RAISES
    assert outcome.errors[0].line == 4


def test_pickling_happens_in_the_feeder() -> None:
    """Later than the put: a change of the item may still be sent."""
    judgement = verdict("""
        import multiprocessing as mp, sys
        q = mp.Queue()
        item = [1]
        q.put(item)
        item.append(2)
        sys.exit(len(q.get()))
    """)
    assert {o.exit_code for o in judgement.outcomes} == {1, 2}


FULL_PIPE = """
    import multiprocessing as mp
    def work(q):
        for _ in range({count}):
            q.put("x" * 990)
    if __name__ == "__main__":
        q = {queue}
        p = mp.Process(target=work, args=(q,))
        p.start()
        {before}
        p.join()
"""


@pytest.mark.parametrize(("count", "hangs"), [(60, False), (70, True)])
def test_a_full_pipe_keeps_a_process_alive(count: int, hangs: bool) -> None:
    """More than 64 KiB that nobody reads: the child does not exit."""
    judgement = verdict(FULL_PIPE.format(count=count, queue="mp.Queue()", before="pass"))
    assert judgement.always_fails if hangs else judgement.finishes
    if hangs:
        assert waiting(judgement, "Process.join")


def test_drained_first_it_ends() -> None:
    """Reading makes room; a manager's queue has none of this."""
    drain = FULL_PIPE.format(count=70, queue="mp.Queue()", before="[q.get() for _ in range(70)]")
    assert verdict(drain).finishes
    managed = FULL_PIPE.format(count=70, queue="mp.Manager().Queue()", before="pass")
    assert OutcomeKind.HANGS not in kinds(verdict(managed))


def test_one_item_larger_than_the_pipe() -> None:
    """It passes where somebody reads, and blocks the exit where nobody does."""
    program = """
        import multiprocessing as mp
        q = mp.Queue()
        q.put("x" * 200_000)
        {then}
    """
    assert verdict(program.format(then="print(len(q.get()))")).finishes
    assert verdict(program.format(then="pass")).always_fails


def test_the_main_process_does_not_exit_either() -> None:
    """Unless it cancels the join of its feeder."""
    program = """
        import multiprocessing as mp
        q = mp.Queue()
        for _ in range(70):
            q.put("x" * 990)
        {then}
    """
    judgement = verdict(program.format(then="pass"))
    assert waiting(judgement, "Queue.join_thread (at exit)")
    assert verdict(program.format(then="q.cancel_join_thread()")).finishes


TERMINATED = """
    import multiprocessing as mp, queue, time
    def work(q):
        q.get()
    q = mp.Queue()
    p = mp.Process(target=work, args=(q,))
    p.start()
    time.sleep(1)
    p.terminate()
    p.join()
    q.put(1)
    {then}
"""


def test_a_terminated_reader_keeps_the_read_lock() -> None:
    """Every later get hangs, and a get with a timeout finds nothing."""
    judgement = verdict(TERMINATED.format(then="q.get()"))
    assert judgement.always_fails
    assert waiting(judgement, "Queue.get")
    assert raised(verdict(TERMINATED.format(then="q.get(timeout=5)"))) == {"Empty"}


def test_order_is_kept_for_each_producer_only() -> None:
    """A sentinel of main may overtake the items of a producer that still puts."""
    program = """
        import multiprocessing as mp
        def produce(q):
            q.put("work")
        q = mp.Queue()
        p = mp.Process(target=produce, args=(q,))
        p.start()
        {wait}
        q.put(None)
        first = q.get()
        p.join()
        raise SystemExit(0 if first == "work" else 3)
    """
    assert {o.exit_code for o in verdict(program.format(wait="pass")).outcomes} == {0, 3}
    assert {o.exit_code for o in verdict(program.format(wait="p.join()")).outcomes} == {0}


def test_daemons_are_killed_at_exit() -> None:
    """And what they did not take is lost."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            while True:
                print(q.get())
        q = mp.Queue()
        mp.Process(target=work, args=(q,), daemon=True).start()
        q.put("work")
    """)
    lost = [x for o in judgement.outcomes for x in o.lost]
    assert [(x.items, x.held) for x in lost] == [(("'work'",), False)]


def test_work_in_the_hands_of_a_killed_daemon_is_lost() -> None:
    """Taken, and not done when the program ends."""
    judgement = verdict("""
        import multiprocessing as mp, time
        def work(q):
            while True:
                item = q.get()
                time.sleep(10)
                q.task_done()
        q = mp.JoinableQueue()
        mp.Process(target=work, args=(q,), daemon=True).start()
        q.put("one")
        q.put("two")
        time.sleep(15)
    """)
    assert {(x.items, x.held) for o in judgement.outcomes for x in o.lost} == {(("'two'",), True)}


def test_a_queue_nobody_takes_from_loses_nothing() -> None:
    """Results that are thrown away are no lost work."""
    assert verdict("""
        import queue
        q = queue.Queue()
        q.put("result")
    """).finishes


def test_children_are_waited_for_even_after_an_exception() -> None:
    """Non-daemon children blocked in get keep the parent alive."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            q.get()
        q = mp.Queue()
        mp.Process(target=work, args=(q,)).start()
        raise RuntimeError("main dies")
    """)
    assert judgement.always_fails
    assert waiting(judgement, "Process.join (at exit)")
    assert raised(judgement) == {"RuntimeError"}


MANAGER = """
    import multiprocessing as mp, time
    def work(q):
        try:
            while True:
                q.get()
        except Exception as problem:
            print(type(problem).__name__)
        try:
            q.put(1)
        except Exception as problem:
            print(type(problem).__name__)
    with mp.Manager() as manager:
        q = manager.Queue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        time.sleep(1)
    p.join()
"""


def test_the_end_of_a_manager() -> None:
    """Who waits sees EOFError, later calls fail on the connection."""
    assert printed(MANAGER) == {"EOFError\nBrokenPipeError\n"}


def test_the_manager_ends_before_children_are_waited_for() -> None:
    """At main's exit."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            q.get()
        manager = mp.Manager()
        q = manager.Queue()
        mp.Process(target=work, args=(q,)).start()
    """)
    assert judgement.always_fails
    assert raised(judgement) <= {"EOFError", "BrokenPipeError", "FileNotFoundError"}


def test_a_proxy_keeps_its_manager_alive() -> None:
    """In the process that made it."""
    assert printed("""
        import multiprocessing as mp
        def work(q):
            q.task_done()
        q = mp.Manager().JoinableQueue()
        q.put(1)
        p = mp.Process(target=work, args=(q,))
        p.start()
        p.join()
        q.join()
        print("joined")
    """) == {"joined\n"}


def test_a_temporary_proxy_is_gone() -> None:
    """Nobody holds it but the process object, which lets go of it when it starts."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            q.put(1)
        p = mp.Process(target=work, args=(mp.Manager().Queue(),))
        p.start()
        p.join()
    """)
    assert judgement.always_fails
    assert raised(judgement) <= {"RemoteError", "FileNotFoundError", "BrokenPipeError", "EOFError"}
