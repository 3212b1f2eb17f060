"""How processes are started, and what that means for the queues they are given."""

from __future__ import annotations

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.options import Options, StartMethod
from flake8_joinqueue.protocol import Actor, ActorKind, Queue

_FORK_IS_NO_DEFAULT_FROM = (3, 14)


def likely(options: Options, method: StartMethod | None) -> StartMethod | None:
    """Return the start method of a context, for the default one that of Linux or of the options."""
    if method is not StartMethod.ANY:
        return method
    if options.start_method is not StartMethod.ANY:
        return options.start_method
    old = options.python < _FORK_IS_NO_DEFAULT_FROM
    return StartMethod.FORK if old else StartMethod.FORKSERVER


def may_import_anew(program: Program, actor: Actor) -> bool:
    """Say whether an actor may see none of what the program assigned before the actor started.

    That is so in a process, and in its threads, unless the process is surely forked.
    """
    process = process_of(program, actor)
    if process is None or process.start_method in {None, StartMethod.FORK}:
        return False
    if process.start_method is StartMethod.ANY:
        return program.options.start_method is not StartMethod.FORK
    return True


def process_of(program: Program, actor: Actor) -> Actor | None:
    """Return the process an actor is or runs in, `None` for that of main."""
    while actor.kind is not ActorKind.PROCESS:
        if actor.parent is None:
            return None
        actor = program.protocol.actors[actor.parent]
    return actor


def of_thread(program: Program, actor: Actor) -> Actor:
    """Return the thread, process or main that an actor runs in: a task is part of another."""
    while actor.kind is ActorKind.TASK and actor.parent is not None:
        actor = program.protocol.actors[actor.parent]
    return actor


def is_inherited_only(queue: Queue) -> bool:
    """Say whether a queue can be pickled while a process starts, and at no other time."""
    return queue.kind.carrier.value == "processes" and queue.manager is None
