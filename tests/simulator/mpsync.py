"""The locks, events and the like of ``multiprocessing``: one for all processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .sharing import Shared
from .sync import BarrierBase, ConditionBase, EventBase, LockBase, SemaphoreBase


class ProcessLock(Shared, LockBase):
    """``multiprocessing.Lock``."""

    def __init__(self, *, ctx: Any = None) -> None:
        self.register(context=method_of(ctx))
        self.setup()

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """As the real one, which calls it otherwise than a thread's."""
        return super().acquire(block, timeout)

    def not_held(self) -> Exception:
        return ValueError("semaphore or lock released too many times")


class ProcessRLock(ProcessLock):
    """``multiprocessing.RLock``."""

    kind = "RLock"
    reentrant = True

    def not_held(self) -> Exception:
        return AssertionError("attempt to release recursive lock not owned by thread")


class ProcessSemaphore(Shared, SemaphoreBase):
    """``multiprocessing.Semaphore``."""

    def __init__(self, value: int = 1, *, ctx: Any = None) -> None:
        self.register(context=method_of(ctx))
        self.setup(value)

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """As the real one, which calls it otherwise than a thread's."""
        return super().acquire(block, timeout)


class ProcessBoundedSemaphore(ProcessSemaphore):
    """``multiprocessing.BoundedSemaphore``."""

    kind = "BoundedSemaphore"
    bounded = True


class ProcessEvent(Shared, EventBase):
    """``multiprocessing.Event``."""

    def __init__(self, *, ctx: Any = None) -> None:
        self.register(context=method_of(ctx))
        self.setup()


class ProcessCondition(Shared, ConditionBase):
    """``multiprocessing.Condition``."""

    def __init__(self, lock: Any = None, *, ctx: Any = None) -> None:
        self.register(context=method_of(ctx))
        self.setup(ProcessRLock(ctx=ctx) if lock is None else lock)


class ProcessBarrier(Shared, BarrierBase):
    """``multiprocessing.Barrier``."""

    def __init__(
        self,
        parties: int,
        action: Callable[[], Any] | None = None,
        timeout: float | None = None,
        *,
        ctx: Any = None,
    ) -> None:
        self.register(context=method_of(ctx))
        self.setup(parties, action, timeout)


def method_of(ctx: Any) -> str | None:
    """The start method of a context, None for the default one."""
    return None if ctx is None else str(ctx.get_start_method())
