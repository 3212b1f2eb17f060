"""The operations of each actor in the order they are done."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.protocol import (
    HAVE_BLOCKS,
    Actor,
    AnyOrder,
    Block,
    Branch,
    Break,
    Continue,
    Exit,
    Loop,
    LoopKind,
    Operation,
    Put,
    Raise,
    Return,
    Scope,
    Site,
    Try,
    blocks_in,
)
from flake8_joinqueue.records import dataclass, field, replace


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """An operation at its place in an actor's course.

    `loops` are the loops it is repeated in, outermost first (those of one round are none). `sure`:
    it is done whenever the actor gets there. `times`: how often, by the rounds of its loops, where
    that is known. `arms`: the branches it stands in, with the side. `turns`: the blocks it stands
    in that are run in any order, each with its number.
    """

    operation: Operation
    actor: int
    index: int
    loops: tuple[Loop, ...] = ()
    sure: bool = True
    times: Count | None = ONE
    arms: tuple[tuple[int, int], ...] = ()
    turns: tuple[tuple[int, int], ...] = ()


def timeline(actor: Actor) -> list[Event]:
    """Return the operations of an actor as events, in program order."""
    flattener = _Flattener(actor.index)
    flattener.flatten(actor.body, _Place())
    return flattener.events


def before(first: Event, second: Event) -> bool:
    """Say whether, in one actor, every `first` comes before every `second`."""
    return (
        first.actor == second.actor
        and first.index < second.index
        and not common_loops(first, second)
        and not _in_any_order(first, second)
    )


def may_precede(first: Event, second: Event) -> bool:
    """Say whether, in one actor, some `first` comes before some `second`."""
    if first.actor != second.actor or exclusive(first, second):
        return False
    return (
        first.index < second.index
        or bool(common_loops(first, second))
        or _in_any_order(first, second)
    )


def _in_any_order(first: Event, second: Event) -> bool:
    """Say whether the events stand in two blocks of which either may be run first."""
    turns = dict(first.turns)
    return any(turns.get(order, block) != block for order, block in second.turns)


def common_loops(first: Event, second: Event) -> tuple[Loop, ...]:
    """Return the loops that both events are repeated in together, outermost first."""
    pairs = itertools.takewhile(
        lambda pair: pair[0] is pair[1], zip(first.loops, second.loops, strict=False)
    )
    return tuple(loop for loop, _ in pairs)


def exclusive(first: Event, second: Event) -> bool:
    """Say whether the events stand on two sides of one branch that is come to but once."""
    sides = dict(first.arms)
    return not common_loops(first, second) and any(
        sides.get(branch, side) != side for branch, side in second.arms
    )


@dataclass(frozen=True, slots=True)
class _Place:
    loops: tuple[Loop, ...] = ()
    sure: bool = True
    times: Count | None = ONE
    arms: tuple[tuple[int, int], ...] = ()
    turns: tuple[tuple[int, int], ...] = ()

    def doubtful(self) -> _Place:
        if not self.sure and self.times is None:
            return self
        return replace(self, sure=False, times=None)

    def on(self, branch: int, side: int) -> _Place:
        return replace(self.doubtful(), arms=(*self.arms, (branch, side)))

    def turn(self, order: int, block: int) -> _Place:
        return replace(self.doubtful(), turns=(*self.turns, (order, block)))


@dataclass(slots=True)
class _Flattener:
    """Writes down the events of an actor, in a list: they would come up through many generators."""

    actor: int
    events: list[Event] = field(default_factory=list)
    _branches: Iterator[int] = field(default_factory=itertools.count)

    def flatten(self, block: Block, place: _Place) -> None:
        """Add the events of a block."""
        doubtful = False
        for operation in block:
            self._operation(operation, place.doubtful() if doubtful else place)
            doubtful = doubtful or (place.sure and _may_jump(operation))

    def _operation(self, operation: Operation, place: _Place) -> None:
        self.events.append(
            Event(
                operation,
                self.actor,
                len(self.events),
                place.loops,
                place.sure,
                place.times,
                place.arms,
                place.turns,
            )
        )
        if type(operation) not in HAVE_BLOCKS:
            return
        match operation:
            case Branch():
                branch = next(self._branches)
                self.flatten(operation.then, place.on(branch, 0))
                self.flatten(operation.otherwise, place.on(branch, 1))
            case Loop():
                inside = self._inside(operation, place)
                self.flatten(operation.head, inside)
                self.flatten(operation.body, inside)
                self.flatten(operation.orelse, place)
            case Try():
                self.flatten(operation.body, place)
                for handler in operation.handlers:
                    self.flatten(handler.body, place.doubtful())
                self.flatten(operation.orelse, place)
                self.flatten(operation.final, place)
            case AnyOrder():
                order = next(self._branches)
                for number, block in enumerate(operation.blocks):
                    self.flatten(block, place.turn(order, number))
            case Scope():
                self.flatten(operation.body, place)

    @staticmethod
    def _inside(loop: Loop, place: _Place) -> _Place:
        if _jumps_in(loop.body + loop.head, _OUT_OF_LOOPS):
            return replace(place.doubtful(), loops=(*place.loops, loop))
        if loop.kind is LoopKind.WHILE and loop.times is None:
            # Code behind the condition may not be reached at all.
            sure = place.sure and loop.condition is True
            return replace(place, loops=(*place.loops, loop), sure=sure, times=None)
        times = None
        if place.times is not None and loop.times is not None:
            times = place.times * loop.times
        loops = place.loops if loop.times == ONE else (*place.loops, loop)
        return replace(place, loops=loops, times=times)


_BREAK: frozenset[type] = frozenset({Break})
_OF_LOOPS: frozenset[type] = frozenset({Break, Continue})
_OUT_OF_SCOPES: frozenset[type] = frozenset({Raise, Exit})
_OUT_OF_LOOPS = frozenset({Break, Return, Raise, Exit})
_JUMPS = frozenset({Break, Continue, Return, Raise, Exit})


def _may_jump(operation: Operation) -> bool:
    """Say whether what stands behind an operation in its block may be skipped."""
    if isinstance(operation, Loop) and operation.kind is LoopKind.WHILE:
        endless = operation.condition is True and not _jumps_in(operation.body, _BREAK)
        if endless:
            return True
    return _jumps_in((operation,), _JUMPS)


def _jumps_in(block: Block, kinds: frozenset[type]) -> bool:
    """Say whether a block has jumps that lead out of it; handlers are not expected to run."""
    for operation in block:
        if type(operation) in kinds:
            return True
        if isinstance(operation, Loop):
            found = _jumps_in(operation.head + operation.body, kinds - _OF_LOOPS) or _jumps_in(
                operation.orelse, kinds
            )
        elif isinstance(operation, Scope):
            found = _jumps_in(operation.body, kinds & _OUT_OF_SCOPES)
        elif isinstance(operation, Try):
            inner = kinds - {Raise} if operation.handlers else kinds
            found = _jumps_in(operation.body, inner) or _jumps_in(
                operation.orelse + operation.final, kinds
            )
        elif isinstance(operation, AnyOrder):
            continue  # what those out of sight call raises among them: they raise nothing
        else:
            found = any(_jumps_in(inner_block, kinds) for inner_block in blocks_in(operation))
        if found:
            return True
    return False


# Operations are of their own class, never of one derived from it.
ByKind: TypeAlias = "Mapping[type, list[Event]]"


def by_kind(events: Iterable[Event]) -> ByKind:
    """Return events sorted by the kind of their operation."""
    found: dict[type, list[Event]] = {}
    for event in events:
        found.setdefault(type(event.operation), []).append(event)
    return found


def of_kinds(events: ByKind, kinds: Iterable[type]) -> list[Event]:
    """Return the events of some kinds, one kind after the other."""
    return [event for kind in kinds for event in events.get(kind, ())]


def put_of(event: Event) -> Put:
    """Return the put that an event is."""
    if not isinstance(event.operation, Put):
        raise TypeError(event)
    return event.operation


def site_of(event: Event) -> Site:
    """Return where an event stands."""
    return event.operation.site
