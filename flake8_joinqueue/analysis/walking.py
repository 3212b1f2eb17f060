"""Going through all operations of a body, those inside others included."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.protocol import (
    AllOf,
    AnyOf,
    AnyOrder,
    Block,
    Branch,
    Condition,
    Loop,
    Not,
    Operation,
    Scope,
    Try,
)


def blocks_in(operation: Operation) -> tuple[Block, ...]:
    """Return the blocks that stand directly inside an operation, in the order they stand in."""
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


def operations_in(block: Block) -> Iterator[Operation]:
    """Yield every operation of a block, from the outside in, in the order they stand in."""
    stack = [iter(block)]
    while stack:
        for operation in stack[-1]:
            yield operation
            inside = blocks_in(operation)
            if inside:
                stack.append(iter([inner for part in inside for inner in part]))
                break
        else:
            stack.pop()


def queue_of(operation: Operation) -> int | None:
    """Return the queue an operation works on, `None` where it works on none."""
    queue = getattr(operation, "queue", None)
    return queue if isinstance(queue, int) else None


def uses(block: Block, queue: int) -> bool:
    """Say whether a block does anything with a queue."""
    return any(queue_of(operation) == queue for operation in operations_in(block))


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
