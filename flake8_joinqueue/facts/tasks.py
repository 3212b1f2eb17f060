"""Tasks, greenlets and crews: what starts actors, waits for them and runs them, one row a name.

Sources: CPython 3.13 `asyncio`, `concurrent.futures` and `multiprocessing/pool.py`, Tornado 6.6,
gevent 26.9.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from flake8_joinqueue.records import dataclass


class ActorFamily(enum.Enum):
    """What kind of actor a class or a call makes."""

    PROCESS = "process"
    THREAD = "thread"
    TASK = "task"


class Told(enum.Enum):
    """How an actor is told what to do."""

    COROUTINE = "a coroutine"
    FUNCTION = "a function and its arguments"
    PACKED = "a function, a tuple of arguments, a dict of others"
    EACH = "a function and iterables, one actor an element"
    SPREAD = "a function and an iterable of tuples of arguments, one actor an element"


@dataclass(frozen=True, slots=True)
class StartsActor:
    """Calling it starts an actor; `skip` arguments come before what tells it what to do."""

    family: ActorFamily
    told: Told = Told.FUNCTION
    skip: int = 0


@dataclass(frozen=True, slots=True)
class RunsNow:
    """Calling it runs a coroutine, or a function that returns one, and comes back when it ends."""

    told: Told = Told.COROUTINE


class Role(enum.Enum):
    """What a call does with tasks that there are."""

    GATHER = "starts all its arguments, to be awaited together"
    WAIT = "to be awaited: waits for a collection, perhaps not for all of it"
    WAIT_NOW = "the same, here and now"
    GATHER_LIST = "starts all in a collection, to be awaited together"
    WAIT_FOR = "to be awaited: waits for one for a time, then cancels it"
    AS_COMPLETED = "waits for all in a collection while it is gone over"
    SHIELD = "the same task, but not to be cancelled"
    TO_THREAD = "to be awaited: runs a function in a thread"
    STOP_ALL = "stops all in a collection"
    TIME_LIMIT = "a context in which every wait is for a time"
    SLEEP = "lets others run meanwhile"


@dataclass(frozen=True, slots=True)
class TaskCall:
    """Calling it does something with tasks that there are."""

    role: Role


@dataclass(frozen=True, slots=True)
class Gives:
    """Calling it gives something whose methods are known under `name`."""

    name: str


class Leaving(enum.Enum):
    """What becomes of a crew's actors where its `with` block is left."""

    WAIT = "they are waited for"
    STOP = "they are stopped"


@dataclass(frozen=True, slots=True)
class MakesCrew:
    """Calling it makes what starts actors by its methods, and knows them all: a pool, an executor.

    `daemon`: they are killed where the program ends. `initializer` is the position of what each
    process or thread of the crew calls first (-1: there is none); its arguments follow.
    """

    kind: str
    family: ActorFamily
    daemon: bool
    leaving: Leaving
    initializer: int = -1


@dataclass(frozen=True, slots=True)
class CrewMethod:
    """What a method of a crew does: starts actors (`told` how), waits for them all, stops them.

    `waits` with `told`: it comes back when these actors have ended.
    """

    told: Told | None = None
    waits: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class SpawnsCrew:
    """Calling it starts so many processes that do the same, each told its number first.

    Its arguments: `(fn, args, nprocs, join, daemon, start_method)`. Unless `join` is false, it
    comes back when they have ended.
    """


Fact: TypeAlias = "StartsActor | RunsNow | TaskCall | Gives | MakesCrew | SpawnsCrew"

_TASK = StartsActor(ActorFamily.TASK, Told.COROUTINE)
_GREENLET = StartsActor(ActorFamily.TASK)
_EXECUTOR_THREADS = MakesCrew("executor", ActorFamily.THREAD, False, Leaving.WAIT, 2)
_EXECUTOR_PROCESSES = MakesCrew("executor", ActorFamily.PROCESS, False, Leaving.WAIT, 2)
_THREAD_POOL = MakesCrew("pool", ActorFamily.THREAD, True, Leaving.STOP, 1)
_TASK_GROUP = MakesCrew("task group", ActorFamily.TASK, False, Leaving.WAIT)
_GREENLETS = MakesCrew("greenlets", ActorFamily.TASK, False, Leaving.WAIT)

# What `spawn(..., join=False)` of torch returns: each `join()` waits for one more of its processes.
SPAWNED = MakesCrew("spawned", ActorFamily.PROCESS, False, Leaving.WAIT)

PROCESS_POOL = MakesCrew("pool", ActorFamily.PROCESS, True, Leaving.STOP, 1)

