"""The reader: tasks, greenlets, pools and executors; what runs them and waits for them."""

from __future__ import annotations

import pytest

from flake8_joinqueue.check import check_source
from flake8_joinqueue.options import Options
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Daemon,
    Get,
    JoinQueue,
    Put,
    operations_in,
)
from tests.reading import body, lines, main, operations, protocol, whole

ASYNCIO = """
import asyncio

async def worker(q):
    while True:
        item = await q.get()
        if item is None:
            break
        q.task_done()

async def main():
    q = asyncio.Queue()
    {do}
"""


def in_main(program: str, do: str) -> str:
    """A program whose coroutine `main` does something with a queue."""
    return program.replace("{do}", do.replace("\n", "\n    ")) + "\nasyncio.run(main())\n"


def course(program: str) -> list[str]:
    """What main does with actors, whatever it stands in."""
    words = ("start", "wait", "cancel", "terminate", "kill")
    return [line.strip() for line in main(program).splitlines() if line.strip().startswith(words)]


def actors(program: str) -> tuple[Actor, ...]:
    """The actors besides main."""
    return protocol(program).actors[1:]


# --- asyncio -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "do",
    [
        "t = asyncio.create_task(worker(q)); await t",
        "t = asyncio.ensure_future(worker(q)); await t",
        "t = asyncio.get_running_loop().create_task(worker(q)); await t",
        "await asyncio.create_task(worker(q), name='one')",
        "await asyncio.shield(worker(q))",
        "await asyncio.gather(worker(q))",
        "await asyncio.gather(*[worker(q)], return_exceptions=True)",
        "await asyncio.wait([asyncio.create_task(worker(q))])",
        "async with asyncio.TaskGroup() as group:\n    group.create_task(worker(q))",
        "for each in asyncio.as_completed([worker(q)]):\n    await each",
    ],
)
def test_every_way_to_start_a_task_and_wait_for_it(do: str) -> None:
    program = in_main(ASYNCIO, do)
    assert course(program) == ["start worker", "wait for worker"]
    (made,) = actors(program)
    assert (made.kind, made.daemon) == (ActorKind.TASK, Daemon.NO)
    assert body(program, "worker").startswith("worker():\n  for ever:\n    get q -> item")


@pytest.mark.parametrize(
    "run",
    [
        "asyncio.run(main())",
        "asyncio.get_event_loop().run_until_complete(main())",
        "loop = asyncio.new_event_loop(); loop.run_until_complete(main())",
        "with asyncio.Runner() as runner:\n    runner.run(main())",
        "asyncio.run(asyncio.wait_for(main(), None))",
    ],
)
def test_every_way_to_run_a_coroutine(run: str) -> None:
    program = ASYNCIO.replace("{do}", "await q.put(1)") + run
    assert main(program).startswith("main():\n  put q 1")


def test_a_call_that_nobody_awaits_does_nothing() -> None:
    program = in_main(ASYNCIO, "q.put(1)\nq.get()\nq.join()\nworker(q)")
    assert not [op for op in operations(protocol(program)) if isinstance(op, (Put, Get, JoinQueue))]
    text = main(in_main(ASYNCIO, "q.put_nowait(1)"))
    assert text.startswith("main():\n  put q 1 without waiting")


def test_many_tasks_of_one_call() -> None:
    program = in_main(ASYNCIO, "await asyncio.gather(*[worker(q) for _ in range(3)])")
    assert main(program) == lines("""
        main():
          loop x3:
            start worker
          loop x3:
            wait for worker
    """)


def test_waits_for_a_time() -> None:
    program = in_main(
        ASYNCIO,
        "await asyncio.wait_for(q.join(), 5)\n"
        "await asyncio.wait_for(q.get(), timeout=1)\n"
        "async with asyncio.timeout(3):\n    await q.join()\n"
        "await q.join()\n"
        "await asyncio.wait_for(q.join(), None)",
    )
    found = list(operations(protocol(program)))
    joins = [each for each in found if isinstance(each, JoinQueue)]
    assert [each.timed for each in joins] == [True, True, False, False]
    # The worker, which nobody starts, takes from a queue of its own.
    (get,) = [each for each in found if isinstance(each, Get) and each.queue == joins[0].queue]
    assert get.may_be_empty
    assert get.expires


@pytest.mark.parametrize(
    ("wait", "timed"),
    [
        ("asyncio.wait(tasks)", False),
        ("asyncio.wait(tasks, timeout=None)", False),
        ("asyncio.wait(tasks, timeout=2)", True),
        ("asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)", True),
        ("asyncio.wait(tasks, return_when=asyncio.ALL_COMPLETED)", False),
        ("asyncio.wait_for(asyncio.gather(*tasks), 2)", True),
    ],
)
def test_waits_that_may_come_back_early(wait: str, timed: bool) -> None:
    program = in_main(ASYNCIO, f"tasks = [asyncio.create_task(worker(q))]\nawait {wait}")
    assert ("wait for worker for a time" in main(program)) == timed


