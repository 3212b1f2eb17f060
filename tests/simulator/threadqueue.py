"""The stand-in for ``queue``."""

from __future__ import annotations

import heapq
import queue as real_queue
import types
from collections import deque
from queue import Empty, Full
from typing import Any

from . import sync
from .kernel import kernel
from .ledger import Entry, is_sentinel
from .mpqueues import short
from .sharing import Local
from .sync import limit


class _ShutDown(Exception):
    """``queue.ShutDown`` where the interpreter is older than 3.13."""


ShutDown: type[Exception] = getattr(real_queue, "ShutDown", _ShutDown)
ShutDown.__name__ = "ShutDown"


class Queue(Local):
    """``queue.Queue``: every method is one step, as the real ones hold the mutex throughout."""

    kind = "Queue"

    def __init__(self, maxsize: int = 0) -> None:
        self.maxsize = maxsize
        self.register(type(self).kind)
        self.account = kernel().ledger.open(self.label)
        self.entries: dict[int, list[Entry]] = {}
        self._init(maxsize)
        self.account.inside = lambda: [e for many in self.entries.values() for e in many]
        self.mutex = sync.Lock()
        self.not_empty = sync.Condition(self.mutex)
        self.not_full = sync.Condition(self.mutex)
        self.all_tasks_done = sync.Condition(self.mutex)
        self.unfinished_tasks = 0
        self.is_shutdown = False
        self.copied = False

    def __simulator_copy__(self, copier: Any) -> Any:
        made = super().__simulator_copy__(copier)
        made.account = kernel().ledger.open(self.label)
        made.copied = True
        entries = made.entries = {}
        for item in made.queue:
            entries.setdefault(id(item), []).append(Entry(item, 0, False, short(item), ""))
        made.account.inside = lambda: [e for many in entries.values() for e in many]
        return made

    # What subclasses may replace.
    def _init(self, maxsize: int) -> None:
        self.queue: Any = deque()

    def _qsize(self) -> int:
        return len(self.queue)

    def _put(self, item: Any) -> None:
        self.queue.append(item)

    def _get(self) -> Any:
        return self.queue.popleft()

    def state(self) -> object:
        marks = tuple(tuple(e.mark for e in many) for many in self.entries.values())
        return (marks, self.unfinished_tasks, self.is_shutdown)

    def _unlocked(self) -> bool:
        return self.mutex.owner is None or self.mutex.owner == kernel().current.index

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """As the real one."""
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        k = kernel()

        def ready() -> bool:
            room = self.maxsize <= 0 or self._qsize() < self.maxsize
            return self._unlocked() and (room or self.is_shutdown)

        good = k.point(self.op("put"), self, ready, limit(block, timeout))
        if self.is_shutdown:
            raise ShutDown
        if not good:
            raise Full
        work = not is_sentinel(item, k.current.process.image.namespace)
        entry = Entry(item, k.current.history, work, short(item), k.current.name, k.current.line)
        self._put(item)
        self.entries.setdefault(id(item), []).append(entry)
        self.unfinished_tasks += 1
        k.ledger.put(self.account, entry, k.steps, k.current.index)
        if self.copied:  # what a process puts on its own copy is meant for somebody, and is lost
            k.ledger.looks(self.account, k.current.name)
        k.note(f"put {entry.text}")
        k.progress()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """As the real one."""
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        k = kernel()
        k.ledger.looks(self.account, k.current.name)

        def ready() -> bool:
            return self._unlocked() and (self._qsize() > 0 or self.is_shutdown)

        good = k.point(self.op("get"), self, ready, limit(block, timeout))
        if self.is_shutdown and not self._qsize():
            raise ShutDown
        if not good:
            k.observe("empty")
            raise Empty
        item = self._get()
        entry = self._booked(item)
        k.ledger.take(self.account, entry, k.current.index)
        k.observe(entry.mark)
        k.note(f"took {entry.text}")
        k.progress()
        return item

    def _booked(self, item: Any) -> Entry:
        many = self.entries.get(id(item))
        if not many:
            return Entry(item, 0, False, short(item), "")
        entry = many.pop(0)
        if not many:
            del self.entries[id(item)]
        return entry

    def put_nowait(self, item: Any) -> None:
        """As the real one."""
        self.put(item, block=False)

    def get_nowait(self) -> Any:
        """As the real one."""
        return self.get(block=False)

    def task_done(self) -> None:
        """As the real one."""
        k = kernel()
        k.point(self.op("task_done"), self, self._unlocked)
        if self.unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times")
        self.unfinished_tasks -= 1
        if not self.unfinished_tasks:
            self.all_tasks_done.wake(len(self.all_tasks_done.waiters))
        k.ledger.done(self.account, k.current.index)
        k.progress()

    def join(self) -> None:
        """As the real one: returns where the count is zero at the moment it wakes."""
        k = kernel()
        k.point(self.op("join"), self, lambda: self.unfinished_tasks == 0)
        k.ledger.joined(self.account, k.steps, k.current.name, k.current.line, k.current.index)

    def _look(self, name: str, value: Any, poll: bool) -> None:
        k = kernel()
        k.observe((name, value))
        if poll:
            k.polled()

    def empty(self) -> bool:
        """As the real one."""
        k = kernel()
        k.point(self.op("empty"), self)
        if self.copied:  # it means to take from a copy
            k.ledger.looks(self.account, k.current.name)
        result = not self._qsize()
        self._look("empty", result, result)
        return result

    def qsize(self) -> int:
        """As the real one."""
        kernel().point(self.op("qsize"), self)
        result = self._qsize()
        self._look("qsize", result, True)
        return result

    def full(self) -> bool:
        """As the real one."""
        kernel().point(self.op("full"), self)
        result = 0 < self.maxsize <= self._qsize()
        self._look("full", result, True)
        return result

    def shutdown(self, immediate: bool = False) -> None:
        """As the real one of 3.13, on every version."""
        k = kernel()
        k.point(self.op("shutdown"), self)
        self.is_shutdown = True
        if immediate:
            while self._qsize():
                self._get()
                if self.unfinished_tasks > 0:
                    self.unfinished_tasks -= 1
            self.entries.clear()
        k.progress()


class PriorityQueue(Queue):
    """``queue.PriorityQueue``."""

    kind = "PriorityQueue"

    def _init(self, maxsize: int) -> None:
        self.queue = []

    def _put(self, item: Any) -> None:
        heapq.heappush(self.queue, item)

    def _get(self) -> Any:
        return heapq.heappop(self.queue)


class LifoQueue(Queue):
    """``queue.LifoQueue``."""

    kind = "LifoQueue"

    def _init(self, maxsize: int) -> None:
        self.queue = []

    def _get(self) -> Any:
        return self.queue.pop()


class SimpleQueue(Queue):
    """``queue.SimpleQueue``, which counts nothing."""

    kind = "SimpleQueue"
    task_done: Any = property()
    join: Any = property()
    full: Any = property()
    shutdown: Any = property()

    def __init__(self) -> None:
        super().__init__(0)


def make_module() -> types.ModuleType:
    """The module as a program sees it."""
    module = types.ModuleType("queue")
    for part in (Queue, PriorityQueue, LifoQueue, SimpleQueue, Empty, Full):
        setattr(module, part.__name__, part)
    module.ShutDown = ShutDown  # type: ignore[attr-defined]
    return module
