"""The stand-in for ``asyncio``: the real one, on a loop with virtual time.

Within one loop the order of the tasks is what it really is, so it is not explored; other threads
and processes come in where the loop would wait in ``select``.
"""

from __future__ import annotations

import asyncio as real
import contextlib
import types
from asyncio import base_events, events
from asyncio import futures as aio_futures
from collections.abc import Callable, Coroutine
from typing import Any, cast

from .actors import Actor, Killed
from .aioqueues import LifoQueue, PriorityQueue, Queue, QueueShutDown
from .futures import Future, ThreadPoolExecutor
from .kernel import kernel
from .outcome import Error
from .processes import error_line
from .standins import refuse

LINGERING = 60.0
"""Virtual seconds for which tasks go on behind main's end, where a run looks what they would do."""


class Selector:
    """Where a loop waits."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        """Wait until somebody wakes the loop or the time is up."""
        k = kernel()
        loop = self.loop
        if timeout is not None and timeout <= 0:
            k.point("asyncio.loop")
        else:
            k.point("asyncio.select", None, lambda: loop.woken, timeout)
            k.current.polled = False
        loop.woken = False
        loop.dawdle()
        return []

    def close(self) -> None:
        """Nothing to do."""


class Task(real.Task[Any]):
    """A task that remembers an exception which ``cancel()``, called too late, has silenced."""

    silenced = False

    def cancel(self, msg: Any | None = None) -> bool:
        """As the real one, which never complains of an exception after this."""
        self.silenced = self.silenced or (self.done() and self._log_traceback)
        return super().cancel(msg)


def make_task(loop: Any, coro: Any, **options: Any) -> Task:
    """The factory of tasks."""
    return Task(coro, loop=loop, **options)


class Loop(base_events.BaseEventLoop):
    """An event loop in virtual time, without sockets and subprocesses."""

    def __init__(self) -> None:
        super().__init__()
        self.woken = False
        self._selector = Selector(self)
        self._clock_resolution = 1e-6
        self.made: list[Task] = []
        self.set_task_factory(make_task)
        self.actors: dict[int, Actor] = {}
        self.kernel = kernel()
        self.kernel.uses_asyncio = True
        self.kernel.at_end.append(self.report)
        self.kernel.at_close.append(self.unwind)
        self.executor: ThreadPoolExecutor | None = None

    def __simulator_copy__(self, copier: object) -> Loop:
        return self

    def time(self) -> float:
        """Virtual time."""
        return kernel().now

    def dawdle(self) -> None:
        """On a slow machine: now and then, some timers are due before anything else is done."""
        k = kernel()
        if not k.early_timeouts or k.patient_gets:
            return
        timers: list[real.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        due = sorted({timer.when() for timer in timers if not timer.cancelled()})
        if due:
            late = len(due) + 1 - k.chooser.amount(k, len(due) + 1)
            k.now = max((k.now, *due[:late]))

    def _process_events(self, event_list: list[Any]) -> None:
        return None

    def _write_to_self(self) -> None:
        self.woken = True
        kernel().progress()

    def create_task(self, coro: Any, **options: Any) -> real.Task[Any]:
        """As the real one; remembers the task."""
        task = cast("Task", super().create_task(coro, **options))
        self.made.append(task)
        self.actor_of(task)
        return task

    def actor_of(self, task: real.Task[Any] | None) -> Actor:
        """A name in the books for a task; it takes no steps of its own."""
        k = kernel()
        if task is None:
            return k.current
        if id(task) not in self.actors:
            actor = k.add_actor(task.get_name(), "task", k.current.process)
            self.actors[id(task)] = actor
        return self.actors[id(task)]

    def run_forever(self) -> None:
        """As the real one."""
        actor = kernel().current
        before = actor.waits
        actor.waits = self.waits
        try:
            super().run_forever()
        finally:
            actor.waits = before

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """As the real one."""
        if executor is None:
            if self.executor is None:
                self.executor = ThreadPoolExecutor()
            executor = self.executor
        return real.wrap_future(executor.submit(func, *args), loop=self)

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """As the real one."""
        if self.executor is not None:
            self.executor.shutdown(wait=True)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Exceptions nobody saw are written down at the end."""

    def report(self) -> None:
        """At the end of the run: the tasks that died without anybody looking, or were cancelled."""
        for task in self.made:
            if task.cancelled():
                self.actor_of(task).cancelled = True
            if not task.done() or task.cancelled():
                continue
            if task._log_traceback:
                self.unseen(task)
            elif task.silenced:
                self.unseen(task, silent=True)

    def unseen(self, task: real.Task[Any], *, silent: bool = False) -> None:
        """Write the exception of a task down."""
        problem = task.exception()
        if problem is not None and not isinstance(problem, Killed):
            name, kind = task.get_name(), type(problem).__name__
            found = Error(name, kind, str(problem), error_line(problem), silent=silent)
            kernel().ledger.errors.append(found)

    def unwind(self) -> None:
        """After the run: end the coroutines that are left, so that none of them ends later."""
        for task in self.made:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                # They may do anything in their ``finally``; it is no part of the run.
                with contextlib.suppress(BaseException):
                    task.get_coro().close()

    def waits(self) -> list[tuple[str, str, int, str]]:
        """Where each task waits: operation, target, line, name."""
        found = []
        for task in sorted(real.all_tasks(self), key=lambda t: t.get_name()):
            operation, target, line = where(task)
            found.append((operation, target, line, task.get_name()))
        return found


