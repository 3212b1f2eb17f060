"""What the judge says: outcomes of single schedules and the judgement over all of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class OutcomeKind(enum.Enum):
    """How one schedule of a program ended; the worst that applies, in the order written here."""

    UNDECIDED = "undecided"
    HANGS = "hangs"
    RAISES = "raises"
    LOSES_ITEMS = "loses items"
    FINISHES = "finishes"


@dataclass(frozen=True)
class Wait:
    """One actor that waits for ever: who, in which operation, on which line of the program.

    ``line`` is 1-based, 0 where no line of the program is involved (the interpreter's exit).
    ``target`` names what is waited for, such as ``JoinableQueue#1 (line 12)``.
    ``role`` is ``main``, ``process``, ``thread`` or ``task``.
    """

    actor: str
    operation: str
    line: int
    target: str = ""
    role: str = "main"

    @property
    def method(self) -> str:
        """The operation without the class in front of it, ``get`` for ``Queue.get``."""
        return self.operation.split(" ")[0].rpartition(".")[2]


@dataclass(frozen=True)
class Error:
    """An exception nobody caught: in which actor, what, and on which line of the program.

    ``silent`` says that no traceback shows it: it sits in a result that nobody reads.
    ``during`` names the types of the exceptions it was raised in handling.
    """

    actor: str
    type: str
    message: str
    line: int
    silent: bool = False
    during: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lost:
    """Work nobody took from a queue, or (``held``) taken by an actor cut off before it was done."""

    queue: str
    items: tuple[str, ...]
    held: bool = False


@dataclass(frozen=True)
class EarlyJoin:
    """A ``queue.join()`` that returned although another actor then still put work on that queue.

    Or would have put it, had ``asyncio.run()`` not cancelled the task with the end of main.
    """

    actor: str
    queue: str
    line: int
    puts_after: int
    putters: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """Everything that is needed to run one schedule again: see ``replay``."""

    choices: tuple[int, ...]
    start_method: str = "fork"
    early_timeouts: bool = False
    patient_gets: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a program ended on one schedule."""

    kind: OutcomeKind
    waits: tuple[Wait, ...] = ()
    errors: tuple[Error, ...] = ()
    lost: tuple[Lost, ...] = ()
    early_joins: tuple[EarlyJoin, ...] = ()
    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    reason: str = ""
    trace: str = ""
    steps: int = 0
    seconds: float = 0.0
    schedule: Schedule = field(default_factory=lambda: Schedule(()))

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two outcomes the same outcome, whatever schedule led there."""
        return (
            self.kind,
            frozenset((w.role, w.operation, w.line) for w in self.waits),
            frozenset((e.type, e.line) for e in self.errors),
            frozenset((x.queue, x.held) for x in self.lost),
            frozenset((j.queue, j.line) for j in self.early_joins),
            self.exit_code,
        )

    @property
    def failed(self) -> bool:
        """Whether the program went wrong on this schedule."""
        return self.kind not in (OutcomeKind.FINISHES, OutcomeKind.UNDECIDED)


@dataclass(frozen=True)
class Budget:
    """How much work ``judge`` may spend on one program.

    ``schedules`` bounds the depth-first search, ``random`` the random schedules after it,
    ``deviations`` how often one schedule may leave the default order, ``steps`` the length of
    a schedule, ``seconds`` is a safety net in real time, of which the search gets one half. With
    ``early_timeouts`` a timed wait may expire while others can still run, as on a slow machine;
    with ``patient_gets`` too, no ``get`` does.
    """

    schedules: int = 250
    random: int = 40
    deviations: int = 6
    steps: int = 6000
    ticks: int = 3_000_000
    seconds: float = 20.0
    early_timeouts: bool = False
    patient_gets: bool = False


@dataclass(frozen=True)
class Judgement:
    """What ``judge`` found: the distinct outcomes, the worst kinds first, then the shortest."""

    outcomes: tuple[Outcome, ...]
    schedules: int
    exhaustive: bool

    @property
    def decided(self) -> bool:
        """Whether at least one schedule was followed to its end."""
        return any(o.kind is not OutcomeKind.UNDECIDED for o in self.outcomes)

    @property
    def finishes(self) -> bool:
        """Whether every schedule explored finished cleanly."""
        return bool(self.outcomes) and all(o.kind is OutcomeKind.FINISHES for o in self.outcomes)

    @property
    def fails(self) -> bool:
        """Whether some schedule failed."""
        return any(o.failed for o in self.outcomes)

    @property
    def always_fails(self) -> bool:
        """Whether every schedule explored failed."""
        return bool(self.outcomes) and all(o.failed for o in self.outcomes)

    def failures(self) -> tuple[Outcome, ...]:
        """The outcomes that are failures."""
        return tuple(o for o in self.outcomes if o.failed)
