"""A queue in a `with` statement.

# What it does

Reports a queue used in `with`, or handed to `enter_context()`.

# Why is this bad

Queues have no `__enter__`: `TypeError`, or `AttributeError` before Python 3.11.

# Example

```python
with JoinableQueue() as tasks:
    ...
```

# Use instead

```python
tasks = JoinableQueue()
```

# Known limits

Silent in a `try` that names the very error, and for a queue of which nothing but its use is seen.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.guards import expects
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import site_of
from flake8_joinqueue.analysis.walking import queue_of
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import EnterContext
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import made_here

CODE = "JQ402"
NAME = "queue-as-context-manager"


def check(program: Program) -> Iterator[Report]:
    """Yield the queues that are entered as context managers."""
    for event in program.of(EnterContext):
        index = queue_of(event.operation)
        if index is None:
            continue
        queue = program.protocol.queues[index]
        if queue.kind.carrier is Carrier.UNSEEN:
            continue
        if any(expects(program, event, error) for error in ("TypeError", "AttributeError")):
            continue
        message = (
            f"'{queue.name}' is a {queue.kind.constructor}, which is no context manager: `with` "
            "raises TypeError, make the queue by an assignment"
        )
        related = made_here(queue)
        yield Report(CODE, site_of(event), message, index, frozenset({event.actor}), related)
