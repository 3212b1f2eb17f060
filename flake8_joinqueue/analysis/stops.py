"""How many sentinels a queue's consumers take, and which are put when."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_joinqueue.analysis.program import Program, put_of
from flake8_joinqueue.analysis.timeline import Event, before
from flake8_joinqueue.counts import Count, populated, total
from flake8_joinqueue.protocol import Queue


def all_stop(program: Program, queue: Queue) -> bool:
    """Say whether every sentinel put on a queue surely ends (or counts with) every consumer."""
    consumers = program.consumers(queue)
    sentinels = program.sentinel_puts(queue)
    return bool(consumers and sentinels) and all(
        consumer.consumption.recognises(put_of(event).item) is True
        and not consumer.consumption.relays
        for consumer in consumers
        for event in sentinels
    )


def needed(program: Program, queue: Queue) -> Count | None:
    """Return how many sentinels all consumers of a queue take together, where that is known."""
    needs: list[Count] = []
    for consumer in program.consumers(queue):
        started = program.started(consumer.actor)
        takes = consumer.consumption.takes
        if started is None or takes is None:
            return None
        needs.append(populated(started * takes))
    return total(needs)


def put_before(program: Program, events: Iterable[Event], moment: Event) -> list[Event]:
    """Return the events that surely have happened at a moment of some actor."""
    return [
        event
        for event in events
        if before(event, moment)
        or (
            event.actor != moment.actor
            and program.finished_before(program.actor(event), moment) is True
        )
    ]
