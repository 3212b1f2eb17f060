"""An item that cannot be pickled, on a process queue that is joined.

# What it does

Reports a lambda, a nested function, a generator, a lock, an open file or a thread that is put on a
process queue which somebody joins.

# Why is this bad

Items are pickled by a thread behind `put()`. It prints a traceback and drops what it cannot pickle,
but the item was counted already: `join()` of the queue never returns.

# Example

```python
tasks.put(lambda: resize(path))
tasks.join()
```

# Use instead

```python
tasks.put(functools.partial(resize, path))
tasks.join()
```

# Known limits

Items of other classes that cannot be pickled are not known. A queue of a manager raises in `put()`.
The queues of the package `multiprocess` take nearly everything.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import may_precede, put_of
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import for_ever, lines

CODE = "JQ412"
NAME = "unpicklable-item"


def check(program: Program) -> Iterator[Report]:
    """Yield the items that never arrive, and that somebody waits for."""
    for queue in program.protocol.queues:
        if not (queue.kind.feeder and queue.kind.joinable) or queue.kind.dill:
            continue
        for event in program.puts(queue):
            put = put_of(event)
            joins = [
                join
                for join in program.joins(queue)
                if join.actor != event.actor or may_precede(event, join)
            ]
            if not put.unpicklable or not joins:
                continue
            message = (
                f"{put.unpicklable} cannot be pickled for '{queue.name}': it is dropped on the way "
                f"and join() ({lines(joins)}) waits for it {for_ever(joins)}, put something else"
            )
            related = ((joins[0].operation.site, "the queue is joined here"),)
            actors = frozenset({event.actor})
            yield Report(CODE, put.argument or put.site, message, queue.index, actors, related)
