"""Items that are taken before others which were put earlier: of queues in an order of their own."""

from __future__ import annotations

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, put_of
from flake8_joinqueue.counts import ZERO
from flake8_joinqueue.facts.queues import Order
from flake8_joinqueue.protocol import (
    Get,
    Item,
    JoinActor,
    JoinQueue,
    Literal,
    Peek,
    Queue,
    Record,
    Sleep,
    Synchronise,
)

# After one of these, what was put before may have been taken.
_PAUSES = (JoinQueue, JoinActor, Get, Peek, Sleep, Synchronise)


def overtakes(program: Program, queue: Queue, later: Event, earlier: Event) -> bool:
    """Say whether an item is taken before one that surely lies there when it is put, or may."""
    if queue.maxsize not in {None, ZERO} or not before(earlier, later):
        return False
    if any(_comes_between(pause, earlier, later) for pause in program.of(*_PAUSES)):
        return False
    if queue.kind.order is Order.LAST:
        return True
    first, second = put_of(later).item, put_of(earlier).item
    return queue.kind.order is Order.LEAST and _is_less(first, second) is True


def _comes_between(pause: Event, earlier: Event, later: Event) -> bool:
    return pause.actor == later.actor and may_precede(earlier, pause) and may_precede(pause, later)


def _is_less(first: Item, second: Item) -> bool | None:
    """Say whether an item sorts before another; `None` where that is not known, or they are alike.

    Tuples are compared part by part, as far as is needed.
    """
    if isinstance(first, Record) and isinstance(second, Record):
        for one, other in zip(first.fields, second.fields, strict=False):
            if one != other or not isinstance(one, Literal):
                return _is_less(one, other)
        return None
    if isinstance(first, Literal) and isinstance(second, Literal):
        values = first.value, second.value
        if all(isinstance(value, (int, float)) for value in values):
            return values[0] < values[1]  # type: ignore[operator]  # both are numbers
    return None
