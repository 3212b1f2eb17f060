"""A sentinel that goes from worker to worker, and whose count `queue.join()` waits for.

# What it does

Reports workers that put the sentinel back for the next one, on a queue that is joined after.

# Why is this bad

The last worker puts it back, too, and nobody is left to take it: `queue.join()` hangs.

# Example

```python
def worker(tasks):
    while True:
        job = tasks.get()
        if job is None:
            tasks.put(None)
            tasks.task_done()
            break
        handle(job)
        tasks.task_done()

tasks.put(None)
tasks.join()
```

# Use instead

```python
tasks.join()
tasks.put(None)
```

or one sentinel for each worker, and no worker that puts one back.

# Known limits

Silent where somebody else takes from the queue as well, and where the sentinel is put back on a
condition.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import hands_on, may_take_by, puts_back, waits_for_some
from flake8_joinqueue.analysis.timeline import put_of
from flake8_joinqueue.protocol import ActorKind, Put, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import hangs, join_here, lines, name

CODE = "JQ107"
NAME = "relayed-sentinel-left-over"


def check(program: Program) -> Iterator[Report]:
    """Yield the puts that leave a last sentinel behind on a queue that is joined."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or program.escaped(queue) or program.shut_down(queue):
            continue
        if not program.joins(queue):
            continue
        consumers = [
            consumer
            for consumer in program.consumers(queue)
            if any(may_take_by(program, queue, consumer, join) for join in program.joins(queue))
        ]
        if consumers and all(hands_on(consumer) for consumer in consumers):
            yield from _check(program, queue, consumers)


def _check(program: Program, queue: Queue, consumers: list[Consumer]) -> Iterator[Report]:
    relays: dict[int, tuple[Put, Consumer]] = {
        id(put.site): (put, consumer)
        for consumer in consumers
        for put in consumer.consumption.relays
        if puts_back(consumer, put)
    }
    first = [
        event for event in program.sentinel_puts(queue) if id(put_of(event).site) not in relays
    ]
    joins = [join for join in program.joins(queue) if waits_for_some(program, join, first)]
    if not joins:
        return
    actors = frozenset(consumer.actor.index for consumer in consumers)
    for put, consumer in relays.values():
        if not _keeps_waiting(consumer, put):
            continue
        message = (
            f"{name(consumer.actor)} puts the sentinel of '{queue.name}' back for the next one, "
            f"and nobody takes the last: join() on {lines(joins)} {hangs(joins)}, put one "
            "for each worker"
        )
        yield Report(CODE, put.site, message, queue.index, actors, join_here(joins))


def _keeps_waiting(consumer: Consumer, put: Put) -> bool:
    """Say whether whoever joins the queue still waits when the sentinel is put back.

    A join that is a task's looks once only: accounted for first, the sentinel has let it go.
    """
    return consumer.actor.kind is not ActorKind.TASK or consumer.consumption.holds_while(put)
