"""A queue used after it was closed.

# What it does

Reports a `put()` or `get()` of a process queue after its `close()` in the same process.

# Why is this bad

`ValueError: Queue <...> is closed`; a `SimpleQueue` raises `OSError`.

# Example

```python
tasks.close()
for worker in workers:
    tasks.put(None)
```

# Use instead

```python
for worker in workers:
    tasks.put(None)
tasks.close()
```

# Known limits

Silent where a flag may say whether the queue is closed, and between methods of a class whose caller
is elsewhere.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.exceptions import catches
from flake8_joinqueue.analysis.flow import Flow
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event, site_of
from flake8_joinqueue.counts import ONE
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import (
    AnyOrder,
    Branch,
    Cell,
    Close,
    Condition,
    CountTest,
    Get,
    Hunch,
    ItemTest,
    Loop,
    Operation,
    Put,
    Queue,
    Try,
    around,
    atoms_in,
)
from flake8_joinqueue.rules.report import Report

CODE = "JQ410"
NAME = "put-after-close"


def check(program: Program) -> Iterator[Report]:
    """Yield the uses of queues that are closed by then."""
    for queue in program.protocol.queues:
        if queue.kind.carrier is not Carrier.PROCESSES or queue.manager is not None:
            continue
        if queue.redefined:
            continue
        uses = program.on(queue, Put, Get)
        for use in uses:
            closes = [close for close in program.on(queue, Close) if close.actor == use.actor]
            others = {id(other.operation) for other in uses if other.operation is not use.operation}
            close = next(
                (c for c in closes if _surely_raises(program, queue, c, use, others)), None
            )
            if close is not None:
                method = "put" if isinstance(use.operation, Put) else "get"
                error = "ValueError" if queue.kind.feeder else "OSError"
                message = (
                    f"{method}() of '{queue.name}' after its close() on line "
                    f"{site_of(close).line}: {error}, close it last"
                )
                actors = frozenset({use.actor})
                related = ((site_of(close), "the queue is closed here"),)
                yield Report(CODE, site_of(use), message, queue.index, actors, related)


def _surely_raises(
    program: Program, queue: Queue, close: Event, use: Event, others: set[int]
) -> bool:
    """Say whether a way leads from a `close()` to a use that nothing known to us forbids.

    None that leads over one of the `others`, which would raise before.
    """
    actor = program.actor(use)
    if not _leads_to(program.flow(actor), close.operation, use.operation, others):
        return False
    outside = {id(operation): steps for operation, steps in around(actor.body)}
    before, here = outside.get(id(close.operation), ()), outside.get(id(use.operation), ())
    taken = {e.operation.cell for e in program.of(Get) if isinstance(e.operation, Get)}
    inner = [step for step in here if step not in before]
    outer = [step for step in before if step not in here]
    if any(isinstance(operation, AnyOrder) for operation, _ in (*inner, *outer)):
        return False
    if close.index > use.index and any(_may_be_the_last(operation) for operation, _ in outer):
        return False
    again = queue.count != ONE or any(isinstance(operation, AnyOrder) for operation, _ in here)
    if again and close.index > use.index:
        return False  # the next round has a queue of its own
    return not any(_forbids(operation, block, taken) for operation, block in inner)


def _leads_to(flow: Flow, first: Operation, second: Operation, others: set[int]) -> bool:
    starts = [index for index, node in enumerate(flow.nodes) if node.operation is first]
    targets = {index for index, node in enumerate(flow.nodes) if node.operation is second}
    barriers = {index for index, node in enumerate(flow.nodes) if id(node.operation) in others}
    return bool(targets & flow.between(starts, barriers))


def _forbids(operation: Operation, block: int, taken: set[Cell]) -> bool:
    """Say whether what is in a block may not be run, or may not be harmed, after a `close()`."""
    if isinstance(operation, Try):
        return block == 0 and any(
            catches(handler, "ValueError") is not False for handler in operation.handlers
        )
    if isinstance(operation, Branch | Loop):
        return _asks_a_flag(operation.condition, taken)
    return False


def _may_be_the_last(operation: Operation) -> bool:
    """Say whether what is in a branch may only ever be done in the last round of the loop."""
    return isinstance(operation, Branch) and any(
        isinstance(atom, Hunch | CountTest) for atom in atoms_in(operation.condition)
    )


def _asks_a_flag(condition: Condition, taken: set[Cell]) -> bool:
    return any(
        isinstance(atom, CountTest) or (isinstance(atom, ItemTest) and atom.cell not in taken)
        for atom in atoms_in(condition)
    )
