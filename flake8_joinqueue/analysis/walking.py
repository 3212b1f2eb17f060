"""Going through all operations of a body, those inside others included."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.protocol import (
    AllOf,
    AnyOf,
    Block,
    Condition,
    Not,
    Operation,
    operations_in,
)


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
