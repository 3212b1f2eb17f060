"""How many sentinels a queue's consumers take, and which are put when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, put_of
from flake8_joinqueue.analysis.turns import GIVES_WAY, in_one_turn, waits_only_to_take
from flake8_joinqueue.analysis.ways import Overdone, Way
from flake8_joinqueue.counts import ONE, Count, less, populated, total
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Alias,
    Data,
    Escape,
    Get,
    Put,
    Queue,
    TaskDone,
)


def all_stop(program: Program, queue: Queue) -> bool:
    """Say whether every sentinel put on a queue surely ends (or counts with) every consumer."""
    consumers = program.consumers(queue)
    sentinels = program.sentinel_puts(queue)
    return bool(consumers and sentinels) and all(
        consumer.consumption.recognises(put_of(event).item, pickled=queue.kind.pickles) is True
        and not consumer.consumption.relays
        for consumer in consumers
        for event in sentinels
    )


def needed(program: Program, queue: Queue, by: Event | None = None) -> Count | None:
    """Return how many sentinels all consumers of a queue take together, where that is known.

    With `by`, a join of the queue: those that may take as long as it waits.
    """
    needs = [
        needed_by(program, consumer, by)
        for consumer in program.consumers(queue)
        if by is None or may_take_by(program, queue, consumer, by)
    ]
    known = [count for count in needs if count is not None]
    return total(known) if len(known) == len(needs) else None


def needed_by(program: Program, consumer: Consumer, by: Event | None = None) -> Count | None:
    """Return how many sentinels all instances of a consumer take, where that is known.

    With `by`, those that may have been started by then.
    """
    actor, takes = consumer.actor, consumer.consumption.takes
    if by is None or actor is program.main:
        started = program.started(actor)
    else:
        starts = program.starts(actor)
        started = program.times(s for s in starts if s.actor != by.actor or may_precede(s, by))
    return None if started is None or takes is None else populated(started * takes)


def takes_alone(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a queue has but one consumer, of which there is one."""
    return len(program.consumers(queue)) == 1 and program.started(consumer.actor) == ONE


def may_take_by(program: Program, queue: Queue, consumer: Consumer, join: Event) -> bool:
    """Say whether a consumer may take before a join of the queue is over."""
    gets = [get for get in program.on(queue, Get) if get.actor == consumer.actor.index]
    return any(is_by(program, get, join) for get in gets)


def is_by(program: Program, event: Event, join: Event) -> bool:
    """Say whether something may happen before or while somebody, perhaps another, waits."""
    if event.actor == join.actor:
        return may_precede(event, join)
    actor = program.actor(event)
    return actor is program.main or program.may_run_at(actor, join)


def covered(
    program: Program, producer: Actor, put: Put, moment: Event, also: Queue | None = None
) -> bool:
    """Say whether a stage's put of work has surely been done at a moment of another actor.

    That is where a queue it takes from was joined before: if it puts before it accounts for the
    item, or if its sentinels, which it takes last, were waited for as well. An item of the queue
    `also` covers what is put while it is not accounted for. A join that is over before an item
    comes waits for nothing that is put on its account.
    """
    for queue in program.protocol.queues:
        if not queue.kind.joinable:
            continue
        # In every round of a loop, if they are in one together.
        joins = [
            join
            for join in program.joins(queue)
            if join.actor == moment.actor
            and join.index < moment.index
            and not comes_too_soon(program, queue, join, moment)
        ]
        if queue is not also and not joins:
            continue
        consumption = program.consumption(producer, queue)
        if not consumption.gets or consumption.never_accounts:
            continue
        if consumption.holds_while(put) or consumption.amid_a_batch(put):
            return True
        # Its own queue's join() has been let go by then.
        if queue is not also and _before_others(program, producer, queue, put):
            return True
        if any(_all_told(program, queue, join) for join in joins):
            return True
    return False


def comes_too_soon(program: Program, queue: Queue, join: Event, moment: Event) -> bool:
    """Say whether some work is surely put on a queue between its join and a moment behind it."""
    return any(
        put.sure
        and over_before(program, join, put)
        and any(
            before(event, moment)
            for event in (
                [put] if put.actor == moment.actor else program.starts(program.actor(put))
            )
        )
        for put in program.work_puts(queue)
    )


