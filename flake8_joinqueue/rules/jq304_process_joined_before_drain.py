"""A process waited for before anybody takes its results.

# What it does

Reports a `join()` of a process that puts results on a process queue, where nothing takes them
before or meanwhile.

# Why is this bad

What is put is written to a pipe by a thread of the process, and a process does not exit before all
of it is written. A pipe holds 64 KiB: with more than that, the process waits for a reader, and the
reader waits for the process.

# Example

```python
for process in processes:
    process.join()
while not results.empty():
    show(results.get())
```

# Use instead

```python
for _ in jobs:
    show(results.get())
for process in processes:
    process.join()
```

# Known limits

Reported where results are put for each element of data whose length is not known, or where they are
known to be many or big; not where the number of rounds is a number that is not known.
Silent for queues of a manager, which holds any number of items, and where `cancel_join_thread()` is
called.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.flow import DIED, END
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event, may_precede, site_of
from flake8_joinqueue.analysis.volume import may_fill
from flake8_joinqueue.protocol import Actor, ActorKind, Get, JoinActor, Put, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import lines, name

CODE = "JQ304"
NAME = "process-joined-before-drain"


def check(program: Program) -> Iterator[Report]:
    """Yield the joins of processes whose results nobody takes in time."""
    for queue in program.protocol.queues:
        if not queue.kind.feeder or program.escaped(queue):
            continue
        gets = program.on(queue, Get)
        putters = [
            actor
            for actor in program.protocol.actors
            if actor.kind is ActorKind.PROCESS and not program.ended_from_outside(actor)
        ]
        for actor in putters:
            puts = [put for put in program.puts(queue) if put.actor == actor.index]
            if not puts or any(get.actor == actor.index for get in gets):
                continue
            if not _ever_ends(program, queue, actor):
                continue  # whether anybody takes or not
            all_puts = [put for put in program.puts(queue) if program.actor(put) in putters]
            waits = [
                wait
                for wait in program.waits(actor)
                if _exits(wait) and not _taken(program, gets, wait)
            ]
            if waits and may_fill(program, all_puts):
                yield from _reports(queue, actor, gets, waits)


def _ever_ends(program: Program, queue: Queue, actor: Actor) -> bool:
    """Say whether an actor comes to its end when it has put on a queue."""
    flow = program.flow(actor)
    puts = [
        index
        for index in flow.where(Put)
        if isinstance(put := flow.nodes[index].operation, Put) and put.queue == queue.index
    ]
    return bool(flow.between(puts, set()) & {END, DIED})


def _exits(wait: Event) -> bool:
    """Say whether a wait is for the end of a process, not only for a result of its work."""
    return isinstance(wait.operation, JoinActor) and wait.operation.exits


def _taken(program: Program, gets: list[Event], wait: Event) -> bool:
    """Say whether somebody takes before an actor is waited for, or meanwhile."""
    return any(
        may_precede(get, wait)
        if get.actor == wait.actor
        else program.actor(get) is program.main or program.may_run_at(program.actor(get), wait)
        for get in gets
    )


def _reports(queue: Queue, actor: Actor, gets: list[Event], waits: list[Event]) -> Iterator[Report]:
    taken = f"taken only later ({lines(gets)})" if gets else "never taken"
    message = (
        f"{name(actor)} is waited for, but what it puts on '{queue.name}' is {taken}: with more "
        "than 64 KiB it never exits, take the items first, then join"
    )
    related = tuple((site_of(get), "the items are taken here") for get in gets[:1])
    for wait in waits:
        yield Report(CODE, site_of(wait), message, queue.index, frozenset({actor.index}), related)
