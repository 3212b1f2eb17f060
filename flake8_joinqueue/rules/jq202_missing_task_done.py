"""An item is taken and never accounted for.

# What it does

Reports a path of a worker that takes an ordinary item and comes to the next `get()`, or leaves,
without `task_done()`, on a queue that is joined: never called at all, or skipped by a `continue`,
a branch, an `except` that swallows. Likewise a worker that accounts for whole batches and waits for
the rest of one, where nothing else comes before the `join()`.

# Why is this bad

`queue.join()` waits for an item that is never accounted for, and hangs.

# Example

```python
while True:
    job = tasks.get()
    if job.cancelled:
        continue
    handle(job)
    tasks.task_done()
```

# Use instead

```python
while True:
    job = tasks.get()
    try:
        if job.cancelled:
            continue
        handle(job)
    finally:
        tasks.task_done()
```

# Known limits

Silent where `task_done()` is called for a batch that more than its length closes, by another actor
than the one that takes, or where the worker hands the queue to code out of sight. A call that
raises is JQ204.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.batches import part_left
from flake8_joinqueue.analysis.consumption import Consumption
from flake8_joinqueue.analysis.flow import EdgeKind
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import is_done, over_before, takes_alone
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, put_of, site_of
from flake8_joinqueue.analysis.ways import Way
from flake8_joinqueue.counts import ONE
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import (
    Data,
    Escape,
    Get,
    How,
    Item,
    ItemTest,
    Literal,
    Peek,
    Queue,
    Site,
)
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import hangs, join_here, lines, name

CODE = "JQ202"
NAME = "missing-task-done"


def check(program: Program) -> Iterator[Report]:
    """Yield the ways on which an ordinary item is not accounted for."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or program.accounted_elsewhere(queue):
            continue
        for consumer in program.consumers(queue):
            joins = _joins_after(program, queue, consumer)
            if joins and not _escapes(program, queue, consumer):
                found = list(_check(program, queue, consumer, joins))
                yield from found or _part_of_a_batch(program, queue, consumer, joins)


def _escapes(program: Program, queue: Queue, consumer: Consumer) -> bool:
    return any(event.actor == consumer.actor.index for event in program.on(queue, Escape))


def _joins_after(program: Program, queue: Queue, consumer: Consumer) -> list[Event]:
    """Return the joins of a queue that are not surely over before the consumer takes from it."""
    gets = [e for e in program.on(queue, Get) if e.actor == consumer.actor.index]
    beginnings = gets + program.starts(consumer.actor)
    return [
        join
        for join in program.joins(queue)
        if (
            not any(start.actor == join.actor for start in beginnings)
            or not all(before(join, start) for start in beginnings if start.actor == join.actor)
        )
        and _may_find_items(program, queue, join)
    ]


def _may_find_items(program: Program, queue: Queue, join: Event) -> bool:
    """Say whether anything may have been put when a queue is joined."""
    puts = program.puts(queue)
    if not puts or program.escaped(queue):
        return True
    return any(put.actor != join.actor or may_precede(put, join) for put in puts)


def _is_harmless(program: Program, queue: Queue, site: Site) -> bool:
    """Say whether a worker of another file that drops some items harms nobody here.

    Who puts nothing but constants, as a test does, knows what a worker does with them.
    """
    here_put = [put_of(put).item for put in program.puts(queue) if not site_of(put).file]
    return bool(site.file and here_put) and not any(isinstance(item, Data) for item in here_put)


def _check(
    program: Program, queue: Queue, consumer: Consumer, joins: list[Event]
) -> Iterator[Report]:
    consumption = consumer.consumption
    actors = frozenset({consumer.actor.index})
    what = f"join() on {lines(joins)} {hangs(joins)}"
    related = join_here(joins)
    if consumption.never_accounts:
        message = (
            f"{name(consumer.actor)} takes from '{queue.name}' and never calls task_done(): "
            f"{what}, call it once for each item taken"
        )
        yield Report(CODE, consumption.gets[0].site, message, queue.index, actors, related)
        return
    message = (
        f"{name(consumer.actor)} takes an item of '{queue.name}' and, on this path, does not "
        f"call task_done(): {what}, call it on every path"
    )
    known = () if program.escaped(queue) else program.items_put(queue)
    try:
        for leak in consumption.leaks():
            if known and not consumption.is_possible(leak.way, known, pickled=queue.kind.pickles):
                continue  # nothing that goes this way is ever put
            if _asks_whether_any(consumption, leak.way) and not any(map(_is_nothing, known)):
                continue  # it is there for when nothing was taken
            if _is_harmless(program, queue, leak.site):
                continue
            yield Report(CODE, leak.site, message, queue.index, actors, related)
    except NotAnalysed:
        dropped = [site for site in consumption.dropped() if not _is_harmless(program, queue, site)]
        if not dropped:
            raise
        yield from (Report(CODE, site, message, queue.index, actors, related) for site in dropped)


def _part_of_a_batch(
    program: Program, queue: Queue, consumer: Consumer, joins: list[Event]
) -> Iterator[Report]:
    """Report a consumer that waits for a whole batch while somebody waits for a part of one."""
    actor, puts = consumer.actor, program.work_puts(queue)
    if program.escaped(queue) or program.shut_down(queue) or queue.count != ONE:
        return
    if not puts or any(peek.actor == actor.index for peek in program.on(queue, Peek)):
        return
    for join in joins:
        told = program.sentinel_puts(queue)
        if join.actor == actor.index or not all(over_before(program, join, end) for end in told):
            continue
        if not all(is_done(program, put, join) for put in puts):
            continue  # what else is put may complete it
        alone = takes_alone(program, queue, consumer)
        if part_left(consumer.consumption, program.times(puts), alone=alone):
            message = (
                f"{name(actor)} waits for more of '{queue.name}' before it calls task_done() for a "
                f"whole batch: join() on {lines([join])} {hangs([join])} where a part of "
                "one is left, put what makes it account for that first"
            )
            site, related = consumer.consumption.gets[0].site, join_here([join])
            yield Report(CODE, site, message, queue.index, frozenset({actor.index}), related)
            return


def _asks_whether_any(consumption: Consumption, way: Way) -> bool:
    """Say whether a way is left by a test that is also come to where a `get` took nothing.

    It asks whether there is an item at all: that there is one which is nothing is not meant.
    """
    flow = consumption.flow
    asked = [test for test, truth in way.assumptions if truth and _of_nothing(test)]
    if not asked:
        return False
    gets = {node for node in flow.where(Get) if flow.nodes[node].operation in consumption.gets}
    empty = {
        edge.target for get in gets for edge in flow.successors(get) if edge.kind is EdgeKind.EMPTY
    }
    behind = empty | flow.between(empty - gets, gets)
    tests = [flow.nodes[node].test for node in behind]
    return any(
        isinstance(test, ItemTest) and _key(test) == _key(wanted)
        for test in tests
        for wanted in asked
    )


def _key(test: ItemTest) -> tuple[object, ...]:
    return test.how, test.path, test.against


def _of_nothing(test: ItemTest) -> bool:
    none = test.how in {How.IS, How.EQUAL} and test.against == (Literal(None),)
    return not test.path and (test.how is How.FALSY or none)


def _is_nothing(item: Item) -> bool:
    return isinstance(item, Literal) and not item.value
