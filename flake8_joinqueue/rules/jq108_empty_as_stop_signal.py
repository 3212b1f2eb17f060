"""A queue that looks empty is taken for a queue that is done.

# What it does

Reports a worker or a drain loop that stops only where `empty()`, `qsize()` or `get_nowait()` says
that the queue is empty, while others still put, while another worker may take the last item first,
or right after `put()` on a process queue.

# Why is this bad

It stops before the work is in, and what comes after is lost; or it sees the last item, another one
takes it, and its `get()` waits for ever. What is `put()` on a process queue is handed over by a
thread, so that the queue looks empty for a while.

# Example

```python
def worker(tasks):
    while not tasks.empty():
        handle(tasks.get())

for job in jobs:
    tasks.put(job)
for _ in range(4):
    Process(target=worker, args=(tasks,)).start()
```

# Use instead

```python
def worker(tasks):
    for job in iter(tasks.get, None):
        handle(job)

for job in jobs:
    tasks.put(job)
for _ in range(4):
    tasks.put(None)
```

# Known limits

Silent where anything else may end the loop, too, and where the program sleeps or waits for
something before the look. On a thread queue or a manager's, a loop with `get_nowait()` is right
where all puts are over; so is one with `empty()` if there is but one consumer. Tasks and greenlets
take turns only where they wait: reported where a producer, or main, does so before it puts, or a
consumer between its look and its `get`.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.arrivals import hesitates, in_turns, late, moments
from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.timeline import Event, before, site_of
from flake8_joinqueue.counts import ONE, total
from flake8_joinqueue.facts.tasks import PAUSES
from flake8_joinqueue.protocol import Emptiness, Escape, Get, Peek, Queue, Site, Stop, Synchronise
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import lines, name

CODE = "JQ108"
NAME = "empty-as-stop-signal"


def check(program: Program) -> Iterator[Report]:
    """Yield the looks at a queue that end a consumer too soon, or not at all."""
    for queue in program.protocol.queues:
        if queue.count != ONE:
            continue
        if program.escaped(queue) or program.shut_down(queue):
            continue
        gets = (event.operation for event in program.on(queue, Get))
        if not program.on(queue, Peek) and not any(isinstance(g, Get) and g.nowait for g in gets):
            continue  # nobody looks
        consumers = program.consumers(queue)
        # Whoever goes on till it is told may take what is left.
        if consumers and all(_stops(program, queue, consumer) for consumer in consumers):
            yield from _check(program, queue, consumers)


def _stops(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a consumer leaves when it finds nothing, as far as anybody minds.

    Ending it from outside helps nobody who waits for the queue first.
    """
    return bool(_looks(program, queue, consumer)) and all(
        isinstance(end.operation, Stop) and any(before(join, end) for join in program.joins(queue))
        for end in program.about(consumer.actor, Stop, Escape)
    )


def _looks(program: Program, queue: Queue, consumer: Consumer) -> tuple[Site, ...]:
    """Return the looks at a queue, or tries to take from it, that end a consumer."""
    return consumer.consumption.stops_when_empty(program.items_put(queue))


def _check(program: Program, queue: Queue, consumers: list[Consumer]) -> Iterator[Report]:
    found = [(consumer, _too_soon(program, queue, consumer)) for consumer in consumers]
    for consumer, puts in found:
        # One that comes when everything is in takes what the others have left.
        if puts and all(others for _, others in found):
            yield _report_early(program, queue, consumer, puts)
        elif _may_block(program, queue, consumer, consumers):
            yield _report_block(program, queue, consumer)


def _too_soon(program: Program, queue: Queue, consumer: Consumer) -> list[Event]:
    """Return the puts that may come when a consumer has left."""
    look = _looks(program, queue, consumer)[0]
    if hesitates(program, queue, consumer, look):
        return []
    # `qsize()` of a process queue counts what is on its way, too.
    method = _method(program, look)
    lags = queue.kind.feeder and method != "qsize"
    return late(program, queue, consumer, lags=lags) or []


