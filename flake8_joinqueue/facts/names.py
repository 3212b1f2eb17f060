"""What the names of the libraries stand for: a dotted name to a fact, one table a library.

`multiprocessing` and its contexts share one table; so do compatible packages, one line each.
"""

from __future__ import annotations

import builtins
import math
import sys
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from flake8_joinqueue.facts import queues, tasks
from flake8_joinqueue.facts.tasks import ActorFamily
from flake8_joinqueue.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class MakesQueue:
    """Calling it makes a queue of `kind`."""

    kind: queues.QueueKind


@dataclass(frozen=True, slots=True)
class MakesActor:
    """Calling it, or a class derived from it, makes an actor that `start()` sets going.

    `target`, `args` and `kwargs` are the positions of these arguments; `target_name` is the
    keyword of the first. `spread`: all others are those of the target. `run` is the method that a
    derived class says it in. `start_method` is the one it is tied to, if any.
    """

    family: ActorFamily
    target: int = 1
    args: int = 3
    kwargs: int = 4
    target_name: str = "target"
    start_method: str = ""
    run: str = "run"
    spread: bool = False


@dataclass(frozen=True, slots=True)
class MakesManager:
    """Calling it makes a manager. `running` is false where `start()` has to be called."""

    running: bool = True


@dataclass(frozen=True, slots=True)
class MakesContext:
    """Calling it makes a context of multiprocessing."""


@dataclass(frozen=True, slots=True)
class SetsStartMethod:
    """Calling it says how processes of the default context are started."""


@dataclass(frozen=True, slots=True)
class MakesUnpicklable:
    """Calling it makes something that cannot be pickled; `what` says what, for people."""

    what: str


@dataclass(frozen=True, slots=True)
class MakesSynchroniser:
    """Calling it makes something that actors wait on: an event, a barrier, a condition."""

    name: str


@dataclass(frozen=True, slots=True)
class MakesCount:
    """Calling it returns a whole number of at least `low`, the same each time."""

    name: str
    low: int


@dataclass(frozen=True, slots=True)
class RegistersHook:
    """Calling it has a function called where something ends, or when a signal comes.

    `function` is the position of the function, `keyword` its keyword; what follows are its
    arguments, `packed` in a tuple, or, with `own_arguments`, whatever the interpreter gives it.
    `at_exit`: where the program ends; then it returns the function, so that it may decorate it.
    `name` is for people.
    """

    name: str
    function: int
    keyword: str = "func"
    packed: bool = False
    own_arguments: bool = False
    at_exit: bool = False


@dataclass(frozen=True, slots=True)
class Sleeps:
    """Calling it lets time pass."""


@dataclass(frozen=True, slots=True)
class EndsProgram:
    """Calling it ends the actor; `hard` means that nobody is waited for."""

    hard: bool = False


Fact: TypeAlias = (
    "MakesQueue | MakesActor | MakesManager | MakesContext | SetsStartMethod"
    " | MakesUnpicklable | MakesSynchroniser | MakesCount | EndsProgram | Sleeps | RegistersHook"
    " | tasks.Fact"
)

_PROCESS = MakesActor(ActorFamily.PROCESS)
_THREAD = MakesActor(ActorFamily.THREAD)

# The names of `multiprocessing`, which its contexts offer as well.
MULTIPROCESSING: Mapping[str, Fact] = MappingProxyType(
    {
        "JoinableQueue": MakesQueue(queues.PROCESS_JOINABLE),
        "Queue": MakesQueue(queues.PROCESS_QUEUE),
        "SimpleQueue": MakesQueue(queues.PROCESS_SIMPLE),
        "Process": _PROCESS,
        "Manager": MakesManager(),
        "Pool": tasks.PROCESS_POOL,
        "get_context": MakesContext(),
        "set_start_method": SetsStartMethod(),
        "Lock": MakesUnpicklable("a lock"),
        "RLock": MakesUnpicklable("a lock"),
        "Event": MakesSynchroniser("Event"),
        "Condition": MakesSynchroniser("Condition"),
        "Barrier": MakesSynchroniser("Barrier"),
        "Semaphore": MakesSynchroniser("Semaphore"),
        "BoundedSemaphore": MakesSynchroniser("Semaphore"),
        "cpu_count": MakesCount("cpu_count()", 1),
    }
)

