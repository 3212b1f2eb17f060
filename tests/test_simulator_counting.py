"""The simulator counts as the real queues do."""

from __future__ import annotations

from tests.programs import kinds, only, printed, raised, verdict, waiting
from tests.simulator import OutcomeKind


def test_put_counts_in_the_caller() -> None:
    """Put counts at once: a join straight after it waits though nothing was sent yet."""
    judgement = verdict("""
        import multiprocessing as mp
        q = mp.JoinableQueue()
        q.put(1)
        q.join()
    """)
    assert only(judgement).kind is OutcomeKind.HANGS
    assert waiting(judgement, "JoinableQueue.join")


def test_task_done_at_zero_kills_the_worker() -> None:
    """A worker that counts twice dies of ValueError."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            q.get()
            q.task_done()
            q.task_done()
        q = mp.JoinableQueue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        q.put(1)
        p.join()
        print(p.exitcode)
    """)
    outcome = only(judgement)
    assert outcome.kind is OutcomeKind.RAISES
    assert outcome.stdout == "1\n"
    error = outcome.errors[0]
    assert (error.actor, error.type, error.line) == ("Process-1", "ValueError", 6)
    assert error.message == "task_done() called too many times"


def test_task_done_needs_no_get() -> None:
    """Put, task_done, join passes: the count is not tied to a get."""
    assert printed("""
        import multiprocessing as mp
        q = mp.JoinableQueue()
        q.put(1)
        q.task_done()
        q.join()
        q.get()
        print("through")
    """) == {"through\n"}


def test_an_extra_task_done_lets_join_return_early() -> None:
    """The extra call takes the count of another item, which nobody has finished."""
    judgement = verdict("""
        import queue, threading
        def work(q):
            while True:
                item = q.get()
                q.task_done()
                q.task_done()
        q = queue.Queue()
        q.put(1)
        q.put(2)
        threading.Thread(target=work, args=(q,), daemon=True).start()
        q.join()
    """)
    early = [o for o in judgement.outcomes if o.kind is OutcomeKind.LOSES_ITEMS]
    assert {x.items for o in early for x in o.lost} == {("2",)}


JOIN_TWICE = """
    import {module}, threading, time
    def work(q):
        q.get()
        time.sleep(1)
        q.task_done()
        q.put(2)
    q = {module}.{kind}()
    q.put(1)
    threading.Thread(target=work, args=(q,), daemon=True).start()
    q.join()
    print("through")
"""


def test_join_of_a_process_queue_waits_once() -> None:
    """A put between the notification and the wake-up does not hold the join back."""
    judgement = verdict(JOIN_TWICE.format(module="multiprocessing", kind="JoinableQueue"))
    assert OutcomeKind.HANGS not in kinds(judgement)


def test_join_of_a_thread_queue_looks_again() -> None:
    """The same program on a thread queue may wait for the second item too."""
    judgement = verdict(JOIN_TWICE.format(module="queue", kind="Queue"))
    assert OutcomeKind.HANGS in kinds(judgement)
    assert not judgement.always_fails


def test_join_of_an_asyncio_queue_waits_once() -> None:
    """``asyncio.Queue.join`` waits on an event, once."""
    judgement = verdict("""
        import asyncio
        async def work(q):
            await q.get()
            q.task_done()
            q.put_nowait(2)
        async def main():
            q = asyncio.Queue()
            q.put_nowait(1)
            asyncio.create_task(work(q))
            await q.join()
            print("through", q.qsize())
        asyncio.run(main())
    """)
    assert only(judgement).stdout == "through 1\n"


def test_join_on_zero_returns_at_once() -> None:
    """A join before the producer has put anything returns, and is noted as early."""
    judgement = verdict("""
        import multiprocessing as mp
        def produce(q):
            q.put("work")
        q = mp.JoinableQueue()
        p = mp.Process(target=produce, args=(q,))
        p.start()
        q.join()
        p.join()
        print(q.get())
        q.task_done()
    """)
    early = [j for o in judgement.outcomes for j in o.early_joins]
    assert [(j.actor, j.line, j.puts_after, j.putters) for j in early] == [
        ("MainProcess", 8, 1, ("Process-1",))
    ]


def test_join_takes_no_timeout() -> None:
    """In none of the three libraries."""
    for make in ("multiprocessing.JoinableQueue()", "queue.Queue()", "asyncio.Queue()"):
        judgement = verdict(f"""
            import asyncio, multiprocessing, queue
            q = {make}
            q.join(timeout=1)
        """)
        assert raised(judgement) == {"TypeError"}


WORKERS = """
    import multiprocessing as mp
    def work(q):
        while True:
            item = q.get()
            if item is None:
                {on_sentinel}
                break
            q.task_done()
    if __name__ == "__main__":
        q = mp.JoinableQueue()
        ps = [mp.Process(target=work, args=(q,)) for _ in range(2)]
        for p in ps:
            p.start()
        q.put("work")
        for _ in range({sentinels}):
            q.put(None)
        {join}
        for p in ps:
            p.join()
"""


