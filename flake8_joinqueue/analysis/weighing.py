"""Which operations weigh: a setting that decides about them makes another program.

An actor that does nothing with any queue, nor starts one that does, nor lets anybody go on, weighs
nothing: a timer that fetches a token, say, in a program of which the queue is another matter.
"""

from __future__ import annotations

from flake8_joinqueue.analysis.walking import queue_of
from flake8_joinqueue.protocol import (
    Exit,
    Get,
    JoinActor,
    JoinQueue,
    ManagerEnds,
    Operation,
    Protocol,
    Put,
    SetAttribute,
    Signal,
    Start,
    Stop,
    TaskDone,
    operations_in,
)

_ALWAYS = (Put, Get, TaskDone, JoinQueue, ManagerEnds)
# What else tells that an actor is not by itself.
_BUSY = (ManagerEnds, Signal, Exit, SetAttribute)


class Weight:
    """Says of a Protocol's operations whether they weigh."""

    def __init__(self, protocol: Protocol) -> None:
        actors = protocol.actors[1:]
        deeds = {actor.index: tuple(operations_in(actor.body)) for actor in actors}
        self._busy = {
            actor.index
            for actor in actors
            if actor.opaque
            or any(queue_of(each) is not None for each in deeds[actor.index])
            or any(isinstance(each, _BUSY) for each in deeds[actor.index])
        }
        growing = True
        while growing:
            handlers = {
                index
                for index, done in deeds.items()
                if index not in self._busy and any(map(self._handles_busy, done))
            }
            self._busy |= handlers
            growing = bool(handlers)

    def _handles_busy(self, operation: Operation) -> bool:
        return isinstance(operation, (Start, JoinActor, Stop)) and operation.actor in self._busy

    def weighs(self, operation: Operation) -> bool:
        """Say whether an operation weighs."""
        if isinstance(operation, (Start, JoinActor)):
            return operation.actor in self._busy
        return isinstance(operation, _ALWAYS)
