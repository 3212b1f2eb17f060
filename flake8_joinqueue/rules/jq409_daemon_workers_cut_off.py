"""Daemon workers that are cut off at the end of the program.

# What it does

Reports work put on a queue whose workers are daemons, where main ends and neither joins the queue
behind it nor waits for the workers or for what they bring.

# Why is this bad

Daemons are killed when the program ends: what they have not worked on by then is lost.

# Example

```python
Process(target=worker, args=(tasks,), daemon=True).start()
for job in jobs:
    tasks.put(job)
```

# Use instead

```python
Process(target=worker, args=(tasks,), daemon=True).start()
for job in jobs:
    tasks.put(job)
tasks.join()
```

# Known limits

Silent where main does anything behind the work that may take as long as the workers need: a call
out of sight, `sleep()`, an event, a `join()` with a timeout, a loop without an end.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import pushed_out
from flake8_joinqueue.analysis.timeline import Event, common_loops, may_precede, put_of, site_of
from flake8_joinqueue.facts.names import is_quick
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import (
    ActorKind,
    Call,
    Daemon,
    Get,
    JoinActor,
    JoinQueue,
    Loop,
    LoopKind,
    ManagerEnds,
    Operation,
    Pass,
    Peek,
    Put,
    Queue,
    Sleep,
    Stop,
    Synchronise,
    TaskDone,
)
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import lines, name, started

CODE = "JQ409"
NAME = "daemon-workers-cut-off"

# What may last as long as the workers need.
_PAUSES = (Call, Sleep, Synchronise, JoinQueue, ManagerEnds)


def check(program: Program) -> Iterator[Report]:
    """Yield the first put of work that nobody waits for."""
    if not program.protocol.ends or not program.main_reaches_end:
        return
    for queue in program.protocol.queues:
        if queue.kind.carrier is Carrier.TASKS or program.escaped(queue):
            continue
        if program.shut_down(queue) or program.on(queue, Peek) or _others_join(program, queue):
            continue
        if any(_answers_come(passed.operation, queue) for passed in program.of(Pass)):
            continue
        consumers = program.consumers(queue)
        if not consumers or not all(_is_cut_off(program, queue, c) for c in consumers):
            continue
        starts = [start for consumer in consumers for start in program.starts(consumer.actor)]
        if any(start.turns for start in starts):
            continue  # whoever starts them, out of sight, knows what to wait for behind that
        begun = max((start.index for start in starts), default=0)
        pauses = _pauses(program)
        work = [
            put
            for put in _work(program, queue)
            if not (
                pushed_out(program, put)
                or any(_may_last(program, pause, put, begun) for pause in pauses)
                or any(_waits_for(program, join, put) for join in program.on(queue, JoinQueue))
            )
        ]
        if work:
            work.sort(key=lambda put: site_of(put).span)
            yield _report(program, queue, consumers, work)


def _others_join(program: Program, queue: Queue) -> bool:
    """Say whether somebody else waits for the queue: main, which does too, is looked at below."""
    return any(join.actor != program.main.index for join in program.on(queue, JoinQueue))


def _answers_come(passed: Operation, queue: Queue) -> bool:
    """Say whether another queue is handed on with the work: who did that waits for an answer."""
    return isinstance(passed, Pass) and passed.onto == queue.index


def _work(program: Program, queue: Queue) -> list[Event]:
    """Return the puts of work that surely come about before main ends, by main or its helpers.

    What a function does that only others call is not among them: their program goes on.
    """
    return [
        put
        for put in program.work_puts(queue)
        if not put.turns
        and (
            put.actor == program.main.index
            or program.waited_at_end(program.actor(put))
            or program.waits(program.actor(put))
        )
    ]


def _is_cut_off(program: Program, queue: Queue, consumer: Consumer) -> bool:
    actor = consumer.actor
    if actor is program.main or actor.daemon is not Daemon.YES:
        return False
    if actor.kind not in {ActorKind.PROCESS, ActorKind.THREAD} or actor.opaque:
        return False
    if any(_is_of(event, actor.index) for event in program.of(JoinActor, Stop)):
        return False
    return not program.stopped(actor) and not _brings_something(program, queue, consumer)


def _pauses(program: Program) -> list[Event]:
    """Return what main does that may last as long as the workers need, or go on until they are."""
    return [
        event
        for event in program.of(Loop, *_PAUSES)
        if event.actor == program.main.index
        and not (isinstance(event.operation, Call) and is_quick(event.operation.label))
    ]


def _is_of(event: Event, actor: int) -> bool:
    return getattr(event.operation, "actor", None) == actor


def _brings_something(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether somebody else takes what a worker puts elsewhere, and so may wait for it."""
    puts = {put_of(e).queue for e in program.of(Put) if e.actor == consumer.actor.index}
    puts.discard(queue.index)
    return any(
        getattr(event.operation, "queue", None) in puts and event.actor != consumer.actor.index
        for event in program.of(Get, Peek, JoinQueue, TaskDone)
    )


def _waits_for(program: Program, join: Event, put: Event) -> bool:
    """Say whether a `join` of the queue may come behind a put: it waits for it, or hangs."""
    if put.actor == join.actor:
        return may_precede(put, join)
    return any(may_precede(start, join) for start in program.starts(program.actor(put)))


def _may_last(program: Program, event: Event, put: Event, begun: int) -> bool:
    """Say whether what may last is done behind a put and the workers' start.

    A helper puts no sooner than main starts it.
    """
    first = put
    if put.actor != event.actor:
        starts = [s for s in program.starts(program.actor(put)) if s.actor == event.actor]
        first = min(starts, key=lambda start: start.index, default=put)
    if first.actor == event.actor:
        if event.index < first.index and not _comes_again(event, first):
            return False
        begun = max(begun, first.index)
    if isinstance(event.operation, Loop):
        return event.operation.kind is LoopKind.WHILE and event.index > begun
    return event.index >= begun or bool(event.loops)


def _comes_again(event: Event, put: Event) -> bool:
    """Say whether what is done before a put may be done once more when the last item is put."""
    shared = common_loops(event, put)
    every_round = put.sure and all(loop.kind is LoopKind.COUNTED for loop in shared)
    return bool(shared) and not every_round


def _report(program: Program, queue: Queue, consumers: list[Consumer], work: list[Event]) -> Report:
    workers = ", ".join(f"{name(c.actor)}{started(program, c.actor)}" for c in consumers)
    message = (
        f"{workers}: daemon, killed when main ends, and nothing waits for the work on "
        f"'{queue.name}' ({lines(work)}): it is lost, join() the queue or the workers first"
    )
    starts = [start for c in consumers for start in program.starts(c.actor)]
    related = tuple((site_of(start), "a daemon starts here") for start in starts)
    actors = frozenset(consumer.actor.index for consumer in consumers)
    return Report(CODE, site_of(work[0]), message, queue.index, actors, related)
