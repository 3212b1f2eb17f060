"""An `except` that names no exception of the queue.

# What it does

Reports `multiprocessing.queue.Empty`, `multiprocessing.Queue.Empty`, `multiprocessing.Empty` (and
`Full`), which do not exist, and `asyncio.QueueEmpty` around the `get()` of a thread or process
queue, which never raises it.

# Why is this bad

The name is looked up when the queue is empty for the first time, and `AttributeError` ends the
worker; or the handler never matches.

# Example

```python
try:
    job = tasks.get(timeout=1)
except multiprocessing.queue.Empty:
    break
```

# Use instead

```python
import queue

try:
    job = tasks.get(timeout=1)
except queue.Empty:
    break
```

# Known limits

`multiprocessing.queues.Empty` is valid, though an accident.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import ExceptionName, Get, Handler, Put, Try, operations_in
from flake8_joinqueue.rules.report import Report

CODE = "JQ405"
NAME = "wrong-empty-exception"

_OWNERS: Final = (
    "multiprocessing",
    "multiprocessing.queue",
    "multiprocessing.Queue",
    "multiprocessing.JoinableQueue",
    "queue.Queue",
)
_MISSING: Final = frozenset(f"{owner}.{name}" for owner in _OWNERS for name in ("Empty", "Full"))
_TASKS_ONLY: Final = {"asyncio.QueueEmpty": Get, "asyncio.QueueFull": Put}


def check(program: Program) -> Iterator[Report]:
    """Yield the exceptions named in handlers that no queue raises."""
    for actor in program.protocol.actors:
        for operation in operations_in(actor.body):
            if isinstance(operation, Try):
                for handler in operation.handlers:
                    yield from _check(program, operation, handler)


def _check(program: Program, operation: Try, handler: Handler) -> Iterator[Report]:
    for exception in handler.exceptions:
        right = f"queue.{'Full' if exception.name.endswith('Full') else 'Empty'}"
        if exception.name in _MISSING:
            why = "does not exist: AttributeError when it is needed"
        elif _never_comes(program, operation, exception):
            why = "is never raised by a thread or process queue: the handler never matches"
        else:
            continue
        yield Report(CODE, exception.site, f"{exception.name} {why}, name {right}")


def _never_comes(program: Program, operation: Try, exception: ExceptionName) -> bool:
    kind = _TASKS_ONLY.get(exception.name)
    if kind is None:
        return False
    carriers = {
        program.protocol.queues[inner.queue].kind.carrier
        for inner in operations_in(operation.body)
        if isinstance(inner, Get | Put) and isinstance(inner, kind)
    }
    return bool(carriers) and Carrier.TASKS not in carriers
