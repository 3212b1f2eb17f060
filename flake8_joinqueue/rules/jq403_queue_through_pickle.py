"""A process queue that is pickled at the wrong time.

# What it does

Reports a process queue passed to the work of a `Pool` or `ProcessPoolExecutor`, or put on a queue.

# Why is this bad

A process queue can be handed to a process only while that process is started. Anywhere else
pickling it raises `RuntimeError` ("should only be shared between processes through inheritance"):
at once with `map()` and `apply()`, and unseen with `apply_async()` and `submit()` where nobody
reads the result. The work is not done.

# Example

```python
with Pool() as pool:
    pool.apply_async(work, (tasks,))
```

# Use instead

```python
with Pool(initializer=remember, initargs=(tasks,)) as pool:
    pool.apply_async(work)
```

A queue of a `multiprocessing.Manager()` may be passed anywhere.

# Known limits

Silent where a class says itself how it is pickled.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.guards import expects
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.starting import is_inherited_only
from flake8_joinqueue.protocol import Pass
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import made_here

CODE = "JQ403"
NAME = "queue-through-pickle"


def check(program: Program) -> Iterator[Report]:
    """Yield the process queues that are pickled other than by starting a process."""
    for event in program.of(Pass):
        passed = event.operation
        assert isinstance(passed, Pass)
        queue = program.protocol.queues[passed.passed]
        if passed.actor is not None or passed.crew or not is_inherited_only(queue):
            continue
        if expects(program, event, "RuntimeError"):
            continue
        where = "the work of a pool"
        if passed.onto is not None:
            onto = program.protocol.queues[passed.onto]
            if not onto.kind.pickles:
                continue
            where = f"'{onto.name}'"
        message = (
            f"'{queue.name}' is a {queue.kind.constructor} and cannot be pickled for {where}: "
            "RuntimeError, hand it over where the processes start or use a manager's queue"
        )
        yield Report(CODE, passed.site, message, related=made_here(queue))
