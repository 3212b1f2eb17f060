"""Tasks take turns: what one does without giving its turn away is done at once."""

from __future__ import annotations

from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Get,
    JoinActor,
    JoinQueue,
    Protocol,
    Put,
    Synchronise,
    operations_in,
)

GIVES_WAY = (Get, JoinQueue, JoinActor, Synchronise)
"""What lets other tasks run, as far as it has to wait."""


def at_once(protocol: Protocol, actor: Actor) -> bool:
    """Say whether an actor is a task that is through once it got its turn.

    It only puts, on queues that are never full. That it sleeps between is not known here.
    """
    if actor.kind is not ActorKind.TASK:
        return False
    operations = list(operations_in(actor.body))
    puts = [op for op in operations if isinstance(op, Put)]
    sizes = [protocol.queues[put.queue].maxsize for put in puts]
    return not any(isinstance(op, GIVES_WAY) for op in operations) and all(
        size is None or (size.number is not None and size.number <= 0) for size in sizes
    )
