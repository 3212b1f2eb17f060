"""The manager ends while workers still use its queue.

# What it does

Reports a manager whose `with` block is left, that is shut down, or that ends with the program,
while workers on one of its queues have not been joined.

# Why is this bad

The queue is gone with the manager: the workers die of `EOFError`, `ConnectionResetError`,
`BrokenPipeError` or `FileNotFoundError`, and the work is lost.

# Example

```python
with Manager() as manager:
    tasks = manager.Queue()
    process = Process(target=worker, args=(tasks,))
    process.start()
process.join()
```

# Use instead

```python
with Manager() as manager:
    tasks = manager.Queue()
    process = Process(target=worker, args=(tasks,))
    process.start()
    process.join()
```

# Known limits

Silent where something else may wait for the workers, and where a `join()` of the queue shows that
nothing is left for them to do, or where all that a producer puts has been taken by then.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.flow import DIED, END
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import all_taken, ends_taken, needed, relayed
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, put_of
from flake8_joinqueue.analysis.told import never_told, outlived_by_managers
from flake8_joinqueue.counts import less
from flake8_joinqueue.protocol import (
    Actor,
    Daemon,
    Get,
    JoinQueue,
    Manager,
    ManagerEnds,
    Operation,
    Put,
    Queue,
    TaskDone,
)
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, lines, name, start_here, started

CODE = "JQ401"
NAME = "manager-ends-before-workers"


def check(program: Program) -> Iterator[Report]:
    """Yield the managers that end before workers on their queues."""
    for manager in program.protocol.managers:
        queues = [q for q in program.protocol.queues if q.manager == manager.index]
        ends = [e for e in program.of(ManagerEnds) if _ends(e.operation, manager)]
        for actor in program.protocol.actors[1:]:
            used = [queue for queue in queues if program.uses(actor, queue)]
            if not used or program.stopped(actor):
                continue
            if any(_begins_later(program, actor, end) for end in ends):
                yield _report(program, manager, actor, used[0], ends, later=True)
                break
            moments = ends or _end_of_main(program, actor)
            if any(_still_works(program, actor, used, moment) for moment in moments):
                yield _report(program, manager, actor, used[0], ends)
                break


def _ends(operation: Operation, manager: Manager) -> bool:
    return isinstance(operation, ManagerEnds) and operation.manager == manager.index


def _begins_later(program: Program, actor: Actor, end: Event) -> bool:
    """Say whether an actor is started only when the manager is gone."""
    starts = program.starts(actor)
    return end.sure and bool(starts) and all(before(end, start) for start in starts)


def _end_of_main(program: Program, actor: Actor) -> list[Event]:
    """Return main's end as an event, where the interpreter then waits for an actor."""
    ends = program.protocol.ends and program.main_reaches_end
    if not ends or actor.daemon is not Daemon.NO or outlived_by_managers(actor):
        return []
    index = 1 + max((e.index for e in program.events if e.actor == program.main.index), default=0)
    return [Event(ManagerEnds(-1, program.main.site), program.main.index, index)]


def _still_works(program: Program, actor: Actor, used: list[Queue], moment: Event) -> bool:
    if not program.may_run_at(actor, moment):
        return False
    if program.finished_before(actor, moment) is not False:
        return False
    if _blocks(program, actor, used):
        return True
    if _some_is_left(program, actor, used, moment):
        return True
    but = _say_too_little(program, actor, used)
    if program.synchronised(actor, moment, but) and not _told_later(program, actor, used, moment):
        return False
    return not all(_is_over(program, actor, queue, moment) for queue in used)


def _blocks(program: Program, actor: Actor, used: list[Queue]) -> bool:
    """Say whether an actor comes to wait for a sentinel for ever, whatever is waited for.

    A daemon may do so, unless somebody waits for it in the end.
    """
    return not _may_be_cut_off(program, actor) and any(
        consumer.actor is actor
        and (never_told(program, queue, consumer) or _too_few(program, queue, consumer))
        for queue in used
        if not program.escaped(queue)
        for consumer in program.consumers(queue)
    )