def _before_others(program: Program, producer: Actor, queue: Queue, put: Put) -> bool:
    """Say whether a task that accounts for an item puts before anybody else has a turn."""
    return producer.kind is ActorKind.TASK and in_one_turn(
        program.flow(producer), queue.index, put, program.may_be_full
    )


def _all_told(program: Program, queue: Queue, join: Event) -> bool:
    """Say whether a sentinel for each consumer is surely on the queue where it is joined."""
    told = [put for put in program.sentinel_puts(queue) if _done_by(program, put, join)]
    put, taken = program.times(told) if told else None, needed(program, queue)
    return put is not None and taken is not None and less(put, taken) is False


def _done_by(program: Program, put: Event, moment: Event) -> bool:
    """Say whether a put is done at a moment, of another actor too if that has been waited for."""
    if put.actor == moment.actor:
        return before(put, moment)
    return program.finished_before(program.actor(put), moment) is not False


def idle(program: Program, stage: Actor, moment: Event) -> bool:
    """Say whether a task that only takes and hands on has dealt with all that is put for it.

    It is woken by the first item, and takes one after the other in that turn; so it is through
    when whoever put them, or waited for who did, has its next turn.
    """
    if not waits_only_to_take(stage, program.may_be_full):
        return False
    puts = [
        put
        for queue in program.protocol.queues
        if any(get.actor == stage.index for get in program.on(queue, Get))
        for put in program.work_puts(queue)
    ]
    turns = [turn for turn in program.of(*GIVES_WAY) if before(turn, moment)]

    def seen_to(put: Event) -> bool:
        if put.actor == moment.actor:
            seen = any(before(put, turn) for turn in turns) or pushed_out(program, put, moment)
            return seen or not may_precede(put, moment)
        return program.finished_before(program.actor(put), moment) is True

    return bool(puts) and all(seen_to(put) for put in puts)


def pushed_out(program: Program, put: Event, moment: Event | None = None) -> bool:
    """Say whether as much is put behind an item as there is room for: it has been taken.

    That is by a moment of who puts it, or else at the end.
    """
    queue = program.protocol.queues[put_of(put).queue]
    if queue.maxsize is None or not queue.kind.fifo:
        return False
    behind = [
        other
        for other in program.puts(queue)
        if put_of(other).blocking
        and is_done(program, put, other)
        and (moment is None or before(other, moment))
    ]
    times = program.times(behind) if behind else None
    full = queue.maxsize.number is not None and queue.maxsize.number > 0
    return full and times is not None and less(times, queue.maxsize) is False


def ends_taken(program: Program, queue: Queue, producer: Actor, moment: Event) -> bool:
    """Say whether consumers that have ended took the end that a producer puts behind its work.

    They have if, together, they take all ends there are.
    """
    ends = program.sentinel_puts(queue)
    own = [end for end in ends if end.actor == producer.index]
    work = [put for put in program.work_puts(queue) if put.actor == producer.index]
    taken, put = needed(program, queue), program.times(ends) if ends else None
    if not own or taken is None or put is None or less(taken, put) is not False:
        return False
    return (
        all_stop(program, queue)
        and all(before(each, end) for each in work for end in own)
        and all(
            program.finished_before(consumer.actor, moment) is True
            for consumer in program.consumers(queue)
        )
    )


def all_taken(program: Program, actor: Actor, queue: Queue, moment: Event) -> bool:
    """Say whether an actor only puts, and those who took all of it have been waited for."""
    consumers = [consumer.actor for consumer in program.consumers(queue)]
    if actor in consumers or any(
        consumer is not program.main and program.finished_before(consumer, moment) is not True
        for consumer in consumers
    ):
        return False
    gets = program.on(queue, Get)
    if any(get.actor == program.main.index and not before(get, moment) for get in gets):
        return False
    taken, put = program.times(gets), program.times(program.puts(queue))
    return bool(gets) and taken is not None and put is not None and less(taken, put) is False


def put_before(program: Program, events: Iterable[Event], moment: Event) -> list[Event]:
    """Return the events that surely have happened at a moment of some actor."""
    return [event for event in events if is_done(program, event, moment)]


def is_done(program: Program, event: Event, moment: Event) -> bool:
    """Say whether an event surely has happened at a moment, whoever's it is."""
    return before(event, moment) or (
        event.actor != moment.actor
        and program.finished_before(program.actor(event), moment) is True
    )


