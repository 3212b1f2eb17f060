"""The reader: processes and threads, how they are made, started, waited for and stopped."""

from __future__ import annotations

import pytest

from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Daemon,
    JoinActor,
    Put,
    operations_in,
)
from tests.reading import body, lines, main, protocol, whole

PROLOGUE = """
import functools, multiprocessing, queue, threading

def worker(q, *rest, **more):
    q.get()

q = multiprocessing.JoinableQueue()
"""


def actor(program: str) -> Actor:
    """The one actor besides main."""
    actors = protocol(program).actors
    assert len(actors) == 2
    return actors[1]


@pytest.mark.parametrize(
    "made",
    [
        "**out_of_sight, args=(q,)",
        "**{out_of_sight: worker}, args=(q,)",
        "*out_of_sight, args=(q,)",
    ],
)
def test_what_an_actor_is_given_that_does_nobody_knows_what(made: str) -> None:
    program = f"{PROLOGUE}from app import out_of_sight\nthreading.Thread({made}).start()\n"
    assert "escape q" in whole(program)


# --- targets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        "threading.Thread(target=worker, args=(q,))",
        "threading.Thread(None, worker, 'name', (q,))",
        "threading.Thread(None, worker, 'name', (), {'q': q})",
        "threading.Thread(target=worker, args=[q])",
        "threading.Thread(target=worker, args=(q, 1, 2))",
        "threading.Thread(target=worker, kwargs={'q': q})",
        "threading.Thread(target=worker, kwargs=dict(q=q))",
        "threading.Thread(target=functools.partial(worker, q))",
        "threading.Thread(target=functools.partial(worker, q=q))",
        "threading.Thread(target=functools.partial(functools.partial(worker), q), args=(1,))",
        "threading.Thread(**{'target': worker, 'args': (q,)})",
        "threading.Thread(**{**{'target': print, 'args': (q,)}, 'target': worker})",
        "threading.Thread(**{'target': print, **{'target': worker, 'args': (q,)}})",
        "threading.Thread(**({'target': worker} | {'args': (q,)}))",
        "(o := {'target': worker}, o.update(args=(q,)), threading.Thread(**o))[-1]",
        "(o := {'args': (q,)}, o.update({'target': worker}), threading.Thread(**o))[-1]",
        "threading.Thread(*(None, worker, None, (q,)))",
        "multiprocessing.Process(target=worker, args=tuple([q]))",
        "multiprocessing.get_context('spawn').Process(target=worker, args=(q,))",
        "multiprocessing.context.SpawnProcess(target=worker, args=(q,))",
        "threading.Timer(1, worker, (q,))",
        "threading.Timer(1, function=worker, args=[q])",
    ],
)
def test_every_spelling_of_target_and_arguments(made: str) -> None:
    program = f"{PROLOGUE}w = {made}\nw.start()\n"
    assert main(program) == "start worker"
    assert body(program, "worker") == "worker():\n  get q -> item"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("lambda: q.get()", "<lambda>():\n  get q -> item"),
        ("q.get", "get q -> item"),
        ("q.join", "join q"),
        ("pool.work", "work():\n  get q -> item"),
        ("Pool.run", "run():\n  get q -> item"),
        ("Pool.make", "make():\n  get q -> item"),
        ("pool.make", "make():\n  get q -> item"),
        ("pool", "__call__():\n  get q -> item"),
        ("Pool", "__init__():\n  put q 1"),
        ("outer()", "inner():\n  get q -> item"),
        (
            "worker if flag else other",
            ("if <flag>:\n  worker():\n    get q -> item\nelse:\n  other():\n    put q 2"),
        ),
    ],
)
def test_targets(target: str, expected: str) -> None:
    program = f"""
import threading, queue

class Pool:
    def __init__(self):
        q.put(1)
    def work(self):
        q.get()
    def __call__(self):
        q.get()
    @staticmethod
    def run():
        q.get()
    @classmethod
    def make(cls):
        q.get()

def worker():
    q.get()

def other():
    q.put(2)

def outer():
    def inner():
        q.get()
    return inner

q = queue.Queue()
pool = Pool()
w = threading.Thread(target={target})
w.start()
"""
    made = protocol(program)
    assert not made.actors[1].opaque
    assert body(program, made.actors[1].name) == expected


