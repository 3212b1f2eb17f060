"""How much a process may put on a queue: whether more than a pipe holds."""

from __future__ import annotations

from typing import Final

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event, put_of
from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import (
    Alias,
    Branch,
    Condition,
    CountTest,
    Data,
    Get,
    Item,
    ItemTest,
    Literal,
    Loop,
    LoopKind,
    Record,
    SetCell,
    atoms_in,
    operations_in,
)

PIPE: Final = 65_536
# What comes with each item: its length, and the frame of the pickle.
_OVERHEAD: Final = 8
# Any number of times, as far as anybody can know.
_MANY: Final = PIPE
# A number of workers, or of cores, that is not known.
_SOME: Final = 16
_DEEPEST: Final = 4


def may_fill(program: Program, puts: list[Event]) -> bool:
    """Say whether puts bring more than fits into the pipe of a queue that nobody reads.

    Loops over unknown data may run any number of times. Where something bounds the number, in a way
    that is not understood, the answer is no.
    """
    total = 0
    for event in puts:
        rounds = _rounds(program, event, _DEEPEST)
        if rounds is None:
            return False
        total += rounds * (_size(put_of(event).item) + _OVERHEAD)
    return total > PIPE


def _size(item: Item) -> int:
    if isinstance(item, Data):
        return item.size
    if isinstance(item, Literal) and isinstance(item.value, str | bytes):
        return len(item.value)
    if isinstance(item, Record):
        return sum(map(_size, item.fields))
    return 1


def _rounds(program: Program, event: Event, depth: int) -> int | None:
    """Return how often an event may happen in all; `None` where that is not understood."""
    # What others call, they may call any number of times.
    rounds, paced = _MANY if event.turns else 1, False
    for loop in event.loops:
        sources = _sources(loop)
        if loop.kind is LoopKind.COUNTED:
            times: int | None = _MANY if loop.times is None else _number(loop.times)
        elif _counts(loop):
            times = None
        elif sources:
            # One round an item, whoever takes it: as many as are put there.
            paced = True
            times = _items(program, min(sources), depth) if depth else None
        else:
            times = _MANY
        if times is None:
            return None
        rounds = min(_MANY, rounds * times)
    started = program.started(program.actor(event))
    actors = _SOME if started is None or started.number is None else started.number
    return rounds if paced else min(_MANY, rounds * actors)


def _sources(loop: Loop) -> set[int]:
    return {op.queue for op in operations_in(loop.head + loop.body) if isinstance(op, Get)}


def _items(program: Program, index: int, depth: int) -> int | None:
    queue = program.protocol.queues[index]
    if program.escaped(queue):
        return None
    # Nothing is made of a sentinel, however many workers there are.
    work = [p for p in program.puts(queue) if not program.recognised(queue, put_of(p).item)]
    rounds = [_rounds(program, put, depth - 1) for put in work]
    known = [count for count in rounds if count is not None]
    return min(_MANY, sum(known)) if len(known) == len(rounds) else None


def _counts(loop: Loop) -> bool:
    """Say whether a loop looks at a counter or a flag: it may end soon."""
    inside = list(operations_in(loop.head + loop.body))
    taken = {op.cell for op in inside if isinstance(op, Get)}
    taken |= {
        op.cell
        for op in inside
        if isinstance(op, SetCell) and isinstance(op.value, Alias) and op.value.cell in taken
    }

    def bounded(condition: Condition) -> bool:
        return any(
            isinstance(atom, CountTest) or (isinstance(atom, ItemTest) and atom.cell not in taken)
            for atom in atoms_in(condition)
        )

    return bounded(loop.condition) or any(
        bounded(op.condition) for op in inside if isinstance(op, Branch)
    )


def _number(count: Count) -> int | None:
    """Return a count as a number; `None` for one that is not known.

    Unknown data may be of any length. An unknown number may be meant to be small, as a machine's
    number of cores is.
    """
    if count.number is not None:
        return max(0, count.number)
    if count.measures_data:
        return _MANY
    names = {symbol.name for symbols, _ in count.terms for symbol in symbols}
    return _SOME if all(name.endswith("cpu_count()") for name in names) else None
