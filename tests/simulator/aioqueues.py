"""The queues of ``asyncio``: the real ones, with books, and with ``shutdown`` on every version."""

from __future__ import annotations

import asyncio as real
from asyncio import events
from typing import Any

from .actors import Actor
from .kernel import kernel
from .ledger import Entry, is_sentinel
from .mpqueues import short


class _QueueShutDown(Exception):
    """``asyncio.QueueShutDown`` where the interpreter is older than 3.13."""


QueueShutDown: type[Exception] = getattr(real, "QueueShutDown", _QueueShutDown)
QueueShutDown.__name__ = "QueueShutDown"


class Booked:
    """Adds the books to the queues of ``asyncio``."""

    kind = "Queue"

    def __init__(self, maxsize: int = 0, **options: Any) -> None:
        k = kernel()
        self.label = k.ledger.label("asyncio." + self.kind, k.program_line())
        self.account = k.ledger.open(self.label)
        self.entries: dict[int, list[Entry]] = {}
        self.account.inside = lambda: [e for many in self.entries.values() for e in many]
        self.down = False
        self.nothing_left = 0
        super().__init__(maxsize, **options)  # type: ignore[call-arg]
        k.objects.append(self)

    def state(self) -> object:
        """What tells this state of the queue from another one."""
        queue: Any = self
        return queue.qsize(), queue._unfinished_tasks, self.down

    def _turn(self, name: str) -> None:
        """Where threads run beside the loop, they may come in here; tasks may not."""
        k = kernel()
        if any(a is not k.current and a.effect is None for a in k.live):
            k.point(f"asyncio.{self.kind}.{name}", self)
            k.observe(self.state())

    def _who(self) -> Actor:
        loop = events._get_running_loop()
        if loop is None:
            return kernel().current
        who: Actor = loop.actor_of(real.current_task(loop))  # type: ignore[attr-defined]
        return who

    def _log(self, name: str, detail: str) -> Actor:
        k = kernel()
        who = self._who()
        k.steps += 1
        if k.steps > k.step_limit:
            k.stop("undecided", f"more than {k.step_limit} steps")
        line = k.program_line()
        k.events.append((k.now, who.name, f"asyncio.{self.kind}.{name}", self.label, line, detail))
        k.current.history = hash((k.current.history, name, self.label, line))
        k.progress()
        return who

    def empty(self) -> bool:
        """As the real one; who looks means to take, though it may leave before the first item."""
        kernel().ledger.looks(self.account, self._who().name)
        looked: bool = super().empty()  # type: ignore[misc]
        return looked

    def put_nowait(self, item: Any) -> None:
        """As the real one."""
        self._turn("put")
        if self.down:
            raise QueueShutDown
        super().put_nowait(item)  # type: ignore[misc]
        k = kernel()
        who = self._log("put", f"put {short(item)}")
        work = not is_sentinel(item, k.current.process.image.namespace)
        entry = Entry(item, 0, work, short(item), who.name, k.program_line())
        self.entries.setdefault(id(item), []).append(entry)
        k.ledger.put(self.account, entry, k.steps, who.index)

    def get_nowait(self) -> Any:
        """As the real one."""
        self._turn("get")
        k = kernel()
        k.ledger.looks(self.account, self._who().name)
        if self.down and self.empty():
            raise QueueShutDown
        item = super().get_nowait()  # type: ignore[misc]
        who = self._log("get", f"took {short(item)}")
        many = self.entries.get(id(item))
        if many:
            k.ledger.take(self.account, many.pop(0), who.index)
            if not many:
                del self.entries[id(item)]
        return item

    async def get(self) -> Any:
        """As the real one."""
        self._turn("get")
        kernel().ledger.looks(self.account, self._who().name)
        if self.down and self.empty():
            raise QueueShutDown
        return await super().get()  # type: ignore[misc]

    async def put(self, item: Any) -> None:
        """As the real one."""
        if self.down:
            raise QueueShutDown
        await super().put(item)  # type: ignore[misc]

    def shutdown(self, immediate: bool = False) -> None:
        """As the real one of 3.13, on every version."""
        self._log("shutdown", "")
        self.down = True
        queue: Any = self
        if immediate:
            while not queue.empty():
                queue._get()
                if queue._unfinished_tasks > 0:
                    queue._unfinished_tasks -= 1
            if queue._unfinished_tasks == 0:
                queue._finished.set()
            self.entries.clear()
        for waiters in (queue._getters, queue._putters):
            while waiters:
                waiter = waiters.popleft()
                if not waiter.done():
                    waiter.set_exception(QueueShutDown)

    def task_done(self) -> None:
        """As the real one."""
        super().task_done()  # type: ignore[misc]
        who = self._log("task_done", "")
        queue: Any = self
        if not queue._unfinished_tasks:
            self.nothing_left = kernel().steps
        kernel().ledger.done(self.account, who.index)

    async def join(self) -> None:
        """As the real one."""
        k = kernel()
        line = k.program_line()
        await super().join()  # type: ignore[misc]
        who = self._log("join", "returned")
        queue: Any = self
        # It waits once: what was put since the count was zero does not hold it.
        step = self.nothing_left if queue._unfinished_tasks else k.steps
        k.ledger.joined(self.account, step, who.name, line or k.program_line(), who.index)


class Queue(Booked, real.Queue):  # type: ignore[type-arg]
    """``asyncio.Queue``."""


class PriorityQueue(Booked, real.PriorityQueue):  # type: ignore[type-arg]
    """``asyncio.PriorityQueue``."""

    kind = "PriorityQueue"


class LifoQueue(Booked, real.LifoQueue):  # type: ignore[type-arg]
    """``asyncio.LifoQueue``."""

    kind = "LifoQueue"