def test_a_get_in_a_task_that_somebody_cancels() -> None:
    stop = "t = asyncio.create_task(worker(q))\n{stop}"
    kept = in_main(ASYNCIO, stop.replace("{stop}", "await t"))
    stopped = in_main(ASYNCIO, stop.replace("{stop}", "t.cancel()"))
    assert [op.may_be_cancelled for op in operations(protocol(kept)) if isinstance(op, Get)] == [
        False
    ]
    assert [op.may_be_cancelled for op in operations(protocol(stopped)) if isinstance(op, Get)] == [
        True
    ]


def test_what_is_handed_to_the_loop_by_a_thread_is_out_of_reach() -> None:
    program = in_main(ASYNCIO, "asyncio.get_running_loop().call_soon_threadsafe(q.put_nowait, 1)")
    assert "escape q" in main(program)
    program = in_main(ASYNCIO, "asyncio.run_coroutine_threadsafe(q.put(1), None)")
    assert "escape q" in main(program)


def test_threads_of_a_loop() -> None:
    program = """
        import asyncio, queue
        def take(q):
            q.get()
        async def main():
            q = queue.Queue()
            await asyncio.to_thread(take, q)
            await asyncio.get_running_loop().run_in_executor(None, take, q)
        asyncio.run(main())
    """
    assert main(program) == lines("""
        main():
          start take
          wait for take
          start take#2
          wait for take#2
    """)
    assert {made.kind for made in actors(program)} == {ActorKind.THREAD}


# --- gevent and Tornado --------------------------------------------------------------------------

GEVENT = """
import gevent
from gevent import Greenlet, joinall, spawn
from gevent.pool import Group, Pool
from gevent.queue import JoinableQueue

def worker(q):
    for item in iter(q.get, StopIteration):
        q.task_done()

q = JoinableQueue()
"""


@pytest.mark.parametrize(
    "do",
    [
        "g = gevent.spawn(worker, q); g.join()",
        "g = spawn(worker, q); joinall([g])",
        "gevent.joinall([gevent.spawn(worker, q)])",
        "g = gevent.spawn_later(1, worker, q); g.get()",
        "g = Greenlet(worker, q); g.start(); g.join()",
        "g = Greenlet.spawn(worker, q); g.join()",
        "p = Pool(3); p.spawn(worker, q); p.join()",
        "g = Group(); g.spawn(worker, q); g.join()",
    ],
)
def test_greenlets(do: str) -> None:
    program = f"{GEVENT}{do}\n"
    assert course(program) == ["start worker", "wait for worker"]
    (made,) = actors(program)
    assert made.kind is ActorKind.TASK
    assert "get q -> item" in body(program, "worker")


def test_greenlets_that_are_killed_after_the_join() -> None:
    program = f"{GEVENT}gs = [spawn(worker, q) for _ in range(2)]\nq.put(1)\nq.join()\n"
    assert main(f"{program}gevent.killall(gs)\n").endswith("join q\nloop x2:\n  kill worker")
    assert not check_source(f"{program}gevent.killall(gs)\n")


def test_a_greenlet_queue_is_gone_over_up_to_its_last_item() -> None:
    program = """
        from gevent.queue import JoinableQueue
        q = JoinableQueue()
        for item in q:
            q.task_done()
    """
    assert main(program) == lines("""
        while, after
          get q -> item
        not (item == StopIteration):
          task_done q
    """)


def test_a_tornado_queue_is_gone_over_for_ever() -> None:
    program = """
        from tornado.queues import Queue
        async def main():
            q = Queue()
            async for item in q:
                q.task_done()
        import asyncio
        asyncio.run(main())
    """
    assert main(program) == lines("""
        main():
          while, after
            get q -> item
          True:
            task_done q
    """)


def test_a_greenlet_class() -> None:
    program = """
        import gevent, gevent.queue
        class Worker(gevent.Greenlet):
            def __init__(self, q):
                gevent.Greenlet.__init__(self)
                self.q = q
            def _run(self):
                self.q.get()
        q = gevent.queue.JoinableQueue()
        w = Worker(q)
        w.start()
        q.join(timeout=4)
    """
    assert whole(program) == lines("""
        q: greenlet queue
        main:
          start Worker
          join q for a time
        Worker (task):
          _run():
            get q -> item
    """)


