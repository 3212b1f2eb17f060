"""Whether all work is surely on a queue when a consumer looks whether it is empty."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import covered
from flake8_joinqueue.analysis.timeline import (
    Event,
    before,
    exclusive,
    may_precede,
    put_of,
    site_of,
)
from flake8_joinqueue.analysis.turns import GIVES_WAY, at_once, gives_way
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.facts.tasks import PAUSES
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Call,
    Get,
    JoinActor,
    JoinQueue,
    Peek,
    Put,
    Queue,
    Site,
    Sleep,
    Synchronise,
    TaskDone,
)

_ENDINGS = (JoinActor, JoinQueue)
_WAITS = (Synchronise, JoinActor, JoinQueue)
_PAUSES = (Sleep, *_WAITS)


def moments(program: Program, queue: Queue, consumer: Consumer) -> list[Event]:
    """Return when a consumer may look first: its starts, for main its looks themselves."""
    if consumer.actor is not program.main:
        return program.starts(consumer.actor)
    return [e for e in program.on(queue, Peek, Get) if e.actor == program.main.index]


def in_turns(program: Program, queue: Queue) -> bool:
    """Say whether those who share a queue take turns, and each only where it waits.

    Tasks do, and greenlets; threads do not, though some of their queues are the same as greenlets'.
    """
    if queue.kind.carrier is Carrier.TASKS:
        return True
    users = {event.actor for event in program.on(queue, Put, Get, Peek)} - {program.main.index}
    return bool(users) and all(
        program.protocol.actors[user].kind is ActorKind.TASK for user in users
    )


def late(program: Program, queue: Queue, consumer: Consumer, *, lags: bool) -> list[Event] | None:
    """Return the puts that may come behind the last moment at which a consumer looks.

    `lags`: what is put takes a while to be seen. `None` where that is not known.
    """
    looks = moments(program, queue, consumer)
    if not looks or any(look.actor != program.main.index for look in looks):
        return None
    last = max(looks, key=lambda look: look.index)
    tasks = in_turns(program, queue)
    found: list[Event] = []
    takers = {other.actor.index for other in program.consumers(queue)} - {program.main.index}
    for put in program.puts(queue):
        answer: bool | None = False
        if put.actor == program.main.index:
            own = _own_in_turns if tasks else _own
            answer = own(program, consumer, put, last, lags=lags)
        elif put.actor not in takers:  # who puts what it takes itself comes round again
            answer = _of_others(program, queue, put, last, lags=lags)
            if answer and tasks:
                first = _looks_first(program, queue, last)
                answer = first or _takes_turns(program, program.actor(put))
        if answer is None:
            return None
        if answer:
            found.append(put)
    return found


def _own(
    program: Program, consumer: Consumer, put: Event, look: Event, *, lags: bool
) -> bool | None:
    """Say whether a put of main comes too late for a look."""
    if exclusive(put, look):
        return None
    if put.index > look.index:
        # The longer main sleeps, the sooner the consumer has left.
        return consumer.actor is not program.main and not _waits_between(program, look, put, _WAITS)
    return lags and not _waits_between(program, put, look, _PAUSES)


def _own_in_turns(
    program: Program, consumer: Consumer, put: Event, look: Event, *, lags: bool
) -> bool | None:
    """Say the same of a task: it looks when main gives its turn away, not before."""
    if lags or consumer.actor is program.main or exclusive(put, look):
        return None
    between = [
        event
        for event in program.of(Call, *GIVES_WAY, Put)
        if may_precede(look, event)
        and may_precede(event, put)
        and gives_way(event.operation, program.may_be_full)
    ]
    if any(isinstance(event.operation, _ENDINGS) or _synchronises(event) for event in between):
        return None
    return bool(between)


def _takes_turns(program: Program, producer: Actor) -> bool | None:
    """Say whether a producer is a task that gives its turn away before it is through."""
    if producer.kind is not ActorKind.TASK:
        return None
    return not at_once(producer, program.may_be_full)


def _looks_first(program: Program, queue: Queue, look: Event) -> bool:
    """Say whether a task looks before any task that puts has its turn, in the order they start."""
    makers = [program.actor(put) for put in program.puts(queue)]
    return all(
        maker.kind is ActorKind.TASK
        and maker is not program.main
        and all(before(look, start) for start in program.starts(maker))
        for maker in makers
    )


def _synchronises(event: Event) -> bool:
    """Say whether somebody waits for what others do, not for a while."""
    operation = event.operation
    return isinstance(operation, Synchronise) and operation.what not in PAUSES


def _waits_between(program: Program, first: Event, second: Event, kinds: tuple[type, ...]) -> bool:
    """Say whether main waits between two events, in one of some ways, so that time passes."""
    return any(
        event.actor == first.actor and first.index < event.index < second.index
        for event in program.of(*kinds)
    )


def _of_others(
    program: Program, queue: Queue, put: Event, look: Event, *, lags: bool
) -> bool | None:
    """Say whether a put of a producer may come too late for a look."""
    producer = program.actor(put)
    finished = program.finished_before(producer, look)
    if (
        finished is None
        or program.synchronised(producer, look, but={queue.index})
        or _paused(program, look)
    ):
        return None
    if finished:
        # A process hands over what it has put before it ends; a thread of main does not.
        return lags and not _is_process(producer)
    if not any(start.actor == program.main.index for start in program.starts(producer)):
        return None
    if _accounted_too_soon(program, producer, put, look):
        return False  # the mistake is there, not at the look
    return lags or not covered(program, producer, put_of(put), look)


def _accounted_too_soon(program: Program, producer: Actor, put: Event, look: Event) -> bool:
    """Say whether main waited for a queue of which the producer accounts before it puts."""
    return any(
        any(before(join, look) for join in program.joins(queue))
        and any(True for _ in _late_puts(program, producer, queue, put))
        for queue in program.protocol.queues
    )


def _late_puts(program: Program, producer: Actor, queue: Queue, put: Event) -> Iterator[TaskDone]:
    flow = program.flow(producer)
    nodes = {node for node in flow.where(Put) if flow.nodes[node].operation is put.operation}
    for done, _ in program.consumption(producer, queue).late(nodes):
        yield done


def _paused(program: Program, look: Event) -> bool:
    return any(
        event.actor == look.actor and event.index < look.index for event in program.of(Sleep)
    )


def _is_process(actor: Actor) -> bool:
    return actor.kind is ActorKind.PROCESS


def hesitates(program: Program, queue: Queue, consumer: Consumer, look: Site) -> bool:
    """Say whether a consumer waits for something else before it comes to a look at a queue.

    What it waits for afterwards, before it takes what it saw, is too late for that.
    """
    looks = [
        event.index
        for event in program.on(queue, Peek, Get)
        if event.actor == consumer.actor.index and site_of(event) is look
    ]
    return consumer.actor is not program.main and any(
        event.actor == consumer.actor.index and any(event.index < index for index in looks)
        for event in program.of(*_PAUSES)
    )
