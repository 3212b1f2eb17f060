"""A worker waits for a sentinel that nothing ever puts.

# What it does

Reports a worker that leaves its loop only on a sentinel, or never, where nothing puts one and
somebody waits for the worker: its `join()`, or the interpreter's exit if it is not a daemon.

# Why is this bad

The worker blocks in `get()` for ever, and whoever waits for it hangs with it.

# Example

```python
def worker(tasks):
    while True:
        job = tasks.get()
        if job is None:
            break
        handle(job)

process = Process(target=worker, args=(tasks,))
process.start()
tasks.put(1)
process.join()
```

# Use instead

```python
tasks.put(1)
tasks.put(None)
process.join()
```

# Known limits

Silent where the queue or the worker gets out of sight, and where anything else may end the worker:
a timeout, an event that somebody sets or may set out of sight, `terminate()`, `shutdown()`. An
exception in a call is not taken for an end.
Silent as well where another goes on putting as long as the program runs: that is a service.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.told import waits_for_ever
from flake8_joinqueue.protocol import Queue
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import here, name, start_here, started, waits

CODE = "JQ101"
NAME = "missing-sentinel"


def check(program: Program) -> Iterator[Report]:
    """Yield the workers that nothing ever ends."""
    for queue in program.protocol.queues:
        if program.escaped(queue) or program.shut_down(queue):
            continue
        for consumer in program.consumers(queue):
            if waits_for_ever(program, queue, consumer):
                yield _report(program, queue, consumer)


def _report(program: Program, queue: Queue, consumer: Consumer) -> Report:
    actor = consumer.actor
    unset = [each for each in program.protocol.unset if actor.index in each.actors]
    on, cure = f" on '{queue.name}'", "put a sentinel for each worker"
    if unset and consumer.consumption.never_leaves:
        events = " or ".join(f"'{each.name}'" for each in unset)
        ends, cure = f"takes from '{queue.name}' until {events} is set, which nobody does", "set it"
    elif consumer.consumption.never_leaves:
        ends = f"never leaves its loop, yet is waited for{on}"
    elif not consumer.consumption.sentinel_ways:
        ends = f"leaves only where shutdown() is called, which nobody does{on}"
    else:
        ends = f"leaves only on a sentinel, which nothing puts{on}"
    message = (
        f"{name(actor)}{started(program, actor)} {ends}: it {waits([consumer])} for ever, {cure}"
    )
    site = consumer.consumption.gets[0].site
    related = (
        *start_here(program, actor),
        *here(program.waits(actor), f"{name(actor)} is waited for here"),
        *((each.site, f"'{each.name}' is made here, and never set") for each in unset),
    )
    return Report(CODE, site, message, queue.index, frozenset({actor.index}), related)