def over_before(program: Program, join: Event, put: Event) -> bool:
    """Say whether a join of a queue surely is over before something is put."""
    if join.actor == put.actor:
        return before(join, put)
    starts = program.starts(program.actor(put))
    return bool(starts) and all(before(join, start) for start in starts)


def waits_for_some(program: Program, join: Event, sentinels: Iterable[Event]) -> bool:
    """Say whether a join of a queue waits, or may still wait, for one of these sentinels.

    Where a class or a module is used from out of sight, its users tell the workers to stop when
    they are through: which of its functions they call before that is for them to know. So it is
    where they are handed the function that tells them.
    """
    return any(
        not over_before(program, join, put) and not _at_others_will(put, join) for put in sentinels
    )


def _at_others_will(put: Event, join: Event) -> bool:
    """Say whether those out of sight choose whether a put comes before a join of its actor."""
    return put.actor == join.actor and not set(put.turns) <= set(join.turns)


def accounts_on_its_own(program: Program, queue: Queue) -> bool:
    """Say whether each consumer of a queue accounts for the items it takes, and for no others."""
    if not queue.kind.joinable or program.accounted_elsewhere(queue):
        return False
    # Whoever takes and never accounts may leave that to another on purpose.
    if any(consumer.consumption.never_accounts for consumer in program.consumers(queue)):
        return False
    return all(event.actor == program.main.index for event in program.on(queue, Escape))


def overdone(program: Program, *, after_empty: bool) -> Iterator[tuple[Queue, Consumer, Overdone]]:
    """Yield each `task_done` that is one too many, with its queue and who calls it.

    Those that follow a `get` which took nothing with `after_empty`, the others without.
    """
    for queue in program.protocol.queues:
        if program.on(queue, TaskDone) and accounts_on_its_own(program, queue):
            for consumer in program.consumers(queue):
                for found in consumer.consumption.overdone():
                    if found.after_empty is after_empty:
                        yield queue, consumer, found


def hands_on(consumer: Consumer, *, pickled: bool = False) -> bool:
    """Say whether a consumer leaves only on a sentinel, which it always puts back."""
    consumption = consumer.consumption
    return consumption.leaves_only_on_sentinel and all(
        any(_goes_on_with(consumer, way, put, pickled=pickled) for put in way.puts)
        for way in consumption.sentinel_ways
    )


def puts_back(consumer: Consumer, put: Put) -> bool:
    """Say whether a put is surely one of a sentinel that a consumer hands on."""
    ways = consumer.consumption.sentinel_ways
    return any(put in way.puts and _goes_on_with(consumer, way, put) for way in ways)


def _goes_on_with(consumer: Consumer, way: Way, put: Put, *, pickled: bool = False) -> bool:
    """Say whether what is put on a way ends the next one: a sentinel, or what led this way."""
    item = put.item
    if consumer.consumption.recognises(item, pickled=pickled) is True:
        return True
    taken = item.taken if isinstance(item, Data) else None
    return taken is not None and way.start is not None and taken == Alias(way.start.cell)


def one_is_enough(program: Program, queue: Queue) -> bool:
    """Say whether a single sentinel surely ends all consumers, each of which hands it on.

    Main, which may take it off the queue at last, is none of them.
    """
    pickled = queue.kind.pickles
    every = program.consumers(queue)
    consumers = [consumer for consumer in every if not _clears_up(program, queue, consumer)]
    return bool(consumers) and all(
        hands_on(consumer, pickled=pickled)
        and consumer.consumption.takes == ONE
        and all(
            consumer.consumption.recognises(put_of(event).item, pickled=pickled) is True
            for event in program.sentinel_puts(queue)
        )
        for consumer in consumers
    )


def _clears_up(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether it is main, which takes only when all other consumers have ended."""
    others = [each for each in program.consumers(queue) if each.actor is not program.main]
    return consumer.actor is program.main and all(
        program.finished_before(other.actor, get) is True
        for get in program.on(queue, Get)
        if get.actor == program.main.index
        for other in others
    )


def relayed(program: Program, queue: Queue) -> frozenset[int]:
    """Return the puts, by their `id`, by which consumers hand the sentinel on to the next one."""
    return frozenset(id(put) for c in program.consumers(queue) for put in c.consumption.relays)


def own_sentinels(program: Program, queue: Queue) -> list[Event]:
    """Return the puts of sentinels but those by which one consumer hands it on to the next."""
    relays = relayed(program, queue)
    return [put for put in program.sentinel_puts(queue) if id(put.operation) not in relays]
