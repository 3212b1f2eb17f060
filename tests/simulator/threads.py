"""The stand-in for ``threading``."""

from __future__ import annotations

import threading as real_threading
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import sync
from .actors import Actor, Killed
from .forking import Copier
from .kernel import kernel


class Thread:
    """``threading.Thread``."""

    kind = "Thread"

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        daemon: bool | None = None,
        context: Any = None,
    ) -> None:
        assert group is None, "group argument must be None for now"
        k = kernel()
        process = k.current.process
        if name is None:
            process.thread_counter += 1
            name = f"Thread-{process.thread_counter}"
            if target is not None:
                name += f" ({getattr(target, '__name__', 'target')})"
        self._target = target
        self._args = tuple(args)
        self._kwargs = dict(kwargs or {})
        self._name = name
        self._daemonic = k.current.role == "thread" and k.current.daemon
        if daemon is not None:
            self._daemonic = daemon
        self._actor: Actor | None = None

    @property
    def label(self) -> str:
        """For traces."""
        return self._name

    def run(self) -> None:
        """Call the target; subclasses do something else."""
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def start(self) -> None:
        """As the real one."""
        if not hasattr(self, "_actor"):
            raise RuntimeError("thread.__init__() not called")
        if self._actor is not None:
            raise RuntimeError("threads can only be started once")
        k = kernel()
        k.point("Thread.start", self)
        process = k.current.process
        actor = k.add_actor(self._name, "thread", process)
        actor.daemon = self.daemon
        actor.handle = self
        self._actor = actor
        process.actors.append(actor)
        k.launch(actor, self._bootstrap)

    def _bootstrap(self) -> None:
        try:
            self.run()
        except (Killed, SystemExit):
            return
        except BaseException as error:  # the thread dies of it, which is what is to be shown
            process = kernel().current.process
            process.uncaught(error, f"Exception in thread {self._name}:\n")

    def join(self, timeout: float | None = None) -> None:
        """As the real one."""
        k = kernel()
        if self._actor is None:
            raise RuntimeError("cannot join thread before it is started")
        if self._actor is k.current:
            raise RuntimeError("cannot join current thread")
        actor = self._actor
        k.point("Thread.join", self, lambda: actor.done, timeout)

    def is_alive(self) -> bool:
        """As the real one."""
        k = kernel()
        if self._actor is None:
            return False
        k.point("Thread.is_alive", self)
        alive = not self._actor.done
        k.observe(alive)
        k.polled()
        return alive

    @property
    def name(self) -> str:
        """As the real one."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name
        if self._actor is not None:
            self._actor.name = name

    @property
    def daemon(self) -> bool:
        """As the real one."""
        return self._daemonic

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        if self._actor is not None:
            raise RuntimeError("cannot set daemon status of active thread")
        self._daemonic = daemonic

    def isDaemon(self) -> bool:  # noqa: N802  (the old name of threading)
        """As the real one."""
        return self._daemonic

    def setDaemon(self, daemonic: bool) -> None:  # noqa: N802  (the old name of threading)
        """As the real one."""
        self.daemon = daemonic

    def getName(self) -> str:  # noqa: N802  (the old name of threading)
        """As the real one."""
        return self._name

    def setName(self, name: str) -> None:  # noqa: N802  (the old name of threading)
        """As the real one."""
        self.name = name

    @property
    def ident(self) -> int | None:
        """As the real one."""
        return None if self._actor is None else 1 + self._actor.index

    native_id = ident

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("cannot pickle '_thread.lock' object")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self._name})>"


class MainThread(Thread):
    """What ``current_thread()`` gives in a process's first thread."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(name="MainThread", daemon=False)
        self._actor = actor


class Timer(Thread):
    """``threading.Timer``."""

    def __init__(
        self,
        interval: float,
        function: Callable[..., object],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.interval = interval
        self.function = function
        self.args = tuple(args or ())
        self.kwargs = dict(kwargs or {})
        self.finished = sync.Event()

    def cancel(self) -> None:
        """As the real one."""
        self.finished.set()

    def run(self) -> None:
        """As the real one."""
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


class ThreadLocal:
    """``threading.local``."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__") or name == "_store":
            return object.__getattribute__(self, name)
        store = self._store()
        if name in store:
            return store[name]
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._store()[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self._store()[name]
        except KeyError:
            raise AttributeError(name) from None

    def _store(self) -> dict[str, Any]:
        stores = object.__getattribute__(self, "__dict__")
        made: dict[str, Any] = stores.setdefault(f"actor {kernel().current.index}", {})
        return made

    def __simulator_copy__(self, copier: Copier) -> Any:
        return type(self)()


def current_thread() -> Thread:
    """As the real one."""
    actor = kernel().current
    if not isinstance(actor.handle, Thread):
        actor.handle = MainThread(actor)
    handle: Thread = actor.handle
    return handle


def main_thread() -> Thread:
    """As the real one."""
    main = kernel().current.process.main
    assert main is not None
    if not isinstance(main.handle, Thread):
        main.handle = MainThread(main)
    return main.handle


def enumerate_threads() -> list[Thread]:
    """As ``threading.enumerate``."""
    kernel().point("threading.enumerate")
    actors = kernel().current.process.actors
    return [main_thread()] + [a.handle for a in actors if a.role == "thread" and not a.done]


def active_count() -> int:
    """As the real one."""
    kernel().polled()
    return len(enumerate_threads())


def get_ident() -> int:
    """As the real one."""
    return 1 + kernel().current.index


def make_module() -> types.ModuleType:
    """The module as a program sees it."""
    module = types.ModuleType("threading")
    for part in (Thread, Timer, current_thread, main_thread, active_count, get_ident):
        setattr(module, part.__name__, part)
    for name in ("Lock", "RLock", "Condition", "Event", "Semaphore", "BoundedSemaphore"):
        setattr(module, name, getattr(sync, name))
    extra: dict[str, Any] = {
        "Barrier": sync.Barrier,
        "BrokenBarrierError": real_threading.BrokenBarrierError,
        "ThreadError": real_threading.ThreadError,
        "TIMEOUT_MAX": real_threading.TIMEOUT_MAX,
        "ExceptHookArgs": real_threading.ExceptHookArgs,
        "excepthook": lambda args: None,
        "currentThread": current_thread,
        "activeCount": active_count,
        "enumerate": enumerate_threads,
        "get_native_id": get_ident,
        "local": ThreadLocal,
        "_MainThread": MainThread,
        "stack_size": lambda size=0: 0,
    }
    for name, part in extra.items():
        setattr(module, name, part)
    return module
