"""``shutdown``, tasks, event loops beside threads, executors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.programs import only, printed, raised, verdict
from tests.simulator import Budget, OutcomeKind


def test_shutdown_of_a_thread_queue() -> None:
    """Put raises, get drains and then raises, join still waits for task_done."""
    assert printed("""
        import queue
        q = queue.Queue()
        q.put(1)
        q.shutdown()
        for call in (lambda: q.put(2), q.get, q.get):
            try:
                print(call())
            except queue.ShutDown:
                print("down")
        q.task_done()
        q.join()
    """) == {"down\n1\ndown\n"}


def test_immediate_shutdown() -> None:
    """Counts down what was queued; what was taken still needs its task_done."""
    program = """
        import queue
        q = queue.Queue()
        for item in range(3):
            q.put(item)
        q.get()
        q.shutdown(immediate=True)
        {done}
        q.join()
    """
    assert verdict(program.format(done="q.task_done()")).finishes
    assert verdict(program.format(done="pass")).always_fails


@pytest.mark.parametrize("make", ["mp.Queue()", "mp.JoinableQueue()", "mp.SimpleQueue()"])
def test_process_queues_have_no_shutdown(make: str) -> None:
    """On no version."""
    judgement = verdict(f"""
        import multiprocessing as mp
        q = {make}
        q.shutdown()
    """)
    assert raised(judgement) == {"AttributeError"}


def test_shutdown_of_an_asyncio_queue() -> None:
    """As that of a thread queue, with its own exception."""
    assert printed("""
        import asyncio
        async def work(q):
            while True:
                try:
                    item = await q.get()
                except asyncio.QueueShutDown:
                    print("down")
                    return
                print(item)
                q.task_done()
        async def main():
            q = asyncio.Queue()
            workers = [asyncio.create_task(work(q)) for _ in range(2)]
            await q.put(1)
            await q.join()
            q.shutdown()
            await asyncio.gather(*workers)
            try:
                q.put_nowait(2)
            except asyncio.QueueShutDown:
                print("closed")
        asyncio.run(main())
    """) == {"1\ndown\ndown\nclosed\n"}


def test_a_cancelled_get_took_nothing() -> None:
    """A task_done in a finally around it is one too many."""
    judgement = verdict("""
        import asyncio
        async def work(q):
            while True:
                try:
                    await q.get()
                finally:
                    q.task_done()
        async def main():
            q = asyncio.Queue()
            task = asyncio.create_task(work(q))
            await q.put(1)
            await q.join()
            task.cancel()
            await task
        asyncio.run(main())
    """)
    outcome = only(judgement)
    assert outcome.errors[0].type == "ValueError"
    assert outcome.errors[0].line == 8


def test_tasks_that_wait_for_ever_are_named() -> None:
    """With the operation and the line."""
    judgement = verdict("""
        import asyncio
        async def work(q):
            while True:
                item = await q.get()
                if item is None:
                    break
                q.task_done()
        async def main():
            q = asyncio.Queue()
            task = asyncio.create_task(work(q), name="worker")
            await q.put(1)
            await q.put(None)
            await q.join()
        asyncio.run(main())
    """)
    outcome = only(judgement)
    assert outcome.kind is OutcomeKind.HANGS
    tasks = [(w.operation, w.line) for w in outcome.waits if w.role == "task"]
    assert tasks == [("asyncio.Queue.join", 14)]


def test_a_task_that_died_unseen() -> None:
    """Its exception counts though nobody awaited it."""
    judgement = verdict("""
        import asyncio
        async def work():
            raise KeyError("gone")
        async def main():
            task = asyncio.create_task(work(), name="worker")
            await asyncio.sleep(1)
        asyncio.run(main())
    """)
    (error,) = only(judgement).errors
    assert (error.actor, error.type, error.line) == ("worker", "KeyError", 4)


def test_an_asyncio_queue_from_a_thread() -> None:
    """The loop is not woken; ``call_soon_threadsafe`` wakes it."""
    program = """
        import asyncio, threading, time
        def produce(loop, q):
            time.sleep(1)
            {put}
        async def main():
            q = asyncio.Queue()
            thread = threading.Thread(
                target=produce, args=(asyncio.get_running_loop(), q)
            )
            thread.start()
            print(await q.get())
        asyncio.run(main())
    """
    assert verdict(program.format(put="q.put_nowait(1)")).always_fails
    assert verdict(program.format(put="loop.call_soon_threadsafe(q.put_nowait, 1)")).finishes
    threadsafe = "asyncio.run_coroutine_threadsafe(q.put(1), loop).result()"
    assert verdict(program.format(put=threadsafe)).finishes


def test_to_thread_and_timeouts() -> None:
    """Threads beside a loop, in virtual time."""
    assert printed("""
        import asyncio, queue, time
        def take(q):
            return q.get()
        async def main():
            q = queue.Queue()
            waiting = asyncio.create_task(asyncio.to_thread(take, q))
            await asyncio.sleep(3600)
            q.put("late")
            print(await waiting)
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 60)
            except asyncio.TimeoutError:
                print("timeout")
        asyncio.run(main())
    """) == {"late\ntimeout\n"}


def test_thread_pool_executor() -> None:
    """Results, exceptions, and workers that consume a queue."""
    assert printed("""
        import queue
        from concurrent.futures import ThreadPoolExecutor, as_completed
        def work(q):
            total = 0
            while (item := q.get()) is not None:
                total += item
                q.task_done()
            q.task_done()
            return total
        q = queue.Queue()
        with ThreadPoolExecutor(max_workers=2) as pool:
            futures = [pool.submit(work, q) for _ in range(2)]
            for item in [1, 2, 3, None, None]:
                q.put(item)
            q.join()
            print(sum(f.result() for f in as_completed(futures)))
            print(list(pool.map(abs, [-1, -2])))
    """) == {"6\n[1, 2]\n"}


def test_more_workers_than_an_executor_runs() -> None:
    """The third never starts, so its sentinel stays."""
    judgement = verdict("""
        import queue
        from concurrent.futures import ThreadPoolExecutor
        def work(q):
            while q.get() is not None:
                pass
        q = queue.Queue()
        with ThreadPoolExecutor(max_workers=2) as pool:
            for _ in range(3):
                pool.submit(work, q)
            for _ in range(2):
                q.put(None)
    """)
    assert judgement.always_fails
    assert {o.kind for o in judgement.outcomes} == {OutcomeKind.HANGS}


def test_process_pool_executor_breaks() -> None:
    """A worker that dies takes the pool with it."""
    judgement = verdict("""
        import os
        from concurrent.futures import ProcessPoolExecutor
        def work(n):
            os._exit(1)
        if __name__ == "__main__":
            with ProcessPoolExecutor(2) as pool:
                pool.submit(work, 1).result()
    """)
    assert "BrokenProcessPool" in raised(judgement)


LEFT_TO_PUT = """
    import asyncio
    async def feed(q):
        await asyncio.sleep(1)
        await q.put("work")
    async def main():
        q = asyncio.Queue()
        feeding = asyncio.create_task(feed(q))
        {first}
        await q.join()
    asyncio.run(main())
