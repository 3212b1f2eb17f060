"""An `except` that names no exception of the queue.

# What it does

Reports `multiprocessing.queue.Empty`, `multiprocessing.Queue.Empty`, `multiprocessing.Empty` (and
`Full`), which do not exist, `asyncio.QueueEmpty` around the `get()` of a thread or process queue,
and `queue.Empty` around the `get_nowait()` of a queue of asyncio, which never raise these.

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

from flake8_joinqueue.analysis.exceptions import EMPTY, catches
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import ExceptionName, Get, Handler, Put, Try, operations_in
from flake8_joinqueue.records import replace
from flake8_joinqueue.rules.report import Report

CODE = "JQ405"
NAME = "wrong-empty-exception"

_OWNERS: Final = (
    "multiprocessing",
    "multiprocessing.queue",
    "multiprocessing.Queue",
    "multiprocessing.JoinableQueue",
    "multiprocessing.SimpleQueue",
    "queue.Queue",
    "queue.LifoQueue",
    "queue.PriorityQueue",
)
_MODULES: Final = ("queue", "multiprocessing", "multiprocessing.queues")
_OF_TASKS: Final = ("asyncio", "asyncio.queues", "asyncio.Queue")
_MISSING: Final = frozenset(
    {
        *(f"{owner}.{name}" for owner in (*_OWNERS, *_OF_TASKS) for name in ("Empty", "Full")),
        *(f"{owner}.{name}" for owner in _MODULES for name in ("QueueEmpty", "QueueFull")),
    }
)
_TASKS_ONLY: Final = {"asyncio.QueueEmpty": Get, "asyncio.QueueFull": Put}
_OTHERS_ONLY: Final = {"queue.Empty": Get, "queue.Full": Put}


def check(program: Program) -> Iterator[Report]:
    """Yield the exceptions named in handlers that no queue raises."""
    for actor in program.protocol.actors:
        for operation in operations_in(actor.body):
            if isinstance(operation, Try):
                for index, handler in enumerate(operation.handlers):
                    yield from _check(program, operation, handler, operation.handlers[:index])


def _check(
    program: Program, operation: Try, handler: Handler, earlier: tuple[Handler, ...]
) -> Iterator[Report]:
    for exception in handler.exceptions:
        if any(_is_right(other, exception) for other in earlier):
            continue  # nothing is left for this one
        if _never_raises(operation):
            continue
        end = "Full" if exception.name.endswith("Full") else "Empty"
        right = f"queue.{end}"
        if exception.name in _MISSING:
            if exception.name.rpartition(".")[0] in _OF_TASKS:
                right = f"asyncio.Queue{end}"
            why = "does not exist: AttributeError when it is needed"
        elif not _is_caught(operation, exception) and _never_comes(program, operation, exception):
            tasks = exception.name in _OTHERS_ONLY
            raiser = "a queue of asyncio" if tasks else "a thread or process queue"
            why = f"is never raised by {raiser}: the handler never matches"
            right = f"asyncio.Queue{end}" if tasks else right
        else:
            continue
        yield Report(CODE, exception.site, f"{exception.name} {why}, name {right}")


def _is_right(handler: Handler, exception: ExceptionName) -> bool:
    """Say whether a handler catches what an exception is meant to be."""
    right = "queue.Full" if exception.name.endswith("Full") else EMPTY
    wrong = _OTHERS_ONLY if exception.name in _OTHERS_ONLY else _TASKS_ONLY
    return not handler.exceptions or any(
        catches(replace(handler, exceptions=(known,)), right) is not False
        for known in handler.exceptions
        if known.name not in _MISSING and known.name not in wrong
    )


def _is_caught(operation: Try, exception: ExceptionName) -> bool:
    """Say whether what the queue does raise is caught here all the same."""
    return any(_is_right(handler, exception) for handler in operation.handlers)


def _never_comes(program: Program, operation: Try, exception: ExceptionName) -> bool:
    kind = _TASKS_ONLY.get(exception.name) or _OTHERS_ONLY.get(exception.name)
    if kind is None:
        return False
    kinds = [
        program.protocol.queues[inner.queue].kind
        for inner in operations_in(operation.body)
        if isinstance(inner, Get | Put) and isinstance(inner, kind) and _may_raise(inner)
    ]
    if exception.name in _OTHERS_ONLY:
        return bool(kinds) and all(known.constructor.startswith("asyncio.") for known in kinds)
    carriers = {known.carrier for known in kinds}
    return bool(carriers) and carriers.isdisjoint({Carrier.TASKS, Carrier.UNSEEN})


def _never_raises(operation: Try) -> bool:
    """Say whether all that is done with queues in a `try` waits as long as it takes."""
    inside = [inner for inner in operations_in(operation.body) if isinstance(inner, Get | Put)]
    return bool(inside) and not any(map(_may_raise, inside))


def _may_raise(operation: Get | Put) -> bool:
    """Say whether an operation raises where it would have to wait."""
    return operation.may_be_empty if isinstance(operation, Get) else not operation.blocking
