"""The stand-in for ``multiprocessing`` and its submodules."""

from __future__ import annotations

import ctypes
import multiprocessing as real
import types
from collections.abc import Callable
from queue import Empty, Full
from typing import Any

from . import connection, managers, mpqueues, mpsync, pool, torchmodule, values
from .forking import Copier
from .kernel import kernel
from .processes import Process
from .simlogging import make_logging
from .standins import CORES

METHODS = ("fork", "spawn", "forkserver")


class ForkProcess(Process):
    """``multiprocessing.context.ForkProcess``."""

    _start_method = "fork"


class SpawnProcess(Process):
    """``multiprocessing.context.SpawnProcess``."""

    _start_method = "spawn"


class ForkServerProcess(Process):
    """``multiprocessing.context.ForkServerProcess``."""

    _start_method = "forkserver"


class Context:
    """A context; that without a method of its own is the default one."""

    ProcessError = real.ProcessError
    TimeoutError = real.TimeoutError
    BufferTooShort = real.BufferTooShort
    AuthenticationError = real.AuthenticationError

    def __init__(self, method: str | None) -> None:
        self._method = method
        classes = {"fork": ForkProcess, "spawn": SpawnProcess, "forkserver": ForkServerProcess}
        self.Process: type[Process] = classes[method] if method else Process

    def __simulator_copy__(self, copier: Copier) -> Any:
        return self

    def __reduce__(self) -> Any:
        return find_context, (self._method,)

    def get_start_method(self, allow_none: bool = False) -> str:
        """As the real one."""
        return self._method or kernel().current.process.start_method

    def set_start_method(self, method: str | None, force: bool = False) -> None:
        """As the real one."""
        if self._method is not None:
            raise ValueError("cannot set start method of concrete context")
        process = kernel().current.process
        if getattr(process, "method_fixed", False) and not force:
            raise RuntimeError("context has already been set")
        process.method_fixed = True  # type: ignore[attr-defined]
        process.start_method = checked(method or kernel().start_method)

    def get_all_start_methods(self) -> list[str]:
        """As the real one."""
        return list(METHODS)

    def get_context(self, method: str | None = None) -> Context:
        """As the real one."""
        return self if method is None else CONTEXTS[checked(method)]

    def cpu_count(self) -> int:
        """As the real one."""
        return CORES

    def Queue(self, maxsize: int = 0) -> Any:  # noqa: N802  (the name multiprocessing gives it)
        """As the real one."""
        return mpqueues.Queue(maxsize, ctx=self.get_context())

    def JoinableQueue(self, maxsize: int = 0) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return mpqueues.JoinableQueue(maxsize, ctx=self.get_context())

    def SimpleQueue(self) -> Any:  # noqa: N802  (the name multiprocessing gives it)
        """As the real one."""
        return mpqueues.SimpleQueue(ctx=self.get_context())

    def Lock(self) -> Any:  # noqa: N802  (the name multiprocessing gives it)
        """As the real one."""
        return mpsync.ProcessLock(ctx=self)

    def RLock(self) -> Any:  # noqa: N802  (the name multiprocessing gives it)
        """As the real one."""
        return mpsync.ProcessRLock(ctx=self)

    def Semaphore(self, value: int = 1) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return mpsync.ProcessSemaphore(value, ctx=self)

    def BoundedSemaphore(self, value: int = 1) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return mpsync.ProcessBoundedSemaphore(value, ctx=self)

    def Event(self) -> Any:  # noqa: N802  (the name multiprocessing gives it)
        """As the real one."""
        return mpsync.ProcessEvent(ctx=self)

    def Condition(self, lock: Any = None) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return mpsync.ProcessCondition(lock, ctx=self)

    def Barrier(  # noqa: N802  (the name multiprocessing gives it)
        self, parties: int, action: Callable[[], Any] | None = None, timeout: float | None = None
    ) -> Any:
        """As the real one."""
        return mpsync.ProcessBarrier(parties, action, timeout, ctx=self)

    def Value(self, kind: Any, *args: Any, lock: Any = True) -> Any:  # noqa: N802
        """As the real one."""
        return values.Value(kind, *args, lock=lock)

    def Array(self, kind: Any, content: Any, *, lock: Any = True) -> Any:  # noqa: N802
        """As the real one."""
        return values.Array(kind, content, lock=lock)

    def RawValue(self, kind: Any, *args: Any) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return values.Value(kind, *args)

    def RawArray(self, kind: Any, content: Any) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return values.Array(kind, content)

    def Manager(self) -> Any:  # noqa: N802  (the name multiprocessing gives it)
        """As the real one."""
        manager = managers.SyncManager(ctx=self)
        manager.start()
        return manager

    def Pool(  # noqa: N802  (the name multiprocessing gives it)
        self,
        processes: int | None = None,
        initializer: Any = None,
        initargs: Any = (),
        maxtasksperchild: int | None = None,
    ) -> Any:
        """As the real one."""
        return pool.Pool(processes, initializer, initargs, maxtasksperchild, self)

    def Pipe(self, duplex: bool = True) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return connection.make_pipe(duplex)

    def freeze_support(self) -> None:
        """As the real one."""

    def allow_connection_pickling(self) -> None:
        """As the real one."""

    def active_children(self) -> list[Process]:
        """As the real one."""
        return active_children()

    def get_logger(self) -> Any:
        """As the real one."""
        return make_logging().getLogger("multiprocessing")

    def log_to_stderr(self, level: Any = None) -> Any:
        """As the real one."""
        return self.get_logger()


