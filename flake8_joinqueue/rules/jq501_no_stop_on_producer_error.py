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

from flake8_joinqueue.analysis.exceptions import ORDINARY, catches, usual
from flake8_joinqueue.analysis.guards import attempts
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.timeline import Event, site_of
from flake8_joinqueue.analysis.told import never_told
from flake8_joinqueue.protocol import (
    Call,
    Exit,
    Handler,
    Loop,
    LoopKind,
    Queue,
    Raise,
    operations_in,
)
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, lines, name

CODE = "JQ501"
NAME = "no-stop-on-producer-error"


def check(program: Program) -> Iterator[Report]:
    """Yield the starts of workers that an error of main leaves waiting."""
    for queue in program.protocol.queues:
        if program.escaped(queue) or program.shut_down(queue):
            continue
        for consumer in program.consumers(queue):
            yield from _check(program, queue, consumer)


def _check(program: Program, queue: Queue, consumer: Consumer) -> Iterator[Report]:
    actor = consumer.actor
    sentinels = program.sentinel_puts(queue)
    starts = program.starts(actor)
    if (
        not program.holds_out(actor)
        or not consumer.consumption.leaves_only_on_sentinel
        or not starts
    ):
        return
    if any(event.actor != program.main.index for event in (*sentinels, *starts)):
        return
    start = min(starts, key=lambda s: s.index)
    errors = [
        error
        for error in program.of(Call, Raise, Exit)
        if error.actor == program.main.index
        and start.index < error.index
        and not _is_prepared(program, error, sentinels)
    ]
    if sentinels:
        last = max(put.index for put in sentinels)
        errors = [error for error in errors if error.index < last]
        rest = f"before its sentinels are on '{queue.name}' ({lines(sentinels)})"
    else:
        # What would put them is behind an error that main surely comes to.
        lost = _surely_fails(program) and never_told(program, queue, consumer)
        errors = [e for e in errors if lost and not isinstance(e.operation, Call)]
        rest = f"with no sentinel on '{queue.name}'"
    if not errors:
        return
    error = min(errors, key=lambda e: e.index)
    message = (
        f"{name(actor)} waits for ever if line {site_of(error).line} raises {rest}: put its "
        "sentinels in a finally"
    )
    related = ((site_of(error), "this may raise"), *here(sentinels, "the sentinels"))
    actors = frozenset({actor.index})
    yield Report(CODE, site_of(start), message, queue.index, actors, related)


def _surely_fails(program: Program) -> bool:
    """Say whether main has no way to its end, and no loop in which it might go on for ever."""
    loops = [event for event in program.of(Loop) if event.actor == program.main.index]
    endless = any(
        isinstance(loop.operation, Loop) and loop.operation.kind is LoopKind.WHILE for loop in loops
    )
    return not program.main_reaches_end and not endless


def _is_prepared(program: Program, error: Event, sentinels: list[Event]) -> bool:
    """Say whether an error is caught, or waits for nobody, or sentinels are put on its way out."""
    if isinstance(error.operation, Exit) and error.operation.hard:
        return True
    puts = {id(put.operation) for put in sentinels}
    return any(
        any(id(inner) in puts for inner in operations_in(attempt.final))
        or any(_expects(handler, error) for handler in attempt.handlers)
        for attempt in attempts(program, error)
    )


def _expects(handler: Handler, error: Event) -> bool:
    """Say whether a handler is meant for an error: one that is known, or any of a call."""
    match error.operation:
        case Raise(name=thrown):
            return catches(handler, thrown) is not False
        case Exit():
            return catches(handler, "SystemExit") is not False
        case Call(label=label):
            return any(catches(handler, thrown) is not False for thrown in usual(label))
    return catches(handler, ORDINARY) is not False