def test_a_target_out_of_sight_is_opaque() -> None:
    program = """
        import queue, threading
        from elsewhere import work
        q = queue.Queue()
        threading.Thread(target=work, args=(q,)).start()
    """
    assert whole(program) == lines(
        """
        q: thread queue
        main:
          start elsewhere.work
        elsewhere.work (thread, opaque):
          escape q: handed to elsewhere.work
          call elsewhere.work
        """
    )


@pytest.mark.parametrize("made", ["threading.Thread()", "threading.Thread(args=(q,))"])
def test_an_actor_without_a_target_does_nothing(made: str) -> None:
    program = f"import queue, threading\nq = queue.Queue()\nt = {made}\nt.start()\n"
    assert actor(program).body == ()


def test_arguments_out_of_sight_may_be_a_target() -> None:
    program = "import queue, threading\nq = queue.Queue()\nthreading.Thread(**f()).start()\n"
    assert actor(program).opaque


def test_unknown_arguments_and_keywords_of_a_target() -> None:
    program = """
        import queue, threading

        def worker(q=None, **more):
            q.get()

        q = queue.Queue()
        t = threading.Thread(target=worker, args=f(), kwargs=g())
        t.start()
        q.join()
    """
    # Which queue it takes from is unknown: nothing is said about q.
    assert "get q" not in body(program, "worker")
    assert "escape" not in body(program, "worker")


# --- classes -------------------------------------------------------------------------------------


def test_a_process_class_of_the_file() -> None:
    program = """
        import multiprocessing

        class Consumer(multiprocessing.Process):
            def __init__(self, tasks):
                super().__init__()
                self.tasks = tasks

            def run(self):
                while True:
                    job = self.tasks.get()
                    if job is None:
                        break
                    self.tasks.task_done()

        tasks = multiprocessing.JoinableQueue()
        consumers = [Consumer(tasks) for i in range(4)]
        for consumer in consumers:
            consumer.start()
        tasks.join()
        for consumer in consumers:
            consumer.join()
    """
    assert whole(program) == lines(
        """
        tasks: process joinable queue
        main:
          loop x4:
            start Consumer
          join tasks
          loop x4:
            wait for Consumer
        Consumer (process) x4:
          run():
            for ever:
              get tasks -> item
              if item is None:
                break
              task_done tasks
        """
    )


def test_init_of_the_base_by_its_name() -> None:
    program = """
        import multiprocessing

        class Consumer(multiprocessing.Process):
            def __init__(self, tasks):
                multiprocessing.Process.__init__(self)
                self.tasks = tasks

            def run(self):
                self.tasks.get()

        tasks = multiprocessing.JoinableQueue()
        consumer = Consumer(tasks)
        consumer.start()
    """
    assert main(program) == "start Consumer"


@pytest.mark.parametrize(
    ("init", "daemon"),
    [
        ("super().__init__()", Daemon.NO),
        ("super().__init__(daemon=True)", Daemon.YES),
        ("super(Worker, self).__init__(daemon=True)", Daemon.YES),
        ("super().__init__(name='w', daemon=False)", Daemon.NO),
        ("super().__init__(); self.daemon = True", Daemon.YES),
        ("super().__init__(); self.setDaemon(True)", Daemon.YES),
        ("threading.Thread.__init__(self, daemon=True)", Daemon.YES),
        ("threading.Thread.__init__(self); self.daemon = True", Daemon.YES),
        ("super().__init__(daemon=flag)", Daemon.UNKNOWN),
    ],
)
def test_daemon_set_in_the_class(init: str, daemon: Daemon) -> None:
    program = f"""
import queue, threading

class Worker(threading.Thread):
    def __init__(self, flag):
        {init}
    def run(self):
        q.get()

q = queue.Queue()
Worker(f).start()
"""
    assert actor(program).daemon is daemon


