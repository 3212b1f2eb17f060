"""Locks, events and the like, and those of ``threading``; ``mpsync`` has those for processes."""

from __future__ import annotations

import threading as real_threading
from collections.abc import Callable
from typing import Any

from .kernel import kernel
from .sharing import Local, Simulated


def limit(block: bool, timeout: float | None) -> float | None:
    """The timeout of an operation: 0 where it must not block, None where it may for ever."""
    if not block:
        return 0.0
    return None if timeout is None or timeout < 0 else timeout


class LockBase(Simulated):
    """A lock; ``reentrant`` makes it an ``RLock``."""

    kind = "Lock"
    reentrant = False

    def setup(self) -> None:
        """Unlocked."""
        self.owner: int | None = None
        self.depth = 0

    def state(self) -> object:
        return (self.owner, self.depth)

    def free(self) -> bool:
        """Whether the current asker could have it."""
        return self.owner is None

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        """As the real one."""
        k = kernel()
        me = k.current.index
        if self.reentrant and self.owner == me:
            self.depth += 1
            return True
        if not k.point(self.op("acquire"), self, self.free, limit(blocking, timeout)):
            return False
        self.owner = me
        self.depth = 1
        return True

    def release(self) -> None:
        """As the real one."""
        k = kernel()
        if self.owner is None:
            raise self.not_held()
        if self.reentrant and self.owner != k.current.index:
            raise RuntimeError("cannot release un-acquired lock")
        if self.depth > 1:
            self.depth -= 1
            return
        k.point(self.op("release"), self)
        self.owner = None
        self.depth = 0

    def not_held(self) -> Exception:
        """The error of a release too many."""
        return RuntimeError("release unlocked lock")

    def locked(self) -> bool:
        """As the real one."""
        kernel().polled()
        return self.owner is not None

    def _is_owned(self) -> bool:
        if self.reentrant:
            return self.owner == kernel().current.index
        return self.owner is not None

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()


class SemaphoreBase(Simulated):
    """A semaphore; ``bounded`` refuses a release too many."""

    kind = "Semaphore"
    bounded = False

    def setup(self, value: int) -> None:
        """So many may pass."""
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self.value = self.initial = value

    def state(self) -> object:
        return self.value

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        """As the real one."""
        k = kernel()
        time = limit(blocking, timeout)
        if not k.point(self.op("acquire"), self, lambda: self.value > 0, time):
            return False
        self.value -= 1
        return True

    def release(self, n: int = 1) -> None:
        """As the real one."""
        k = kernel()
        k.point(self.op("release"), self)
        if self.bounded and self.value + n > self.initial:
            raise ValueError("Semaphore released too many times")
        self.value += n
        k.progress()

    def get_value(self) -> int:
        """As that of ``multiprocessing``."""
        kernel().polled()
        return self.value

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()


class EventBase(Simulated):
    """An event; a waiter that was woken returns even if the event is cleared at once."""

    kind = "Event"

    def setup(self) -> None:
        """Not set."""
        self.flag = False
        self.waiters: list[list[bool]] = []

    def state(self) -> object:
        return self.flag

    def set(self) -> None:
        """As the real one."""
        k = kernel()
        k.point(self.op("set"), self)
        self.flag = True
        for waiter in self.waiters:
            waiter[0] = True
        self.waiters.clear()
        k.progress()

    def clear(self) -> None:
        """As the real one."""
        kernel().point(self.op("clear"), self)
        self.flag = False

    def is_set(self) -> bool:
        """As the real one."""
        k = kernel()
        k.point(self.op("is_set"), self)
        k.observe(self.flag)
        if not self.flag:
            k.polled()
        return self.flag

    isSet = is_set

    def wait(self, timeout: float | None = None) -> bool:
        """As the real one."""
        woken = [self.flag]
        if not self.flag:
            self.waiters.append(woken)
        kernel().point(self.op("wait"), self, lambda: woken[0] or self.flag, timeout)
        return woken[0] or self.flag


