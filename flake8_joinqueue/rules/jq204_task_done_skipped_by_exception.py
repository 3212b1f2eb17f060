"""An exception between `get()` and `task_done()`.

# What it does

Reports work between `get()` and `task_done()` that may raise, where nothing catches it and no
`finally` calls `task_done()`, on a queue that is joined. The place is the first call that may
raise, be it of a function of the file; the `get()` where no call does, but a `raise`, a subscript
or an operator. Off by default.

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
not to. What it raises is not known either: where a handler of certain exceptions is around it,
behind which `task_done()` comes, it is taken to raise those. `int()`, `json.loads()`, a division
and some more are known to raise others.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flake8_joinqueue.analysis.flow import DIED, EdgeKind, Flow
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import accounts_on_its_own, over_before
from flake8_joinqueue.analysis.timeline import Event
from flake8_joinqueue.protocol import Call, Get, Queue, Raise, Site, TaskDone
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import hangs, lines, name

CODE = "JQ204"
NAME = "task-done-skipped-by-exception"

_NO_CALLS: Final = frozenset({"a subscript", "an operator"})


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
            dangers = _dangers(program, queue, consumer)
            if dangers:
                yield _report(queue, consumer, joins, *min(dangers, key=_place))


def _place(danger: tuple[Site, str]) -> tuple[bool, int, int]:
    """The first call, else the first `get`."""
    site, label = danger
    return not label, site.span.line, site.span.column


def _dangers(program: Program, queue: Queue, consumer: Consumer) -> list[tuple[Site, str]]:
    """Return what may skip `task_done`: each call with its name, or the `get` without one."""
    known = () if program.escaped(queue) else program.items_put(queue)
    consumption = consumer.consumption
    raises = {
        leak.site
        for leak in consumption.fatal_leaks()
        if not known or consumption.is_possible(leak.way, known, pickled=queue.kind.pickles)
    }
    flow = Flow(consumer.actor.body, fatal=True)
    gets = {node for node in flow.where(Get) if _is_on(flow, node, queue.index)}
    found: list[tuple[Site, str]] = []
    for get in sorted(gets & flow.reachable()):
        took = flow.nodes[get].operation
        assert isinstance(took, Get)
        found.extend(
            _call(flow, get, node) or (took.site, "")
            for node in _unguarded(flow, get, gets, queue.index, raises)
        )
    return found


def _unguarded(
    flow: Flow, get: int, gets: set[int], queue: int, raises: set[Site]
) -> Iterator[int]:
    """Yield what comes between a `get` and a `task_done` and, where it raises, skips the latter."""
    dones = {node for node in flow.where(TaskDone) if _is_on(flow, node, queue)}
    accounting = flow.reaching(dones, gets)
    dying = flow.reaching({DIED}, dones | gets)
    for node in _in_hand(flow, get, gets | dones):
        operation = flow.nodes[node].operation
        if isinstance(operation, Raise):
            if operation.site in raises:
                yield node
        elif isinstance(operation, Call) and node in accounting:
            edges = flow.successors(node)
            caught = any(e.kind is EdgeKind.PERHAPS and e.target in accounting for e in edges)
            if not caught and any(e.kind is EdgeKind.FATAL and e.target in dying for e in edges):
                yield node


def _is_on(flow: Flow, node: int, queue: int) -> bool:
    operation = flow.nodes[node].operation
    return isinstance(operation, Get | TaskDone) and operation.queue == queue


def _in_hand(flow: Flow, get: int, barriers: set[int]) -> set[int]:
    """Return the nodes that are come to while the item taken is not accounted for."""
    seen: set[int] = set()
    todo = [get]
    while todo:
        for edge in flow.successors(todo.pop()):
            took = edge.kind is not EdgeKind.EMPTY and edge.kind is not EdgeKind.FATAL
            if took and edge.target not in seen and edge.target not in barriers:
                seen.add(edge.target)
                todo.append(edge.target)
    return seen


def _call(flow: Flow, get: int, node: int) -> tuple[Site, str] | None:
    """Return the call that a danger is, or is in: the one made where the item was taken."""
    entered = flow.nodes[node].scopes
    inside = [scope for scope in entered if scope not in flow.nodes[get].scopes]
    if inside:
        scope = flow.scope(inside[0])
        return scope.site, f"{scope.name}()"
    operation = flow.nodes[node].operation
    if isinstance(operation, Call) and operation.label not in _NO_CALLS:
        return operation.site, f"{operation.label}"
    return None


def _report(queue: Queue, consumer: Consumer, joins: list[Event], site: Site, label: str) -> Report:
    what = f"{label} raises" if label else "the work raises"
    message = (
        f"{name(consumer.actor)} does not reach task_done() of '{queue.name}' where {what}: "
        f"join() on {lines(joins)} {hangs(joins)}, put task_done() in a finally"
    )
    related = tuple((join.operation.site, "waits for the item") for join in joins)
    actors = frozenset({consumer.actor.index})
    return Report(CODE, site, message, queue.index, actors, related)
