"""What the actors of a Protocol do, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from flake8_joinqueue.analysis.flow import Flow
from flake8_joinqueue.analysis.known import Known
from flake8_joinqueue.analysis.timeline import (
    ByKind,
    Event,
    by_kind,
    may_precede,
    of_kinds,
    site_of,
    timeline,
)
from flake8_joinqueue.analysis.walking import queue_of
from flake8_joinqueue.counts import ONE, Count, less, populated, total
from flake8_joinqueue.options import DEFAULTS, Options
from flake8_joinqueue.protocol import Actor, Protocol, Put, Queue, Start


class Events:
    """Everything that is done, by whom, to what; each answer is worked out once.

    `known` is what variants of one Protocol share: the flows of the bodies that are the same.
    """

    def __init__(
        self, protocol: Protocol, options: Options = DEFAULTS, known: Known | None = None
    ) -> None:
        self.protocol = protocol
        self.options = options
        self.main = protocol.actors[0]
        self._known = Known() if known is None else known

    def flow(self, actor: Actor) -> Flow:
        """Return the control flow of an actor."""
        return self._known.flow(actor.body)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Every operation that can be reached, main's first."""
        found: list[Event] = []
        for actor in self.protocol.actors:
            if self.runs(actor):
                found += self._reached(actor)
        return tuple(found)

    def _reached(self, actor: Actor) -> list[Event]:
        key = id(actor.body), actor.index
        known = self._known.reached.get(key)
        if known is None:
            flow = self.flow(actor)
            reached = {
                id(flow.nodes[node].operation)
                for node in flow.reachable()
                if flow.nodes[node].operation is not None
            }
            structures = {id(node.operation) for node in flow.nodes}
            known = self._known.reached[key] = [
                event
                for event in self._timeline(actor)
                if id(event.operation) in reached or id(event.operation) not in structures
            ]
        return known

    def _timeline(self, actor: Actor) -> list[Event]:
        key = id(actor.body), actor.index
        known = self._known.timelines.get(key)
        if known is None:
            known = self._known.timelines[key] = timeline(actor)
        return known

    @cached_property
    def involved(self) -> frozenset[tuple[int, int | None]]:
        """The actors that run, each with `None` and with each queue that it does anything with."""
        touched = [self._known.toucher.touched(actor.body) for actor in self.protocol.actors]
        started = {self.main.index}.union(*(each.started for each in touched))
        pairs: set[tuple[int, int | None]] = {(index, None) for index in started}
        pairs.update((index, queue) for index in started for queue in touched[index].queues)
        return frozenset(pairs)

    def runs(self, actor: Actor) -> bool:
        """Say whether an actor is started at all; main is."""
        return (actor.index, None) in self.involved

    def uses(self, actor: Actor, queue: Queue) -> bool:
        """Say whether an actor runs and does anything with a queue."""
        return (actor.index, queue.index) in self.involved

    def of(self, *kinds: type) -> list[Event]:
        """Return the events of these kinds of operation."""
        return of_kinds(self._by_kind, kinds)

    @cached_property
    def _by_kind(self) -> ByKind:
        return by_kind(self.events)

    def on(self, queue: Queue, *kinds: type) -> list[Event]:
        """Return the events of these kinds that work on a queue."""
        return of_kinds(self._by_queue.get(queue.index, {}), kinds)

    @cached_property
    def _by_queue(self) -> dict[int, ByKind]:
        found: dict[int, list[Event]] = {}
        for event in self.events:
            queue = queue_of(event.operation)
            if queue is not None:
                found.setdefault(queue, []).append(event)
        return {queue: by_kind(events) for queue, events in found.items()}

    @cached_property
    def _by_actor(self) -> dict[int, ByKind]:
        found: dict[int, list[Event]] = {}
        for event in self.events:
            named = getattr(event.operation, "actor", None)
            if isinstance(named, int):
                found.setdefault(named, []).append(event)
        return {actor: by_kind(events) for actor, events in found.items()}

    def about(self, actor: Actor, *kinds: type) -> list[Event]:
        """Return the events of these kinds that are about an actor: start it, wait for it, ..."""
        return of_kinds(self._by_actor.get(actor.index, {}), kinds)

    def puts(self, queue: Queue) -> list[Event]:
        """Return the puts on a queue."""
        return self.on(queue, Put)

    def actor(self, event: Event) -> Actor:
        """Return who does it."""
        return self.protocol.actors[event.actor]

    def starts(self, actor: Actor) -> list[Event]:
        """Return the events that start an actor."""
        return self.about(actor, Start)

    def may_run_at(self, actor: Actor, event: Event) -> bool:
        """Say whether an actor may have been started when an event of another comes."""
        return any(
            start.actor != event.actor or may_precede(start, event) for start in self.starts(actor)
        )

    def last(self, events: Iterable[Event]) -> Event:
        """Return the event that stands last in the source."""
        return max(events, key=lambda event: site_of(event).span)

    # --- how often --------------------------------------------------------------------------------

    def started(self, actor: Actor) -> Count | None:
        """Return how many of an actor are started in all; one main."""
        if actor is self.main:
            return ONE
        return self.times(self.about(actor, Start))

    def times(self, events: Iterable[Event]) -> Count | None:
        """Return how often events happen in all, by all that do them; `None` where not known."""
        counts: list[Count] = []
        for event in events:
            actor = self.actor(event)
            # Whoever starts itself, through others, is beyond counting.
            starters = ONE if actor is self.main else self._plain_start(actor)
            if not event.sure or event.times is None or starters is None:
                return None
            counts.append(event.times * starters)
        return populated(total(counts))

    def at_most(self, events: Iterable[Event]) -> Count | None:
        """Return how often events happen in all at the most; `None` where not known.

        What does not come back to where it was is done once by each actor, if at all.
        """
        counts: list[Count] = []
        for event in events:
            actor = self.actor(event)
            starters = ONE if actor is self.main else self._plain_start(actor)
            times = event.times if event.sure else None
            if times is None and not event.turns:
                times = ONE if self._comes_once(actor, event) else None
            if times is None or starters is None:
                return None
            counts.append(times * starters)
        return populated(total(counts))

    def _comes_once(self, actor: Actor, event: Event) -> bool:
        flow = self.flow(actor)
        nodes = [i for i, node in enumerate(flow.nodes) if node.operation is event.operation]
        return len(nodes) == 1 and not flow.between(nodes, set()) & set(nodes)

    def _plain_start(self, actor: Actor) -> Count | None:
        starts = self.about(actor, Start)
        if any(e.actor != self.main.index or not e.sure or e.times is None for e in starts):
            return None
        return total(e.times for e in starts if e.times is not None)

    def may_be_full(self, queue: int) -> bool:
        """Say whether a put on the queue of that index may have to wait for room."""
        where = self.protocol.queues[queue]
        size = where.maxsize
        if size is None or (size.number is not None and size.number <= 0):
            return False
        put = self.times(self.puts(where))
        return put is None or less(size, put) is True
