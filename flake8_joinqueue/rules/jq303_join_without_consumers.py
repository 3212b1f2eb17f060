"""`queue.join()` before anybody takes what was put.

# What it does

Reports a `queue.join()` that comes after a `put`, where no consumer has been started by then, all
have ended before, or there is none at all.

# Why is this bad

Nobody takes the items, so the count never reaches zero: `queue.join()` hangs.

# Example

```python
for job in jobs:
    tasks.put(job)
tasks.join()
for worker in workers:
    worker.start()
```

# Use instead

```python
for worker in workers:
    worker.start()
for job in jobs:
    tasks.put(job)
tasks.join()
```

# Known limits

Silent where the queue gets out of sight.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import is_by
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, site_of
from flake8_joinqueue.counts import ONE
from flake8_joinqueue.protocol import Escape, Get, Queue, TaskDone
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import hangs, lines

CODE = "JQ303"
NAME = "join-without-consumers"


def check(program: Program) -> Iterator[Report]:
    """Yield the joins of a queue that nobody takes from yet."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or not queue.hidden:
            continue
        if program.shut_down(queue):
            continue
        for join in program.joins(queue):
            if not all(before(join, escape) for escape in program.on(queue, Escape)):
                continue
            puts = _put_by_then(program, queue, join)
            if queue.count != ONE:
                puts = _put_on_some(program, queue, join)
            if _may_be_taken(program, queue, join):
                puts = [put for put in puts if _is_left(program, queue, put, join)]
            if puts:
                yield _report(program, queue, join, puts)


def _put_by_then(program: Program, queue: Queue, join: Event) -> list[Event]:
    """Return the puts that come before a join in some run."""
    return [
        put
        for put in program.puts(queue)
        if may_precede(put, join)
        or (put.actor != join.actor and program.finished_before(program.actor(put), join) is True)
    ]


def _put_on_some(program: Program, queue: Queue, join: Event) -> list[Event]:
    """Return the puts on any of the queues made at one place, each of which is joined in a loop.

    Where it is not known which of them is joined, none.
    """
    each = bool(join.loops) and join.sure and program.times([join]) == queue.count
    return [put for put in program.puts(queue) if each and put.sure and before(put, join)]


def _may_be_taken(program: Program, queue: Queue, join: Event) -> bool:
    """Say whether somebody may take, or account, while a join waits or before."""
    return any(is_by(program, event, join) for event in program.on(queue, Get, TaskDone))


def _is_left(program: Program, queue: Queue, put: Event, join: Event) -> bool:
    """Say whether something is put when all have ended that take, as has been waited for.

    Those that never end without a sentinel have not: JQ302 and JQ101 speak of them. Nor have those
    that others are to tell, by a flag.
    """
    consumers = program.consumers(queue)
    return (
        queue.count == ONE
        and put.sure
        and before(put, join)
        and bool(consumers)
        and not program.accounted_elsewhere(queue)
        and all(
            consumer.actor.index != put.actor
            and consumer.consumption.leaves_otherwise
            and not any(way.outside or way.opaque for way in consumer.consumption.otherwise_ways)
            and not program.stopped(consumer.actor)
            and program.finished_before(consumer.actor, put) is True
            and not any(may_precede(put, start) for start in program.starts(consumer.actor))
            for consumer in consumers
        )
    )


def _report(program: Program, queue: Queue, join: Event, puts: list[Event]) -> Report:
    takers = [consumer.actor for consumer in program.consumers(queue)]
    starts = [start for taker in takers for start in program.starts(taker)]
    late = f"its consumers are started only later ({lines(starts)})" if starts else ""
    if any(may_precede(start, join) for start in starts):
        late = f"its consumers (started {lines(starts)}) have ended by then"
    message = (
        f"join() of '{queue.name}' after put() on {lines(puts)}, but "
        f"{late or 'nothing takes from it'}: it {hangs([join])}, start the consumers first"
    )
    related = (
        *((site_of(put), "put here") for put in puts),
        *((site_of(start), "a consumer starts here") for start in starts),
    )
    actors = frozenset({join.actor})
    return Report(CODE, site_of(join), message, queue.index, actors, related)
