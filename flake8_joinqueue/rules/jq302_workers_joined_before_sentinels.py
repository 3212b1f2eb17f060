"""Workers waited for before their sentinels are put.

# What it does

Reports a `join()` of workers that stop on a sentinel, where enough sentinels are put only later, or
that `shutdown()` of the queue is to end, which is called only later. Likewise, whatever ends them,
where they wait for an item and all is put only later.

# Why is this bad

The workers wait for the sentinels, and who would put them waits for the workers: neither side
moves again. With one sentinel and one `join()` a round, another worker may take the sentinel.

# Example

```python
for process in processes:
    tasks.put(None)
    process.join()
```

# Use instead

```python
for process in processes:
    tasks.put(None)
for process in processes:
    process.join()
```

# Known limits

Silent where somebody else puts sentinels too, and, where each worker has a queue of its own, but
for a wait before the first sentinel of all. Tasks are served in the order they wait, so one
sentinel and one `await` in turn may be right there.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flake8_joinqueue.analysis.feeding import fed_without_end
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import needed, needed_by, over_before, own_sentinels, relayed
from flake8_joinqueue.analysis.timeline import Event, before, common_loops, may_precede, site_of
from flake8_joinqueue.analysis.told import needs_shutdown, waits_for_ever
from flake8_joinqueue.analysis.ways import Way
from flake8_joinqueue.counts import ONE, ZERO, less, total
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import Get, Queue, Shutdown
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, lines, name, start_here

CODE = "JQ302"
NAME = "workers-joined-before-sentinels"


class _Words(NamedTuple):
    """What comes too late: on or of a queue, each time, and what to do before."""

    what: str
    each: str
    cure: str


_SENTINELS = _Words("its sentinels are on '{}'", "its sentinel is put", "put them all")
_ANYTHING = _Words("anything is on '{}'", "it is put", "put first")
_SHUTDOWN = _Words("'{}' is shut down", "it is shut down", "call shutdown()")


def check(program: Program) -> Iterator[Report]:
    """Yield the joins of workers that come before the workers' sentinels."""
    for queue in program.protocol.queues:
        if program.escaped(queue) or not program.puts(queue):
            continue
        if program.shut_down(queue):
            yield from _before_shutdown(program, queue) if queue.count == ONE else ()
            continue
        for consumer in program.consumers(queue):
            if not program.waits(consumer.actor) or program.ended_from_outside(consumer.actor):
                continue
            by_sentinels = consumer.consumption.leaves_only_on_sentinel
            found = list(_check(program, queue, consumer)) if by_sentinels else []
            yield from found or _before_anything(program, queue, consumer)


def _check(program: Program, queue: Queue, consumer: Consumer) -> Iterator[Report]:
    sentinels = own_sentinels(program, queue)
    for wait in program.waits(consumer.actor) if sentinels else ():
        if not program.may_run_at(consumer.actor, wait):
            continue  # joined before it is started: that raises
        if queue.count != ONE:
            # Of many queues it is not known which one gets how many.
            late = sentinels
            wrong = _none_yet(program, consumer, wait, sentinels)
        elif all(put.actor == wait.actor for put in sentinels):
            late = [put for put in sentinels if not before(put, wait)]
            wrong = _out_of_step(program, queue, consumer, wait, late)
        else:
            late = [put for put in sentinels if over_before(program, wait, put)]
            wrong = _are_missed(program, queue, consumer, wait, late)
        if wrong:
            yield _report(program, queue, consumer, wait, late, words=_SENTINELS)


def _report(  # noqa: PLR0913 (who waits for whom, and what for)
    program: Program,
    queue: Queue,
    consumer: Consumer,
    wait: Event,
    late: list[Event],
    *,
    words: _Words,
) -> Report:
    actor = consumer.actor
    message = (
        f"{name(actor)} is waited for before {words.what.format(queue.name)} ({lines(late)}): "
        f"neither side moves again, {words.cure}, then join"
    )
    related = (*start_here(program, actor), *here(late, f"{words.each} here"))
    actors = frozenset({actor.index})
    return Report(CODE, site_of(wait), message, queue.index, actors, related)


def _out_of_step(
    program: Program, queue: Queue, consumer: Consumer, wait: Event, late: list[Event]
) -> bool:
    """Say whether who waits for a worker should have put more sentinels before that."""
    sentinels = own_sentinels(program, queue)
    if not any(may_precede(wait, put) for put in late):
        return False
    if relayed(program, queue):  # one is enough for all
        return all(before(wait, put) for put in sentinels)
    by_turns = (
        not _in_turn(queue)
        and _by_turns(program, consumer, wait, late)
        and not _enough(program, queue, [put for put in sentinels if put not in late])
    )
    return (
        by_turns
        or _before_all(program, consumer, wait, sentinels)
        or _too_few(program, queue, consumer, wait)
    )


