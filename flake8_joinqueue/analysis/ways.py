"""What a consumer does between one `get` on a queue and the next."""

from __future__ import annotations

import enum
from typing import NamedTuple, TypeAlias

from flake8_joinqueue.protocol import (
    Cell,
    CountTest,
    Get,
    Hunch,
    Item,
    ItemTest,
    Put,
    Site,
    TaskDone,
)
from flake8_joinqueue.records import dataclass


class Outcome(enum.Enum):
    """Where a way leads."""

    NEXT = "the next get"
    ENDS = "the actor's end"
    DIES = "an uncaught exception"


@dataclass(frozen=True, slots=True)
class Part:
    """What a cell holds that has (a part of) the item just taken."""

    path: tuple[int | str, ...] = ()


Value: TypeAlias = "Item | Part"
Fact: TypeAlias = "tuple[ItemTest | CountTest | Hunch, bool]"


class Station(NamedTuple):
    """A `get` with what is known of the variables when it is reached."""

    node: int
    values: frozenset[tuple[Cell, Item]] = frozenset()
    facts: frozenset[Fact] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a `get` on the queue (`start`; `None` from the actor's start) to the next.

    `empty`: the `get` raised instead of taking an item, `cancelled` since the task is stopped from
    outside. `assumptions`: how tests of the item went.
    `raised`: a call raised, and a handler went on. `outside`: left by what others set, or by code
    out of sight. `opaque`: left by a test of something unknown. `counted`: left because a counted
    loop was done. `dones` is the number of `task_done` of the queue (3 stands for more); `puts`
    the first puts on the queue itself. `increments`: the counters changed; `counters`: those whose
    test decided to leave. `ending`: the statement that ends the way without a `task_done`, if there
    is one; `thrown`: the `raise` that does, whatever catches it. `glance` is the `empty()` or
    `qsize()` of the queue that decided to leave.
    """

    source: Station | None
    start: Get | None
    outcome: Outcome
    target: Station | None = None
    empty: bool = False
    cancelled: bool = False
    raised: bool = False
    outside: bool = False
    opaque: bool = False
    counted: bool = False
    assumptions: frozenset[tuple[ItemTest, bool]] = frozenset()
    dones: int = 0
    puts: tuple[Put, ...] = ()
    increments: frozenset[Cell] = frozenset()
    counters: frozenset[Cell] = frozenset()
    ending: Site | None = None
    thrown: Site | None = None
    glance: Site | None = None

    @property
    def clean(self) -> bool:
        """Whether an item was taken, and nothing but the program's own tests led the way."""
        return self.start is not None and not (self.empty or self.raised or self.outside)

    @property
    def leaves(self) -> bool:
        """Whether no further `get` follows."""
        return self.outcome is not Outcome.NEXT

    def agrees(self, test: ItemTest, truth: bool) -> bool:
        """Say whether the way assumes that a test went so."""
        return (test, truth) in self.assumptions


@dataclass(frozen=True, slots=True)
class Leak:
    """A way that takes an item and does not account for it; `site` is what to report."""

    way: Way
    site: Site


@dataclass(frozen=True, slots=True)
class Overdone:
    """A `task_done` more than items were taken; `after_empty` where the `get` took nothing.

    `assumptions`: how tests of the item have gone by then; `raised`: a call has raised before.
    """

    done: TaskDone
    after_empty: bool
    assumptions: frozenset[tuple[ItemTest, bool]] = frozenset()
    raised: bool = False