@pytest.mark.parametrize(
    ("lines_", "daemon"),
    [
        ("t = threading.Thread(target=work)", Daemon.NO),
        ("t = threading.Thread(target=work, daemon=True)", Daemon.YES),
        ("t = threading.Thread(target=work, daemon=None)", Daemon.NO),
        ("t = threading.Thread(target=work, daemon=False)", Daemon.NO),
        ("t = threading.Thread(target=work, daemon=flag)", Daemon.UNKNOWN),
        ("t = threading.Thread(target=work); t.daemon = True", Daemon.YES),
        ("t = threading.Thread(target=work, daemon=True); t.daemon = False", Daemon.NO),
        ("t = threading.Thread(target=work); t.setDaemon(True)", Daemon.YES),
        ("t = threading.Thread(target=work); t.setDaemon(1)", Daemon.YES),
        ("t = threading.Thread(target=work); setattr(t, 'daemon', True)", Daemon.YES),
    ],
)
def test_daemon_set_from_outside(lines_: str, daemon: Daemon) -> None:
    program = f"""
import queue, threading
def work():
    q.get()
q = queue.Queue()
{lines_}
t.start()
"""
    assert actor(program).daemon is daemon


def test_super_with_a_target() -> None:
    program = """
        import queue, threading

        class Worker(threading.Thread):
            def __init__(self, q):
                super().__init__(target=self.work, args=(q,), daemon=True)

            def work(self, q):
                q.get()

        q = queue.Queue()
        w = Worker(q)
        w.start()
        w.join()
    """
    assert whole(program) == lines(
        """
        q: thread queue
        main:
          start Worker
          wait for Worker
        Worker (thread, daemon):
          work():
            get q -> item
        """
    )


def test_a_class_without_an_init_of_its_own() -> None:
    program = """
        import queue, threading

        class Worker(threading.Thread):
            pass

        q = queue.Queue()
        Worker(target=q.get, daemon=True).start()
    """
    assert whole(program) == lines(
        """
        q: thread queue
        main:
          start Worker
        Worker (thread, daemon):
          get q -> item
        """
    )


def test_inheritance_within_the_file() -> None:
    program = """
        import queue, threading

        class Base(threading.Thread):
            def __init__(self, q):
                super().__init__()
                self.q = q

            def run(self):
                self.handle(self.q.get())

        class Worker(Base):
            def handle(self, item):
                self.q.task_done()

        q = queue.Queue()
        Worker(q).start()
    """
    assert body(program, "Worker") == lines(
        """
        run():
          get q -> item
          handle():
            task_done q
        """
    )


def test_a_class_that_overrides_start_and_join() -> None:
    program = """
        import queue, threading

        class Worker(threading.Thread):
            def run(self):
                q.get()

            def start(self):
                q.put(1)
                super().start()

            def join(self):
                q.put(None)
                super().join()

        q = queue.Queue()
        w = Worker()
        w.start()
        w.join()
    """
    assert main(program) == lines(
        """
        start():
          put q 1
          start Worker
        join():
          put q None
          wait for Worker
        """
    )


def test_a_thread_that_starts_itself() -> None:
    program = """
        import queue, threading

        class Worker(threading.Thread):
            def __init__(self):
                super().__init__(daemon=True)
                self.start()

            def run(self):
                q.get()

        q = queue.Queue()
        for _ in range(3):
            Worker()
    """
    assert whole(program) == lines(
        """
        q: thread queue
        main:
          loop x3:
            __init__():
              start Worker
        Worker (thread, daemon) x3:
          run():
            get q -> item
        """
    )


def test_a_base_out_of_sight_makes_the_body_opaque() -> None:
    program = """
        import queue, threading
        from elsewhere import Mixin

        class Worker(Mixin, threading.Thread):
            pass

        q = queue.Queue()
        w = Worker()
        w.start()
        q.join()
    """
    assert actor(program).opaque


def test_a_class_without_a_run_does_nothing() -> None:
    program = """
        import queue, threading

        class Worker(threading.Thread):
            pass

        q = queue.Queue()
        Worker().start()
    """
    made = actor(program)
    assert (made.body, made.opaque) == ((), False)


