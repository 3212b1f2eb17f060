"""`task_done()` for an item that `get()` did not bring.

# What it does

Reports a `task_done()` that is also reached where `get()` raised instead of taking an item: in a
`finally` around a `get` with a timeout, or in a handler of `Empty`.

# Why is this bad

`ValueError: task_done() called too many times` ends the worker; or, where other items are still in
work, `queue.join()` returns too early.

# Example

```python
while True:
    try:
        job = tasks.get(timeout=1)
        handle(job)
    except queue.Empty:
        break
    finally:
        tasks.task_done()
```

# Use instead

```python
while True:
    try:
        job = tasks.get(timeout=1)
    except queue.Empty:
        break
    try:
        handle(job)
    finally:
        tasks.task_done()
```

# Known limits

A plain `get()` of a thread or process queue raises nothing. Silent where one actor takes and
another accounts for it, and where an item for every `get`, a sentinel at the last, is sure to be
there in time.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import overdone
from flake8_joinqueue.analysis.supply import never_dry
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import name

CODE = "JQ205"
NAME = "task-done-without-item"


def check(program: Program) -> Iterator[Report]:
    """Yield each `task_done` that follows a `get` which took nothing."""
    for queue, consumer, found in overdone(program, after_empty=True):
        if never_dry(program, queue, consumer):
            continue
        message = (
            f"{name(consumer.actor)} calls task_done() on '{queue.name}' also where get() raised "
            "and took nothing: ValueError, or join() returns too early, call it only after get()"
        )
        actors = frozenset({consumer.actor.index})
        yield Report(CODE, found.done.site, message, queue.index, actors)
