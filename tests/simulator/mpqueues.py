"""``multiprocessing.Queue``, ``JoinableQueue`` and ``SimpleQueue``: buffers, feeders and a pipe.

A put counts the item at once and leaves it in a buffer of the putting process. A feeder, an actor
of its own, pickles what is there and writes it to the pipe, as far as the pipe's 64 KiB reach. A
reader holds the read lock while it waits; killed while it waits, it holds it for ever.
"""

from __future__ import annotations

import sys
import traceback
from collections import deque
from queue import Empty, Full
from typing import Any

from .actors import Actor
from .kernel import kernel
from .ledger import Entry, is_sentinel
from .mpsync import method_of
from .outcome import Error
from .processes import SimProcess
from .sharing import Shared, dumps, loads
from .sync import limit

PIPE = 65536
HEADER = 4
MUTABLE = (list, dict, set, bytearray)


class Pipe:
    """The bytes between writers and readers, item by item."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque()
        self.writer: int | None = None
        """The process whose last item is not wholly written: it holds the write lock."""

    def used(self) -> int:
        """Bytes in the pipe."""
        return sum(e.size for e in self.entries)

    def settle(self) -> None:
        """After a read: the item that was half written may now be written."""
        if self.writer is not None and self.used() <= PIPE:
            self.writer = None

    def can_write(self) -> bool:
        """Whether a writer could write at least a byte."""
        return self.writer is None and self.used() < PIPE

    def write(self, entry: Entry, pid: int) -> None:
        """Append an item, wholly or in part."""
        self.entries.append(entry)
        if self.used() > PIPE:
            self.writer = pid


class QueueBase(Shared):
    """What the three kinds have in common: the reading end."""

    def setup(self, ctx: Any) -> None:
        """An empty queue."""
        self.register(context=method_of(ctx))
        self.pipe = Pipe()
        self.reader: Actor | None = None
        self.closed_in: set[int] = set()
        self.account = kernel().ledger.open(self.label)
        self.account.inside = self.contents

    def contents(self) -> list[Entry]:
        """Everything that was put and not taken."""
        return list(self.pipe.entries)

    def state(self) -> object:
        reader = None if self.reader is None else self.reader.index
        return (tuple(e.mark for e in self.pipe.entries), reader)

    def entry(self, value: Any) -> Entry:
        """The books' view of an item."""
        k = kernel()
        namespace = k.current.process.image.namespace
        work = not is_sentinel(value, namespace)
        return Entry(value, k.current.history, work, short(value), k.current.name, k.current.line)

    def check_open(self) -> None:
        """Complain after ``close``."""
        if kernel().current.process.pid in self.closed_in:
            raise ValueError(f"Queue {self!r} is closed")

    def receive(self, block: bool, timeout: float | None) -> Any:
        """Take the read lock, wait for an item, take it."""
        k = kernel()
        me = k.current
        name = self.op("get")
        time = limit(block, timeout)
        end = None if time is None else k.now + time
        k.ledger.looks(self.account, me.name)
        if not k.point(name, self, lambda: self.reader is None, time):
            raise Empty
        if not self.pipe.entries:
            if time == 0.0:
                k.polled()
                k.observe("empty")
                raise Empty
            self.reader = me
            left = None if end is None else end - k.now
            if not k.point(name, self, lambda: bool(self.pipe.entries), left):
                self.reader = None
                raise Empty
            self.reader = None
        entry = self.pipe.entries.popleft()
        self.pipe.settle()
        k.ledger.take(self.account, entry, me.index)
        k.observe(entry.mark)
        k.note(f"took {entry.text}")
        k.progress()
        self.taken()
        return loads(entry.value)

    def taken(self) -> None:
        """An item has left the pipe."""

    def empty(self) -> bool:
        """As the real one: looks at the pipe, so it lags behind a put."""
        k = kernel()
        k.point(self.op("empty"), self)
        result = not self.pipe.entries
        k.observe(result)
        if result:
            k.polled()
        return result