class ConditionBase(Simulated):
    """A condition variable on a lock of the same family."""

    kind = "Condition"
    lock: Any

    def setup(self, lock: Any) -> None:
        """Nobody waits."""
        self.lock = lock
        self.waiters: list[list[bool]] = []
        self.acquire = lock.acquire
        self.release = lock.release

    def state(self) -> object:
        return len(self.waiters)

    def __enter__(self) -> bool:
        return bool(self.lock.__enter__())

    def __exit__(self, *exc: object) -> None:
        self.lock.__exit__(*exc)

    def held(self) -> None:
        """Complain where the lock is not held."""
        if not self.lock._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")

    def wait(self, timeout: float | None = None) -> bool:
        """As the real one."""
        self.held()
        k = kernel()
        woken = [False]
        self.waiters.append(woken)
        lock = self.lock
        owner, depth = lock.owner, lock.depth
        lock.owner, lock.depth = None, 0
        good = k.point(self.op("wait"), self, lambda: woken[0] and lock.owner is None, timeout)
        if not good:
            if woken in self.waiters:
                self.waiters.remove(woken)
            if lock.owner is not None:
                k.point(self.op("wait"), self, lambda: lock.owner is None)
        lock.owner, lock.depth = owner, depth
        return woken[0]

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        """As the real one."""
        k = kernel()
        end = None if timeout is None else k.now + timeout
        result = predicate()
        while not result:
            left = None if end is None else end - k.now
            if left is not None and left <= 0:
                break
            self.wait(left)
            result = predicate()
        return result

    def notify(self, n: int = 1) -> None:
        """As the real one."""
        if not self.lock._is_owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        k = kernel()
        k.point(self.op("notify"), self)
        self.wake(n)
        k.progress()

    def wake(self, n: int) -> None:
        """Let that many of those who wait go on, once they get the lock."""
        for _ in range(min(n, len(self.waiters))):
            self.waiters.pop(0)[0] = True

    def notify_all(self) -> None:
        """As the real one."""
        self.notify(len(self.waiters))


class BarrierBase(Simulated):
    """A barrier."""

    kind = "Barrier"

    def setup(self, parties: int, action: Callable[[], Any] | None, timeout: float | None) -> None:
        """Nobody has arrived."""
        self.parties = parties
        self.action = action
        self.timeout = timeout
        self.count = 0
        self.round = 0
        self.broken = False

    def state(self) -> object:
        return (self.count, self.round, self.broken)

    @property
    def n_waiting(self) -> int:
        """As the real one."""
        return self.count

    def wait(self, timeout: float | None = None) -> int:
        """As the real one."""
        k = kernel()
        k.point(self.op("wait"), self)
        if self.broken:
            raise real_threading.BrokenBarrierError
        place = self.parties - 1 - self.count
        mine = self.round
        self.count += 1
        if self.count == self.parties:
            if self.action is not None:
                self.action()
            self.count = 0
            self.round += 1
            k.progress()
            return 0
        time = self.timeout if timeout is None else timeout
        if not k.point(self.op("wait"), self, lambda: self.round != mine or self.broken, time):
            self.abort()
        if self.round == mine:
            raise real_threading.BrokenBarrierError
        return place

    def abort(self) -> None:
        """As the real one."""
        self.broken = True
        kernel().progress()

    def reset(self) -> None:
        """As the real one."""
        self.count = 0
        self.broken = False
        self.round += 1


class Lock(Local, LockBase):
    """``threading.Lock``."""

    def __init__(self) -> None:
        self.register()
        self.setup()


class RLock(Lock):
    """``threading.RLock``."""

    kind = "RLock"
    reentrant = True


class Semaphore(Local, SemaphoreBase):
    """``threading.Semaphore``."""

    def __init__(self, value: int = 1) -> None:
        self.register()
        self.setup(value)


class BoundedSemaphore(Semaphore):
    """``threading.BoundedSemaphore``."""

    kind = "BoundedSemaphore"
    bounded = True


class Event(Local, EventBase):
    """``threading.Event``."""

    def __init__(self) -> None:
        self.register()
        self.setup()


class Condition(Local, ConditionBase):
    """``threading.Condition``."""

    def __init__(self, lock: Any = None) -> None:
        self.register()
        self.setup(RLock() if lock is None else lock)


class Barrier(Local, BarrierBase):
    """``threading.Barrier``."""

    def __init__(
        self, parties: int, action: Callable[[], Any] | None = None, timeout: float | None = None
    ) -> None:
        self.register()
        self.setup(parties, action, timeout)
