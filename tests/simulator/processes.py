"""Processes: their memory, their start by fork or spawn, their end."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .actors import Actor, Killed
from .forking import Copier
from .kernel import kernel
from .outcome import Error
from .program import Image
from .sharing import dumps, loads

FIRST_PID = 1000


class SimProcess:
    """One process: an image of the program with its own values, and the actors in it."""

    def __init__(self, name: str, image: Image, parent: SimProcess | None) -> None:
        k = kernel()
        self.name = name
        self.image = image
        self.parent = parent
        self.pid = FIRST_PID + len(k.processes)
        self.saved: dict[str, Any] = dict(image.namespace)
        self.saved_classes: dict[tuple[type, str], Any] = {}
        self.start_method: str = parent.start_method if parent else k.start_method
        self.daemon = False
        self.exitcode: int | None = None
        self.ended = False
        self.bootstrapping = False
        self.children: list[Process] = []
        self.counter = 0
        self.thread_counter = 0
        self.actors: list[Actor] = []
        self.finalizers: list[Callable[[], None]] = []
        self.thread_exits: list[Callable[[], None]] = []
        self.atexit: list[Callable[[], None]] = []
        self.identity: tuple[int, ...] = ()
        self.history = self.pid
        self.handle: Any = None
        self.main: Actor | None = None
        k.processes.append(self)

    def __simulator_copy__(self, copier: Copier) -> SimProcess:
        return self

    def uncaught(self, problem: BaseException, prefix: str = "") -> None:
        """Write an exception down that nobody caught."""
        k = kernel()
        text = "".join(traceback.format_exception(type(problem), problem, problem.__traceback__))
        k.ledger.errors.append(
            Error(
                k.current.name,
                type(problem).__name__,
                str(problem),
                error_line(problem),
                during=chained(problem),
            )
        )
        k.remark(k.current.name, f"dies: {type(problem).__name__}: {problem}", error_line(problem))
        print(prefix + text, file=sys.stderr, end="")

    def end(self, code: int) -> None:
        """The process is gone, with all its threads."""
        k = kernel()
        self.exitcode = code
        self.ended = True
        for actor in self.actors:
            if not actor.done and actor is not k.current:
                k.kill(actor)
        k.progress()

    def kill(self, code: int) -> None:
        """Killed from outside: nothing of its own runs any more."""
        if not self.ended:
            self.exitcode = code
            self.ended = True
            for actor in self.actors:
                if not actor.done:
                    kernel().kill(actor)
            kernel().progress()

    def join_threads(self) -> None:
        """Wait for the threads that are no daemons."""
        k = kernel()
        for leave in self.thread_exits:
            leave()
        for actor in list(self.actors):
            if actor.role == "thread" and not actor.daemon and actor is not k.current:
                while not actor.done:
                    k.point("Thread.join (at exit)", actor.handle, lambda a=actor: a.done)  # type: ignore[misc]
        if any(a.role == "thread" and a.daemon and not a.done for a in self.actors):
            k.point("daemons end (at exit)")

    def leave(self) -> None:
        """What ``multiprocessing`` does at exit: managers, children, feeders."""
        k = kernel()
        for finalizer in reversed(self.finalizers):
            finalizer()
        if any(child._sim is not None and child.daemon for child in self.children):
            k.point("daemons end (at exit)")
        for child in self.children:
            if child._sim is not None and child.daemon and not child._sim.ended:
                k.remark(k.current.name, f"kills the daemon {child._name}")
                child._sim.kill(-15)
        for child in self.children:
            sim = child._sim
            if sim is not None and not sim.ended:
                k.point("Process.join (at exit)", child, lambda s=sim: s.ended)  # type: ignore[misc]
        for queue in k.objects:
            feeders = getattr(queue, "feeders", None)
            waits = feeders and self.pid in feeders and self.pid not in queue.cancelled
            if waits and queue.flushing(self.pid):
                k.point(
                    queue.op("join_thread") + " (at exit)",
                    queue,
                    lambda q=queue: not q.flushing(self.pid),  # type: ignore[misc]
                )


def error_line(problem: BaseException) -> int:
    """The last line of the program in a traceback, 0 for none."""
    line = 0
    trace = problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == kernel().filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def chained(problem: BaseException) -> tuple[str, ...]:
    """The types of the exceptions that were being handled when this one was raised."""
    types: list[str] = []
    before = problem.__context__
    while before is not None and len(types) < 10:
        types.append(type(before).__name__)
        before = before.__context__
    return tuple(types)


def exit_code(stop: SystemExit) -> int:
    """The exit status a ``SystemExit`` asks for."""
    if stop.code is None:
        return 0
    return stop.code if isinstance(stop.code, int) else 1


class Process:
    """``multiprocessing.Process``."""

    _start_method: str | None = None
    kind = "Process"

    def __init__(
        self,
        group: None = None,
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] = {},
        *,
        daemon: bool | None = None,
    ) -> None:
        assert group is None, "group argument must be None for now"
        parent = kernel().current.process
        parent.counter += 1
        self._identity = (*parent.identity, parent.counter)
        self._name = name or "Process-" + ":".join(map(str, self._identity))
        self._target = target
        self._args = tuple(args)
        self._kwargs = dict(kwargs)
        self._daemonic = parent.daemon if daemon is None else daemon
        self._parent = parent
        self._sim: SimProcess | None = None
        self._closed = False

    @property
    def label(self) -> str:
        """For traces."""
        return self._name

    def run(self) -> None:
        """Call the target; subclasses do something else."""
        if self._target:
            self._target(*self._args, **self._kwargs)

    def _check_closed(self) -> None:
        if self._closed:
            raise ValueError("process object is closed")

    def start(self) -> None:
        """As the real one."""
        k = kernel()
        self._check_closed()
        parent = k.current.process
        assert self._sim is None, "cannot start a process twice"
        assert self._parent is parent, "can only start a process object created by current process"
        assert not parent.daemon, "daemonic processes are not allowed to have children"
        k.point("Process.start", self)
        method = self._start_method or parent.start_method
        if method == "fork":
            self._fork(parent)
        else:
            self._spawn(parent, method)
        parent.children.append(self)
        for name in ("_target", "_args", "_kwargs"):
            self.__dict__.pop(name, None)

    def _child(self, image: Image, parent: SimProcess) -> tuple[SimProcess, Actor]:
        k = kernel()
        sim = SimProcess(self._name, image, parent)
        sim.daemon = self.daemon
        sim.identity = self._identity
        actor = k.add_actor(self._name, "process", sim)
        actor.daemon = self.daemon
        sim.actors.append(actor)
        sim.main = actor
        return sim, actor

    def _fork(self, parent: SimProcess) -> None:
        k = kernel()
        copier = Copier()
        sim, actor = self._child(parent.image, parent)
        self._sim = sim
        sim.saved, sim.saved_classes = parent.image.fork(copier)
        twin = copier.copy(self)
        sim.handle = twin
        forked = list(copier.after)

        def body() -> None:
            for after in forked:
                after()
            bootstrap(sim, twin.run)

        k.launch(actor, body)

    def _spawn(self, parent: SimProcess, method: str) -> None:
        k = kernel()
        if parent.bootstrapping:
            raise RuntimeError(
                "An attempt has been made to start a new process before the current process "
                "has finished its bootstrapping phase."
            )
        data = dumps(self, spawning=method)
        image = Image("__mp_main__", k.filename, parent.image.table)
        sim, actor = self._child(image, parent)
        self._sim = sim
        sim.start_method = parent.start_method

        def body() -> None:
            def work() -> None:
                sim.bootstrapping = True
                k.execute_program(image)
                sim.bootstrapping = False
                twin = loads(data)
                sim.handle = twin
                twin._sim = sim
                twin.run()

            bootstrap(sim, work)

        k.launch(actor, body)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if kernel().spawning is None:
            raise TypeError("Pickling an AuthenticationString object is disallowed")
        state["_sim"] = state["_parent"] = None
        return state

    def join(self, timeout: float | None = None) -> None:
        """As the real one."""
        self._check_closed()
        k = kernel()
        assert self._parent is k.current.process, "can only join a child process"
        sim = self._sim
        assert sim is not None, "can only join a started process"
        k.point("Process.join", self, lambda: sim.ended, timeout)

    def is_alive(self) -> bool:
        """As the real one."""
        self._check_closed()
        k = kernel()
        if self._sim is k.current.process:
            return True
        assert self._parent is k.current.process, "can only test a child process"
        if self._sim is None:
            return False
        k.point("Process.is_alive", self)
        alive = not self._sim.ended
        k.observe(alive)
        k.polled()
        return alive

    def terminate(self) -> None:
        """As the real one."""
        self._stop("terminate", -15)

    def kill(self) -> None:
        """As the real one."""
        self._stop("kill", -9)

    def _stop(self, how: str, code: int) -> None:
        self._check_closed()
        k = kernel()
        if self._sim is None:
            raise AttributeError(f"'NoneType' object has no attribute '{how}'")
        k.point(f"Process.{how}", self)
        self._sim.kill(code)

    def close(self) -> None:
        """As the real one."""
        if self._sim is not None and not self._sim.ended:
            raise ValueError("Cannot close a process while it is still running.")
        self._closed = True

    @property
    def name(self) -> str:
        """As the real one."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name
        if self._sim is not None and self._sim.main is not None:
            self._sim.main.name = name

    @property
    def daemon(self) -> bool:
        """As the real one."""
        return self._daemonic

    @daemon.setter
    def daemon(self, daemonic: bool) -> None:
        assert self._sim is None, "process has already started"
        self._daemonic = daemonic

    @property
    def exitcode(self) -> int | None:
        """As the real one."""
        kernel().polled()
        return None if self._sim is None else self._sim.exitcode

    @property
    def pid(self) -> int | None:
        """As the real one."""
        return None if self._sim is None else self._sim.pid

    ident = pid

    @property
    def authkey(self) -> bytes:
        """As the real one."""
        return b"key"

    @property
    def sentinel(self) -> Process:
        """Something ``connection.wait`` can wait for."""
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self._name!r}>"


def bootstrap(sim: SimProcess, work: Callable[[], None]) -> None:
    """The life of a child's main thread."""
    code = 0
    problem: BaseException | None = None
    try:
        work()
    except Killed:
        raise
    except SystemExit as stop:
        code = exit_code(stop)
    except BaseException as error:  # the child dies of it, which is what is to be shown
        code = 1
        problem = error
        sim.uncaught(error, f"Process {sim.name}:\n")
    del problem
    sim.leave()
    sim.join_threads()
    sim.end(code)
