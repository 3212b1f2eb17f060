"""Tasks take turns: what one does without giving its turn away is done at once."""

from __future__ import annotations

from collections.abc import Callable

from flake8_joinqueue.analysis.flow import Flow
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Call,
    Get,
    JoinActor,
    JoinQueue,
    Put,
    Synchronise,
    TaskDone,
    operations_in,
)

GIVES_WAY = (Get, JoinQueue, JoinActor, Synchronise)
"""What lets other tasks run, as far as it has to wait."""

MayBeFull = Callable[[int], bool]
"""Says whether a put on the queue of that index may have to wait for room."""


def gives_way(operation: object, may_be_full: MayBeFull) -> bool:
    """Say whether a task that does this may have to wait, and lets others run meanwhile."""
    match operation:
        case Put(queue=queue, blocking=blocking):
            return blocking and may_be_full(queue)
        case Call(awaited=awaited):
            return awaited
    return isinstance(operation, GIVES_WAY)


def at_once(actor: Actor, may_be_full: MayBeFull) -> bool:
    """Say whether an actor is a task that is through once it got its turn."""
    return actor.kind is ActorKind.TASK and not any(
        gives_way(operation, may_be_full) for operation in operations_in(actor.body)
    )


def waits_only_to_take(actor: Actor, may_be_full: MayBeFull) -> bool:
    """Say whether an actor is a task that gives its turn away only where it takes from queues."""
    return actor.kind is ActorKind.TASK and all(
        isinstance(operation, Get)
        for operation in operations_in(actor.body)
        if gives_way(operation, may_be_full)
    )


def in_one_turn(flow: Flow, queue: int, put: Put, may_be_full: MayBeFull) -> bool:
    """Say whether a task puts before it accounts for an item of `queue`, or in the same turn.

    Then whoever waits for that queue goes on only once the put is done.
    """

    def nodes(kind: type) -> set[int]:
        return {
            n for n in flow.where(kind) if getattr(flow.nodes[n].operation, "queue", -1) == queue
        }

    puts = {index for index in flow.where(Put) if flow.nodes[index].operation is put}
    gets = nodes(Get)
    if not puts or gives_way(put, may_be_full):
        return False
    before = flow.reaching(puts, gets)
    if flow.start in before and flow.start not in gets:
        return False
    done = {edge.target for node in nodes(TaskDone) for edge in flow.successors(node)} - gets
    waits = {
        index
        for index in before - puts
        if gives_way(flow.nodes[index].operation, may_be_full) and index not in gets
    }
    return not any(start in flow.reaching(waits, gets) for start in done)
