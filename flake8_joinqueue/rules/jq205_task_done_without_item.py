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
another accounts for it.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import accounts_on_its_own
from flake8_joinqueue.protocol import Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import name

CODE = "JQ205"
NAME = "task-done-without-item"


def check(program: Program) -> Iterator[Report]:
    """Yield each `task_done` that follows a `get` which took nothing."""
    for queue in program.protocol.queues:
        if accounts_on_its_own(program, queue):
            for consumer in program.consumers(queue):
                yield from _check(queue, consumer)


def _check(queue: Queue, consumer: Consumer) -> Iterator[Report]:
    for overdone in consumer.consumption.overdone():
        if not overdone.after_empty:
            continue
        message = (
            f"{name(consumer.actor)} calls task_done() on '{queue.name}' also where get() raised "
            "and took nothing: ValueError, or join() returns too early, call it only after get()"
        )
        actors = frozenset({consumer.actor.index})
        yield Report(CODE, overdone.done.site, message, queue.index, actors)