# --- methods -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("w.join()", "wait for worker"),
        ("w.join(None)", "wait for worker"),
        ("w.join(timeout=None)", "wait for worker"),
        ("w.join(5)", "wait for worker for a time"),
        ("w.join(timeout=5)", "wait for worker for a time"),
        ("w.terminate()", "terminate worker"),
        ("w.kill()", "kill worker"),
        ("w.close()", ""),
        ("w.is_alive()", ""),
        ("w.run()", "worker():\n  get q -> item"),
    ],
)
def test_methods(call: str, expected: str) -> None:
    program = (
        f"{PROLOGUE}w = multiprocessing.Process(target=worker, args=(q,))\n{call}\nw.start()\n"
    )
    assert main(program) == f"{expected}\nstart worker".strip()


def test_a_timer_that_is_cancelled() -> None:
    program = """
        import queue, threading
        q = queue.Queue()
        t = threading.Timer(5, q.join)
        t.cancel()
    """
    assert main(program).startswith("cancel ")


def test_a_body_is_read_once() -> None:
    program = f"{PROLOGUE}w = threading.Thread(target=worker, args=(q,))\nw.start()\nw.start()\n"
    assert main(program) == "start worker\nstart worker"
    assert body(program, "worker") == "worker():\n  get q -> item"


def test_an_actor_that_is_never_started_has_no_body() -> None:
    program = f"{PROLOGUE}w = threading.Thread(target=worker, args=(q,))\n"
    assert actor(program).body == ()


def test_actors_made_by_actors() -> None:
    program = """
        import queue, threading

        def child():
            q.get()

        def parent():
            t = threading.Thread(target=child)
            t.start()
            t.join()

        q = queue.Queue()
        threading.Thread(target=parent).start()
    """
    made = protocol(program)
    assert [(each.name, each.parent) for each in made.actors] == [
        ("main", None),
        ("parent", 0),
        ("child", 1),
    ]
    assert body(program, "parent") == "parent():\n  start child\n  wait for child"


def test_main_is_the_first_actor() -> None:
    first = protocol("import queue\nq = queue.Queue()\n").actors[0]
    assert (first.index, first.kind, first.count.number) == (0, ActorKind.MAIN, 1)


def test_starting_in_a_loop_of_main_is_no_loop_of_the_actor() -> None:
    program = """
        import queue, threading

        def worker():
            made = []
            made.append(q.get())
            for item in made:
                q.task_done()

        q = queue.Queue()
        for _ in range(3):
            threading.Thread(target=worker).start()
    """
    assert body(program, "worker") == lines(
        """
        worker():
          get q -> item
          loop x1:
            task_done q
        """
    )


def test_an_actor_starts_with_what_its_variables_hold() -> None:
    program = """
        import queue, threading
        running = False
        q = queue.Queue()

        def worker():
            while running:
                q.get()

        running = True
        t = threading.Thread(target=worker)
        t.start()
    """
    # It starts with what main assigned last, not with what the module was loaded with.
    assert body(program, "worker") == lines(
        """
        set running = True
        worker():
          while not (running is falsy):
            get q -> item
        """
    )


@pytest.mark.parametrize(
    ("call", "waits"),
    [
        ("mp.spawn(work, (q,), nprocs=2)", True),
        ("mp.spawn(fn=work, args=[q], nprocs=2, join=True)", True),
        ("mp.start_processes(work, (q,), 2, daemon=True, start_method='fork')", True),
        ("mp.spawn(work, (q,), 2, False)", False),
        ("c = mp.spawn(work, (q,), 2, False)\nwhile not c.join():\n    pass", True),
        ("c = mp.spawn(work, (q,), 2, False)\nc.join()", False),
        ("c = mp.spawn(work, (q,), 1, join=False)\nc.join()", True),
    ],
)
def test_spawn_of_torch(call: str, waits: bool) -> None:
    read = protocol(
        "import torch.multiprocessing as mp\n"
        "def work(rank, q):\n    q.put(rank)\n"
        f"q = mp.get_context('spawn').Queue()\n{call}\n"
    )
    _, made = read.actors
    assert (made.kind, made.name) == (ActorKind.PROCESS, "work")
    assert made.count.number == (1 if "1," in call else 2)
    assert any(isinstance(each, Put) for each in operations_in(made.body))
    joins = [each for each in operations_in(read.actors[0].body) if isinstance(each, JoinActor)]
    assert any(not each.timed for each in joins) is waits
