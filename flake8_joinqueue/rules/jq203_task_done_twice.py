"""More `task_done()` than items.

# What it does

Reports a path of a worker that calls `task_done()` more often than it took items.

# Why is this bad

`task_done()` raises `ValueError` where nothing is left to account for, which kills the worker;
before that, it accounts for somebody else's item, and `queue.join()` returns early.

# Example

```python
try:
    handle(job)
    tasks.task_done()
finally:
    tasks.task_done()
```

# Use instead

```python
try:
    handle(job)
finally:
    tasks.task_done()
```

# Known limits

Silent where items are accounted for in batches, or by another actor than the one that takes them.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import overdone
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import name

CODE = "JQ203"
NAME = "task-done-twice"


def check(program: Program) -> Iterator[Report]:
    """Yield each `task_done` that is one too many."""
    for queue, consumer, found in overdone(program, after_empty=False):
        known = () if program.escaped(queue) else program.items_put(queue)
        pickled = queue.kind.pickles
        if known and not consumer.consumption.is_possible(found, known, pickled=pickled):
            continue  # nothing that goes this way is ever put
        message = (
            f"{name(consumer.actor)} calls task_done() on '{queue.name}' more often than it took "
            "items: ValueError, or join() returns too early, call it once for each item"
        )
        actors = frozenset({consumer.actor.index})
        gets = tuple((get.site, "an item is taken here") for get in consumer.consumption.gets)
        yield Report(CODE, found.done.site, message, queue.index, actors, gets)
