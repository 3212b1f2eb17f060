"""How far the search for ways has come on one of them."""

from __future__ import annotations

from typing import Final, NamedTuple

from flake8_joinqueue.analysis.ways import Fact, Part, Station, Value
from flake8_joinqueue.counts import Count, compare
from flake8_joinqueue.protocol import (
    JUMPS,
    Cell,
    CountTest,
    Handler,
    ItemTest,
    Literal,
    Operation,
    Put,
    Raise,
    Site,
    TaskDone,
)
from flake8_joinqueue.records import dataclass

_NOTHING: Final[frozenset[Cell]] = frozenset()
# What makes a way not `clean`.
_UNCLEAN: Final = frozenset({"empty", "raised", "outside"})


class State(NamedTuple):
    """How far a way has come, and what matters of what happened on it."""

    node: int
    values: frozenset[tuple[Cell, Value]] = frozenset()
    facts: frozenset[Fact] = frozenset()
    assumptions: frozenset[tuple[ItemTest, bool]] = frozenset()
    dones: int = 0
    puts: tuple[Put, ...] = ()
    marks: frozenset[str] = frozenset()
    increments: frozenset[Cell] = _NOTHING
    counters: frozenset[Cell] = _NOTHING
    point: int = -1  # the node from which on no `task_done` can follow
    ending: Site | None = None
    jumped: bool = False  # `ending` is a jump, which nothing behind it can better
    thrown: Site | None = None  # the `raise` that left, whatever catches it
    # The jump out of a `with` whose manager runs first, and where that hands it on.
    leap: Site | None = None
    landing: Site | None = None
    clears: tuple[tuple[Cell, Site, bool], ...] = ()
    left_by: Cell | None = None
    glance: Site | None = None


@dataclass(frozen=True, slots=True)
class DoneStep:
    """A `task_done` on a way from `source` after `before` others; `empty` if nothing was taken.

    `assumptions`: how tests of the item have gone by then; `raised`: a call has raised before.
    """

    source: Station | None
    done: TaskDone
    before: int
    empty: bool
    assumptions: frozenset[tuple[ItemTest, bool]] = frozenset()
    raised: bool = False


def is_clean(state: State, source: Station | None) -> bool:
    """Say whether a way is `clean` so far: of no other one asks anybody what it counts."""
    return source is not None and state.marks.isdisjoint(_UNCLEAN)


def marked(state: State, mark: str) -> State:
    """Return the state with a mark, and without what nobody asks for of ways with that mark."""
    if mark in _UNCLEAN:
        return state._replace(marks=state.marks | {mark}, increments=_NOTHING, counters=_NOTHING)
    return state._replace(marks=state.marks | {mark})


def value_of(state: State, cell: Cell) -> Value | None:
    """Return what a cell holds so far, `None` where it is not known."""
    for other, value in state.values:
        if other == cell:
            return value
    return None


def item_test(test: ItemTest, value: Part) -> ItemTest:
    """Return a test of the item, in place of one of a variable that has a part of it."""
    return ItemTest(_ITEM, value.path + test.path, test.how, test.against, test.site)


_ITEM: Final = Cell(-1, "the item")


def leapt(state: State, operation: Operation | Handler | None) -> State:
    """Return the state with a jump noted that leaves a `with` by way of its manager."""
    if isinstance(operation, Raise) and operation.name in JUMPS:
        return state._replace(leap=operation.site, landing=None)
    if isinstance(operation, Handler) and any(e.name in JUMPS for e in operation.exceptions):
        return state._replace(landing=operation.site)
    return state


def ending_of(state: State) -> Site | None:
    """Return where a way ends: where the flag was cleared by which it was left, else the jump."""
    for cell, site, first in state.clears:
        if cell == state.left_by and first:
            return site
    return state.ending


def goes_by_count(value: Value | None, test: CountTest) -> bool | None:
    """Say whether a test of a count is true of what a cell holds, `None` where it depends."""
    if not isinstance(value, Literal) or not isinstance(value.value, int):
        return None
    return compare(Count.of(value.value), test.operator, test.count)
