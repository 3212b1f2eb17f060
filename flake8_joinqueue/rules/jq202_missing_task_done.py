"""An item is taken and never accounted for.

# What it does

Reports a path of a worker that takes an ordinary item and comes to the next `get()`, or leaves,
without `task_done()`, on a queue that is joined: never called at all, or skipped by a `continue`,
a branch, an `except` that swallows.

# Why is this bad

`queue.join()` waits for an item that is never accounted for, and hangs.

# Example

```python
while True:
    job = tasks.get()
    if job.cancelled:
        continue
    handle(job)
    tasks.task_done()
```

# Use instead

```python
while True:
    job = tasks.get()
    try:
        if job.cancelled:
            continue
        handle(job)
    finally:
        tasks.task_done()
```

# Known limits

Silent where `task_done()` is called for a batch, by another actor than the one that takes, or
where the worker hands the queue to code out of sight. A call that raises is JQ204.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.timeline import Event, before, may_precede
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import Escape, Get, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, lines, name

CODE = "JQ202"
NAME = "missing-task-done"


def check(program: Program) -> Iterator[Report]:
    """Yield the ways on which an ordinary item is not accounted for."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or program.accounted_elsewhere(queue):
            continue
        for consumer in program.consumers(queue):
            joins = _joins_after(program, queue, consumer)
            if joins and not _escapes(program, queue, consumer):
                yield from _check(program, queue, consumer, joins)


def _escapes(program: Program, queue: Queue, consumer: Consumer) -> bool:
    return any(event.actor == consumer.actor.index for event in program.on(queue, Escape))


def _joins_after(program: Program, queue: Queue, consumer: Consumer) -> list[Event]:
    """Return the joins of a queue that are not surely over before the consumer takes from it."""
    gets = [e for e in program.on(queue, Get) if e.actor == consumer.actor.index]
    beginnings = gets + program.starts(consumer.actor)
    return [
        join
        for join in program.joins(queue)
        if (
            not any(start.actor == join.actor for start in beginnings)
            or not all(before(join, start) for start in beginnings if start.actor == join.actor)
        )
        and _may_find_items(program, queue, join)
    ]


def _may_find_items(program: Program, queue: Queue, join: Event) -> bool:
    """Say whether anything may have been put when a queue is joined."""
    puts = program.puts(queue)
    if not puts or program.escaped(queue):
        return True
    return any(put.actor != join.actor or may_precede(put, join) for put in puts)


def _check(
    program: Program, queue: Queue, consumer: Consumer, joins: list[Event]
) -> Iterator[Report]:
    consumption = consumer.consumption
    actors = frozenset({consumer.actor.index})
    what = f"join() on {lines(joins)} hangs"
    related = here(joins, "join() hangs here")
    if consumption.never_accounts:
        message = (
            f"{name(consumer.actor)} takes from '{queue.name}' and never calls task_done(): "
            f"{what}, call it once for each item taken"
        )
        yield Report(CODE, consumption.gets[0].site, message, queue.index, actors, related)
        return
    message = (
        f"{name(consumer.actor)} takes an item of '{queue.name}' and, on this path, does not "
        f"call task_done(): {what}, call it on every path"
    )
    known = () if program.escaped(queue) else program.items_put(queue)
    try:
        for leak in consumption.leaks():
            if known and not consumption.is_possible(leak.way, known, pickled=queue.kind.pickles):
                continue  # nothing that goes this way is ever put
            yield Report(CODE, leak.site, message, queue.index, actors, related)
    except NotAnalysed:
        dropped = list(consumption.dropped())
        if not dropped:
            raise
        yield from (Report(CODE, site, message, queue.index, actors, related) for site in dropped)