"""


def test_a_join_is_early_for_a_task_that_mains_end_cuts_off() -> None:
    """What it would have put, had main gone on, was not waited for."""
    outcome = only(verdict(LEFT_TO_PUT.format(first="pass")))
    assert outcome.kind is OutcomeKind.FINISHES
    assert [(j.line, j.puts_after) for j in outcome.early_joins] == [(10, 1)]
    waited = "await feeding; await q.get(); q.task_done()"
    assert not only(verdict(LEFT_TO_PUT.format(first=waited))).early_joins


GIVES_UP = """
    import asyncio
    async def work(q):
        try:
            await asyncio.wait_for(q.get(), 1)
        except asyncio.TimeoutError:
            raise ValueError("too late")
    async def main():
        q = asyncio.Queue()
        working = asyncio.create_task(work(q))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await q.put("work")
        await working
    asyncio.run(main())
"""


def test_a_slow_loop_lets_timers_come_first() -> None:
    """Where the budget says so, and not for a patient ``get``."""
    assert verdict(GIVES_UP).finishes
    slow = Budget(schedules=20, random=60, early_timeouts=True)
    assert raised(verdict(GIVES_UP, budget=slow)) == {"ValueError"}
    assert verdict(GIVES_UP, budget=replace(slow, patient_gets=True)).finishes


LATE_FOR_TWO = """
    import asyncio
    async def produce(q):
        for item in range(3):
            await asyncio.sleep(0.01)
            await q.put(item)
        await q.put(None)
    async def work(q):
        item = 0
        while item is not None:
            try:
                item = await asyncio.wait_for(q.get(), 1)
            except asyncio.TimeoutError:
                pass
            finally:
                q.task_done()
    async def main():
        q = asyncio.Queue()
        working = asyncio.create_task(work(q))
        await produce(q)
        await working
    asyncio.run(main())
"""


def test_a_slow_loop_is_late_for_more_than_the_next_timer() -> None:
    """A ``wait_for`` of a second may give up although the producer sleeps a hundredth only."""
    assert verdict(LATE_FOR_TWO).finishes
    slow = Budget(schedules=20, random=60, early_timeouts=True)
    assert "ValueError" in raised(verdict(LATE_FOR_TWO, budget=slow))


DEAD_BEFORE_CANCELLED = """
    import asyncio
    async def work(q):
        while True:
            await q.get()
            q.task_done()
            q.task_done()
    async def main():
        q = asyncio.Queue()
        for item in range(3):
            q.put_nowait(item)
        working = asyncio.create_task(work(q))
        await asyncio.sleep(1)
        {end}
    asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("end", "silent"), [("working.cancel()", True), ("pass", False)], ids=["cancelled", "left"]
)
def test_a_worker_that_died_before_it_is_cancelled_raised_all_the_same(
    end: str, silent: bool
) -> None:
    """``cancel()`` of a task that is done silences what it died of: no traceback is shown."""
    errors = only(verdict(DEAD_BEFORE_CANCELLED.format(end=end))).errors
    assert [(e.type, e.silent) for e in errors] == [("ValueError", silent)]


CANCELLED_AT_WORK = """
    import asyncio
    async def work(q):
        while True:
            item = await q.get()
            await asyncio.sleep(item)
            q.task_done()
            {again}
    async def main():
        q = asyncio.Queue()
        tasks = [asyncio.create_task(work(q)) for _ in range(2)]
        for item in (0.1, 0.1, 1):
            q.put_nowait(item)
        {join}
        for task in tasks:
            task.cancel()
    asyncio.run(main())
"""


def test_what_a_cancelled_task_had_in_hand_is_lost_where_it_was_waited_for() -> None:
    """A ``task_done`` too many lets the join go, and finishes the work of nobody else."""
    assert verdict(CANCELLED_AT_WORK.format(join="await q.join()", again="")).finishes
    assert verdict(CANCELLED_AT_WORK.format(join="await asyncio.sleep(0.5)", again="")).finishes
    program = CANCELLED_AT_WORK.format(join="await q.join()", again="q.task_done()")
    [lost] = only(verdict(program)).lost
    assert lost.held
    assert lost.items == ("1",)
