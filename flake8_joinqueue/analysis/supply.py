"""Whether a consumer can come to a `get` that finds nothing and gives up."""

from __future__ import annotations

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import all_stop, needed
from flake8_joinqueue.analysis.timeline import before, may_precede
from flake8_joinqueue.analysis.turns import GIVES_WAY
from flake8_joinqueue.counts import less
from flake8_joinqueue.protocol import ActorKind, Call, Queue, Sleep, Synchronise


def never_dry(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a consumer surely finds an item, its sentinel at the last, before it gives up.

    There must be a sentinel for everybody; and all of it on the queue before anybody looks, or
    nothing that takes time: among tasks, that is what they wait for out of sight.
    """
    put, taken = program.times(program.sentinel_puts(queue)), needed(program, queue)
    if put is None or taken is None or less(put, taken) is not False:
        return False
    if program.escaped(queue) or not all_stop(program, queue):
        return False
    return _all_there(program, queue) or _nobody_takes_time(program, consumer)


def _all_there(program: Program, queue: Queue) -> bool:
    """Say whether main puts everything before any consumer takes for the first time."""
    if queue.kind.feeder or any(put.actor != program.main.index for put in program.puts(queue)):
        return False
    for consumer in program.consumers(queue):
        for start in program.starts(consumer.actor):
            # A task first runs where main gives its turn away.
            turns = [start] if consumer.actor.kind is not ActorKind.TASK else [
                turn
                for turn in program.of(*GIVES_WAY, Call)
                if may_precede(start, turn) and not _goes_on(turn.operation)
            ]  # fmt: skip
            if any(not before(put, turn) for put in program.puts(queue) for turn in turns):
                return False
        if consumer.actor is program.main:
            return False
    return True


def _goes_on(operation: object) -> bool:
    """Say whether a call is done without waiting for anything."""
    return isinstance(operation, Call) and not operation.awaited


def _nobody_takes_time(program: Program, consumer: Consumer) -> bool:
    """Say whether all are tasks that only wait for one another."""
    if any(get.nowait for get in consumer.consumption.gets):
        return False
    others = [a for a in program.protocol.actors if a is not program.main and program.runs(a)]
    return all(actor.kind is ActorKind.TASK for actor in others) and all(
        _goes_on(event.operation) for event in program.of(Sleep, Synchronise, Call)
    )
