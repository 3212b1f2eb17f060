"""A process that reaches its queue through a global.

# What it does

Reports a worker process that uses a queue by a name of the module, where the program assigns that
name itself: under the main guard, in a function that main runs, or at the top of the module.

# Why is this bad

Only a forked process sees what the program assigned. Under `spawn` and `forkserver` (the default on
macOS, Windows and, from Python 3.14, everywhere) the worker imports the module anew: the name does
not exist there, or stands for another queue on which nobody ever puts anything.

# Example

```python
def work():
    while True:
        job = tasks.get()
        ...

if __name__ == "__main__":
    tasks = JoinableQueue()
    Process(target=work).start()
```

# Use instead

```python
def work(tasks):
    while True:
        job = tasks.get()
        ...

if __name__ == "__main__":
    tasks = JoinableQueue()
    Process(target=work, args=(tasks,)).start()
```

# Known limits

Silent where the start method is pinned to `fork`: by `set_start_method("fork")`, by a context of
that kind, or by the option `joinqueue-start-method`. Globals that the worker, or the `initializer`
of a pool, assigns are fine.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.starting import may_import_anew
from flake8_joinqueue.analysis.timeline import site_of
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import Get, JoinQueue, Peek, Put, TaskDone, UseGlobal
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import name

CODE = "JQ406"
NAME = "queue-through-global"


def check(program: Program) -> Iterator[Report]:
    """Yield the first use of each queue that a process has by a global only."""
    for queue in program.protocol.queues:
        if queue.kind.carrier is not Carrier.PROCESSES:
            continue
        users = {e.actor for e in program.on(queue, Get, Put, TaskDone, JoinQueue, Peek)}
        reported: set[int] = set()
        for event in program.on(queue, UseGlobal):
            actor, use = program.actor(event), event.operation
            if event.actor in reported or event.actor not in users:
                continue
            if not isinstance(use, UseGlobal) or not may_import_anew(program, actor):
                continue
            reported.add(event.actor)
            message = (
                f"{name(actor)} uses '{use.name}' as a global (assigned line {use.assigned.line}), "
                "which a process has only if it is forked: hand the queue over as an argument"
            )
            related = ((use.assigned, "the program assigns it here"),)
            actors = frozenset({actor.index})
            yield Report(CODE, site_of(event), message, queue.index, actors, related)
