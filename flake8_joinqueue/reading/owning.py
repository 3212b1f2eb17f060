"""Queues that a function makes for itself, and what there is to say of them alone.

A program that calls such a function any number of times, in a loop or as a method that others
call, makes new queues each time. How many workers there are for one of them, how many sentinels,
is known by the function alone, so it is looked at by itself as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flake8_joinqueue.counts import ONE
from flake8_joinqueue.protocol import (
    Alias,
    AnyOrder,
    Block,
    Branch,
    Break,
    Cell,
    CountTest,
    Exit,
    Get,
    Increment,
    ItemTest,
    Loop,
    LoopKind,
    Operation,
    Protocol,
    Raise,
    Return,
    Scope,
    SetCell,
    Start,
    Try,
    atoms_in,
    operations_in,
)
from flake8_joinqueue.reading import calls, merging, values
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine
    from flake8_joinqueue.reading.values import Value

MOST = 12  # functions looked at by themselves, for one entry point
_DEEPEST = 6
_JUMPS = (Break, Return, Raise, Exit)


# --- while a function is run ---------------------------------------------------------------------


def own(
    machine: Machine, before: tuple[int, int, int], born: int, returned: Iterable[Value]
) -> tuple[int, ...]:
    """Return the queues that a function has made and nothing holds behind it.

    `before` are the drafts there were when it began, `born` is the first serial number of its own.
    What it keeps where others may come to it is left out, and all of them where an actor is kept.
    """
    queues, _, actors = before
    made = range(queues, len(machine.queues))
    changed = machine.heap.changed()
    if not made or changed is None:  # what is run once, for good, is seen from outside
        return ()
    found = [machine.heap.get(place) for place in changed if place[0] < born]
    held: set[int] = set()
    kept = [*returned, *(value for value in found if value is not None)]
    for value in _held(machine, kept):
        if isinstance(value, values.ActorRef) and value.index >= actors:
            return ()
        if isinstance(value, values.QueueRef):
            held.add(value.index)
    return tuple(index for index in made if index not in held and machine.queues[index].hidden)


def holds_drafts(
    machine: Machine, value: Value | values.Content, before: tuple[int, int, int]
) -> bool:
    """Say whether a value holds a queue or an actor that was not there `before`."""
    queues, _, actors = before
    return any(
        (isinstance(each, values.QueueRef) and each.index >= queues)
        or (isinstance(each, values.ActorRef) and each.index >= actors)
        for each in _held(machine, [value])
    )


def _held(machine: Machine, kept: Iterable[Value | values.Content]) -> Iterator[Value]:
    """Yield what is held by values, as deep as it goes; objects that know one another once each."""
    level = list(kept)
    seen: set[int] = set()
    for _ in range(_DEEPEST):
        inner: list[Value | values.Content] = []
        for value in level:
            if isinstance(value, values.Content):
                inner.extend(segment.value for segment in value.segments)
                continue
            if isinstance(value, (values.Instance, values.Container)):
                if value.serial in seen:
                    continue
                seen.add(value.serial)
            yield value
            if isinstance(value, values.BoundFunction):
                inner.append(value.receiver)
            inner.extend(calls.reachable(machine, value))
        level = inner


# --- behind it -----------------------------------------------------------------------------------


def parts(protocol: Protocol) -> Iterator[Protocol]:
    """Yield a Protocol for each function of main that has queues of its own.

    Only of those that are run any number of times: what is run once is seen as well from outside.
    A function in which it matters what was assigned before is left alone.
    """
    main = protocol.actors[0]
    claimed: set[int] = set()
    number = 0
    for scope in _repeated(main.body, doubtful=False):
        news = set(scope.own) - claimed
        if not news or number >= MOST:
            continue
        claimed |= news
        part = _part(protocol, scope)
        if part is not None:
            number += 1
            yield part


def _repeated(block: Block, *, doubtful: bool) -> Iterator[Scope]:
    """Yield the functions with queues of their own that are run who knows how often."""
    for operation in block:
        match operation:
            case Scope():
                yield from _repeated(operation.body, doubtful=doubtful)
                if operation.own and doubtful:
                    yield operation
            case Loop():
                known = operation.kind is LoopKind.COUNTED and operation.times is not None
                inside = operation.head + operation.body
                leaves = any(isinstance(each, _JUMPS) for each in operations_in(inside))
                yield from _repeated(inside, doubtful=doubtful or not known or leaves)
                yield from _repeated(operation.orelse, doubtful=doubtful)
            case Branch():
                unsure = doubtful or not merging.is_setting(operation.condition)
                yield from _repeated(operation.then, doubtful=unsure)
                yield from _repeated(operation.otherwise, doubtful=unsure)
            case Try():
                yield from _repeated(operation.body, doubtful=doubtful)
                for handler in operation.handlers:
                    yield from _repeated(handler.body, doubtful=True)
                yield from _repeated(operation.orelse + operation.final, doubtful=doubtful)
            case AnyOrder():
                for each in operation.blocks:
                    yield from _repeated(each, doubtful=True)


def _part(protocol: Protocol, scope: Scope) -> Protocol | None:
    started = _bodies(protocol, scope.body)
    inside = [scope.body, *started.values()]
    within = {id(operation) for body in inside for operation in operations_in(body)}
    outside = [
        operation
        for actor in protocol.actors
        for operation in operations_in(actor.body)
        if id(operation) not in within
    ]
    read = {cell for body in inside for each in operations_in(body) for cell in _read(each)}
    if read & {cell for operation in outside for cell in _written(operation)}:
        return None
    queues = tuple(
        replace(queue, count=ONE if queue.count == scope.rounds else queue.count)
        if queue.index in scope.own
        else replace(queue, hidden=False)
        for queue in protocol.queues
    )
    main = replace(protocol.actors[0], body=(scope,))
    # What those do who are never started here matters to nobody.
    others = (
        actor if actor.index in started else replace(actor, body=())
        for actor in protocol.actors[1:]
    )
    return Protocol(
        f"{scope.name}() alone",
        queues,
        protocol.managers,
        (main, *others),
        ends=False,
        about=scope.own,
        unset=protocol.unset,
    )


def _bodies(protocol: Protocol, body: Block) -> dict[int, Block]:
    """Return what those do that are started in a block, and by them, by their indices."""
    found: dict[int, Block] = {}
    pending = [body]
    while pending:
        for operation in operations_in(pending.pop()):
            if isinstance(operation, Start) and operation.actor not in found:
                found[operation.actor] = protocol.actors[operation.actor].body
                pending.append(found[operation.actor])
    return found


def _read(operation: Operation) -> Iterator[Cell]:
    """Yield the variables on which it depends what an operation does."""
    match operation:
        case Branch() | Loop():
            atoms = atoms_in(operation.condition)
            yield from (atom.cell for atom in atoms if isinstance(atom, (ItemTest, CountTest)))
            if isinstance(operation, Loop) and operation.rounds is not None:
                yield operation.rounds
        case SetCell(value=Alias(cell=cell)):
            yield cell


def _written(operation: Operation) -> Iterator[Cell]:
    match operation:
        case SetCell() | Increment() | Get():
            yield operation.cell