def _are_missed(
    program: Program, queue: Queue, consumer: Consumer, wait: Event, late: list[Event]
) -> bool:
    """Say whether a worker needs some of the sentinels that others put only behind the wait."""
    early = [put for put in own_sentinels(program, queue) if put not in late]
    if not late or relayed(program, queue):
        return bool(late) and not early
    if _in_turn(queue) and program.started(consumer.actor) != ONE:
        return False
    put = program.times(early) if early else ZERO
    taken = needed_by(program, consumer, wait)
    return put is not None and taken is not None and less(put, taken) is True


def _before_anything(program: Program, queue: Queue, consumer: Consumer) -> Iterator[Report]:
    """Yield the joins of workers that take something first, where it is put only later.

    Whatever it is that ends them, they do not come so far.
    """
    actor, puts = consumer.actor, program.puts(queue)
    for wait in program.waits(actor):
        started = any(start.sure and before(start, wait) for start in program.starts(actor))
        if not (started and wait.sure and all(over_before(program, wait, put) for put in puts)):
            continue
        if _takes_first(consumer) and not waits_for_ever(program, queue, consumer):
            yield _report(program, queue, consumer, wait, puts, words=_ANYTHING)


def _takes_first(consumer: Consumer) -> bool:
    """Say whether a consumer always waits for an item before it ends."""
    flow = consumer.consumption.flow

    def waits(way: Way) -> bool:
        get = flow.nodes[way.target.node].operation if way.target else None
        return isinstance(get, Get) and not (get.may_be_empty or get.may_be_cancelled)

    return all(waits(way) for way in consumer.consumption.ways if way.source is None)


def _before_shutdown(program: Program, queue: Queue) -> Iterator[Report]:
    """Yield the joins of workers that only `shutdown()` ends, which comes later."""
    ends = program.on(queue, Shutdown)
    for consumer in program.consumers(queue):
        actor = consumer.actor
        if program.ended_from_outside(actor) or not needs_shutdown(program, queue, consumer):
            continue
        if fed_without_end(program, queue, actor):
            continue
        for wait in program.waits(actor):
            if not program.may_run_at(actor, wait):
                continue
            if all(end.sure and before(wait, end) for end in ends):
                yield _report(program, queue, consumer, wait, ends, words=_SHUTDOWN)


def _in_turn(queue: Queue) -> bool:
    """Say whether the workers are served in the order they wait, so that each gets its sentinel."""
    return queue.kind.carrier is Carrier.TASKS


def _by_turns(program: Program, consumer: Consumer, wait: Event, late: list[Event]) -> bool:
    """Say whether one sentinel and one worker a round take turns, with more workers than one."""
    started = program.started(consumer.actor)
    if started == ONE or not wait.sure:
        return False
    starts = program.starts(consumer.actor)
    return any(
        (shared := common_loops(put, wait))
        # Workers started in the same round are the only ones.
        and not any(shared[0] in start.loops for start in starts)
        for put in late
    )


def _before_all(program: Program, consumer: Consumer, wait: Event, sentinels: list[Event]) -> bool:
    """Say whether a wait in the first round of a loop comes before any sentinel is put."""
    return (
        wait.sure
        and all(wait.index < put.index for put in sentinels)
        and any(
            start.actor == wait.actor and start.sure and start.index < wait.index
            for start in program.starts(consumer.actor)
        )
    )


def _none_yet(program: Program, consumer: Consumer, wait: Event, sentinels: list[Event]) -> bool:
    """Say whether a wait comes before any sentinel is put on any of the queues, by the same one."""
    if all(before(wait, put) for put in sentinels):
        return True
    same = all(put.actor == wait.actor for put in sentinels)
    return same and _before_all(program, consumer, wait, sentinels)


def _enough(program: Program, queue: Queue, early: list[Event]) -> bool:
    """Say whether what is put before is enough for all who take sentinels from the queue."""
    put, taken = program.times(early) if early else None, needed(program, queue)
    return put is not None and taken is not None and less(put, taken) is False


def _too_few(program: Program, queue: Queue, consumer: Consumer, wait: Event) -> bool:
    """Say whether fewer sentinels are put before than may be taken by others first."""
    sentinels = program.sentinel_puts(queue)
    early = [put for put in sentinels if before(put, wait)]
    if len(early) + sum(before(wait, put) for put in sentinels) < len(sentinels):
        return False
    put = program.times(early) if early else ZERO
    if put is None:
        return False
    waits = [
        other for other in program.waits(consumer.actor) if other is wait or before(other, wait)
    ]
    joined = program.times(waits)
    takes = consumer.consumption.takes
    if joined is not None and takes is not None and less(put, joined * takes):
        return True
    if _in_turn(queue):
        return False
    # Which of the workers there are takes a sentinel is not known.
    present = [
        other
        for other in program.consumers(queue)
        if program.may_run_at(other.actor, wait) and other.actor is not program.main
    ]
    taken = [needed_by(program, other, wait) for other in present]
    known = [count for count in taken if count is not None]
    return len(known) == len(taken) and less(put, total(known)) is True
