"""The worker does not know the sentinel.

# What it does

Reports a `None`, or a value whose name or text says STOP, SENTINEL, DONE, END, POISON or QUIT,
that is put behind the work, where no worker of the queue tests for it.

# Why is this bad

The worker takes it for work, and then blocks in `get()`, or ends only by a timeout.

# Example

```python
def worker(tasks):
    while True:
        job = tasks.get()
        if job == "STOP":
            break
        handle(job)

tasks.put(1)
tasks.put(None)
```

# Use instead

```python
tasks.put(1)
tasks.put("STOP")
```

# Known limits

Silent where a worker tests for the value for another end, where something out of sight may test,
where it looks among several items that it took, and where the same value is all that is ever put.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.hints import is_sentinel_by_intention
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, put_of, site_of
from flake8_joinqueue.counts import equal, total
from flake8_joinqueue.protocol import Data, Item, Literal, Queue, Record
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import first_line, item, name

CODE = "JQ105"
NAME = "sentinel-not-recognised"


def check(program: Program) -> Iterator[Report]:
    """Yield the sentinels that no consumer of their queue knows."""
    for queue in program.protocol.queues:
        if program.escaped(queue) or program.shut_down(queue):
            continue
        if not program.puts(queue):
            continue
        consumers = program.consumers(queue)
        if not any(program.is_waited(consumer.actor) for consumer in consumers):
            continue  # nobody minds that they go on
        if any(not _is_in_sight(program, consumer) for consumer in consumers):
            continue
        yield from _check(program, queue, consumers)


def _is_in_sight(program: Program, consumer: Consumer) -> bool:
    """Say whether a consumer goes on until it is told to stop, or finds nothing for a time."""
    consumption = consumer.consumption
    if program.ended_from_outside(consumer.actor) or consumption.leaves_unasked:
        return False
    swallowed = any(way.raised and way.leaves for way in consumption.ways)
    return (
        not swallowed
        and not consumption.leaves_on_a_guess
        and all(way.empty and not way.opaque for way in consumption.otherwise_ways)
    )


def _check(program: Program, queue: Queue, consumers: list[Consumer]) -> Iterator[Report]:
    if any(program.recognised(queue, value) for value in program.items_put(queue)):
        return  # they are told to stop in another way: what sounds like it is work
    unknown: dict[Item, Event] = {}
    for event in program.puts(queue):
        value = put_of(event).item
        if value in unknown or not _is_meant(program, queue, event):
            continue
        if any(
            c.consumption.recognises(value) is not False or c.consumption.knows(value)
            for c in consumers
        ):
            continue
        unknown[value] = event
    # Beside a value that means the end by itself, one with a part that sounds so is work.
    whole = [event for value, event in unknown.items() if not isinstance(value, Record)]
    for event in whole or unknown.values():
        yield _report(queue, event, consumers)


def _is_meant(program: Program, queue: Queue, event: Event) -> bool:
    """Say whether a put is meant to tell workers to stop: it follows work, by name or by number."""
    value = put_of(event).item
    work = [
        other
        for other in program.puts(queue)
        if put_of(other).item != value and (other.actor != event.actor or may_precede(other, event))
    ]
    if not work:
        return False
    awaited = all(c.consumption.leaves_only_on_sentinel for c in program.consumers(queue))
    if is_sentinel_by_intention(value, awaited=awaited):
        return True
    return _is_one_each(program, queue, event, work)


def _is_one_each(program: Program, queue: Queue, event: Event, work: list[Event]) -> bool:
    value = put_of(event).item
    counts = [program.started(consumer.actor) for consumer in program.consumers(queue)]
    put = program.times([event])
    known = [count for count in counts if count is not None]
    if not isinstance(value, Literal) or put is None or len(known) < len(counts):
        return False
    return (
        put.number != 1
        and bool(equal(put, total(known)))
        and all(before(other, event) for other in work)
        and any(isinstance(put_of(other).item, Data) for other in work)
    )


def _report(queue: Queue, event: Event, consumers: list[Consumer]) -> Report:
    value = item(put_of(event).item)
    worker = consumers[0]
    line = first_line(worker.consumption.gets)
    message = (
        f"{name(worker.actor)} (get() on line {line}) does not test for {value}, which is put on "
        f"'{queue.name}' as a sentinel: it takes it for work, test for what is put"
    )
    actors = frozenset(consumer.actor.index for consumer in consumers)
    related = tuple(
        (get.site, f"{name(consumer.actor)} takes it here")
        for consumer in consumers
        for get in consumer.consumption.gets
    )
    return Report(CODE, site_of(event), message, queue.index, actors, related)
