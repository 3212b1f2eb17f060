"""What of a body concerns one queue.

A program that sets up many queues one after the other is one long body; looking at all of it for
each of them would take time that grows with the square of its length.
"""

from __future__ import annotations

from flake8_joinqueue.analysis.walking import queue_of
from flake8_joinqueue.protocol import (
    Block,
    Branch,
    Exit,
    Increment,
    Loop,
    LoopKind,
    Operation,
    Raise,
    Scope,
    SetCell,
    blocks_in,
    unchanged,
    with_blocks,
)

_ALL = frozenset({-1})  # stands for every queue


class Projector:
    """Drops calls of functions that have nothing to do with a queue.

    What each operation concerns is found out once, for all queues.
    """

    def __init__(self) -> None:
        self._concerns: dict[int, tuple[Operation, frozenset[int]]] = {}
        # By operation and queue, so that what variants have in common stays the same.
        self._insides: dict[tuple[int, int], tuple[Operation, Operation]] = {}

    def project(self, body: Block, queue: int) -> Block:
        """Return what is left of a body for a queue.

        Calls go that do nothing with it, assign no variable and surely come back.
        """
        kept = [
            self._inside(operation, queue)
            for operation in body
            if not isinstance(operation, Scope) or self._concerned(operation, queue)
        ]
        return unchanged(body, kept)

    def _inside(self, operation: Operation, queue: int) -> Operation:
        if not isinstance(operation, (Scope, Branch)):
            return operation
        key = id(operation), queue
        known = self._insides.get(key)
        if known is None:
            inside = with_blocks(operation, lambda block: self.project(block, queue))
            known = self._insides[key] = operation, inside
        return known[1]

    def _concerned(self, operation: Operation, queue: int) -> bool:
        queues = self._queues(operation)
        return queues is _ALL or queue in queues

    def _queues(self, operation: Operation) -> frozenset[int]:
        known = self._concerns.get(id(operation))
        if known is None:
            known = self._concerns[id(operation)] = operation, self._found(operation)
        return known[1]

    def _found(self, operation: Operation) -> frozenset[int]:
        endless = isinstance(operation, Loop) and operation.kind is LoopKind.WHILE
        if endless or isinstance(operation, (SetCell, Increment, Raise, Exit)):
            return _ALL
        queue = queue_of(operation)
        found = set() if queue is None else {queue}
        for block in blocks_in(operation):
            for inner in block:
                queues = self._queues(inner)
                if queues is _ALL:
                    return _ALL
                found |= queues
        return frozenset(found)