def workers(on_sentinel: str, sentinels: int, join: str) -> str:
    """Two workers and so many sentinels."""
    return WORKERS.format(on_sentinel=on_sentinel, sentinels=sentinels, join=join)


def test_sentinels_are_items() -> None:
    """A sentinel taken without task_done keeps join waiting."""
    judgement = verdict(workers("pass", 2, "q.join()"))
    assert judgement.always_fails
    assert waiting(judgement, "JoinableQueue.join")
    assert verdict(workers("q.task_done()", 2, "q.join()")).finishes


def test_too_few_sentinels() -> None:
    """The queue's join returns, that of the process hangs on the worker's get."""
    judgement = verdict(workers("q.task_done()", 1, "q.join()"))
    assert judgement.always_fails
    assert waiting(judgement, "Process.join")
    assert waiting(judgement, "JoinableQueue.get")


def test_too_many_sentinels() -> None:
    """The queue's join hangs on the surplus; without it nothing is wrong, and nothing lost."""
    judgement = verdict(workers("q.task_done()", 3, "q.join()"))
    assert judgement.always_fails
    assert waiting(judgement, "JoinableQueue.join")
    assert verdict(workers("q.task_done()", 3, "pass")).finishes


def test_a_worker_that_dies_leaves_the_count_up() -> None:
    """Between get and task_done."""
    judgement = verdict("""
        import multiprocessing as mp
        def work(q):
            q.get()
            raise RuntimeError("broken")
        q = mp.JoinableQueue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        q.put(1)
        q.join()
    """)
    assert judgement.always_fails
    assert waiting(judgement, "JoinableQueue.join")
    assert raised(judgement) == {"RuntimeError"}


def test_a_worker_that_joins_its_own_item() -> None:
    """Waits for itself."""
    judgement = verdict("""
        import queue, threading
        def work(q):
            q.get()
            q.join()
            q.task_done()
        q = queue.Queue()
        t = threading.Thread(target=work, args=(q,))
        t.start()
        q.put(1)
        t.join()
    """)
    outcome = only(judgement)
    assert {(w.operation, w.line) for w in outcome.waits} == {
        ("Queue.join", 5),
        ("Thread.join", 11),
    }


def test_maxsize_counts_what_is_queued() -> None:
    """Get frees the slot, not task_done."""
    for make in ("mp.JoinableQueue(1)", "queue.Queue(1)", "mp.Manager().Queue(1)"):
        assert verdict(f"""
            import multiprocessing as mp, queue
            q = {make}
            q.put(1)
            q.get()
            q.put(2)
            q.get()
        """).finishes
        judgement = verdict(f"""
            import multiprocessing as mp, queue
            q = {make}
            q.put(1)
            q.put(2)
        """)
        assert judgement.always_fails
        assert {w.method for o in judgement.outcomes for w in o.waits} == {"put"}


FINALLY = """
    import multiprocessing as mp
    def work(q):
        while True:
            item = q.get()
            try:
                if item is None:
                    break
                1 / item
            {clause}
            finally:
                q.task_done()
    q = mp.JoinableQueue()
    ps = [mp.Process(target=work, args=(q,)) for _ in range(2)]
    for p in ps:
        p.start()
    for item in {items}:
        q.put(item)
    for p in ps:
        q.put(None)
    q.join()
    for p in ps:
        p.join()
"""


def test_finally_alone_is_no_cure() -> None:
    """The worker still dies; only an except clause keeps it at work."""
    few = verdict(FINALLY.format(clause="", items="[1, 0]"))
    assert few.always_fails
    assert waiting(few, "JoinableQueue.join")
    as_many = verdict(FINALLY.format(clause="", items="[0, 0, 1]"))
    assert as_many.always_fails
    assert waiting(as_many, "JoinableQueue.join")
    caught = FINALLY.format(clause="except ZeroDivisionError: pass", items="[0, 0, 1]")
    assert verdict(caught).finishes


WAITS_FOR_ALL_DONE = """
    import queue, threading
    q = queue.Queue()
    def work():
        for _ in range(2):
            q.get()
            q.task_done()
    q.put(1)
    q.put(2)
    threading.Thread(target=work).start()
    {held}:
        while q.unfinished_tasks:
            q.all_tasks_done.wait()
"""


def test_the_condition_that_all_is_done() -> None:
    """`task_done` wakes whoever waits on the queue's condition, and holds it meanwhile."""
    assert verdict(WAITS_FOR_ALL_DONE.format(held="with q.all_tasks_done")).finishes
    assert raised(verdict(WAITS_FOR_ALL_DONE.format(held="if True"))) == {"RuntimeError"}
