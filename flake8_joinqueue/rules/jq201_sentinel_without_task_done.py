"""A worker leaves on a sentinel without `task_done()`.

# What it does

Reports a worker that takes the sentinel and leaves without `task_done()`, where `queue.join()`
comes after, or may still wait then.

# Why is this bad

A sentinel is an item as any other: `queue.join()` waits for it, and hangs.

# Example

```python
while True:
    job = tasks.get()
    if job is None:
        break
    handle(job)
    tasks.task_done()
```

# Use instead

```python
    if job is None:
        tasks.task_done()
        break
```

# Known limits

Silent where the sentinels are put after the last `queue.join()`: then nobody waits for them. So
too where one method (or function) puts them and another one joins the queue, and both are called
from another file, which alone knows in what order.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.batches import taken_at
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import takes_alone, waits_for_some
from flake8_joinqueue.analysis.timeline import Event, before, put_of
from flake8_joinqueue.analysis.ways import Station
from flake8_joinqueue.counts import ONE
from flake8_joinqueue.protocol import Data, Escape, Item, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import for_ever, here, lines, name

CODE = "JQ201"
NAME = "sentinel-without-task-done"


def check(program: Program) -> Iterator[Report]:
    """Yield the ways on which a worker leaves on a sentinel that it does not account for."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or not program.joins(queue):
            continue
        if program.accounted_elsewhere(queue):
            continue
        for consumer in program.consumers(queue):
            consumption = consumer.consumption
            if consumption.never_accounts or not consumption.may_leak:
                continue
            if _escapes(program, queue, consumer):
                continue
            yield from _check(program, queue, consumer)


def _escapes(program: Program, queue: Queue, consumer: Consumer) -> bool:
    return any(event.actor == consumer.actor.index for event in program.on(queue, Escape))


def _check(program: Program, queue: Queue, consumer: Consumer) -> Iterator[Report]:
    pickled = queue.kind.pickles
    sentinels = [
        event
        for event in program.puts(queue)
        if consumer.consumption.recognises(put_of(event).item, pickled=pickled) is not False
        and not _is_open(put_of(event).item)
        # One put back comes only behind another.
        and put_of(event) not in consumer.consumption.relays
    ]
    joins = [join for join in program.joins(queue) if waits_for_some(program, join, sentinels)]
    if not joins:
        return
    places = _where_told(program, queue, consumer, sentinels)
    for leak in consumer.consumption.sentinel_leaks():
        if places is not None and leak.way.source not in places:
            continue  # so many items come before it that it is taken elsewhere
        if not any(
            consumer.consumption.may_lead(leak.way, put_of(e).item, pickled=pickled)
            for e in sentinels
        ):
            continue  # no sentinel that is put goes this way
        message = (
            f"{name(consumer.actor)} leaves on the sentinel of '{queue.name}' without task_done(): "
            f"join() on {lines(joins)} waits for it {for_ever(joins)}, call task_done() first"
        )
        related = (
            *here(sentinels, "the sentinel is put here"),
            *here(joins, "join() waits here"),
        )
        actors = frozenset({consumer.actor.index})
        yield Report(CODE, leak.site, message, queue.index, actors, related)


def _is_open(item: Item) -> bool:
    """Say whether only somebody out of sight knows whether an item is a sentinel."""
    return isinstance(item, Data) and item.open


def _where_told(
    program: Program, queue: Queue, consumer: Consumer, sentinels: list[Event]
) -> set[Station | None] | None:
    """Return where a single consumer may take its sentinel, behind a known number of items."""
    work = program.work_puts(queue)
    number = program.times(work)
    alone = takes_alone(program, queue, consumer)
    if not (alone and queue.kind.fifo and queue.count == ONE and not program.escaped(queue)):
        return None
    consumption = consumer.consumption
    if number is None or number.number is None or consumption.follow_ups:
        return None
    if consumption.takes != ONE or len(work) + len(sentinels) < len(program.puts(queue)):
        return None
    if not all(before(put, sentinel) for put in work for sentinel in sentinels):
        return None
    return taken_at(consumption, number.number)