def _may_block(
    program: Program, queue: Queue, consumer: Consumer, consumers: list[Consumer]
) -> bool:
    """Say whether another may take the last item between a look and the `get` behind it."""
    consumption = consumer.consumption
    if in_turns(program, queue) and not _gives_way_between(program, queue, consumer):
        return False  # what it sees holds until it waits
    if _method(program, _looks(program, queue, consumer)[0]) not in {"empty", "qsize"}:
        return False
    if any(get.may_be_empty for get in consumption.gets) or not program.puts(queue):
        return False
    several = program.started(consumer.actor) != ONE or any(
        other is not consumer and not _apart(program, queue, consumer, other) for other in consumers
    )
    return several and program.is_waited(consumer.actor)


def _apart(program: Program, queue: Queue, one: Consumer, other: Consumer) -> bool:
    """Say whether two consumers never take at the same time: one is through before the other."""
    return _through_before(program, queue, one, other) or _through_before(
        program, queue, other, one
    )


def _through_before(program: Program, queue: Queue, first: Consumer, second: Consumer) -> bool:
    """Say whether a consumer surely takes no more when another one begins to."""
    begins = moments(program, queue, second)
    if first.actor is program.main:
        gets = [get for get in program.on(queue, Get) if get.actor == first.actor.index]
        return all(before(get, begin) for get in gets for begin in begins)
    return bool(begins) and all(
        program.finished_before(first.actor, begin) is True for begin in begins
    )


def _gives_way_between(program: Program, queue: Queue, consumer: Consumer) -> bool:
    """Say whether a task sleeps between a look and the `get` behind it, so that others run.

    Anything else that it may wait for there may be done at once, or let one go on at a time. Where
    all sleep as long, and each gets as many items, nobody is left without.
    """
    flow = program.flow(consumer.actor)
    looks, gets = set(), set()
    for index, node in enumerate(flow.nodes):
        if isinstance(node.test, Emptiness) and node.test.queue == queue.index:
            looks.add(index)
        elif isinstance(node.operation, Get) and node.operation.queue == queue.index:
            gets.add(index)
    between = flow.between(looks, gets) & flow.reaching(gets, looks)
    return any(
        isinstance(wait := flow.nodes[index].operation, Synchronise) and wait.what in PAUSES
        for index in between
    ) and not _come_out_even(program, queue)


def _come_out_even(program: Program, queue: Queue) -> bool:
    """Say whether all consumers of a queue may surely take as many items as each other."""
    counts = [program.started(consumer.actor) for consumer in program.consumers(queue)]
    known = [count for count in counts if count is not None]
    takers = total(known).number if len(known) == len(counts) else None
    put = program.times(program.puts(queue))
    return bool(takers and put and put.number and put.number % takers == 0)


def _method(program: Program, site: Site) -> str:
    return next(
        (
            event.operation.method
            for event in program.of(Peek)
            if isinstance(event.operation, Peek) and event.operation.site is site
        ),
        "get_nowait",
    )


def _report_early(program: Program, queue: Queue, consumer: Consumer, puts: list[Event]) -> Report:
    site = _looks(program, queue, consumer)[0]
    message = (
        f"{name(consumer.actor)} stops when '{queue.name}' looks empty ({_method(program, site)}), "
        f"which it may before all is in ({lines(puts)}): the rest is lost, stop it by a sentinel"
    )
    related = tuple((site_of(put), "may come after it has left") for put in puts)
    actors = frozenset({consumer.actor.index})
    return Report(CODE, site, message, queue.index, actors, related)


def _report_block(program: Program, queue: Queue, consumer: Consumer) -> Report:
    consumption = consumer.consumption
    get: Get = consumption.gets[0]
    message = (
        f"another consumer of '{queue.name}' may take the last item between this look and get() "
        f"on line {get.site.line}, where {name(consumer.actor)} then waits for ever: stop it by a "
        "sentinel"
    )
    related = ((get.site, "waits for ever"),)
    actors = frozenset({consumer.actor.index})
    return Report(CODE, _looks(program, queue, consumer)[0], message, queue.index, actors, related)