CONTEXTS = {method: Context(method) for method in METHODS}
DEFAULT = Context(None)


def find_context(method: str | None) -> Context:
    """What the pickle of a context says."""
    return CONTEXTS[method] if method else DEFAULT


def checked(method: str) -> str:
    """A start method that exists."""
    if method not in METHODS:
        raise ValueError(f"cannot find context for {method!r}")
    return method


def active_children() -> list[Process]:
    """As the real one."""
    k = kernel()
    k.point("active_children")
    k.polled()
    alive = [c for c in k.current.process.children if c._sim is not None and not c._sim.ended]
    k.observe(len(alive))
    return alive


def current_process() -> Process:
    """As the real one."""
    sim = kernel().current.process
    if sim.handle is None:
        handle = Process.__new__(Process)
        handle._name, handle._sim, handle._parent = sim.name, sim, sim
        handle._daemonic, handle._closed, handle._identity = sim.daemon, False, sim.identity
        sim.handle = handle
    made: Process = sim.handle
    return made


def parent_process() -> Process | None:
    """As the real one."""
    sim = kernel().current.process
    if sim.parent is None:
        return None
    handle = Process.__new__(Process)
    handle._name, handle._sim, handle._parent = sim.parent.name, sim.parent, sim
    handle._daemonic, handle._closed, handle._identity = False, False, ()
    return handle


def submodule(name: str, **parts: Any) -> types.ModuleType:
    """A submodule of ``multiprocessing``."""
    module = types.ModuleType("multiprocessing." + name)
    for key, part in parts.items():
        setattr(module, key, part)
    return module


def make_modules() -> dict[str, types.ModuleType]:
    """The package and its submodules by name."""
    top = types.ModuleType("multiprocessing")
    for name in dir(DEFAULT):
        if not name.startswith("_"):
            setattr(top, name, getattr(DEFAULT, name))
    for part in (active_children, current_process, parent_process):
        setattr(top, part.__name__, part)
    subs = {
        "queues": submodule(
            "queues",
            Queue=mpqueues.Queue,
            JoinableQueue=mpqueues.JoinableQueue,
            SimpleQueue=mpqueues.SimpleQueue,
            Empty=Empty,
            Full=Full,
        ),
        "context": submodule(
            "context",
            ForkProcess=ForkProcess,
            SpawnProcess=SpawnProcess,
            ForkServerProcess=ForkServerProcess,
            BaseContext=Context,
            Process=Process,
            ProcessError=real.ProcessError,
            TimeoutError=real.TimeoutError,
        ),
        "process": submodule(
            "process",
            BaseProcess=Process,
            current_process=current_process,
            parent_process=parent_process,
            active_children=active_children,
        ),
        "synchronize": submodule(
            "synchronize",
            Lock=mpsync.ProcessLock,
            RLock=mpsync.ProcessRLock,
            Event=mpsync.ProcessEvent,
            Condition=mpsync.ProcessCondition,
            Semaphore=mpsync.ProcessSemaphore,
            BoundedSemaphore=mpsync.ProcessBoundedSemaphore,
            Barrier=mpsync.ProcessBarrier,
        ),
        "managers": managers.make_module(),
        "pool": pool.make_module(),
        "connection": connection.make_module(),
        "sharedctypes": submodule(
            "sharedctypes", Value=values.Value, Array=values.Array, ctypes=ctypes
        ),
    }
    for name, module in subs.items():
        if name != "managers":  # importing the package alone does not bring these
            setattr(top, name, module)
    table = {"multiprocessing": top, **{f"multiprocessing.{n}": m for n, m in subs.items()}}
    torch = types.ModuleType("torch")
    torch.multiprocessing = torchmodule.make_module(top)  # type: ignore[attr-defined]
    table["torch"] = torch
    tops = {"torch.multiprocessing": torch.multiprocessing, "billiard": top, "multiprocess": top}
    for package, module in tops.items():
        table[package] = module
        table.update({f"{package}.{name}": module for name, module in subs.items()})
    return table
