"""Whether somebody goes on putting as long as the program runs, so that nobody waits for ever."""

from __future__ import annotations

from flake8_joinqueue.analysis.flow import DIED, END, Flow
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.protocol import Actor, ActorKind, Daemon, Exit, Get, Put, Queue, Stop


def fed_without_end(
    program: Program, queue: Queue, consumer: Actor, asked: frozenset[int] = frozenset()
) -> bool:
    """Say whether another actor puts on a queue in a loop that nothing ends.

    Such a program is a service: it is meant to run until somebody interrupts it, and its consumers
    always get another item. `asked` are the queues on the way there, each of which is fed by what
    was taken from the one before.
    """
    if not asked and _handed_round(program, queue, consumer):
        return True
    makers = dict.fromkeys(put.actor for put in program.puts(queue))
    return any(
        index != consumer.index
        and _outlasts(program, program.protocol.actors[index], consumer)
        and _feeds(program, program.protocol.actors[index], queue, asked | {queue.index})
        for index in makers
    )


def _handed_round(program: Program, queue: Queue, consumer: Actor) -> bool:
    """Say whether what is put on a queue once is handed round for ever, as a ball in a game.

    Whoever takes it surely puts something on the queue of the next one, and the last of them on
    the first one's.
    """
    pending = [(consumer, queue, frozenset({consumer.index}), frozenset({queue.index}))]
    while pending:
        actor, taken, players, passed = pending.pop()
        for index in dict.fromkeys(put.queue for put in _puts_of(program, actor)):
            following = program.protocol.queues[index]
            if not _always_answers(program.flow(actor), taken.index, index):
                continue
            if index == queue.index and len(players) > 1:
                balls = [
                    put for each in passed for put in program.puts(program.protocol.queues[each])
                ]
                if any(put.actor not in players for put in balls):
                    return True
            elif index not in passed:
                pending += [
                    (other.actor, following, players | {other.actor.index}, passed | {index})
                    for other in program.consumers(following)
                    if other.actor.index not in players
                    and _outlasts(program, other.actor, consumer)
                ]
    return False


def _puts_of(program: Program, actor: Actor) -> list[Put]:
    return [
        event.operation
        for event in program.of(Put)
        if event.actor == actor.index and isinstance(event.operation, Put)
    ]


def _always_answers(flow: Flow, taken: int, put: int) -> bool:
    """Say whether an actor puts on one queue whatever it takes from another, and never ends."""
    gets, puts = set(), set()
    for index, node in enumerate(flow.nodes):
        match node.operation:
            case Get(queue=queue) if queue == taken:
                gets.add(index)
            case Put(queue=queue) if queue == put:
                puts.add(index)
    behind = flow.between(gets, set())
    return bool(puts) and not behind & {END, DIED} and not flow.between(gets, puts) & gets


def may_end_everything(program: Program, actor: Actor) -> bool:
    """Say whether a thread or task beside an actor may end the process there and then."""
    return any(
        isinstance(event.operation, Exit)
        and event.operation.hard
        and event.actor != actor.index
        and program.actor(event).kind in {ActorKind.THREAD, ActorKind.TASK}
        for event in program.of(Exit)
    )


def _outlasts(program: Program, maker: Actor, consumer: Actor) -> bool:
    """Say whether nobody ends an actor while a consumer is waited for."""
    if program.about(maker, Stop):
        return False
    # At exit, daemon processes are ended before the others are waited for.
    killed_first = maker.kind is ActorKind.PROCESS and maker.daemon is not Daemon.NO
    return not killed_first or bool(program.waits(consumer))


def _feeds(program: Program, maker: Actor, queue: Queue, asked: frozenset[int]) -> bool:
    """Say whether an actor that has put once on a queue will put again and again."""
    flow = program.flow(maker)
    puts = [
        index
        for index in flow.where(Put)
        if isinstance(put := flow.nodes[index].operation, Put) and put.queue == queue.index
    ]
    return any(_goes_on(program, flow, maker, put, asked) for put in puts)


def _goes_on(program: Program, flow: Flow, maker: Actor, put: int, asked: frozenset[int]) -> bool:
    behind = {node for edge in flow.successors(put) for node in flow.reachable(edge.target)}
    if put not in behind or behind & {END, DIED}:
        return False
    gets = (flow.nodes[node].operation for node in behind)
    return all(
        get.queue not in asked
        and fed_without_end(program, program.protocol.queues[get.queue], maker, asked)
        for get in gets
        if isinstance(get, Get) and not get.may_be_empty
    )