# What a manager offers: `JoinableQueue` and `Queue` are both `queue.Queue` behind a proxy.
MANAGER: Mapping[str, Fact] = MappingProxyType(
    {
        "JoinableQueue": MakesQueue(queues.MANAGER_QUEUE),
        "Queue": MakesQueue(queues.MANAGER_QUEUE),
        "Event": MakesSynchroniser("Event"),
        "Condition": MakesSynchroniser("Condition"),
        "Barrier": MakesSynchroniser("Barrier"),
        "Semaphore": MakesSynchroniser("Semaphore"),
    }
)

_LIBRARY: dict[str, Fact] = {
    "multiprocessing.queues.JoinableQueue": MakesQueue(queues.PROCESS_JOINABLE),
    "multiprocessing.queues.Queue": MakesQueue(queues.PROCESS_QUEUE),
    "multiprocessing.queues.SimpleQueue": MakesQueue(queues.PROCESS_SIMPLE),
    "multiprocessing.process.Process": _PROCESS,
    "multiprocessing.context.Process": _PROCESS,
    "multiprocessing.context.ForkProcess": replace(_PROCESS, start_method="fork"),
    "multiprocessing.context.SpawnProcess": replace(_PROCESS, start_method="spawn"),
    "multiprocessing.context.ForkServerProcess": replace(_PROCESS, start_method="forkserver"),
    "multiprocessing.managers.SyncManager": MakesManager(running=False),
    "queue.Queue": MakesQueue(queues.THREAD_QUEUE),
    "queue.LifoQueue": MakesQueue(queues.THREAD_STACK),
    "queue.PriorityQueue": MakesQueue(queues.THREAD_SORTED),
    "queue.SimpleQueue": MakesQueue(queues.THREAD_SIMPLE),
    "threading.Thread": _THREAD,
    "threading.Timer": MakesActor(ActorFamily.THREAD, 1, 2, 3, "function"),
    "threading.Lock": MakesUnpicklable("a lock"),
    "threading.RLock": MakesUnpicklable("a lock"),
    "open": MakesUnpicklable("an open file"),
    "io.open": MakesUnpicklable("an open file"),
    "gzip.open": MakesUnpicklable("an open file"),
    "sqlite3.connect": MakesUnpicklable("a connection to a database"),
    "threading.Event": MakesSynchroniser("Event"),
    "threading.Condition": MakesSynchroniser("Condition"),
    "threading.Barrier": MakesSynchroniser("Barrier"),
    "threading.Semaphore": MakesSynchroniser("Semaphore"),
    "threading.BoundedSemaphore": MakesSynchroniser("Semaphore"),
    "multiprocessing.dummy.JoinableQueue": MakesQueue(queues.THREAD_QUEUE),
    "multiprocessing.dummy.Queue": MakesQueue(queues.THREAD_QUEUE),
    "multiprocessing.dummy.Process": MakesActor(ActorFamily.THREAD),
    "multiprocessing.dummy.DummyProcess": MakesActor(ActorFamily.THREAD),
    "multiprocessing.dummy.Manager": tasks.Gives("multiprocessing.dummy"),
    "multiprocessing.dummy.Event": MakesSynchroniser("Event"),
    "multiprocessing.dummy.Condition": MakesSynchroniser("Condition"),
    "multiprocessing.dummy.Barrier": MakesSynchroniser("Barrier"),
    "multiprocessing.dummy.Semaphore": MakesSynchroniser("Semaphore"),
    "asyncio.Queue": MakesQueue(queues.TASK_QUEUE),
    "asyncio.LifoQueue": MakesQueue(queues.TASK_STACK),
    "asyncio.PriorityQueue": MakesQueue(queues.TASK_SORTED),
    "asyncio.JoinableQueue": MakesQueue(queues.TASK_QUEUE),
    "asyncio.Event": MakesSynchroniser("Event"),
    "asyncio.Condition": MakesSynchroniser("Condition"),
    "asyncio.Barrier": MakesSynchroniser("Barrier"),
    "asyncio.Semaphore": MakesSynchroniser("Semaphore"),
    "asyncio.BoundedSemaphore": MakesSynchroniser("Semaphore"),
    "tornado.queues.Queue": MakesQueue(queues.TORNADO_QUEUE),
    "tornado.queues.LifoQueue": MakesQueue(queues.TORNADO_STACK),
    "tornado.queues.PriorityQueue": MakesQueue(queues.TORNADO_SORTED),
    "tornado.locks.Event": MakesSynchroniser("Event"),
    "tornado.locks.Condition": MakesSynchroniser("Condition"),
    "tornado.locks.Semaphore": MakesSynchroniser("Semaphore"),
    "gevent.queue.JoinableQueue": MakesQueue(queues.GREENLET_QUEUE),
    "gevent.queue.Queue": MakesQueue(queues.GREENLET_QUEUE),
    "gevent.queue.LifoQueue": MakesQueue(queues.GREENLET_STACK),
    "gevent.queue.PriorityQueue": MakesQueue(queues.GREENLET_SORTED),
    "gevent.queue.SimpleQueue": MakesQueue(queues.GREENLET_SIMPLE),
    "gevent.Greenlet": MakesActor(ActorFamily.TASK, 0, -1, -1, "run", run="_run", spread=True),
    "gevent.event.Event": MakesSynchroniser("Event"),
    "gevent.lock.Semaphore": MakesSynchroniser("Semaphore"),
    "gevent.lock.BoundedSemaphore": MakesSynchroniser("Semaphore"),
    "os.cpu_count": MakesCount("cpu_count()", 1),
    "os.process_cpu_count": MakesCount("process_cpu_count()", 1),
    "time.sleep": Sleeps(),
    "logging.getLogger": tasks.Gives("logging.Logger"),
    "logging.Logger.getChild": tasks.Gives("logging.Logger"),
    "atexit.register": RegistersHook("atexit", 0, at_exit=True),
    "threading._register_atexit": RegistersHook("atexit", 0),
    "weakref.finalize": RegistersHook("finalize", 1),
    "multiprocessing.util.Finalize": RegistersHook("Finalize", 1, "callback", packed=True),
    "signal.signal": RegistersHook("signal", 1, "handler", own_arguments=True),
    "asyncio.loop.add_signal_handler": RegistersHook("signal", 1, "callback"),
    "torch.multiprocessing.spawn": tasks.SpawnsCrew(),
    "torch.multiprocessing.start_processes": tasks.SpawnsCrew(),
    "torch.multiprocessing.spawn.spawn": tasks.SpawnsCrew(),
    "torch.multiprocessing.spawn.start_processes": tasks.SpawnsCrew(),
    "sys.exit": EndsProgram(),
    "exit": EndsProgram(),
    "quit": EndsProgram(),
    "os._exit": EndsProgram(hard=True),
    "os.abort": EndsProgram(hard=True),
}


