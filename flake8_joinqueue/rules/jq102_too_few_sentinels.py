"""Fewer sentinels than workers.

# What it does

Reports a queue on which fewer sentinels are put than the workers take that are waited for and
leave only on one. Counts are compared where both are known, as numbers or as `n` and `n - 1`.

# Why is this bad

The workers left over block in `get()`, and `join()` on them hangs.

# Example

```python
for _ in range(3):
    Process(target=worker, args=(tasks,)).start()
tasks.put(None)
```

# Use instead

```python
for _ in range(3):
    tasks.put(None)
```

# Known limits

Silent where a worker puts the sentinel back for the next one, where a sentinel is put on a path
that may not be taken, and where the two numbers have nothing to do with each other.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.timeline import site_of
from flake8_joinqueue.analysis.told import ends_with_manager
from flake8_joinqueue.counts import ONE, Count, less, populated, total
from flake8_joinqueue.protocol import Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import many, name, start_here, started, waits

CODE = "JQ102"
NAME = "too-few-sentinels"


def check(program: Program) -> Iterator[Report]:
    """Yield the queues with fewer sentinels than workers."""
    for queue in program.protocol.queues:
        if program.escaped(queue) or program.shut_down(queue):
            continue
        if not program.puts(queue):
            continue
        consumers = program.consumers(queue)
        if any(program.ended_from_outside(c.actor) for c in consumers):
            continue
        if any(c.consumption.relays for c in consumers):
            continue
        yield from _check(program, queue, consumers)


def _check(program: Program, queue: Queue, consumers: list[Consumer]) -> Iterator[Report]:
    if any(ends_with_manager(program, queue, consumer.actor) for consumer in consumers):
        return
    needs = [(consumer, _needs(program, consumer)) for consumer in consumers]
    waiting = [(consumer, need) for consumer, need in needs if need is not None]
    sentinels = program.sentinel_puts(queue)
    put = program.times(sentinels)
    if put is None:
        put = program.at_most(sentinels)
    if not sentinels or not waiting or put is None:
        return
    needed = total(need for _, need in waiting)
    if less(put, needed) is not True:
        return
    missing = needed - put
    left = [consumer for consumer, _ in waiting]
    sent, where = many(put, "sentinel", "sentinels"), started(program, waiting[0][0].actor)
    message = (
        f"{sent} for {many(needed, 'worker', 'workers')} on '{queue.name}'{where}: {missing} of "
        f"them {waits(left, several=missing.number != 1)} for ever, put one per worker"
    )
    for consumer, _ in waiting:
        if consumer.consumption.takes != ONE:
            who = f"{name(consumer.actor)}{started(program, consumer.actor)}"
            message = (
                f"{sent} on '{queue.name}', but {who} counts {consumer.consumption.takes} before "
                f"it leaves: it {waits([consumer])} for ever, put as many"
            )
    actors = frozenset(consumer.actor.index for consumer, _ in waiting)
    site = site_of(program.last(sentinels))
    related = start_here(program, *(consumer.actor for consumer, _ in waiting))
    yield Report(CODE, site, message, queue.index, actors, related)


def _needs(program: Program, consumer: Consumer) -> Count | None:
    """Return how many sentinels those take that are waited for; `None` where not known, or none."""
    waited = program.waited(consumer.actor)
    if waited is None or not waited.terms:
        return None
    takes = consumer.consumption.takes
    if takes is None:
        return None
    if not consumer.consumption.leaves_only_on_sentinel:
        return None
    return populated(takes * waited)
