"""More items than a bounded queue holds, and nobody takes them yet.

# What it does

Reports puts on a queue with a `maxsize` that are more than it holds, before any consumer has been
started. Counts are compared where both are known.

# Why is this bad

The `put` that finds the queue full waits for somebody to take an item. Whoever could is started
only behind it: the program hangs.

# Example

```python
tasks = JoinableQueue(maxsize=2)
for job in (1, 2, 3):
    tasks.put(job)
worker.start()
```

# Use instead

```python
tasks = JoinableQueue(maxsize=2)
worker.start()
for job in (1, 2, 3):
    tasks.put(job)
```

# Known limits

Silent where the number of items, or the `maxsize`, is not known, and for `put_nowait()` and puts
with a timeout, which raise `Full`.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, put_of, site_of
from flake8_joinqueue.counts import ONE, ZERO, Count, less
from flake8_joinqueue.protocol import Get, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import lines, made_here, many

CODE = "JQ305"
NAME = "bounded-queue-fills-up"


def check(program: Program) -> Iterator[Report]:
    """Yield the puts that find a queue full and nobody to empty it."""
    for queue in program.protocol.queues:
        if queue.count != ONE or queue.maxsize is None or program.escaped(queue):
            continue
        # Zero or less means no bound.
        if (queue.maxsize.low or 0) >= 1 and not program.shut_down(queue):
            yield from _check(program, queue, queue.maxsize)


def _check(program: Program, queue: Queue, maxsize: Count) -> Iterator[Report]:
    put = ZERO
    done: set[int] = set()
    for event in sorted(program.puts(queue), key=lambda event: (event.actor, event.index)):
        if event.actor in done or not put_of(event).blocking:
            continue
        if _may_be_taken(program, queue, event):
            done.add(event.actor)
            continue
        times = program.times([event])
        if times is None:
            continue  # as many as none
        # Whoever takes comes after all of these, whoever puts them.
        put += times
        if less(maxsize, put) is True:
            yield _report(program, queue, event, maxsize, put)
            return


def _may_be_taken(program: Program, queue: Queue, put: Event) -> bool:
    """Say whether somebody may take an item before a put is done."""
    return any(not _comes_after(program, get, put) for get in program.on(queue, Get))


def _comes_after(program: Program, get: Event, put: Event) -> bool:
    """Say whether a get can only come when a put is done."""
    if get.actor == put.actor:
        return not may_precede(get, put)
    starts = program.starts(program.actor(get))
    moments = starts or [get]
    if all(moment.actor == put.actor for moment in moments):
        return not any(may_precede(moment, put) for moment in moments)
    # The others come on only when who puts has been waited for.
    waits = program.waits(program.actor(put))
    return all(any(before(wait, moment) for wait in waits) for moment in moments)


def _report(program: Program, queue: Queue, event: Event, maxsize: Count, put: Count) -> Report:
    starts = [s for c in program.consumers(queue) for s in program.starts(c.actor)]
    late = f"before its consumers are started ({lines(starts)})" if starts else "and nobody takes"
    message = (
        f"'{queue.name}' holds {many(maxsize, 'item', 'items')}, but {put} are put {late}: put() "
        "waits for ever, start the consumers first"
    )
    related = (
        *made_here(queue),
        *((site_of(start), "a consumer starts here") for start in starts),
    )
    return Report(CODE, site_of(event), message, queue.index, frozenset({event.actor}), related)
