"""More sentinels than the workers take.

# What it does

Reports sentinels that are more than all workers of a queue take together, where `queue.join()`
comes after. Main, where it works too, is no help to a join of its own that comes first.

# Why is this bad

The surplus is never taken, so the count of unfinished items never reaches zero: `queue.join()`
hangs.

# Example

```python
for _ in range(workers + 1):
    tasks.put(None)
tasks.join()
```

# Use instead

```python
for _ in range(workers):
    tasks.put(None)
tasks.join()
```

# Known limits

Silent where some worker goes on after a sentinel, or may take more than it needs.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import all_stop, needed, put_before
from flake8_joinqueue.analysis.timeline import site_of
from flake8_joinqueue.counts import less
from flake8_joinqueue.protocol import Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import hangs, join_here, lines, many, start_here, until_then

CODE = "JQ103"
NAME = "too-many-sentinels"


def check(program: Program) -> Iterator[Report]:
    """Yield the queues with more sentinels than their workers take, that are joined after."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or program.escaped(queue) or program.shut_down(queue):
            continue
        if program.puts(queue) and program.joins(queue) and all_stop(program, queue):
            yield from _check(program, queue)


def _check(program: Program, queue: Queue) -> Iterator[Report]:
    for join in program.joins(queue):
        taken = needed(program, queue, join)
        if taken is None or not taken.terms:
            continue  # not known, or nobody takes yet, which JQ303 says
        sentinels = put_before(program, program.sentinel_puts(queue), join)
        put = program.times(sentinels)
        if not sentinels or put is None or less(taken, put) is not True:
            continue
        message = (
            f"{many(put, 'sentinel', 'sentinels')} on '{queue.name}', but its workers take only "
            f"{taken}{until_then(program, queue, join)}: join() on {lines([join])} "
            f"{hangs([join])} on the surplus, put one per worker"
        )
        actors = frozenset(consumer.actor.index for consumer in program.consumers(queue))
        site = site_of(program.last(sentinels))
        related = (
            *start_here(program, *(consumer.actor for consumer in program.consumers(queue))),
            *join_here([join]),
        )
        yield Report(CODE, site, message, queue.index, actors, related)
        return
