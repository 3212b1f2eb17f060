"""An error between starting the workers and telling them to stop.

# What it does

Reports workers that are no daemons and stop on a sentinel only, where something may raise between
their start and the sentinels, and no `finally` puts those in that case. Off by default.

# Why is this bad

The exception ends the main program but not the workers: they wait in `get()` for ever, and the
interpreter waits for them. What should have been a traceback is a program that hangs.

# Example

```python
worker.start()
for line in lines:
    tasks.put(int(line))
tasks.put(None)
worker.join()
```

# Use instead

```python
worker.start()
try:
    for line in lines:
        tasks.put(int(line))
finally:
    tasks.put(None)
worker.join()
```

# Known limits

Any call into code that is not in sight may raise, as far as this rule knows: that is why it is off
until you select it.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.exceptions import catches
from flake8_joinqueue.analysis.guards import attempts
from flake8_joinqueue.analysis.program import Consumer, Program, site_of
from flake8_joinqueue.analysis.timeline import Event
from flake8_joinqueue.protocol import (
    ActorKind,
    Call,
    Daemon,
    Queue,
    Raise,
    operations_in,
)
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import lines, name

CODE = "JQ501"
NAME = "no-stop-on-producer-error"

_KINDS = frozenset({ActorKind.PROCESS, ActorKind.THREAD})


def check(program: Program) -> Iterator[Report]:
    """Yield the starts of workers that an error of main leaves waiting."""
    for queue in program.protocol.queues:
        if program.escaped(queue) or program.shut_down(queue):
            continue
        for consumer in program.consumers(queue):
            yield from _check(program, queue, consumer)


def _check(program: Program, queue: Queue, consumer: Consumer) -> Iterator[Report]:
    actor = consumer.actor
    lasting = actor.kind in _KINDS and actor.daemon is Daemon.NO and not program.stopped(actor)
    sentinels = program.sentinel_puts(queue)
    starts = program.starts(actor)
    if not lasting or not consumer.consumption.leaves_only_on_sentinel or not sentinels:
        return
    if any(event.actor != program.main.index for event in (*sentinels, *starts)):
        return
    errors = [
        error
        for error in program.of(Call, Raise)
        if error.actor == program.main.index
        and any(start.index < error.index for start in starts)
        and error.index < max(put.index for put in sentinels)
        and not _is_prepared(program, error, sentinels)
    ]
    if not errors:
        return
    start = min((s for s in starts), key=lambda s: s.index)
    error = min(errors, key=lambda e: e.index)
    message = (
        f"{name(actor)} waits for ever if line {site_of(error).line} raises before its sentinels "
        f"are on '{queue.name}' ({lines(sentinels)}): put them in a finally"
    )
    related = ((site_of(error), "this may raise"), (site_of(sentinels[0]), "the sentinels"))
    actors = frozenset({actor.index})
    yield Report(CODE, site_of(start), message, queue.index, actors, related)


def _is_prepared(program: Program, error: Event, sentinels: list[Event]) -> bool:
    """Say whether an error is caught, or sentinels are put on its way out."""
    puts = {id(put.operation) for put in sentinels}
    return any(
        any(id(inner) in puts for inner in operations_in(attempt.final))
        or any(catches(handler, "Exception") is not False for handler in attempt.handlers)
        for attempt in attempts(program, error)
    )
