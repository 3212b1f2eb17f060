"""A worker terminated while it waits for an item, or before what it put is sent.

# What it does

Reports `terminate()` and `kill()` of a process that may be blocked in `get()` on a process queue
from which others still take afterwards; and of one that may not have sent yet what it has put on a
queue that is joined afterwards.

# Why is this bad

A process that waits in `get()` holds the lock by which the readers of a queue take turns. It dies
with the lock in its hand: every later `get()`, in every process, waits for ever, and `get()` with a
timeout says that the queue is empty.

`put()` on a process queue counts the item and leaves it to a thread to send it. That thread dies
with the process: the item is counted and never comes, and `join()` waits for it for ever.

# Example

```python
worker.terminate()
worker = Process(target=work, args=(tasks,))
worker.start()
```

# Use instead

```python
tasks.put(None)
worker.join()
worker = Process(target=work, args=(tasks,))
worker.start()
```

# Known limits

Silent for queues of a manager, and where a sentinel was put for the worker before. What was put and
not sent yet is spoken of only where nothing before that waits for anything but the queue that the
process takes from.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.guards import attempts
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.starting import is_inherited_only
from flake8_joinqueue.analysis.stops import is_done
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, site_of
from flake8_joinqueue.counts import ONE, less
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Close,
    Escape,
    Get,
    JoinActor,
    JoinQueue,
    Peek,
    Put,
    Queue,
    Site,
    Sleep,
    Stop,
    Synchronise,
)
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, name

CODE = "JQ411"
NAME = "terminate-while-blocked"

_METHODS = frozenset({"terminate", "kill"})


def check(program: Program) -> Iterator[Report]:
    """Yield the stops of processes that may hold a lock which others need afterwards."""
    for event in program.of(Stop):
        stop = event.operation
        assert isinstance(stop, Stop)
        actor = program.protocol.actors[stop.actor]
        if stop.method not in _METHODS or actor.kind is not ActorKind.PROCESS:
            continue
        for queue in program.protocol.queues:
            found = _locked(program, queue, actor, event) or _unsent(program, queue, actor, event)
            if found is not None:
                why, related = found
                message = f"{stop.method}() of {name(actor)} {why}, end it with a sentinel"
                actors = frozenset({actor.index})
                yield Report(CODE, site_of(event), message, queue.index, actors, related)
                break


# What is wrong with a stop, in words, and the places that show it.
_Fault = tuple[str, tuple[tuple[Site, str], ...]]


def _locked(program: Program, queue: Queue, actor: Actor, stop: Event) -> _Fault | None:
    reader = _needs_the_lock(program, queue, actor, stop)
    if reader is None:
        return None
    why = (
        f"while it may wait in get() on '{queue.name}': it keeps the lock, and the get() on line "
        f"{site_of(reader).line} waits for ever"
    )
    return why, ((site_of(reader), "this get() needs the lock"),)


def _unsent(program: Program, queue: Queue, actor: Actor, stop: Event) -> _Fault | None:
    join = _misses_what_was_not_sent(program, queue, actor, stop)
    if join is None:
        return None
    why = (
        f"before what it put on '{queue.name}' is sent: it is counted and never comes, and join() "
        f"on line {site_of(join).line} waits for ever"
    )
    puts = [put for put in program.puts(queue) if put.actor == actor.index]
    return why, here(puts, "a thread of the process sends it later")


def _needs_the_lock(program: Program, queue: Queue, actor: Actor, stop: Event) -> Event | None:
    """Return a `get` that comes, or is still to end, after an actor was stopped while in one."""
    if not is_inherited_only(queue) or queue.count != ONE:
        return None
    gets = [event for event in program.on(queue, Get) if not _gives_up(program, event)]
    if not any(event.actor == actor.index for event in gets):
        return None
    if _is_over(program, actor, stop) or _was_told(program, queue, actor, stop):
        return None
    if not _more_to_come(program, queue, actor, stop):
        return None
    for event in gets:
        other = program.actor(event)
        if event.actor == stop.actor:
            if may_precede(stop, event):
                return event
        elif _still_takes(program, queue, other, actor, stop):
            return event
    return None


def _misses_what_was_not_sent(
    program: Program, queue: Queue, actor: Actor, stop: Event
) -> Event | None:
    """Return a `join` that waits for items which an actor has put, and its feeder has not sent."""
    if not (queue.kind.feeder and queue.kind.joinable and is_inherited_only(queue)):
        return None
    if queue.count != ONE or program.escaped(queue) or _is_over(program, actor, stop):
        return None
    if not stop.sure:
        return None  # where something else has gone wrong, say
    if not any(put.actor == actor.index for put in program.puts(queue)):
        return None
    own = [event for event in program.on(queue, JoinQueue, Close) if event.actor == actor.index]
    if own or not _has_work(program, actor, stop) or _waits_for_more(program, actor, stop):
        return None
    return next((join for join in program.joins(queue) if before(stop, join)), None)


def _has_work(program: Program, actor: Actor, stop: Event) -> bool:
    """Say whether an actor has been given something to do, and not been told to end."""
    taken = [queue for queue in program.protocol.queues if _takes(program, actor, queue)]
    return bool(taken) and all(
        any(_may_be_done(program, put, stop) for put in program.work_puts(queue))
        and not _was_told(program, queue, actor, stop)
        for queue in taken
    )


def _may_be_done(program: Program, put: Event, stop: Event) -> bool:
    """Say whether who stops an actor may have put something before, or waited for who does."""
    return may_precede(put, stop) if put.actor == stop.actor else is_done(program, put, stop)


def _when_done(program: Program, put: Event, stop: Event) -> Iterator[int]:
    """Yield where in the course of who stops an actor a put may be done that late."""
    if put.actor == stop.actor:
        done = [put] if may_precede(put, stop) else []
    else:
        done = [wait for wait in program.waits(program.actor(put)) if before(wait, stop)]
    for event in done:
        yield event.index


def _takes(program: Program, actor: Actor, queue: Queue) -> bool:
    return any(event.actor == actor.index for event in program.on(queue, Get))


def _waits_for_more(program: Program, actor: Actor, stop: Event) -> bool:
    """Say whether who stops an actor waits before for more than that it accounts for its items.

    What comes before the last item is put is no time given to that one.
    """
    last = max(
        (
            index
            for queue in program.protocol.queues
            if _takes(program, actor, queue)
            for put in program.work_puts(queue)
            if put.sure
            for index in _when_done(program, put, stop)
        ),
        default=-1,
    )
    for event in program.of(JoinQueue, Get, Peek, JoinActor, Sleep, Synchronise):
        if event.actor != stop.actor or event.index <= last or not may_precede(event, stop):
            continue
        join = event.operation
        if not isinstance(join, JoinQueue):
            return True
        joined = program.protocol.queues[join.queue]
        # Whoever accounts for what others take may do so when all has come of it.
        if not _takes(program, actor, joined) or program.accounted_elsewhere(joined):
            return True
    return False


def _still_takes(program: Program, queue: Queue, other: Actor, stopped: Actor, stop: Event) -> bool:
    """Say whether a reader is started after another one was stopped, or is left and missed."""
    if any(may_precede(stop, start) for start in program.starts(other)):
        return True
    joined = any(join.actor == stop.actor and before(stop, join) for join in program.joins(queue))
    if other is stopped:
        missed = joined or _waited_in_a_loop(program, other, stop)
        return missed and _some_are_left(program, other, stop)
    if program.stopped(other) and not _stopped_later(program, other, stop):
        return False
    if joined and any(may_precede(start, stop) for start in program.starts(other)):
        return True
    return not program.stopped(other) and _waited_later(program, other, stop)


def _some_are_left(program: Program, actor: Actor, stop: Event) -> bool:
    """Say whether more of an actor were started than are stopped by then."""
    started = program.times(start for start in program.starts(actor) if may_precede(start, stop))
    stops = program.about(actor, Stop)
    stopped = program.times(each for each in stops if each is stop or may_precede(each, stop))
    if program.about(actor, Escape) or started is None or stopped is None:
        return False
    return less(stopped, started) is True


def _stopped_later(program: Program, actor: Actor, stop: Event) -> bool:
    """Say whether an actor is stopped only when the queue has been joined after a stop."""
    return not program.about(actor, Escape) and all(
        before(stop, other) for other in program.about(actor, Stop)
    )


def _is_over(program: Program, actor: Actor, stop: Event) -> bool:
    """Say whether the actor was waited for before; one of an earlier round is another."""
    return any(
        wait.actor == stop.actor and wait.index < stop.index for wait in program.waits(actor)
    )


def _gives_up(program: Program, event: Event) -> bool:
    """Say whether a `get` does not wait, or goes on where it waits in vain."""
    get = event.operation
    if not isinstance(get, Get) or not get.may_be_empty:
        return False
    return get.nowait or bool(attempts(program, event))


def _was_told(program: Program, queue: Queue, actor: Actor, stop: Event) -> bool:
    """Say whether the actor may be on its way out already."""
    if not program.consumption(actor, queue).sentinel_ways:
        return False
    return any(
        put.actor != stop.actor or may_precede(put, stop) for put in program.sentinel_puts(queue)
    )


def _more_to_come(program: Program, queue: Queue, actor: Actor, stop: Event) -> bool:
    """Say whether something is put on the queue that others wait for after that."""
    return any(
        may_precede(stop, put) if put.actor == stop.actor else put.actor != actor.index
        for put in program.on(queue, Put)
    )


def _waited_in_a_loop(program: Program, actor: Actor, stop: Event) -> bool:
    """Say whether more than the one that was stopped are waited for after that."""
    return any(wait.loops and before(stop, wait) for wait in program.waits(actor))


def _waited_later(program: Program, actor: Actor, stop: Event) -> bool:
    starts = [start for start in program.starts(actor) if start.actor == stop.actor]
    waits = [wait for wait in program.waits(actor) if wait.actor == stop.actor]
    return any(before(start, stop) for start in starts) and any(
        isinstance(wait.operation, JoinActor) and before(stop, wait) for wait in waits
    )
