"""Actors, who take the steps of a run, and choosers, who say whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kernel import Kernel
    from .processes import SimProcess


class Killed(BaseException):
    """Unwinds the stack of an actor that was killed; never seen by a program that still runs."""


class Actor:
    """A process's main thread, another thread, or a feeder (which has no code of the program)."""

    def __init__(self, index: int, name: str, role: str, process: SimProcess) -> None:
        self.index = index
        self.name = name
        self.role = role
        self.process = process
        self.daemon = False
        self.greenlet: Any = None
        self.effect: Callable[[], None] | None = None
        self.ready: Callable[[], bool] | None = None
        self.deadline: float | None = None
        self.waiting_since = 0
        self.guard: Any = None
        self.operation = "start"
        self.target: Any = None
        self.line = 0
        self.history = hash((index, role))
        self.polled = False
        self.done = False
        self.killed = False
        self.cancelled = False
        self.born = 0
        self.running_loop: Any = None
        self.event_loop: Any = None
        self.handle: Any = None
        self.waits: Callable[[], list[tuple[str, str, int, str]]] | None = None

    def __simulator_copy__(self, copier: object) -> Actor:
        return self

    def enabled(self, now: float) -> bool:
        """Whether the actor could take the next step."""
        if self.ready is None or self.ready():
            return True
        if self.guard is not None and self.guard.ended:
            return True
        return self.deadline is not None and self.deadline <= now


class Chooser:
    """Makes the choices of one schedule: a fixed prefix, then the default (index 0)."""

    def __init__(self, prefix: tuple[int, ...] = ()) -> None:
        self.prefix = prefix
        self.made: list[int] = []

    def choose(self, kernel: Kernel, options: list[Actor]) -> int:
        """Pick one of several actors, the first being the default; -1 ends the run."""
        at = len(self.made)
        pick = self.prefix[at] if at < len(self.prefix) else self.default(kernel, options)
        if pick >= len(options):
            pick = 0
        self.made.append(pick)
        return pick

    def default(self, kernel: Kernel, options: list[Actor]) -> int:
        """The choice past the end of the prefix."""
        return 0

    def amount(self, kernel: Kernel, most: int) -> int:
        """How much of a divisible step is done at once, 1 to ``most``."""
        at = len(self.made)
        pick = self.prefix[at] if at < len(self.prefix) else self.default_amount(most)
        self.made.append(pick)
        return most - pick if 0 <= pick < most else most

    def default_amount(self, most: int) -> int:
        """How much less than everything, past the end of the prefix."""
        return 0
