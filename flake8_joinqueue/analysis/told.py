"""Whether anybody tells a consumer to stop."""

from __future__ import annotations

from flake8_joinqueue.analysis.feeding import fed_without_end, may_end_everything
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import overdone, relayed, takes_alone
from flake8_joinqueue.analysis.telling import agrees, is_for_work
from flake8_joinqueue.analysis.timeline import before, put_of
from flake8_joinqueue.analysis.ways import Way
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Call,
    Daemon,
    Data,
    Item,
    ManagerEnds,
    Named,
    Queue,
    Record,
    Unique,
)


def ends_with_manager(program: Program, queue: Queue, actor: Actor) -> bool:
    """Say whether the manager of a queue ends before anybody waits for an actor.

    One that blocks there then dies (JQ401).
    """
    if queue.manager is None or actor is program.main:
        return False
    ends = [
        event
        for event in program.of(ManagerEnds)
        if isinstance(event.operation, ManagerEnds) and event.operation.manager == queue.manager
    ]
    if not ends and outlived_by_managers(actor):
        return False
    return all(any(before(end, wait) for end in ends) for wait in program.waits(actor))


def outlived_by_managers(actor: Actor) -> bool:
    """Say whether the interpreter, at exit, waits for an actor before it finalises managers.

    It does so for threads and for executors; for processes it waits afterwards.
    """
    return actor.kind is ActorKind.THREAD or (actor.pooled and actor.daemon is Daemon.NO)


def _needs_shutdown(way: Way) -> bool:
    """Say whether only `shutdown()` can make a plain blocking `get` raise, as this way begins."""
    start = way.start
    return way.empty and start is not None and not (start.may_be_empty or start.may_be_cancelled)


def waits_for_ever(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a consumer that somebody waits for is never told to stop."""
    consumption, actor = consumer.consumption, consumer.actor
    if not program.is_waited(actor) or ends_with_manager(program, queue, actor):
        return False
    if actor is program.main and consumption.never_leaves:
        return False  # a service that main runs itself is meant to go on
    if not never_told(program, queue, consumer) or _dies_of_it(program, queue, consumer):
        return False
    return not (fed_without_end(program, queue, actor) or may_end_everything(program, actor))


def _dies_of_it(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether the only consumer is ended by `ValueError`: it accounts twice for what is put.

    Of several one dies, and the others may wait all the same.
    """
    if not takes_alone(program, queue, consumer):
        return False
    return any(
        who.actor is consumer.actor
        and where is queue
        and not found.raised
        and any(
            agrees(found.assumptions, item, pickled=queue.kind.pickles)
            for item in program.items_put(queue)
        )
        for where, who, found in overdone(program, after_empty=False)
    )


def _stopped_by_a_call(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a consumer calls what it takes, and something put there raises to stop it."""
    flow, taken = consumer.consumption.flow, {get.cell for get in consumer.consumption.gets}
    called = [flow.nodes[index].operation for index in flow.where(Call)]
    return any(isinstance(call, Call) and call.item in taken for call in called) and any(
        _raises(put_of(event).item) for event in program.puts(queue)
    )


def _raises(item: Item) -> bool:
    """Say whether a call of an item, or of a part of it, never returns."""
    match item:
        case Named(raises=raises):
            return raises
        case Record(fields=parts) | Data(perhaps=parts):
            return any(map(_raises, parts))
        case Unique(attributes=attributes):
            return any(_raises(part) for _, part in attributes)
    return False


def never_told(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a consumer leaves on a sentinel that nobody puts, or not at all."""
    return not program.shut_down(queue) and needs_shutdown(program, queue, consumer)


def needs_shutdown(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether nothing that is put ends a consumer, nor anything else but `shutdown()`."""
    consumption = consumer.consumption
    if consumption.leaves_unasked:
        return False
    if consumption.leaves_by_an_exception(program.items_put(queue)):
        return False
    otherwise = any(not _needs_shutdown(way) for way in consumption.otherwise_ways)
    if otherwise or _stopped_by_a_call(program, queue, consumer):
        return False
    # A sentinel put back for the next worker has to come from somewhere first.
    relays = relayed(program, queue)
    # What tells a sentinel by a part of it may be told by a part of any work; and it may be work
    # that ends the consumer, which goes on for as long as there is none.
    by_any = any(
        all(test.path for test, _ in way.assumptions) or is_for_work(way.assumptions)
        for way in consumption.sentinel_ways
    )
    return not any(
        consumption.recognises(item) is not False or (by_any and isinstance(item, Data))
        for item in (
            put_of(event).item for event in program.puts(queue) if id(event.operation) not in relays
        )
    )