class Queue(QueueBase):
    """``multiprocessing.queues.Queue``."""

    kind = "Queue"

    def __init__(self, maxsize: int = 0, *, ctx: Any) -> None:
        self.setup(ctx)
        self._maxsize = maxsize if maxsize > 0 else sys.maxsize
        self.queued = 0
        self.buffers: dict[int, deque[Entry]] = {}
        self.feeders: dict[int, Actor] = {}
        self.cancelled: set[int] = set()

    def contents(self) -> list[Entry]:
        buffered = [e for buffer in self.buffers.values() for e in buffer]
        return list(self.pipe.entries) + buffered

    def state(self) -> object:
        buffers = tuple(tuple(e.mark for e in b) for b in self.buffers.values())
        return (super().state(), buffers, self.queued, self.pipe.writer)

    def put(self, obj: Any, block: bool = True, timeout: float | None = None) -> None:
        """As the real one: counts, buffers, returns."""
        self.check_open()
        k = kernel()
        name = self.op("put")
        time = limit(block, timeout)
        if not k.point(name, self, lambda: self.queued < self._maxsize, time):
            raise Full
        self.queued += 1
        entry = self.entry(obj)
        k.ledger.put(self.account, entry, k.steps, k.current.index)
        k.note(f"put {entry.text}")
        self.count()
        process = k.current.process
        buffer = self.buffers.setdefault(process.pid, deque())
        buffer.append(entry)
        if process.pid not in self.feeders:
            self.start_feeder(process, buffer)
        k.progress()
        if type(obj) in MUTABLE or (hasattr(type(obj), "__dict__") and hasattr(obj, "__dict__")):
            k.point(name, self)  # the feeder may pickle it before it is changed

    def count(self) -> None:
        """A put, for those that count."""

    def start_feeder(self, process: SimProcess, buffer: deque[Entry]) -> None:
        """The thread that carries items from the buffer to the pipe."""
        k = kernel()
        feeder = k.add_actor(f"QueueFeederThread of {process.name}", "feeder", process)
        feeder.operation = "feeds " + self.label
        feeder.ready = lambda: bool(buffer) and self.pipe.can_write()
        feeder.effect = lambda: self.feed(process, buffer)
        feeder.waits = lambda: (
            [(self.op("feeder"), self.label, 0, feeder.name)] if self.flushing(process.pid) else []
        )
        self.feeders[process.pid] = feeder
        process.actors.append(feeder)
        k.live.append(feeder)

    def feed(self, process: SimProcess, buffer: deque[Entry]) -> None:
        """One turn of the feeder: everything, or in random schedules only part of it."""
        k = kernel()
        most = len(buffer)
        amount = most if most == 1 else k.chooser.amount(k, most)
        for _ in range(amount):
            if not self.pipe.can_write():
                return
            entry = buffer.popleft()
            try:
                entry.value = dumps(entry.value)
            except Exception as problem:
                self.queued -= 1
                text = "".join(traceback.format_exception_only(type(problem), problem))
                k.ledger.errors.append(
                    Error(
                        f"QueueFeederThread of {process.name}",
                        type(problem).__name__,
                        str(problem),
                        entry.line,
                    )
                )
                k.remark(f"QueueFeederThread of {process.name}", "drops: " + text.strip())
                continue
            entry.size = len(entry.value) + HEADER
            self.pipe.write(entry, process.pid)

    def flushing(self, pid: int) -> bool:
        """Whether the feeder of a process still has something to write."""
        return bool(self.buffers.get(pid)) or self.pipe.writer == pid

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """As the real one."""
        self.check_open()
        return self.receive(block, timeout)

    def taken(self) -> None:
        self.queued -= 1

    def get_nowait(self) -> Any:
        """As the real one."""
        return self.get(False)

    def put_nowait(self, obj: Any) -> None:
        """As the real one."""
        self.put(obj, False)

    def qsize(self) -> int:
        """As the real one on Linux: what was put and not taken, without lag."""
        k = kernel()
        k.point(self.op("qsize"), self)
        k.observe(self.queued)
        k.polled()
        return self.queued

    def full(self) -> bool:
        """As the real one."""
        k = kernel()
        k.point(self.op("full"), self)
        result = self.queued >= self._maxsize
        k.observe(result)
        k.polled()
        return result

    def close(self) -> None:
        """As the real one."""
        self.closed_in.add(kernel().current.process.pid)

    def join_thread(self) -> None:
        """As the real one."""
        k = kernel()
        pid = k.current.process.pid
        assert pid in self.closed_in, f"Queue {self!r} not closed"
        if pid in self.feeders and pid not in self.cancelled:
            k.point(self.op("join_thread"), self, lambda: not self.flushing(pid))

    def cancel_join_thread(self) -> None:
        """As the real one."""
        self.cancelled.add(kernel().current.process.pid)


class JoinableQueue(Queue):
    """``multiprocessing.queues.JoinableQueue``."""

    kind = "JoinableQueue"

    def __init__(self, maxsize: int = 0, *, ctx: Any) -> None:
        super().__init__(maxsize, ctx=ctx)
        self.unfinished = 0
        self.joiners: list[list[bool]] = []

    def state(self) -> object:
        return (super().state(), self.unfinished, len(self.joiners))

    def count(self) -> None:
        self.unfinished += 1

    def task_done(self) -> None:
        """As the real one."""
        k = kernel()
        k.point(self.op("task_done"), self)
        if self.unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self.unfinished -= 1
        k.ledger.done(self.account, k.current.index)
        if self.unfinished == 0:
            for joiner in self.joiners:
                joiner[0] = True
            self.joiners.clear()
        k.progress()

    def join(self) -> None:
        """As the real one: waits once."""
        k = kernel()
        name = self.op("join")
        k.point(name, self)
        if self.unfinished:
            woken = [False]
            self.joiners.append(woken)
            k.point(name, self, lambda: woken[0])
        k.ledger.joined(self.account, k.steps, k.current.name, k.current.line, k.current.index)


class SimpleQueue(QueueBase):
    """``multiprocessing.queues.SimpleQueue``: no buffer, the put itself writes to the pipe."""

    kind = "SimpleQueue"

    def __init__(self, *, ctx: Any) -> None:
        self.setup(ctx)

    def put(self, obj: Any) -> None:
        """As the real one."""
        self._check_open()
        k = kernel()
        entry = self.entry(obj)
        entry.value = dumps(obj)
        entry.size = len(entry.value) + HEADER
        name = self.op("put")
        k.point(name, self, self.pipe.can_write)
        k.ledger.put(self.account, entry, k.steps, k.current.index)
        k.note(f"put {entry.text}")
        self.pipe.write(entry, k.current.process.pid)
        k.progress()
        if self.pipe.writer is not None:
            k.point(name, self, lambda: self.pipe.writer is None)

    def get(self) -> Any:
        """As the real one."""
        self._check_open()
        return self.receive(True, None)

    def _check_open(self) -> None:
        if kernel().current.process.pid in self.closed_in:
            raise OSError("handle is closed")

    def close(self) -> None:
        """As the real one."""
        self.closed_in.add(kernel().current.process.pid)


def short(value: object) -> str:
    """A few characters that show an item in a trace."""
    try:
        text = repr(value)
    except Exception:  # a program's own __repr__ may do anything
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 40 else text[:37] + "..."
