"""A sentinel that is another object when it arrives.

# What it does

Reports the comparison with a sentinel that is never true, since the queue pickles what is put:
`object()`, an instance or `StopIteration()`; and `is` with a text, bytes, a tuple, a float or a
number above 256.

# Why is this bad

The worker gets a copy of the sentinel and takes it for work: it never ends.

# Example

```python
STOP = object()

def worker(tasks):
    while True:
        job = tasks.get()
        if job is STOP:
            break
```

# Use instead

```python
def worker(tasks):
    while True:
        job = tasks.get()
        if job is None:
            break
```

`None`, `...`, classes, functions and enum members are the same object in every process; texts and
numbers may be compared with `==`.

# Known limits

Silent where the class of the sentinel decides itself how it is compared or pickled, and for workers
that nobody waits for. Queues between threads hand over the object itself.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.deciding import decide
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.timeline import Event, put_of, site_of
from flake8_joinqueue.protocol import Item, Queue, Site, Unique
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import item, lines, name

CODE = "JQ106"
NAME = "sentinel-loses-identity"


def check(program: Program) -> Iterator[Report]:
    """Yield the comparisons with sentinels that were copied on their way."""
    for queue in program.protocol.queues:
        if not queue.kind.pickles or program.escaped(queue) or program.shut_down(queue):
            continue
        for consumer in program.consumers(queue) if program.puts(queue) else ():
            if not program.is_waited(consumer.actor) or consumer.consumption.leaves_otherwise:
                continue
            yield from _check(program, queue, consumer)


def _check(program: Program, queue: Queue, consumer: Consumer) -> Iterator[Report]:
    consumption = consumer.consumption
    puts = [
        event
        for event in program.puts(queue)
        if consumption.recognises(put_of(event).item) is not False
    ]
    # One that arrives as itself ends the worker all the same.
    if any(consumption.recognises(put_of(e).item, pickled=True) is not False for e in puts):
        return
    for event in puts:
        for site in _lost(consumer, put_of(event).item):
            yield _report(queue, consumer, event, site)


def _lost(consumer: Consumer, value: Item) -> Iterator[Site]:
    """Yield the comparisons that would end a consumer, were the sentinel still itself."""
    for way in consumer.consumption.sentinel_ways:
        for test, truth in way.assumptions:
            if (
                truth
                and test.site is not None
                and decide(test, value, pickled=False) is not False
                and decide(test, value, pickled=True) is False
            ):
                yield test.site


def _report(queue: Queue, consumer: Consumer, put: Event, site: Site) -> Report:
    value = put_of(put).item
    cure = "use None or an enum member" if isinstance(value, Unique) else "compare with =="
    message = (
        f"{item(value)} put on '{queue.name}' ({lines([put])}) is pickled on its way: what "
        f"{name(consumer.actor)} gets is a copy, this test is never true and it never ends, {cure}"
    )
    related = ((site_of(put), "the sentinel is put here"),)
    actors = frozenset({consumer.actor.index})
    return Report(CODE, site, message, queue.index, actors, related)
