"""Context managers by generator that are entered here and left elsewhere, by an exit stack.

What such a generator does behind its `yield` is found out where it is entered, and done where it is
left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from flake8_joinqueue.protocol import (
    AnyOrder,
    Block,
    Operation,
    Scope,
    Sleep,
    Try,
    blocks_in,
    operations_in,
)
from flake8_joinqueue.reading import calls, generators, values
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    import libcst as cst

    from flake8_joinqueue.reading.machine import Machine
    from flake8_joinqueue.reading.values import Value

_Halves: TypeAlias = "tuple[Block, Block]"


def enter(
    machine: Machine, made: values.Generator, node: cst.CSTNode
) -> tuple[Value, Callable[[], None] | None]:
    """Run a generator as far as its `yield`: return what it yields, and what runs the rest."""
    mark = Sleep(machine.site(node))
    yielded: list[Value] = []

    def take(value: Value) -> None:
        yielded.append(value)
        machine.emit(mark)

    with machine.block() as operations:
        generators.go_over(machine, made, take)
    halves = _divided(tuple(operations), mark)
    if halves is None or len(yielded) != 1:
        # It yields on a condition, or again and again: what it does may come at any time.
        machine.emit(AnyOrder((tuple(operations),), machine.site(made.node)))
        for value in yielded:
            calls.leak(machine, value, made.node, f"yielded by {made.function.name}")
        return machine.unknown("", made), None
    before, after = halves
    generators.emit_all(machine, before)
    return yielded[0], lambda: generators.emit_all(machine, after)


def _divided(block: Block, mark: Operation) -> _Halves | None:
    """Return what is done before and behind a mark, `None` where it is not surely come to once."""
    for index, operation in enumerate(block):
        if operation is mark:
            return block[:index], block[index + 1 :]
        if any(each is mark for inner in blocks_in(operation) for each in operations_in(inner)):
            halves = _inside(operation, mark)
            if halves is None:
                return None
            return (*block[:index], *halves[0]), (*halves[1], *block[index + 1 :])
    return None


def _inside(operation: Operation, mark: Operation) -> _Halves | None:
    match operation:
        case Scope(body=body):
            halves = _divided(body, mark)
            if halves is None:
                return None
            before, after = (replace(operation, body=half, own=()) for half in halves)
            return (before,), (after,)
        case Try(body=body, orelse=orelse, final=final):
            halves = _divided(body, mark)
            return None if halves is None else (halves[0], (*halves[1], *orelse, *final))
    return None