def test_tornado() -> None:
    program = """
        from tornado import gen
        from tornado.ioloop import IOLoop
        from tornado.queues import Queue
        q = Queue(maxsize=2)
        async def consumer():
            item = await q.get()
            q.task_done()
        @gen.coroutine
        def producer():
            yield q.put(1)
        async def main():
            IOLoop.current().spawn_callback(consumer)
            await producer()
            await q.join()
        IOLoop.current().run_sync(main)
    """
    assert whole(program) == lines("""
        q: tornado queue, maxsize 2
        main:
          main():
            start consumer
            producer():
              put q 1 without waiting
            join q
        consumer (task):
          consumer():
            get q -> item
            task_done q
    """)


# --- packages that are like others ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("import torch.multiprocessing as mp; q = mp.JoinableQueue()", "process joinable queue"),
        ("import billiard; q = billiard.JoinableQueue()", "process joinable queue"),
        ("from multiprocess import JoinableQueue; q = JoinableQueue()", "process joinable queue"),
        ("from multiprocessing.dummy import JoinableQueue as J; q = J()", "thread queue"),
        ("from asyncio.queues import PriorityQueue; q = PriorityQueue()",
         "task queue in an order of its own"),
        ("import gevent.queue as g; q = g.Queue()", "greenlet queue"),
        ("import tornado.queues as t; q = t.Queue()", "tornado queue"),
    ],
)  # fmt: skip
def test_kinds(made: str, kind: str) -> None:
    assert protocol(f"{made}\nq.task_done()\n").queues[0].kind.name == kind


@pytest.mark.parametrize("made", ["trio.Queue()", "janus.Queue().sync_q", "anyio.Queue()"])
def test_queues_of_others_are_unknown(made: str) -> None:
    assert not check_source(f"import trio, janus, anyio\nq = {made}\nq.task_done()\nq.join()\n")


# --- pools and executors -------------------------------------------------------------------------

POOLS = """
import queue, multiprocessing
from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor, wait, as_completed
from multiprocessing.pool import ThreadPool

def worker(*rest):
    q.get()

q = queue.Queue()
"""


@pytest.mark.parametrize(
    "do",
    [
        "with ThreadPoolExecutor() as e:\n    e.submit(worker, 1)",
        "with ThreadPoolExecutor(max_workers=2) as e:\n    e.map(worker, [1])",
        "e = ThreadPoolExecutor(); e.submit(worker); e.shutdown()",
        "e = ThreadPoolExecutor(); e.submit(worker).result()",
        "e = ThreadPoolExecutor(); wait([e.submit(worker)])",
        "e = ThreadPoolExecutor()\nfor f in as_completed([e.submit(worker)]):\n    f",
        "p = ThreadPool(4); p.apply_async(worker, (1,)); p.close(); p.join()",
        "p = ThreadPool(4); p.apply_async(worker, args=[1]).get()",
        "p = ThreadPool(4); p.apply(worker)",
        "p = ThreadPool(4); p.map(worker, [1])",
        "p = ThreadPool(4); p.starmap(worker, [(1, 2)])",
        "p = ThreadPool(4); p.map_async(worker, [1]).wait()",
        "p = ThreadPool(4); list(p.imap_unordered(worker, [1]))",
    ],
)
def test_every_way_to_give_work_and_wait_for_it(do: str) -> None:
    program = f"{POOLS}{do}\n"
    assert course(program) == ["start worker", "wait for worker"]
    (made,) = actors(program)
    assert made.kind is ActorKind.THREAD
    assert "get q -> item" in body(program, "worker")


def test_who_is_killed_at_the_end() -> None:
    assert actors(f"{POOLS}ThreadPool(2).apply_async(worker)\n")[0].daemon is Daemon.YES
    assert actors(f"{POOLS}ThreadPoolExecutor().submit(worker)\n")[0].daemon is Daemon.NO


def test_leaving_a_pool_stops_its_workers() -> None:
    program = f"{POOLS}with ThreadPool(2) as p:\n    p.apply_async(worker)\n"
    assert "terminate worker" in main(program)
    program = f"{POOLS}e = ThreadPoolExecutor(); e.submit(worker); e.shutdown(wait=False)\n"
    assert main(program) == "start worker"


def test_an_initializer_sets_a_global() -> None:
    program = """
        import multiprocessing
        def init(queue):
            global shared
            shared = queue
        def work(n):
            shared.put(n)
        if __name__ == "__main__":
            q = multiprocessing.JoinableQueue()
            with multiprocessing.Pool(2, initializer=init, initargs=(q,)) as pool:
                pool.map(work, [1])
                q.join()
    """
    assert course(program) == ["start work", "wait for work", "terminate work"]
    assert "put q 1" in body(program, "work")


def test_an_initializer_that_is_the_worker() -> None:
    program = f"{POOLS}p = ThreadPool(3, worker)\np.terminate()\n"
    assert main(program) == lines("""
        loop x3:
          start worker
        loop x3:
          terminate worker
    """)


