"""Whether a consumer can come to a `get` that finds nothing and gives up."""

from __future__ import annotations

from flake8_joinqueue.analysis.arrivals import in_turns
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import all_stop, needed, takes_alone
from flake8_joinqueue.analysis.timeline import Event, before, may_precede
from flake8_joinqueue.analysis.turns import GIVES_WAY, gives_way
from flake8_joinqueue.analysis.ways import Outcome
from flake8_joinqueue.counts import less
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Call,
    Emptiness,
    Get,
    JoinActor,
    Peek,
    Put,
    Queue,
    Sleep,
    Synchronise,
)


def never_dry(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a consumer surely finds an item, its sentinel at the last, before it gives up.

    It does where it takes what it sees. Else there must be a sentinel for everybody; and all of it
    on the queue before anybody looks, or nothing that takes time, or none of those who put: among
    tasks, that is what they wait for out of sight. Where it is only sentinels that may come too
    late, whoever leaves accounts for the one that it leaves behind.
    """
    if _sees_what_it_takes(program, queue, consumer):
        return True
    put, taken = program.times(program.sentinel_puts(queue)), needed(program, queue)
    if put is None or taken is None or less(put, taken) is not False:
        return False
    if program.escaped(queue) or not all_stop(program, queue):
        return False
    at_once = nobody_takes_time(program) or _supplied_at_once(program, queue)
    return (
        _all_there(program, queue)
        or (at_once and not _looks_only(consumer))
        or _only_ends_come_late(program, queue)
    )


def _sees_what_it_takes(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a consumer takes only what it has just seen on the queue, and nobody else may.

    Nobody may where it is the only one, or where those who share the queue take turns.
    """
    if program.escaped(queue):
        return False
    turns = in_turns(program, queue)
    if not turns and not takes_alone(program, queue, consumer):
        return False
    flow = program.flow(consumer.actor)
    looks, gets = set(), set()
    for index, node in enumerate(flow.nodes):
        if isinstance(node.test, Emptiness) and node.test.queue == queue.index:
            looks.add(index)
        elif isinstance(node.operation, Get) and node.operation.queue == queue.index:
            gets.add(index)
    starts = [flow.start, *(edge.target for get in gets for edge in flow.successors(get))]
    starts += [e.target for look in looks for e in flow.successors(look) if e.truth]
    if any(start in flow.reaching(gets, looks) for start in starts):
        return False  # it may come to a `get` without a look, or from one that found nothing
    # What is on its way to the pipe of a process counts already.
    counts = queue.kind.feeder and any(
        isinstance(peek.operation, Peek) and peek.operation.method != "empty"
        for peek in program.on(queue, Peek)
    )
    between = flow.between(looks, gets) & flow.reaching(gets, looks)
    return not counts and not (
        turns
        and any(gives_way(flow.nodes[index].operation, program.may_be_full) for index in between)
    )


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


def _only_ends_come_late(program: Program, queue: Queue) -> bool:
    """Say whether all is counted, and all work in the pipe, before the first consumer starts.

    What a process has put is in the pipe when it has been waited for; what main puts itself is
    with its feeder still.
    """
    consumers = program.consumers(queue)
    if not all(_leaves_for_one(consumer) for consumer in consumers):
        return False
    starts = [start for c in consumers for start in program.starts(c.actor)]
    if not starts or any(consumer.actor is program.main for consumer in consumers):
        return False
    work, sentinels = program.work_puts(queue), program.sentinel_puts(queue)
    return all(
        all(_is_there(program, queue, put, start) for put in work)
        and all(before(put, start) for put in sentinels)
        for start in starts
    )


def _is_there(program: Program, queue: Queue, put: Event, moment: Event) -> bool:
    """Say whether an item can surely be taken from a moment on."""
    producer = program.actor(put)
    if queue.kind.feeder and producer.kind is not ActorKind.PROCESS:
        return False
    done = [put] if producer is program.main else program.waits(producer)
    return any(before(event, moment) for event in done)


def _leaves_for_one(consumer: Consumer) -> bool:
    """Say whether a consumer that finds nothing in time leaves, and accounts for one item."""
    if _looks_only(consumer):
        return False
    empty = [way for way in consumer.consumption.ways if way.empty]
    return all(way.outcome is Outcome.ENDS and way.dones <= 1 for way in empty)


def _looks_only(consumer: Consumer) -> bool:
    return any(get.nowait for get in consumer.consumption.gets)


def _goes_on(operation: object) -> bool:
    """Say whether a call is done without waiting for anything."""
    return isinstance(operation, Call) and not operation.awaited


def nobody_takes_time(program: Program) -> bool:
    """Say whether all are tasks that only wait for one another, so that a second is for ever."""
    return _all_are_tasks(program) and all(
        _goes_on(event.operation) for event in program.of(Sleep, Synchronise, Call)
    )


def _all_are_tasks(program: Program) -> bool:
    others = [a for a in program.protocol.actors if a is not program.main and program.runs(a)]
    return all(actor.kind is ActorKind.TASK for actor in others)


def _supplied_at_once(program: Program, queue: Queue) -> bool:
    """Say whether tasks put all there is, and wait for nothing but one another until they have.

    What the consumers wait for meanwhile makes no difference, but for a `sleep()` of all of them.
    """
    if not _all_are_tasks(program) or program.of(Sleep):
        return False
    suppliers = {put.actor for put in program.puts(queue)}

    def goes_on(event: Event) -> bool:
        match event.operation:
            case JoinActor(actor=actor):
                return actor in suppliers
            case Put() as put:
                return not gives_way(put, program.may_be_full)
        return _goes_on(event.operation)

    return all(
        goes_on(event)
        for event in program.of(*GIVES_WAY, Put, Call)
        if event.actor in suppliers
        and (
            event.actor != program.main.index
            or any(
                may_precede(event, put) for put in program.puts(queue) if put.actor == event.actor
            )
        )
    )


def in_time(program: Program, producer: Actor, moment: Event) -> bool:
    """Say whether a producer that is waited for, though for a time only, is through by then."""
    waits = [event for event in program.about(producer, JoinActor) if before(event, moment)]
    return bool(waits) and nobody_takes_time(program)