# Packages that offer what another one does, under the same names.
_SAME_AS: Mapping[str, str] = MappingProxyType(
    {
        "torch.multiprocessing.": "multiprocessing.",
        "billiard.": "multiprocessing.",
        "multiprocess.": "multiprocessing.",
        "pathos.multiprocessing.": "multiprocessing.",
        "asyncio.queues.": "asyncio.",
        "asyncio.tasks.": "asyncio.",
        "asyncio.events.": "asyncio.",
        "asyncio.runners.": "asyncio.",
        "asyncio.taskgroups.": "asyncio.",
        "asyncio.timeouts.": "asyncio.",
        "gevent.greenlet.": "gevent.",
    }
)

# Those of them that send items through dill.
_WITH_DILL = ("multiprocess.", "pathos.multiprocessing.")


def canonical(name: str) -> str:
    """Return the name under which the tables know what `name` stands for."""
    for prefix, same in _SAME_AS.items():
        if name.startswith(prefix):
            return same + name[len(prefix) :]
    return name


@lru_cache(maxsize=4096)
def fact(name: str) -> Fact | None:
    """Return what the dotted `name` of a library stands for, or `None` where nothing is known."""
    dill = name.startswith(_WITH_DILL)
    name = name if name in _LIBRARY else canonical(name)
    known = _LIBRARY.get(name) or tasks.TASKS.get(name)
    if known is None and name.startswith("multiprocessing."):
        known = MULTIPROCESSING.get(name[len("multiprocessing.") :])
    if dill and isinstance(known, MakesQueue):
        return replace(known, kind=replace(known.kind, dill=True))
    return known