# --- classes of one's own ------------------------------------------------------------------------

OWN = """
from .jobs import Jobs
from app.crew import Worker
def work(q):
    while True:
        if q.get() is None:
            break
def main():
    q = Jobs()
    w = Worker(target=work, args=(q,))
    w.start()
    q.put(1)
    q.join()
main()
"""


def test_classes_that_behave_like_known_ones() -> None:
    options = Options(
        queue_classes={"app.jobs.Jobs": "queue.Queue"},
        worker_classes={"app.crew.Worker": "threading.Thread"},
    )
    assert {found.code for found in check_source(OWN, options=options)} >= {"JQ202"}
    whole_name = OWN.replace("from .jobs import Jobs", "import app.jobs").replace(
        "Jobs()", "app.jobs.Jobs()"
    )
    assert {found.code for found in check_source(whole_name, options=options)} >= {"JQ202"}
    assert not check_source(OWN)


def test_a_queue_class_that_redefines_methods() -> None:
    program = """
        import queue
        class Counted(queue.Queue):
            def __init__(self, size=0):
                super().__init__(size)
                self.total = 0
            def put(self, item, *more):
                super().put(item)
            def finish(self):
                self.put(None)
        q = Counted(3)
        q.put(1)
        q.finish()
        q.get()
        q.join()
    """
    assert whole(program) == lines("""
        q: thread queue, maxsize 3
        main:
          put():
            put q 1
          finish():
            put():
              put q None
          get q -> item
          join q
    """)


@pytest.mark.parametrize(
    "method", ["def _put(self, item): pass", "def peek(self): return self.queue[0]"]
)
def test_a_queue_class_that_reaches_inside(method: str) -> None:
    program = f"""
import queue
class Odd(queue.Queue):
    {method}
q = Odd()
q.put(1)
q.peek()
"""
    assert "escape q" in main(program) or "escape queue" in main(program)


# --- annotations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "annotation",
    [
        "queue.Queue",
        "'queue.Queue'",
        "'queue.Queue[int | None]'",
        "queue.Queue[int]",
        "Optional[queue.Queue]",
        "'queue.Queue | None'",
        "Typed",
        "'Optional[Typed]'",
    ],
)
def test_parameters_that_are_said_to_be_queues(annotation: str) -> None:
    program = f"""
import queue
from typing import TYPE_CHECKING, Optional
if TYPE_CHECKING:
    from queue import Queue as Typed

def work(jobs: {annotation}):
    jobs.get()
"""
    made = protocol(program, "work()")
    assert [(each.name, each.kind.name, each.hidden) for each in made.queues] == [
        ("jobs", "thread queue", False)
    ]
    assert main(program, "work()") == "work():\n  get jobs -> item"


@pytest.mark.parametrize(
    "annotation", ["int", "'not a type'", "multiprocessing.Queue", "str | int"]
)
def test_annotations_that_say_nothing(annotation: str) -> None:
    program = f"import multiprocessing\ndef work(jobs: {annotation}):\n    jobs.get()\n"
    assert not check_source(program)


def test_an_attribute_that_is_said_to_be_a_queue() -> None:
    program = """
        import queue
        class Worker:
            def __init__(self, jobs):
                self._jobs: queue.Queue = jobs
            def run(self):
                self._jobs.get()
                self._jobs.task_done()
                self._jobs.task_done()
    """
    made = protocol(program, "class Worker")
    assert [each.hidden for each in made.queues] == [False]


@pytest.mark.parametrize("how", ["worker()", "begun = worker()", "begun = [worker() for _ in '1']"])
def test_a_tornado_coroutine_begins_where_it_is_called(how: str) -> None:
    program = """
        from tornado import gen
        from tornado.queues import Queue
        from tornado.testing import AsyncTestCase, gen_test

        class Work(AsyncTestCase):
            @gen_test(timeout=5)
            def test_work(self):
                q = Queue()
                q.put(1)

                @gen.coroutine
                def worker():
                    while True:
                        yield q.get()
                        q.task_done()

                HOW
                yield q.join()
    """
    begun = protocol(program.replace("HOW", how), "class Work")
    assert [each.kind for each in begun.actors] == [ActorKind.MAIN, ActorKind.TASK]
    assert any(isinstance(each, Get) for each in operations_in(begun.actors[1].body))
    plain = (
        program.replace("HOW", how)
        .replace("@gen.coroutine\n", "\n")
        .replace("yield q.get", "q.get")
    )
    assert len(protocol(plain, "class Work").actors) == 1
    asked = program.replace("HOW", "yield worker()")
    assert len(protocol(asked, "class Work").actors) == 1
