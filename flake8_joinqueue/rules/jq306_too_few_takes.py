"""Consumers that take fewer items than are put.

# What it does

Reports a queue whose consumers each take a fixed number of items (one each, or as many as a counted
loop has rounds), fewer in all than are put, and that is joined.

# Why is this bad

What is left over is never taken: `queue.join()` never returns.

# Example

```python
def worker(tasks):
    handle(tasks.get())
    tasks.task_done()

for _ in range(4):
    Process(target=worker, args=(tasks,)).start()
for job in range(10):
    tasks.put(job)
tasks.join()
```

# Use instead

```python
def worker(tasks):
    for job in iter(tasks.get, None):
        handle(job)
        tasks.task_done()
    tasks.task_done()
```

# Known limits

Silent where one of the two numbers is not known.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import is_by, put_before
from flake8_joinqueue.analysis.timeline import site_of
from flake8_joinqueue.counts import ONE, less
from flake8_joinqueue.protocol import Get, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import for_ever, lines, many, until_then

CODE = "JQ306"
NAME = "too-few-takes"


def check(program: Program) -> Iterator[Report]:
    """Yield the joins of a queue from which too little is taken."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or queue.count != ONE or program.escaped(queue):
            continue
        if program.shut_down(queue) or program.accounted_elsewhere(queue):
            continue
        if program.times(program.on(queue, Get)) is not None:
            yield from _check(program, queue)


def _check(program: Program, queue: Queue) -> Iterator[Report]:
    for join in program.joins(queue):
        # What is taken only behind the join is of no help to it.
        gets = [get for get in program.on(queue, Get) if is_by(program, get, join)]
        taken = program.times(gets)
        if taken is None or not taken.terms:
            continue
        puts = put_before(program, program.puts(queue), join)
        put = program.times(puts)
        if not puts or put is None or less(taken, put) is not True:
            continue
        message = (
            f"{many(put, 'item is', 'items are')} put on '{queue.name}', but its consumers take "
            f"only {taken}{until_then(program, queue, join)} ({lines(gets)}): join() waits for "
            f"the rest {for_ever([join])}, take them in a loop"
        )
        related = tuple((site_of(get), "takes one a round") for get in gets)
        actors = frozenset(consumer.actor.index for consumer in program.consumers(queue))
        yield Report(CODE, site_of(join), message, queue.index, actors, related)
        return
