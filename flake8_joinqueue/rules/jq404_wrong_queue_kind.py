"""A queue of the wrong kind for what is done with it.

# What it does

Reports `task_done()` and `join()` on a queue that does not count (`multiprocessing.Queue`, the
`SimpleQueue`s), a `queue.Queue` that a process is to share, and an `asyncio.Queue` whose methods
are called from another thread than its tasks run in.

# Why is this bad

The first raises `AttributeError`. The second raises `TypeError` where the queue is pickled; where
the process is forked, each side has a copy of its own, and nothing ever gets across. The third is
not thread-safe: a task that waits in `get()` is not woken.

# Example

```python
tasks = multiprocessing.Queue()
...
tasks.join()
```

# Use instead

```python
tasks = multiprocessing.JoinableQueue()
...
tasks.join()
```

From another thread, `loop.call_soon_threadsafe(tasks.put_nowait, job)` and
`asyncio.run_coroutine_threadsafe(tasks.put(job), loop)` are right for a queue of asyncio.

# Known limits

Silent for a queue class of the file that defines methods of its own, where only one side of a
process ever uses a `queue.Queue`, where no task waits on the queue of asyncio, and where
the end of the thread, which is near, wakes the event loop all the same (`asyncio.to_thread()`).

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.flow import END
from flake8_joinqueue.analysis.guards import expects
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.starting import of_thread, process_of
from flake8_joinqueue.analysis.timeline import Event, site_of
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.protocol import (
    Actor,
    Get,
    JoinActor,
    JoinQueue,
    Pass,
    Peek,
    Put,
    Queue,
    Site,
    Synchronise,
    TaskDone,
    UseGlobal,
    operations_in,
)
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import made_here, name

CODE = "JQ404"
NAME = "wrong-queue-kind"


def check(program: Program) -> Iterator[Report]:
    """Yield what queues are used for that they are not made for."""
    for queue in program.protocol.queues:
        if not queue.redefined:
            yield from _uncounted(program, queue)
        if queue.kind.carrier is Carrier.THREADS:
            yield from _shared_with_process(program, queue)
        elif queue.kind.carrier is Carrier.TASKS:
            yield from _from_other_threads(program, queue)


def _uncounted(program: Program, queue: Queue) -> Iterator[Report]:
    if queue.kind.joinable:
        return
    for event in program.on(queue, TaskDone, JoinQueue):
        if expects(program, event, "AttributeError"):
            continue
        method = "task_done" if isinstance(event.operation, TaskDone) else "join"
        better = "queue.Queue"
        if queue.kind.carrier is Carrier.PROCESSES:
            better = "multiprocessing.JoinableQueue"
        message = (
            f"'{queue.name}' is a {queue.kind.constructor}, which has no {method}(): "
            f"AttributeError, make it a {better}"
        )
        actors = frozenset({event.actor})
        yield Report(CODE, site_of(event), message, queue.index, actors, made_here(queue))


def _users(program: Program, queue: Queue) -> list[Event]:
    return program.on(queue, Get, Put, TaskDone, JoinQueue, Peek)


def _shared_with_process(program: Program, queue: Queue) -> Iterator[Report]:
    homes = {_home(program, program.actor(event)) for event in _users(program, queue)}
    for event in program.of(Pass):
        passed = event.operation
        if not isinstance(passed, Pass) or passed.passed != queue.index:
            continue
        if passed.actor is not None:
            actor = program.protocol.actors[passed.actor]
            if actor.index in homes and len(homes) > 1:
                yield _copied(queue, actor, passed.site)
        elif passed.onto is None:
            yield _pickled(queue, passed.site)
    reported: set[int] = set()
    for event in program.on(queue, UseGlobal):
        actor = program.actor(event)
        home = _home(program, actor)
        if home in homes and len(homes) > 1 and home not in reported:
            reported.add(home)
            yield _copied(queue, actor, site_of(event))


def _home(program: Program, actor: Actor) -> int:
    """Return the index of the process whose memory an actor works in, 0 for that of main."""
    process = process_of(program, actor)
    return 0 if process is None else process.index


def _copied(queue: Queue, actor: Actor, site: Site) -> Report:
    message = (
        f"'{queue.name}' is a {queue.kind.constructor}, which the process {name(actor)} does not "
        "share: TypeError, or a copy that nothing gets into, use multiprocessing.JoinableQueue"
    )
    return Report(CODE, site, message, queue.index, frozenset({actor.index}), made_here(queue))


def _pickled(queue: Queue, site: Site) -> Report:
    message = (
        f"'{queue.name}' is a {queue.kind.constructor}, which cannot be pickled for the work of a "
        "pool: TypeError, use the queue of a multiprocessing.Manager()"
    )
    return Report(CODE, site, message, related=made_here(queue))


def _from_other_threads(program: Program, queue: Queue) -> Iterator[Report]:
    home = of_thread(program, program.protocol.actors[queue.maker])
    users = _users(program, queue)
    at_home = any(of_thread(program, program.actor(event)) is home for event in users)
    for event in users:
        actor = of_thread(program, program.actor(event))
        if actor is home or not at_home or not _somebody_waits(program, queue, event, home):
            continue
        if _goes_on_soon(program, actor, event):
            continue
        message = (
            f"'{queue.name}' is a {queue.kind.constructor}, which {name(actor)} must not use from "
            "outside its event loop: no task is woken, go through loop.call_soon_threadsafe()"
        )
        actors = frozenset({event.actor})
        yield Report(CODE, site_of(event), message, queue.index, actors, made_here(queue))


def _goes_on_soon(program: Program, actor: Actor, event: Event) -> bool:
    """Say whether the event loop is woken in any case, when the thread ends, as it will soon."""
    if not actor.wakes or isinstance(event.operation, JoinQueue):
        return False
    if isinstance(event.operation, Get) and not event.operation.nowait:
        return False
    waits = any(
        isinstance(inner, JoinQueue | Synchronise | JoinActor)
        or (isinstance(inner, Get) and not inner.may_be_empty)
        for inner in operations_in(actor.body)
    )
    return not waits and END in program.flow(actor).reachable()


def _somebody_waits(program: Program, queue: Queue, event: Event, home: Actor) -> bool:
    """Say whether a task may wait for what comes from outside, or who does it waits himself."""
    operation = event.operation
    if isinstance(operation, Get) and not operation.nowait:
        return True
    waiters = [
        other.operation
        for other in _users(program, queue)
        if of_thread(program, program.actor(other)) is home
        and program.finished_before(program.actor(event), other) is not True
    ]
    match operation:
        case Put():
            return any(isinstance(each, Get) and not each.nowait for each in waiters)
        case TaskDone():
            return any(isinstance(each, JoinQueue) for each in waiters)
        case Get():
            bounded = queue.maxsize is not None
            return bounded and any(isinstance(each, Put) and each.blocking for each in waiters)
    return isinstance(operation, JoinQueue)
