"""An exception between `get()` and `task_done()`.

# What it does

Reports work between `get()` and `task_done()` that may raise, where nothing catches it and no
`finally` calls `task_done()`, on a queue that is joined. Off by default.

# Why is this bad

The exception ends the worker with an item in hand, which nobody accounts for: `queue.join()` hangs.

# Example

```python
while True:
    job = tasks.get()
    handle(job)
    tasks.task_done()
```

# Use instead

```python
while True:
    job = tasks.get()
    try:
        handle(job)
    except Exception:
        logging.exception("%s failed", job)
    finally:
        tasks.task_done()
```

A `finally` alone keeps the balance, but the worker still ends, and its sentinel stays behind.

# Known limits

Whether a call out of sight really raises is not known; `print()`, logging and the like are taken
not to.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.flow import DIED, EdgeKind, Flow
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import accounts_on_its_own, over_before
from flake8_joinqueue.analysis.timeline import Event
from flake8_joinqueue.protocol import Call, Get, Queue, TaskDone
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import lines, name

CODE = "JQ204"
NAME = "task-done-skipped-by-exception"


def check(program: Program) -> Iterator[Report]:
    """Yield the first call of each worker that may raise with an item in hand."""
    for queue in program.protocol.queues:
        if not accounts_on_its_own(program, queue):
            continue
        puts = program.puts(queue)
        joins = [
            join
            for join in program.joins(queue)
            if not puts or not all(over_before(program, join, put) for put in puts)
        ]
        for consumer in program.consumers(queue) if joins else ():
            calls = _unguarded(Flow(consumer.actor.body, fatal=True), queue.index)
            if calls:
                yield _report(queue, consumer, joins, min(calls, key=_place))


def _place(call: Call) -> tuple[int, int]:
    return call.site.span.line, call.site.span.column


def _unguarded(flow: Flow, queue: int) -> list[Call]:
    """Return the calls between a `get` and a `task_done` whose exception skips the latter."""
    gets = {node for node in flow.where(Get) if _is_on(flow, node, queue)}
    dones = {node for node in flow.where(TaskDone) if _is_on(flow, node, queue)}
    accounting = flow.reaching(dones, gets)
    dying = flow.reaching({DIED}, dones | gets)
    found: list[Call] = []
    for node in _in_hand(flow, gets, dones) & accounting:
        operation = flow.nodes[node].operation
        fatal = [e for e in flow.successors(node) if e.kind is EdgeKind.FATAL]
        if isinstance(operation, Call) and any(edge.target in dying for edge in fatal):
            found.append(operation)
    return found


def _is_on(flow: Flow, node: int, queue: int) -> bool:
    operation = flow.nodes[node].operation
    return isinstance(operation, Get | TaskDone) and operation.queue == queue


def _in_hand(flow: Flow, gets: set[int], dones: set[int]) -> set[int]:
    """Return the nodes that are come to while an item taken is not accounted for."""
    seen: set[int] = set()
    todo = list(gets & flow.reachable())
    while todo:
        for edge in flow.successors(todo.pop()):
            took = edge.kind is not EdgeKind.EMPTY and edge.kind is not EdgeKind.FATAL
            if took and edge.target not in seen and edge.target not in gets | dones:
                seen.add(edge.target)
                todo.append(edge.target)
    return seen


def _report(queue: Queue, consumer: Consumer, joins: list[Event], call: Call) -> Report:
    message = (
        f"{name(consumer.actor)} does not reach task_done() of '{queue.name}' where {call.label} "
        f"raises: join() on {lines(joins)} hangs, put task_done() in a finally"
    )
    related = tuple((join.operation.site, "waits for the item") for join in joins)
    actors = frozenset({consumer.actor.index})
    return Report(CODE, call.site, message, queue.index, actors, related)
