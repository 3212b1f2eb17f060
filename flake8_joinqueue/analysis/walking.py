"""Going through all operations of a body, those inside others included."""

from __future__ import annotations

from flake8_joinqueue.protocol import (
    Block,
    Operation,
    Start,
    blocks_in,
)
from flake8_joinqueue.records import dataclass


def queue_of(operation: Operation) -> int | None:
    """Return the queue an operation works on, `None` where it works on none."""
    queue = getattr(operation, "queue", None)
    return queue if isinstance(queue, int) else None


@dataclass(frozen=True, slots=True)
class Touched:
    """The queues that a block does anything with, and the actors that it starts."""

    queues: frozenset[int] = frozenset()
    started: frozenset[int] = frozenset()


class Toucher:
    """Finds out what blocks touch; each is gone through once, in however many others it stands."""

    def __init__(self) -> None:
        # By `id`, the block kept beside so that it stays its own.
        self._known: dict[int, tuple[Block, Touched]] = {}

    def touched(self, block: Block) -> Touched:
        """Return what a block touches, what stands inside its operations included."""
        known = self._known.get(id(block))
        if known is None:
            known = self._known[id(block)] = block, self._found(block)
        return known[1]

    def _found(self, block: Block) -> Touched:
        queues: set[int] = set()
        started: set[int] = set()
        for operation in block:
            queue = queue_of(operation)
            if queue is not None:
                queues.add(queue)
            elif type(operation) is Start:
                started.add(operation.actor)
            for inner in blocks_in(operation):
                inside = self.touched(inner)
                queues |= inside.queues
                started |= inside.started
        return Touched(frozenset(queues), frozenset(started))
