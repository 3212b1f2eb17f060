"""A sentinel ends the last worker before the last item is taken.

# What it does

Reports sentinels for all workers of a queue that are put before more work, while a producer that
nobody has waited for still puts, or while the workers themselves still put follow-up work. One is
for all where each worker puts it back for the next. On a `LifoQueue`, and on a `PriorityQueue` that
sorts the sentinel first, also those put behind the work: they are taken before it.

# Why is this bad

The workers leave with items behind the sentinels: the work is lost, and `queue.join()` hangs.

# Example

```python
producer.start()
for _ in workers:
    tasks.put(None)
producer.join()
```

# Use instead

```python
producer.start()
producer.join()
for _ in workers:
    tasks.put(None)
```

# Known limits

Silent where the sentinels are not known to be enough for every worker, and behind an event or a
barrier that main waits for. Where JQ301 says it of the same producer, this rule does not.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.overtaking import overtakes
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import (
    all_stop,
    comes_too_soon,
    covered,
    idle,
    needed,
    one_is_enough,
    own_sentinels,
)
from flake8_joinqueue.analysis.supply import in_time
from flake8_joinqueue.analysis.timeline import (
    Event,
    before,
    common_loops,
    may_precede,
    put_of,
    site_of,
)
from flake8_joinqueue.counts import ONE, Count, less, total
from flake8_joinqueue.facts.queues import Carrier, Order
from flake8_joinqueue.protocol import Actor, Put, Queue, Start
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, lines, name

CODE = "JQ104"
NAME = "sentinel-before-work"


def check(program: Program) -> Iterator[Report]:
    """Yield the sentinels that may come before work."""
    for queue in program.protocol.queues:
        if program.escaped(queue) or program.shut_down(queue):
            continue
        if queue.kind.order is Order.UNKNOWN or len(program.puts(queue)) < 2:
            continue
        taken = _taken(program, queue)
        if taken is None or not taken.terms:
            continue
        if not queue.kind.fifo:
            # What is put first need not be taken first, and what is put last may be.
            yield from _overtaking(program, queue, taken)
            continue
        yield from _before_own_work(program, queue, taken)
        if queue.count != ONE:
            continue  # which of many queues a sentinel goes to is not known
        yield from _beside_producers(program, queue, taken)
        yield from _ends_of_producers(program, queue, taken)
        yield from _beside_follow_ups(program, queue, taken)


def _taken(program: Program, queue: Queue) -> Count | None:
    """Return how many sentinels surely end all workers of a queue; `None` where not known."""
    if all_stop(program, queue):
        return needed(program, queue)
    # Tasks take turns: what is put without giving way lies before a sentinel that is handed on.
    handed_on = queue.kind.carrier is not Carrier.TASKS and one_is_enough(program, queue)
    return ONE if handed_on else None


def _enough(program: Program, events: list[Event], taken: Count) -> bool:
    put = program.times(events) if events else None
    return put is not None and less(put, taken) is False


def _report(  # noqa: PLR0913 (what a report is made of)
    program: Program,
    queue: Queue,
    sentinel: Event,
    *,
    why: str,
    late: list[Event],
    producer: Actor | None = None,
) -> Report:
    mend = "put it last" if queue.kind.fifo else "join() the queue first"
    message = f"sentinel on '{queue.name}' {why}: workers leave before the last item, {mend}"
    actors = {consumer.actor.index for consumer in program.consumers(queue)}
    if producer is not None:
        actors.add(producer.index)
    related = here(late, "work is put here")
    return Report(CODE, site_of(sentinel), message, queue.index, frozenset(actors), related)


def _overtaking(program: Program, queue: Queue, taken: Count) -> Iterator[Report]:
    """Sentinels put behind work that may lie on the queue still, and taken before it."""
    for work in program.work_puts(queue):
        early = [s for s in own_sentinels(program, queue) if overtakes(program, queue, s, work)]
        if queue.count == ONE and _enough(program, early, taken):
            first = queue.kind.order.value
            why = f"may be taken before work put on {lines([work])}, as {first} comes first"
            yield _report(program, queue, program.last(early), why=why, late=[work])
            return


def _before_own_work(program: Program, queue: Queue, taken: Count) -> Iterator[Report]:
    sentinels = own_sentinels(program, queue)
    for work in program.work_puts(queue):
        first = [s for s in sentinels if _is_last_before(s, work)]
        beside = [s for s in sentinels if first and _may_be_put_beside(program, s, work)]
        again = [s for s in sentinels if _comes_round_before(program, queue, s, work)]
        if queue.count != ONE and len(first) < len(sentinels):
            continue  # only where none comes behind it is it known for its own queue
        if _enough(program, first + beside, taken):
            sentinel = program.last(first)
        elif again and taken == ONE:
            sentinel = program.last(again)
        else:
            continue
        why = f"before more work ({lines([work])})"
        yield _report(program, queue, sentinel, why=why, late=[work])
        return


def _is_last_before(sentinel: Event, work: Event) -> bool:
    """Say whether all sentinels put here, in all rounds of a loop, come before the last work."""
    if before(sentinel, work):
        return True
    return (
        sentinel.actor == work.actor
        and sentinel.sure
        and work.sure
        and sentinel.index < work.index
        and common_loops(sentinel, work) == sentinel.loops
        and sentinel.turns == work.turns
    )


def _may_be_put_beside(program: Program, sentinel: Event, work: Event) -> bool:
    """Say whether somebody else may put a sentinel while a producer still puts its work."""
    producer = program.actor(work)
    return (
        sentinel.actor != work.actor
        and producer is not program.main
        and program.finished_before(producer, sentinel) is False
        and not program.synchronised(producer, sentinel)
    )


def _comes_round_before(program: Program, queue: Queue, sentinel: Event, work: Event) -> bool:
    """Say whether a sentinel is put in each round of a loop that puts work in the next."""
    shared = common_loops(sentinel, work)
    if sentinel.actor != work.actor or not shared or not sentinel.sure:
        return False
    consumers = {consumer.actor.index for consumer in program.consumers(queue)}
    return not any(
        isinstance(start.operation, Start)
        and start.operation.actor in consumers
        and shared[0] in start.loops
        for start in program.of(Start)
    )


def _beside_producers(program: Program, queue: Queue, taken: Count) -> Iterator[Report]:
    sentinels = own_sentinels(program, queue)
    takers = {consumer.actor.index for consumer in program.consumers(queue)}
    for index in dict.fromkeys(work.actor for work in program.work_puts(queue)):
        producer = program.protocol.actors[index]
        by_others = [s for s in sentinels if s.actor != index and producer is not program.main]
        if index in takers or not _enough(program, by_others, taken):
            continue
        if any(s.actor == index for s in sentinels):
            continue  # it says itself when it is done
        early = [
            s
            for s in by_others
            if program.finished_before(producer, s) is False
            and not program.synchronised(producer, s)
            and not _all_in(program, queue, producer, s)
            and not idle(program, producer, s)
            and not in_time(program, producer, s)
            and not (taken != ONE and program.through_after_a_round(producer, s))
        ]
        # Sentinels put after the producer has ended are enough for nobody, if some were before.
        if _enough(program, early, taken):
            puts = [work for work in program.work_puts(queue) if work.actor == index]
            why = f"while {name(producer)} (put() on {lines(puts)}) still puts"
            yield _report(
                program, queue, program.last(early), why=why, late=puts, producer=producer
            )


def _all_in(program: Program, queue: Queue, producer: Actor, sentinel: Event) -> bool:
    """Say whether all that a stage puts surely lies on the queue where a sentinel is put."""
    moments = [sentinel]
    if queue.kind.feeder:
        # Put and counted, it may still be on its way: a join() of the queue itself waits for that.
        moments = [join for join in program.joins(queue) if before(join, sentinel)]
    puts = [work for work in program.work_puts(queue) if work.actor == producer.index]
    return any(
        all(covered(program, producer, put_of(work), moment) for work in puts) for moment in moments
    )


def _ends_of_producers(program: Program, queue: Queue, taken: Count) -> Iterator[Report]:
    """Producers that each put their own END, where the workers leave at the first ones."""
    sentinels = own_sentinels(program, queue)
    working = {work.actor for work in program.work_puts(queue)}
    actors = {sentinel.actor for sentinel in sentinels}
    if not sentinels or program.main.index in actors or not actors <= working:
        return
    counts = [program.started(program.protocol.actors[index]) for index in actors]
    known = [count for count in counts if count is not None]
    put = program.times(sentinels)
    if len(known) < len(counts) or put is None or less(ONE, total(known)) is not True:
        return
    if less(taken, put) is True:
        why = f"from each of {total(known)} producers, of which the workers take only {taken}"
        work = program.work_puts(queue)
        yield _report(program, queue, program.last(sentinels), why=why, late=work)


def _beside_follow_ups(program: Program, queue: Queue, taken: Count) -> Iterator[Report]:
    sentinels = own_sentinels(program, queue)
    for consumer in program.consumers(queue):
        follow_ups = [
            put
            for put in consumer.consumption.follow_ups
            if program.recognised(queue, put.item) is False
        ]
        if not follow_ups:
            continue
        early = [
            s
            for s in sentinels
            if s.actor != consumer.actor.index
            and not _waits_for_work(program, queue, s)
            and not program.synchronised(consumer.actor, s)
            and program.finished_before(consumer.actor, s) is False
        ]
        if _enough(program, early, taken):
            puts = [e for e in program.of(Put) if put_of(e) in follow_ups]
            why = f"while {name(consumer.actor)} still puts follow-up work ({lines(puts)})"
            yield _report(
                program, queue, program.last(early), why=why, late=puts, producer=consumer.actor
            )


def _waits_for_work(program: Program, queue: Queue, moment: Event) -> bool:
    """Say whether a join of a queue that is not over too soon may come before a moment."""
    return any(
        may_precede(join, moment) and not comes_too_soon(program, queue, join, moment)
        for join in program.joins(queue)
    )
