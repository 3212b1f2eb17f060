"""A queue's `join()` with a timeout.

# What it does

Reports `queue.join(timeout=...)` and `queue.join(5)`.

# Why is this bad

A queue's `join()` takes no argument, unlike that of a process or thread: `TypeError`, at the very
end of the work.

# Example

```python
tasks.join(timeout=30)
```

# Use instead

```python
tasks.join()
```

To wait no longer than some time, wait for the workers instead: `worker.join(timeout=30)`.

# Known limits

Silent for a queue class of the file that defines methods of its own. Those of gevent do take a
timeout.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.guards import expects
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.protocol import JoinQueue
from flake8_joinqueue.rules.report import Report

CODE = "JQ408"
NAME = "join-with-timeout"


def check(program: Program) -> Iterator[Report]:
    """Yield the arguments that a queue's `join()` is given."""
    for queue in program.protocol.queues:
        if queue.redefined or not queue.kind.joinable or queue.kind.timed_join:
            continue
        for event in program.joins(queue):
            join = event.operation
            if not isinstance(join, JoinQueue) or expects(program, event, "TypeError"):
                continue
            if join.argument is not None:
                message = (
                    f"join() of '{queue.name}' takes no timeout, nor anything else: TypeError, "
                    "call it without, or wait for the workers with a timeout"
                )
                actors = frozenset({event.actor})
                yield Report(CODE, join.argument, message, queue.index, actors)