def _too_few(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether some of a queue's consumers are never told, though others are."""
    put, taken = program.times(program.sentinel_puts(queue)), needed(program, queue)
    if put is None or taken is None or not consumer.consumption.leaves_only_on_sentinel:
        return False
    return not relayed(program, queue) and less(put, taken) is True


def _is_over(program: Program, actor: Actor, queue: Queue, moment: Event) -> bool:
    """Say whether an actor has nothing left to do with a queue, nor to wait for there."""
    if all_taken(program, actor, queue, moment) or ends_taken(program, queue, actor, moment):
        return True
    waits = [join for join in program.on(queue, JoinQueue) if before(join, moment)]
    if not any(_is_last(program, actor, queue, wait) for wait in waits):
        # A queue that it only puts on is through with the ones it takes from.
        takes = any(event.actor == actor.index for event in program.on(queue, Get))
        return not takes and _feeds_only(program, actor, moment)
    if _may_be_cut_off(program, actor):
        return True
    taken, put = program.times(program.on(queue, Get)), program.times(program.puts(queue))
    if taken is not None:
        # All take a number of items, and are through when that many have been put.
        return put is None or less(put, taken) is not True
    # It must have left on sentinels that were waited for, or it still blocks in `get`.
    consumption = program.consumption(actor, queue)
    return not consumption.gets or (
        bool(consumption.sentinel_ways)
        and not any(True for _ in consumption.sentinel_leaks())
        and bool(program.sentinel_puts(queue))
    )


def _some_is_left(program: Program, actor: Actor, used: list[Queue], moment: Event) -> bool:
    """Say whether main surely has taken less by then than an actor puts, which others cannot."""
    for queue in used:
        gets, puts = program.on(queue, Get), program.puts(queue)
        if not gets or any(get.actor != program.main.index for get in gets):
            continue
        if any(put.actor != actor.index for put in puts) or program.escaped(queue):
            continue
        taken = program.times(get for get in gets if may_precede(get, moment))
        put = program.times(puts)
        if taken is not None and put is not None and less(taken, put) is True:
            return True
    return False


def _is_last(program: Program, actor: Actor, queue: Queue, wait: Event) -> bool:
    """Say whether nothing is put on a queue by who waited for it after that."""
    return not any(may_precede(wait, put) for put in _puts_for(program, actor, queue))


def _say_too_little(program: Program, actor: Actor, used: list[Queue]) -> set[int]:
    """Return the queues of whose items nobody can tell that an actor is through with those used.

    After each that it puts, it still takes, puts or accounts. To a daemon that does not matter.
    """
    if _may_be_cut_off(program, actor):
        return set()
    flow, indices = program.flow(actor), {queue.index for queue in used}
    uses = {
        node
        for node in flow.where(Get, Put, TaskDone)
        if getattr(flow.nodes[node].operation, "queue", None) in indices
    }
    says: dict[int, bool] = {}
    for node in flow.where(Put):
        put = flow.nodes[node].operation
        if isinstance(put, Put):
            last = not flow.between([node], uses).isdisjoint({END, DIED})
            says[put.queue] = says.get(put.queue, False) or last
    return {queue for queue, enough in says.items() if not enough}


def _told_later(program: Program, actor: Actor, used: list[Queue], moment: Event) -> bool:
    """Say whether more is put for an actor by who waited for something, when that was over."""
    takes = [queue for queue in used if program.consumption(actor, queue).gets]
    return any(
        put.sure and before(put, moment) and not program.synchronised(actor, moment, since=put)
        for queue in takes
        for put in _puts_for(program, actor, queue)
    )


def _puts_for(program: Program, actor: Actor, queue: Queue) -> list[Event]:
    """Return the puts on a queue that matter to an actor: sentinels do not, to a daemon.

    It is cut off at the end in any case, with no work in hand.
    """
    daemon = _may_be_cut_off(program, actor)
    return program.work_puts(queue) if daemon else program.puts(queue)


def _may_be_cut_off(program: Program, actor: Actor) -> bool:
    """Say whether it is, or may be, a daemon, and nobody waits for it to end as it should."""
    return actor.daemon is not Daemon.NO and not program.waits(actor)


def _feeds_only(program: Program, actor: Actor, moment: Event) -> bool:
    """Say whether an actor puts only while it holds an item of a queue that was waited for."""
    for queue in program.protocol.queues:
        waited = any(before(join, moment) for join in program.joins(queue))
        consumption = program.consumption(actor, queue) if waited else None
        if consumption is None or not consumption.gets or consumption.never_accounts:
            continue
        puts = [put_of(e) for e in program.of(Put) if e.actor == actor.index]
        if all(consumption.holds_while(put) for put in puts):
            return True
    return False


def _report(  # noqa: PLR0913 (what it speaks of, and which of two things it says)
    program: Program,
    manager: Manager,
    actor: Actor,
    queue: Queue,
    ends: list[Event],
    *,
    later: bool = False,
) -> Report:
    where = f"on {lines(ends)}" if ends else "with main"
    when = "before" if later else "while"
    still = "uses" if later else "may still use"
    message = (
        f"manager '{manager.name}' ends {where} {when} {name(actor)}{started(program, actor)} "
        f"{still} '{queue.name}': it dies with the queue, join() it before the manager ends"
    )
    related = (
        *start_here(program, actor),
        *here(ends, "the manager ends here"),
    )
    return Report(CODE, manager.site, message, queue.index, frozenset({actor.index}), related)
