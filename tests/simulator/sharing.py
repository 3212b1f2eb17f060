"""How a stand-in object passes from process to process: shared, or copied with the memory."""

from __future__ import annotations

import pickle
import sys
from typing import Any

from .forking import Copier
from .kernel import kernel

MIXING_FAILS = sys.version_info >= (3, 11, 5)
"""Whether a fork queue may not be given to a spawn process."""


def find_shared(index: int) -> Any:
    """The shared object with that number: what its pickle says when a process is spawned."""
    return kernel().cores[index]


class Simulated:
    """An object the scheduler knows: it has a label, and a state that counts for pruning."""

    kind = "object"
    label = ""

    def register(self, kind: str | None = None) -> None:
        """Enter the object in the books of the run."""
        k = kernel()
        self.label = k.ledger.label(kind or self.kind, k.program_line())
        k.objects.append(self)

    def state(self) -> object:
        """A hashable fingerprint of the object's state."""
        return 0

    def op(self, name: str) -> str:
        """The name of an operation on this object, for waits and traces."""
        return f"{self.kind}.{name}"


class Local(Simulated):
    """Lives in one process's memory: ``fork`` copies it, pickling refuses it."""

    def __simulator_copy__(self, copier: Copier) -> Any:
        made = object.__new__(type(self))
        copier.memo[id(self)] = made
        for name, item in list(self.__dict__.items()):
            made.__dict__[name] = copier.copy(item)
        kernel().objects.append(made)
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("cannot pickle '_thread.lock' object")


class Shared(Simulated):
    """One object for all processes, passed on by inheritance only."""

    index = -1
    context = "fork"
    semaphores = True

    def register(self, kind: str | None = None, context: str | None = None) -> None:
        super().register(kind)
        k = kernel()
        self.index = len(k.cores)
        k.cores[self.index] = self
        default: str = k.current.process.start_method
        self.context = context or default

    def __simulator_copy__(self, copier: Copier) -> Any:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        k = kernel()
        name = type(self).__name__
        if k.spawning is None:
            raise RuntimeError(
                f"{name} objects should only be shared between processes through inheritance"
            )
        if self.semaphores and self.context == "fork" and k.spawning != "fork" and MIXING_FAILS:
            raise RuntimeError(
                "A SemLock created in a fork context is being shared with a process in a "
                "spawn context. This is not supported. Please use the same context to create "
                "multiprocessing objects and Process."
            )
        return find_shared, (self.index,)


def dumps(value: Any, spawning: str | None = None) -> bytes:
    """Pickle for another process; ``spawning`` names the start method where one is started."""
    k = kernel()
    before, k.spawning = k.spawning, spawning
    try:
        return pickle.dumps(value)
    finally:
        k.spawning = before


def loads(data: bytes) -> Any:
    """What arrives in the other process."""
    return pickle.loads(data)
