"""Whether somebody goes on putting as long as the program runs, so that nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from flake8_joinqueue.analysis.flow import DIED, END, Flow
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.protocol import Actor, ActorKind, Daemon, Exit, Get, Put, Queue, Stop

# Who takes from a queue, both by their index; and the ways for that to go on, each of which needs
# others to go on.
_Taking: TypeAlias = tuple[int, int]
_Ways: TypeAlias = list[frozenset[_Taking]]


def fed_without_end(program: Program, queue: Queue, consumer: Actor) -> bool:
    """Say whether another actor puts on a queue in a loop that nothing ends.

    Such a program is a service: it is meant to run until somebody interrupts it, and its consumers
    always get another item. What the loop takes must itself be fed so.
    """
    if _handed_round(program, queue, consumer):
        return True
    asked = queue.index, consumer.index
    ways = _explored(asked, lambda taking: _feeding(program, taking))
    return asked in _grown(frozenset(), ways)


def _explored(first: _Taking, ways_of: Callable[[_Taking], _Ways]) -> dict[_Taking, _Ways]:
    """Return the ways of the first one, and of all that these need: each is asked of once."""
    found: dict[_Taking, _Ways] = {}
    pending = [first]
    while pending:
        taking = pending.pop()
        if taking not in found:
            found[taking] = ways_of(taking)
            pending += frozenset().union(*found[taking])
    return found


def _grown(known: frozenset[_Taking], ways: Mapping[_Taking, _Ways]) -> frozenset[_Taking]:
    """Return those known to go on, and all that go on since others do."""
    while True:
        more = {each for each, its in ways.items() if any(way <= known for way in its)} - known
        if not more:
            return known
        known |= more


def _handed_round(program: Program, queue: Queue, consumer: Actor) -> bool:
    """Say whether what is put on a queue once is handed round for ever, as a ball in a game.

    Whoever takes it surely puts something on the queue of the next one, and the last of them on
    the first one's.
    """
    first = queue.index, consumer.index
    circle = _grown(
        frozenset({first}),
        _explored(first, lambda taking: _handing_on(program, taking, first)),
    )
    players = {player for _, player in circle}
    return len(players) > 1 and any(
        put.actor not in players
        for index in dict.fromkeys(index for index, _ in circle)
        for put in program.puts(program.protocol.queues[index])
    )


def _handing_on(program: Program, taking: _Taking, first: _Taking) -> _Ways:
    """Return who surely takes what one of them has put, whatever it took."""
    taken, player = taking
    actor, consumer = (program.protocol.actors[index] for index in (player, first[1]))
    ways: _Ways = []
    for index in dict.fromkeys(put.queue for put in _puts_of(program, actor)):
        if not _always_answers(program.flow(actor), taken, index):
            continue
        if index == first[0]:
            ways.append(frozenset({first}))
            continue
        ways += [
            frozenset({(index, other.actor.index)})
            for other in program.consumers(program.protocol.queues[index])
            if other.actor.index not in {player, consumer.index}
            and _outlasts(program, other.actor, consumer)
        ]
    return ways


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


def _feeding(program: Program, taking: _Taking) -> _Ways:
    """Return how others put on a queue again and again: what they have to take for that."""
    queue, consumer = program.protocol.queues[taking[0]], program.protocol.actors[taking[1]]
    ways: _Ways = []
    for index in dict.fromkeys(put.actor for put in program.puts(queue)):
        maker = program.protocol.actors[index]
        if maker is not consumer and _outlasts(program, maker, consumer):
            flow = program.flow(maker)
            for node in flow.where(Put):
                put = flow.nodes[node].operation
                if isinstance(put, Put) and put.queue == queue.index:
                    ways += _going_on(flow, index, node)
    return ways


def _going_on(flow: Flow, maker: int, put: int) -> _Ways:
    """Return what is to be taken behind a put that comes again for ever, if it does."""
    behind = {node for edge in flow.successors(put) for node in flow.reachable(edge.target)}
    if put not in behind or behind & {END, DIED}:
        return []
    gets = (flow.nodes[node].operation for node in behind)
    return [
        frozenset(
            (get.queue, maker) for get in gets if isinstance(get, Get) and not get.may_be_empty
        )
    ]
