"""`queue.join()` while a producer may still put.

# What it does

Reports a `queue.join()` that runs while a producer that was started may still put, with nothing
that waits for the producer before.

# Why is this bad

`join()` returns as soon as everything put *so far* is accounted for. Where the producer is slow,
that is at once: the program goes on before the work is done.

# Example

```python
producer.start()
tasks.join()
producer.join()
```

# Use instead

```python
producer.start()
producer.join()
tasks.join()
```

# Known limits

Silent behind an event, a barrier or a result that the joining actor waits for, and where others
call the method with the `join()` when they see fit. A stage that puts
before its own `task_done()` is waited for by a `join()` of the queue it takes from.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.hints import is_sentinel_by_intention
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.stops import all_taken, covered, ends_taken, idle
from flake8_joinqueue.analysis.supply import in_time
from flake8_joinqueue.analysis.timeline import Event, put_of, site_of
from flake8_joinqueue.protocol import Actor, Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, lines, name, start_here, started

CODE = "JQ301"
NAME = "join-before-producers-finish"


def check(program: Program) -> Iterator[Report]:
    """Yield the joins of a queue that do not wait for its producers."""
    for queue in program.protocol.queues:
        if not queue.kind.joinable:
            continue
        if all(put.actor == program.main.index for put in program.puts(queue)):
            continue
        for join in program.joins(queue):
            for producer in _producers(program, queue):
                if _may_still_put(program, queue, join, producer):
                    yield _report(program, queue, join, producer)


def _work(program: Program, queue: Queue, producer: Actor) -> list[Event]:
    """Return the puts of a producer that are work, as far as anybody can tell."""
    known = bool(program.sentinel_puts(queue))
    return [
        event
        for event in program.work_puts(queue)
        if event.actor == producer.index
        and (known or not is_sentinel_by_intention(put_of(event).item))
    ]


def _producers(program: Program, queue: Queue) -> Iterator[Actor]:
    # Whether what they put is work is dear to know, and asked last.
    for index in dict.fromkeys(event.actor for event in program.puts(queue)):
        if index != program.main.index:
            yield program.protocol.actors[index]


def _may_still_put(program: Program, queue: Queue, join: Event, producer: Actor) -> bool:
    starts = [start for start in program.starts(producer) if start.actor == join.actor]
    if producer.index == join.actor or not (starts or join.actor == program.main.index):
        return False
    if not any(set(join.turns) <= set(start.turns) for start in program.starts(producer)):
        return False  # who calls the join, out of sight, decides when the producers are through
    if not program.may_run_at(producer, join) or program.synchronised(producer, join):
        return False
    if program.finished_before(producer, join) is not False:
        return False
    if program.first_in_turn(producer, queue, join) or idle(program, producer, join):
        return False
    if ends_taken(program, queue, producer, join) or all_taken(program, producer, queue, join):
        return False
    if in_time(program, producer, join):
        return False
    # An item that the join itself waits for covers what is put while it is worked on.
    return any(
        not covered(program, producer, put_of(event), join, also=queue)
        for event in _work(program, queue, producer)
    )


def _report(program: Program, queue: Queue, join: Event, producer: Actor) -> Report:
    puts = _work(program, queue, producer)
    message = (
        f"join() of '{queue.name}' while {name(producer)}{started(program, producer)} may still "
        f"put ({lines(puts)}): it may return before the work is in, wait for the producer first"
    )
    related = (
        *start_here(program, producer),
        *here(puts, f"{name(producer)} puts here"),
    )
    actors = frozenset({producer.index})
    return Report(CODE, site_of(join), message, queue.index, actors, related)
