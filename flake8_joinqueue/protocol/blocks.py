"""Going through operations, those inside others included, and through conditions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TypeAlias

from flake8_joinqueue.protocol.items import AllOf, AnyOf, Condition, Not
from flake8_joinqueue.protocol.operations import (
    AnyOrder,
    Block,
    Branch,
    Handler,
    Loop,
    Operation,
    Scope,
    Try,
)
from flake8_joinqueue.records import replace

Around: TypeAlias = "tuple[tuple[Operation, int], ...]"


def blocks_in(operation: Operation) -> tuple[Block, ...]:
    """Return the blocks that stand directly inside an operation, in the order they stand in."""
    if type(operation) not in HAVE_BLOCKS:
        return ()
    match operation:
        case Branch():
            return operation.then, operation.otherwise
        case Loop():
            return operation.head, operation.body, operation.orelse
        case Scope():
            return (operation.body,)
        case AnyOrder():
            return operation.blocks
        case Try():
            handlers = tuple(handler.body for handler in operation.handlers)
            return operation.body, *handlers, operation.orelse, operation.final
    return ()


def atoms_in(condition: Condition) -> Iterator[Condition]:
    """Yield the parts of a condition that are no `and`, `or` or `not`."""
    match condition:
        case Not(inner):
            yield from atoms_in(inner)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from atoms_in(part)
        case _:
            yield condition


def operations_in(block: Block) -> Iterator[Operation]:
    """Yield every operation of a block, from the outside in, in the order they stand in."""
    stack = [iter(block)]
    while stack:
        for operation in stack[-1]:
            yield operation
            if type(operation) in HAVE_BLOCKS:
                inside = blocks_in(operation)
                stack.append(iter([inner for part in inside for inner in part]))
                break
        else:
            stack.pop()


def around(block: Block, outside: Around = ()) -> Iterator[tuple[Operation, Around]]:
    """Yield every operation with those it stands in, and in which of their blocks."""
    for operation in block:
        yield operation, outside
        for index, inner in enumerate(blocks_in(operation)):
            yield from around(inner, (*outside, (operation, index)))


def attempts_around(block: Block, operation: Operation) -> list[Try]:
    """Return the `try` statements in whose bodies an operation is, from the outside in."""
    for found, outside in around(block):
        if found is operation:
            return [each for each, index in outside if isinstance(each, Try) and index == 0]
    return []


def unchanged(block: Block, kept: list[Operation]) -> Block:
    """Return `kept` as a block: the `block` it was made of, where no operation of it changed."""
    if len(kept) == len(block) and all(map(operator.is_, block, kept)):
        return block
    return tuple(kept)


def with_blocks(operation: Operation, change: Callable[[Block], Block]) -> Operation:
    """Return an operation whose inner blocks went through `change`; itself where none changed."""
    if type(operation) not in HAVE_BLOCKS:
        return operation
    match operation:
        case Branch(then=then, otherwise=otherwise):
            arms = change(then), change(otherwise)
            if arms[0] is not then or arms[1] is not otherwise:
                return replace(operation, then=arms[0], otherwise=arms[1])
        case Loop(head=head, body=body, orelse=orelse):
            inside = change(head), change(body), change(orelse)
            if inside[0] is not head or inside[1] is not body or inside[2] is not orelse:
                return replace(operation, head=inside[0], body=inside[1], orelse=inside[2])
        case Scope(body=body):
            changed = change(body)
            if changed is not body:
                return replace(operation, body=changed)
        case AnyOrder(blocks=blocks):
            turns = tuple(change(block) for block in blocks)
            if not all(map(operator.is_, turns, blocks)):
                return replace(operation, blocks=turns)
        case Try():
            return _with_try(operation, change)
    return operation


def _with_try(operation: Try, change: Callable[[Block], Block]) -> Try:
    body = change(operation.body)
    handlers = tuple(_with_handler(handler, change) for handler in operation.handlers)
    orelse, final = change(operation.orelse), change(operation.final)
    if (
        body is operation.body
        and orelse is operation.orelse
        and final is operation.final
        and all(map(operator.is_, handlers, operation.handlers))
    ):
        return operation
    return replace(operation, body=body, handlers=handlers, orelse=orelse, final=final)


def _with_handler(handler: Handler, change: Callable[[Block], Block]) -> Handler:
    body = change(handler.body)
    return handler if body is handler.body else replace(handler, body=body)


HAVE_BLOCKS = frozenset({Branch, Loop, Scope, AnyOrder, Try})