# What the end of a `with` block calls, by the base that says so.
LEAVING = MappingProxyType(
    {
        "concurrent.futures.Executor": "shutdown",
        "io.IOBase": "close",
        "io.RawIOBase": "close",
        "io.BufferedIOBase": "close",
        "io.TextIOBase": "close",
        "socketserver.BaseServer": "server_close",
    }
)

# What makes of a function one of several, of which a call chooses.
DISPATCHING_DECORATORS = frozenset({"functools.singledispatch", "functools.singledispatchmethod"})

# Contexts that swallow the exceptions they are given, by the last part of their name.
SWALLOWING = frozenset({"suppress", "raises", "assertRaises", "assertRaisesRegex"})

# Calls that look at their arguments and keep nothing; a queue given to them does not escape.
HARMLESS = frozenset(
    {
        "print",
        "len",
        "id",
        "repr",
        "str",
        "type",
        "bool",
        "int",
        "float",
        "hash",
        "isinstance",
        "issubclass",
        "hasattr",
        "callable",
        "format",
        "vars",
        "dir",
        "abs",
        "round",
        "sum",
        "max",
        "min",
        "any",
        "all",
        "copy.copy",
        "pprint.pprint",
    }
)
HARMLESS_MODULES = ("logging.", "time.", "math.", "random.", "sys.", "os.", "warnings.", "gc.")
# Names that start like harmless ones and yet keep what they are given.
KEEPERS = ("logging.handlers.", "logging.config.", "logging.Logger.add", "logging.Logger.set")

# Calls that do not raise in code that anybody would write a handler for.
QUIET = frozenset({"print", "len", "id", "repr", "str", "type", "bool", "isinstance", "hasattr"})
QUIET_MODULES = ("logging.", "time.", "random.", "gc.")

# What takes no time to speak of, though it may raise: calls, and what the labels of others say.
QUICK = frozenset(
    {
        *HARMLESS,
        *("bytes", "chr", "dict", "divmod", "enumerate", "frozenset", "getattr", "iter", "list"),
        *("ord", "pow", "range", "reversed", "set", "setattr", "sorted", "tuple", "zip"),
        *("a subscript", "an operator"),
    }
)
QUICK_MODULES = ("math.", "sys.stdout.", "sys.stderr.", "os.path.", "os.get", "os.environ.")


def is_exception(name: str) -> bool:
    """Say whether `name` is a class of exceptions that is built in."""
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def ancestors(name: str) -> frozenset[str]:
    """Return the names of the classes that an instance of the built-in class `name` is one of."""
    found = getattr(builtins, name, object)
    lineage = found.__mro__ if isinstance(found, type) else (object,)
    return frozenset({name, *(cls.__name__ for cls in lineage)})


def is_harmless(name: str) -> bool:
    """Say whether the library call `name` neither keeps nor uses a queue given to it."""
    if name in HARMLESS:
        return True
    return name.startswith(HARMLESS_MODULES) and not name.startswith(KEEPERS)


# What these return is another number each time.
CLOCKS = frozenset(
    {
        "datetime.datetime.now", "datetime.datetime.utcnow", "time.monotonic", "time.monotonic_ns",
        "time.perf_counter", "time.perf_counter_ns", "time.process_time", "time.time",
        "time.time_ns",
    }
)  # fmt: skip


# Methods that say the same whenever they are asked, of the same object.
ANSWERS = frozenset(
    {
        *("startswith", "endswith", "isalpha", "isdigit", "isspace", "islower", "isupper"),
        *("isnumeric", "isalnum", "isidentifier", "count", "find", "lower", "upper", "strip"),
    }
)

# And these another one each time round a loop. Not those that return one of a few: a program that
# asks for each of these knows that one of them it is.
DICE = frozenset(
    {
        "random.expovariate",
        "random.gauss",
        "random.normalvariate",
        "random.random",
        "random.uniform",
    }
)


def is_quick(label: str) -> bool:
    """Say whether a call, or whatever else `label` names, is over in no time."""
    return label in QUICK or label.startswith(QUICK_MODULES)


def is_quiet(name: str) -> bool:
    """Say whether nobody expects the library call `name` to raise."""
    return name in QUIET or name.startswith(QUIET_MODULES)


CONSTANTS: Mapping[str, int | float] = MappingProxyType(
    {"math.inf": math.inf, "sys.maxsize": sys.maxsize}
)
"""Numbers of the library that sentinels are made of."""
