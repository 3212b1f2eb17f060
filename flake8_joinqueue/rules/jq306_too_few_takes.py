"""Consumers that take fewer items than are put.

# What it does

Reports a queue whose consumers each take a fixed number of items (one each, or as many as a counted
loop has rounds), fewer in all than are put, and that is joined. One that puts in a loop without end
puts more than any number.

# Why is this bad

What is left over is never taken: `queue.join()` never returns.

# Example

```python
def worker(tasks):
    handle(tasks.get())
    tasks.task_done()

for _ in range(4):
    Process(target=worker, args=(tasks,)).start()
for job in range(10):
    tasks.put(job)
tasks.join()
```

# Use instead

```python
def worker(tasks):
    for job in iter(tasks.get, None):
        handle(job)
        tasks.task_done()
    tasks.task_done()
```

# Known limits

Silent where one of the two numbers is not known.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.flow import DIED, END
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import is_by, put_before
from flake8_joinqueue.analysis.timeline import Event, site_of
from flake8_joinqueue.counts import ONE, Count, less
from flake8_joinqueue.protocol import Get, JoinQueue, Put, Queue, Stop
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import for_ever, lines, many, name, until_then

CODE = "JQ306"
NAME = "too-few-takes"


def check(program: Program) -> Iterator[Report]:
    """Yield the joins of a queue from which too little is taken."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable or queue.count != ONE or program.escaped(queue):
            continue
        if program.shut_down(queue) or program.accounted_elsewhere(queue):
            continue
        if program.times(program.on(queue, Get)) is not None:
            yield from _check(program, queue)


def _check(program: Program, queue: Queue) -> Iterator[Report]:
    for join in program.joins(queue):
        # What is taken only behind the join is of no help to it.
        gets = [get for get in program.on(queue, Get) if is_by(program, get, join)]
        taken = program.times(gets)
        if taken is None or not taken.terms:
            continue
        if _goes_on_putting(program, queue, join):
            yield _report(
                program,
                queue,
                join,
                f"{name(program.actor(join))} goes on putting",
                taken=taken,
                gets=gets,
            )
            return
        puts = put_before(program, program.puts(queue), join)
        put = program.times(puts)
        if not puts or put is None or less(taken, put) is not True:
            continue
        items = f"{many(put, 'item is', 'items are')} put"
        yield _report(program, queue, join, items, taken=taken, gets=gets)
        return


def _goes_on_putting(program: Program, queue: Queue, join: Event) -> bool:
    """Say whether one that somebody waits for puts for ever, and waits for the queue each time."""
    actor = program.actor(join)
    if program.about(actor, Stop) or not (actor is program.main or program.is_waited(actor)):
        return False
    flow = program.flow(actor)
    joins = {
        index for index in flow.where(JoinQueue) if flow.nodes[index].operation is join.operation
    }
    for index in flow.where(Put):
        put = flow.nodes[index].operation
        if isinstance(put, Put) and put.queue == queue.index and put.blocking:
            behind = flow.between([index], set())
            if (
                index in behind
                and not behind & {END, DIED}
                and index not in flow.between([index], joins)
            ):
                return True
    return False


def _report(  # noqa: PLR0913 (what is put, what is taken, and where)
    program: Program, queue: Queue, join: Event, puts: str, *, taken: Count, gets: list[Event]
) -> Report:
    message = (
        f"{puts} on '{queue.name}', but its consumers take only "
        f"{taken}{until_then(program, queue, join)} ({lines(gets)}): join() waits for "
        f"the rest {for_ever([join])}, take them in a loop"
    )
    related = tuple((site_of(get), "takes one a round") for get in gets)
    actors = frozenset(consumer.actor.index for consumer in program.consumers(queue))
    return Report(CODE, site_of(join), message, queue.index, actors, related)