TASKS: Mapping[str, Fact] = MappingProxyType(
    {
        "asyncio.create_task": _TASK,
        "asyncio.Task": _TASK,
        "asyncio.ensure_future": _TASK,
        "asyncio.loop.create_task": _TASK,
        "asyncio.loop.run_in_executor": StartsActor(ActorFamily.THREAD, skip=1),
        "asyncio.to_thread": TaskCall(Role.TO_THREAD),
        "asyncio.run": RunsNow(),
        "asyncio.loop.run_until_complete": RunsNow(),
        "asyncio.runner.run": RunsNow(),
        "asyncio.gather": TaskCall(Role.GATHER),
        "asyncio.wait": TaskCall(Role.WAIT),
        "asyncio.wait_for": TaskCall(Role.WAIT_FOR),
        "asyncio.shield": TaskCall(Role.SHIELD),
        "asyncio.as_completed": TaskCall(Role.AS_COMPLETED),
        "asyncio.sleep": TaskCall(Role.SLEEP),
        "asyncio.timeout": TaskCall(Role.TIME_LIMIT),
        "asyncio.timeout_at": TaskCall(Role.TIME_LIMIT),
        "async_timeout.timeout": TaskCall(Role.TIME_LIMIT),
        "asyncio.TaskGroup": _TASK_GROUP,
        "asyncio.Runner": Gives("asyncio.runner"),
        "asyncio.runner.get_loop": Gives("asyncio.loop"),
        "asyncio.get_event_loop": Gives("asyncio.loop"),
        "asyncio.get_running_loop": Gives("asyncio.loop"),
        "asyncio.new_event_loop": Gives("asyncio.loop"),
        "concurrent.futures.ThreadPoolExecutor": _EXECUTOR_THREADS,
        "concurrent.futures.thread.ThreadPoolExecutor": _EXECUTOR_THREADS,
        "concurrent.futures.ProcessPoolExecutor": _EXECUTOR_PROCESSES,
        "concurrent.futures.process.ProcessPoolExecutor": _EXECUTOR_PROCESSES,
        "concurrent.futures.wait": TaskCall(Role.WAIT_NOW),
        "concurrent.futures.as_completed": TaskCall(Role.AS_COMPLETED),
        "multiprocessing.pool.Pool": PROCESS_POOL,
        "multiprocessing.pool.ThreadPool": _THREAD_POOL,
        "multiprocessing.dummy.Pool": _THREAD_POOL,
        "tornado.ioloop.IOLoop.current": Gives("tornado.loop"),
        "tornado.ioloop.IOLoop.instance": Gives("tornado.loop"),
        "tornado.ioloop.IOLoop": Gives("tornado.loop"),
        "tornado.loop.spawn_callback": _GREENLET,
        "tornado.loop.add_callback": _GREENLET,
        "tornado.loop.run_sync": RunsNow(Told.FUNCTION),
        "tornado.loop.run_in_executor": StartsActor(ActorFamily.THREAD, skip=1),
        "tornado.gen.multi": TaskCall(Role.GATHER_LIST),
        "tornado.gen.convert_yielded": TaskCall(Role.SHIELD),
        "tornado.gen.sleep": TaskCall(Role.SLEEP),
        "gevent.spawn": _GREENLET,
        "gevent.spawn_raw": _GREENLET,
        "gevent.spawn_later": StartsActor(ActorFamily.TASK, skip=1),
        "gevent.Greenlet.spawn": _GREENLET,
        "gevent.joinall": TaskCall(Role.WAIT_NOW),
        "gevent.wait": TaskCall(Role.WAIT_NOW),
        "gevent.killall": TaskCall(Role.STOP_ALL),
        "gevent.sleep": TaskCall(Role.SLEEP),
        "gevent.pool.Pool": _GREENLETS,
        "gevent.pool.Group": _GREENLETS,
    }
)

# What lets time pass, whatever the others do.
PAUSES = frozenset(name for name, known in TASKS.items() if known == TaskCall(Role.SLEEP))

CREW_METHODS: Mapping[str, Mapping[str, CrewMethod]] = MappingProxyType(
    {
        "executor": {
            "submit": CrewMethod(Told.FUNCTION),
            "map": CrewMethod(Told.EACH),
            "shutdown": CrewMethod(waits=True),
        },
        "pool": {
            "apply": CrewMethod(Told.PACKED, waits=True),
            "apply_async": CrewMethod(Told.PACKED),
            "map": CrewMethod(Told.EACH, waits=True),
            "map_async": CrewMethod(Told.EACH),
            "imap": CrewMethod(Told.EACH),
            "imap_unordered": CrewMethod(Told.EACH),
            "starmap": CrewMethod(Told.SPREAD, waits=True),
            "starmap_async": CrewMethod(Told.SPREAD),
            "join": CrewMethod(waits=True),
            "terminate": CrewMethod(stops=True),
        },
        "spawned": {},
        "task group": {"create_task": CrewMethod(Told.COROUTINE)},
        "greenlets": {
            "spawn": CrewMethod(Told.FUNCTION),
            "apply": CrewMethod(Told.PACKED, waits=True),
            "apply_async": CrewMethod(Told.PACKED),
            "map": CrewMethod(Told.EACH, waits=True),
            "map_async": CrewMethod(Told.EACH),
            "imap": CrewMethod(Told.EACH),
            "imap_unordered": CrewMethod(Told.EACH),
            "join": CrewMethod(waits=True),
            "kill": CrewMethod(stops=True),
        },
    }
)

# A generator under one of these is a coroutine: what it yields is awaited.
COROUTINE_DECORATORS = frozenset(
    {
        "asyncio.coroutine",
        "types.coroutine",
        "tornado.gen.coroutine",
        "tornado.gen.engine",
        "tornado.testing.gen_test",
    }
)
# Under these it begins where it is called, whether it is awaited or not.
EAGER_DECORATORS = frozenset({"tornado.gen.coroutine", "tornado.gen.engine"})

# A generator under one of these is a context manager: it yields where the `with` block runs.
CONTEXT_DECORATORS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})

# A keyword or constant by which one does not wait for all.
NOT_FOR_ALL = frozenset({"FIRST_COMPLETED", "FIRST_EXCEPTION"})