def where(task: real.Task[Any]) -> tuple[str, str, int]:
    """What a task awaits: the operation, its object, the program's line."""
    line = 0
    operation, target = "await", ""
    inner: Any = task.get_coro()
    while inner is not None:
        frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None)
        if frame is None:
            break
        if frame.f_code.co_filename == kernel().filename:
            line, operation, target = frame.f_lineno, "await", ""
        elif operation == "await":
            owner = frame.f_locals.get("self")
            kind = getattr(owner, "kind", "") or (type(owner).__name__ if owner is not None else "")
            operation = ".".join(p for p in ("asyncio", kind, frame.f_code.co_name) if p)
            target = getattr(owner, "label", "")
        inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
    return operation, target, line


def new_event_loop() -> Loop:
    """As the real one."""
    return Loop()


def set_event_loop(loop: Any) -> None:
    """As the real one."""
    kernel().current.event_loop = loop


def get_event_loop() -> Any:
    """As the real one."""
    running = events._get_running_loop()
    if running is not None:
        return running
    actor = kernel().current
    if actor.event_loop is None:
        if actor.role == "thread":
            raise RuntimeError(f"There is no current event loop in thread {actor.name!r}.")
        actor.event_loop = Loop()
    return actor.event_loop


class Runner:
    """``asyncio.Runner``."""

    def __init__(self, *, debug: bool | None = None, loop_factory: Any = None) -> None:
        self.loop: Loop | None = None

    def get_loop(self) -> Loop:
        """As the real one."""
        if self.loop is None:
            self.loop = Loop()
            set_event_loop(self.loop)
        return self.loop

    def run(self, coro: Coroutine[Any, Any, Any], *, context: Any = None) -> Any:
        """As the real one."""
        if not real.iscoroutine(coro):
            raise ValueError(f"a coroutine was expected, got {coro!r}")
        if events._get_running_loop() is not None:
            raise RuntimeError("Runner.run() cannot be called from a running event loop")
        made = self.get_loop().run_until_complete(coro)
        if kernel().lingers and not kernel().closed:
            self.get_loop().run_until_complete(real.sleep(LINGERING))
        return made

    def close(self) -> None:
        """As the real one: cancels what is left."""
        loop = self.loop
        if loop is None or kernel().closed:
            return
        try:
            left = real.all_tasks(loop)
            for task in left:
                loop.actor_of(task).killed = True
                task.cancel()
            if left:
                loop.run_until_complete(real.gather(*left, return_exceptions=True))
            for task in left:  # as the real one tells, whoever has looked
                if not task.cancelled() and task.exception() is not None:
                    loop.unseen(task)
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            set_event_loop(None)
            loop.close()
            self.loop = None

    def __enter__(self) -> Runner:
        self.get_loop()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def run(main: Coroutine[Any, Any, Any], *, debug: bool | None = None,
        loop_factory: Callable[[], Any] | None = None) -> Any:  # fmt: skip
    """As the real one."""
    if events._get_running_loop() is not None:
        raise RuntimeError("asyncio.run() cannot be called from a running event loop")
    with Runner() as runner:
        return runner.run(main)


def run_coroutine_threadsafe(coro: Any, loop: Any) -> Future:
    """As the real one."""
    if not real.iscoroutine(coro):
        raise TypeError("A coroutine object is required")
    kernel().point("asyncio.run_coroutine_threadsafe")
    future = Future()

    def callback() -> None:
        task = real.ensure_future(coro, loop=loop)
        aio_futures._chain_future(task, future)  # type: ignore[attr-defined]

    loop.call_soon_threadsafe(callback)
    return future


def make_modules() -> dict[str, types.ModuleType]:
    """The package and what is imported of it by name."""
    module = types.ModuleType("asyncio")
    for name, part in vars(real).items():
        if not name.startswith("__"):
            setattr(module, name, part)
    for own in (Queue, PriorityQueue, LifoQueue, QueueShutDown, new_event_loop, set_event_loop,
                get_event_loop, run, run_coroutine_threadsafe):  # fmt: skip
        setattr(module, own.__name__, own)
    if hasattr(real, "Runner"):
        module.Runner = Runner  # type: ignore[attr-defined]
    for name in ("create_subprocess_exec", "create_subprocess_shell", "open_connection",
                 "start_server", "set_event_loop_policy"):  # fmt: skip
        setattr(module, name, refuse(f"asyncio.{name}"))
    queues = types.ModuleType("asyncio.queues")
    for name, part in vars(real.queues).items():
        if not name.startswith("__"):
            setattr(queues, name, part)
    for own in (Queue, PriorityQueue, LifoQueue, QueueShutDown):
        setattr(queues, own.__name__, own)
    module.queues = queues  # type: ignore[attr-defined]
    found = {"asyncio": module, "asyncio.queues": queues}
    for name in ("events", "tasks", "futures", "exceptions", "locks"):
        found[f"asyncio.{name}"] = getattr(real, name)
    return found
