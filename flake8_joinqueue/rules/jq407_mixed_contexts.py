"""A queue of one context for a process of another.

# What it does

Reports a queue of the `fork` context that is handed to a process of a `spawn` or `forkserver`
context.

# Why is this bad

The locks of a forked queue have no name by which another process could open them: starting the
process raises `RuntimeError` (from Python 3.11.5; before, it fails in stranger ways).

# Example

```python
tasks = multiprocessing.JoinableQueue()
context = multiprocessing.get_context("spawn")
process = context.Process(target=work, args=(tasks,))
```

# Use instead

```python
context = multiprocessing.get_context("spawn")
tasks = context.JoinableQueue()
process = context.Process(target=work, args=(tasks,))
```

# Known limits

What the default context is depends on the platform. It is taken for `fork` where the option
`joinqueue-start-method` says so, and else where the lowest version of Python (`joinqueue-python`)
is below 3.14.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flake8_joinqueue.analysis.guards import expects
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.starting import is_inherited_only, likely
from flake8_joinqueue.options import StartMethod
from flake8_joinqueue.protocol import Pass
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import made_here

CODE = "JQ407"
NAME = "mixed-contexts"

_PICKLING: Final = {StartMethod.SPAWN, StartMethod.FORKSERVER}


def check(program: Program) -> Iterator[Report]:
    """Yield the queues of a `fork` context that are handed to processes of others."""
    for event in program.of(Pass):
        passed = event.operation
        assert isinstance(passed, Pass)
        queue = program.protocol.queues[passed.passed]
        if (passed.actor is None and not passed.crew) or not is_inherited_only(queue):
            continue
        actor = None if passed.actor is None else program.protocol.actors[passed.actor]
        method = likely(program.options, actor.start_method if actor else passed.method)
        forked = likely(program.options, queue.start_method) is StartMethod.FORK
        if method is None or method not in _PICKLING or not forked:
            continue
        if expects(program, event, "RuntimeError"):
            continue
        message = (
            f"'{queue.name}' is of a context that forks and "
            f"{repr(actor.name) if actor else 'the pool'} of one with {method.value}: starting "
            "processes raises RuntimeError, make both from one context"
        )
        related = made_here(queue)
        if actor is not None:
            related = (*related, (actor.site, "the process is made here"))
        actors = frozenset() if actor is None else frozenset({actor.index})
        yield Report(CODE, passed.site, message, None, actors, related)
