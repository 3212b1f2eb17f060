"""`task_done()` before the item's result is on its queue.

# What it does

Reports a worker that calls `task_done()` for an item and only then puts the item's result on
another queue. Off by default.

# Why is this bad

`queue.join()` may return between the two: whoever collects the results then misses the last ones.

# Example

```python
while True:
    job = tasks.get()
    result = handle(job)
    tasks.task_done()
    results.put(result)
```

# Use instead

```python
while True:
    job = tasks.get()
    results.put(handle(job))
    tasks.task_done()
```

# Known limits

Harmless where the results are counted, or waited for in another way, which this rule does not look
for.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.protocol import Put, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import lines, name

CODE = "JQ206"
NAME = "task-done-before-result"


def check(program: Program) -> Iterator[Report]:
    """Yield each `task_done` that comes before the result of its item."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or not program.joins(queue):
            continue
        for consumer in program.consumers(queue):
            yield from _check(program, queue, consumer)


def _check(program: Program, queue: Queue, consumer: Consumer) -> Iterator[Report]:
    flow = consumer.consumption.flow
    results = {
        node
        for node in flow.where(Put)
        if isinstance(put := flow.nodes[node].operation, Put) and put.queue != queue.index
    }
    for done, late in consumer.consumption.late(results):
        put = flow.nodes[late].operation
        assert isinstance(put, Put)
        other = program.protocol.queues[put.queue].name
        message = (
            f"{name(consumer.actor)} calls task_done() on '{queue.name}' before the result is on "
            f"'{other}' (line {put.site.line}): join() on {lines(program.joins(queue))} may return "
            "before it is there, put it first"
        )
        related = ((put.site, "the result is put here"),)
        actors = frozenset({consumer.actor.index})
        yield Report(CODE, done.site, message, queue.index, actors, related)
