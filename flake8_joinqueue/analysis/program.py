"""A Protocol as rules see it: who puts, who takes, who waits for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from flake8_joinqueue.analysis.consumption import Consumption
from flake8_joinqueue.analysis.exceptions import TIMED_OUT, catches
from flake8_joinqueue.analysis.exploring import Budget
from flake8_joinqueue.analysis.flow import END, Flow
from flake8_joinqueue.analysis.projecting import Projector
from flake8_joinqueue.analysis.timeline import (
    ByKind,
    Event,
    before,
    by_kind,
    common_loops,
    may_precede,
    of_kinds,
    timeline,
)
from flake8_joinqueue.analysis.turns import GIVES_WAY, at_once
from flake8_joinqueue.analysis.walking import Toucher, queue_of
from flake8_joinqueue.counts import ONE, ZERO, Count, less, populated, total
from flake8_joinqueue.options import DEFAULTS, Options
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Block,
    Daemon,
    Escape,
    Exit,
    Get,
    Item,
    JoinActor,
    JoinQueue,
    Protocol,
    Put,
    Queue,
    Shutdown,
    Site,
    Start,
    Stop,
    Synchronise,
    TaskDone,
    attempts_around,
)
from flake8_joinqueue.records import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Consumer:
    """An actor that takes from a queue, and how."""

    actor: Actor
    consumption: Consumption


@dataclass(slots=True, eq=False)
class Known:
    """What has been worked out of bodies, by the `id` of a body (which is kept beside)."""

    flows: dict[int, tuple[Block, Flow]] = field(default_factory=dict)
    timelines: dict[tuple[int, int], list[Event]] = field(default_factory=dict)
    reached: dict[tuple[int, int], list[Event]] = field(default_factory=dict)
    # By what of a body concerns a queue: the operations by their `id`, and the queue.
    consumptions: dict[tuple[tuple[int, ...], int], tuple[Block, Consumption]] = field(
        default_factory=dict
    )
    toucher: Toucher = field(default_factory=Toucher)
    projector: Projector = field(default_factory=Projector)
    budget: Budget = field(default_factory=Budget)


class Program:
    """What rules ask of a Protocol without settings; each answer is worked out once.

    `known` is what variants of one Protocol share: the flows of the bodies that are the same.
    """

    def __init__(
        self, protocol: Protocol, options: Options = DEFAULTS, known: Known | None = None
    ) -> None:
        self.protocol = protocol
        self.options = options
        self.main = protocol.actors[0]
        self._known = Known() if known is None else known
        self._consumers: dict[int, list[Consumer]] = {}
        self._recognised: dict[tuple[int, int], tuple[Item, bool | None]] = {}

    # --- what is done ----------------------------------------------------------------------------

    def flow(self, actor: Actor) -> Flow:
        """Return the control flow of an actor."""
        flows = self._known.flows
        key = id(actor.body)
        if key not in flows:
            flows[key] = actor.body, Flow(actor.body)
        return flows[key][1]

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

    def items_put(self, queue: Queue) -> list[Item]:
        """Return what is put on a queue."""
        return [put_of(event).item for event in self.puts(queue)]

    def joins(self, queue: Queue) -> list[Event]:
        """Return the events that wait for a queue, and matter to somebody.

        They wait as long as it takes, or nobody is prepared for it to take longer.
        """
        return [
            event
            for event in self.on(queue, JoinQueue)
            if self._insists(event) and self._matters(self.actor(event))
        ]

    def _insists(self, event: Event) -> bool:
        """Say whether what stands behind a wait for a queue is come to only if it was not in vain.

        The wait goes on for ever, or is ended by a `TimeoutError` that nothing here handles.
        """
        if not _timed(event):
            return True
        return (
            isinstance(event.operation, JoinQueue)
            and event.operation.expires
            and not any(
                catches(handler, TIMED_OUT) is not False
                for attempt in attempts_around(self.actor(event).body, event.operation)
                for handler in attempt.handlers
            )
        )

    def _matters(self, actor: Actor) -> bool:
        """Say whether it matters that an actor hangs: nobody minds a task not waited for."""
        return actor.kind is not ActorKind.TASK or self.is_waited(actor)

    def escaped(self, queue: Queue) -> bool:
        """Say whether somebody out of sight may use a queue."""
        return not queue.hidden or bool(self.on(queue, Escape))

    def shut_down(self, queue: Queue) -> bool:
        """Say whether the queue is shut down, which ends its consumers."""
        return bool(self.on(queue, Shutdown))

    def actor(self, event: Event) -> Actor:
        """Return who does it."""
        return self.protocol.actors[event.actor]

    # --- who takes, who puts ---------------------------------------------------------------------

    def consumption(self, actor: Actor, queue: Queue) -> Consumption:
        """Return how an actor consumes a queue."""
        body = self._known.projector.project(actor.body, queue.index)
        key = tuple(map(id, body)), queue.index
        known = self._known.consumptions.get(key)
        if known is None:
            flow = self.flow(actor) if body is actor.body else Flow(body)
            consumption = Consumption(flow, queue.index, self._known.budget)
            known = self._known.consumptions[key] = body, consumption
        return known[1]

    def consumers(self, queue: Queue) -> list[Consumer]:
        """Return the actors that run and take from a queue, main included."""
        if queue.index not in self._consumers:
            indices = dict.fromkeys(event.actor for event in self.on(queue, Get))
            actors = [self.protocol.actors[index] for index in indices]
            found = [Consumer(actor, self.consumption(actor, queue)) for actor in actors]
            self._consumers[queue.index] = [each for each in found if each.consumption.gets]
        return self._consumers[queue.index]

    def recognised(self, queue: Queue, item: Item) -> bool | None:
        """Say whether an item makes some consumer of a queue leave; `None` where it may."""
        # By identity: equal items may go by other names, which count too.
        key = queue.index, id(item)
        if key not in self._recognised:
            answers = [c.consumption.recognises(item) for c in self.consumers(queue)]
            known = True if True in answers else (None if None in answers else False)
            self._recognised[key] = item, known
        return self._recognised[key][1]

    def sentinel_puts(self, queue: Queue) -> list[Event]:
        """Return the puts of what makes, or may make, a consumer leave."""
        return [e for e in self.puts(queue) if self.recognised(queue, put_of(e).item) is not False]

    def work_puts(self, queue: Queue) -> list[Event]:
        """Return the puts of work."""
        return [e for e in self.puts(queue) if self.recognised(queue, put_of(e).item) is False]

    def accounted_elsewhere(self, queue: Queue) -> bool:
        """Say whether some actor accounts for items that it did not take."""
        takers = {event.actor for event in self.on(queue, Get)}
        return any(event.actor not in takers for event in self.on(queue, TaskDone))

    # --- how many --------------------------------------------------------------------------------

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

    # --- who waits for whom ----------------------------------------------------------------------

    @cached_property
    def main_reaches_end(self) -> bool:
        """Whether main can come to its end in good order, and waits for the others there."""
        flow = self.flow(self.main)
        hard = any(isinstance(e.operation, Exit) and e.operation.hard for e in self.of(Exit))
        return not hard and END in flow.reachable()

    def waits(self, actor: Actor) -> list[Event]:
        """Return the events that wait for (one of) an actor as long as it takes."""
        return [event for event in self.about(actor, JoinActor) if not _timed(event)]

    def stopped(self, actor: Actor) -> bool:
        """Say whether something in or out of sight may end an actor from outside."""
        return bool(self.about(actor, Stop, Escape))

    def ended_from_outside(self, actor: Actor) -> bool:
        """Say whether something may end an actor from outside before anybody waits for it."""
        return self.stopped(actor) and not self.is_waited(actor)

    def waited_at_end(self, actor: Actor) -> bool:
        """Say whether the interpreter waits for an actor before it exits."""
        return (
            self.protocol.ends
            and actor.daemon is Daemon.NO
            and actor.kind in {ActorKind.PROCESS, ActorKind.THREAD}
            and actor.parent in {None, self.main.index}
            and self.main_reaches_end
        )

    def waited(self, actor: Actor) -> Count | None:
        """Return how many of an actor somebody waits for, at the least; `None` where not known."""
        if actor is self.main:
            return ONE
        started = self.started(actor)
        if self.waited_at_end(actor) and not self.stopped(actor):
            return started
        waits = self._waits_in_time(actor)
        if not waits:
            return ZERO
        joined = self.times(waits)
        if joined is None or started is None:
            return None
        return started if less(joined, started) is not True else joined

    def is_waited(self, actor: Actor) -> bool:
        """Say whether somebody waits for an actor (for one of them, if they are more)."""
        if actor is self.main:
            return True
        if self._waits_in_time(actor):
            return True
        return self.waited_at_end(actor) and not self.stopped(actor)

    def _waits_in_time(self, actor: Actor) -> list[Event]:
        """Return the waits in earnest that come before all that may end an actor from outside."""
        stops = self.about(actor, Stop, Escape)
        return [
            wait
            for wait in self._waits_in_earnest(actor)
            if all(before(wait, stop) for stop in stops)
        ]

    def _waits_in_earnest(self, actor: Actor) -> list[Event]:
        """Return the waits of those that somebody waits for in turn, as far as they are tasks.

        Whoever cancels a task cancels what it waits for, too.
        """
        waits = self.waits(actor)
        if all(self.actor(wait).kind is not ActorKind.TASK for wait in waits):
            return waits
        return [wait for wait in waits if self._minded(self.actor(wait), {actor.index})]

    def _minded(self, waiter: Actor, asked: set[int]) -> bool:
        """Say whether a task is waited for itself, by others than those it has been asked of."""
        if waiter.kind is not ActorKind.TASK:
            return True
        if waiter.index in asked or self.stopped(waiter):
            return False
        asked = {*asked, waiter.index}
        return any(self._minded(self.actor(wait), asked) for wait in self.waits(waiter))

    def starts(self, actor: Actor) -> list[Event]:
        """Return the events that start an actor."""
        return self.about(actor, Start)

    def may_run_at(self, actor: Actor, event: Event) -> bool:
        """Say whether an actor may have been started when an event of another comes."""
        return any(
            start.actor != event.actor or may_precede(start, event) for start in self.starts(actor)
        )

    def may_be_full(self, queue: int) -> bool:
        """Say whether a put on the queue of that index may have to wait for room."""
        where = self.protocol.queues[queue]
        size = where.maxsize
        if size is None or (size.number is not None and size.number <= 0):
            return False
        put = self.times(self.puts(where))
        return put is None or less(size, put) is True

    def _gave_way(self, actor: Actor, event: Event) -> bool:
        starts = [start for start in self.starts(actor) if start.actor == event.actor]
        return any(
            before(turn, event) and any(may_precede(start, turn) for start in starts)
            for turn in self.of(*GIVES_WAY)
        )

    def through_after_a_round(self, actor: Actor, event: Event) -> bool:
        """Say whether a task started before a loop has ended when an event comes there again."""
        return at_once(actor, self.may_be_full) and any(
            turn.actor == event.actor
            and not any(loop in start.loops for start in self.starts(actor))
            for turn in self.of(*GIVES_WAY)
            for loop in common_loops(turn, event)
        )

    def first_in_turn(self, actor: Actor, queue: Queue, join: Event) -> bool:
        """Say whether a task is through before any consumer accounts for what a join waits for.

        Tasks get their first turn in the order in which they were started. A join that finds
        nothing to wait for gives no turn away.
        """
        starts = self.starts(actor)
        if not starts or not at_once(actor, self.may_be_full):
            return False
        others = [start for each in self.consumers(queue) for start in self.starts(each.actor)]
        return any(may_precede(put, join) for put in self.puts(queue)) and all(
            before(start, other)
            for start in starts
            for other in others
            if other.actor != join.actor or may_precede(other, join)
        )

    def finished_before(self, actor: Actor, event: Event) -> bool | None:
        """Say whether all of an actor have ended when an event comes; `None` where they may."""
        waits = [
            wait
            for wait in self.waits(actor)
            if wait.actor == event.actor and may_precede(wait, event)
        ]
        if not waits and self._waited_by_others(actor, event):
            return None
        if not waits:
            # Who does it may have been started only when the actor was through.
            known = {self.finished_before(actor, start) for start in self._starts_of(event)}
            if known and known != {False}:
                return True if known == {True} else None
        if not waits and any(before(stop, event) for stop in self.about(actor, Stop, Escape)):
            return None  # ended from outside: it may go on for a moment; or waited for out of sight
        if not waits:
            # A task that never waits is through when others have had their turn.
            through = at_once(actor, self.may_be_full) and self._gave_way(actor, event)
            return None if through else False
        sure = [wait for wait in waits if before(wait, event)]
        started = self.times(
            start
            for start in self.starts(actor)
            if start.actor != event.actor or may_precede(start, event)
        )
        joined = self.times(sure) if sure else None
        if started is None or joined is None:
            return None
        missing = less(joined, started)
        return None if missing is None else not missing

    def _starts_of(self, event: Event) -> list[Event]:
        """Return where main starts who does something, if it is not main itself."""
        if event.actor == self.main.index:
            return []
        return [start for start in self.starts(self.actor(event)) if start.actor == self.main.index]

    def _waited_by_others(self, actor: Actor, event: Event) -> bool:
        """Say whether somebody else waits for an actor, and is waited for itself by then."""
        helpers = {wait.actor for wait in self.waits(actor)} - {event.actor, self.main.index}
        return any(
            wait.actor == event.actor and may_precede(wait, event)
            for helper in helpers
            for wait in self.waits(self.protocol.actors[helper])
        )

    def synchronised(
        self,
        actor: Actor,
        event: Event,
        but: Collection[int] = (),
        since: Event | None = None,
    ) -> bool:
        """Say whether something else may wait for an actor between its start and an event.

        The event is of who started it; what waits may be an `Event`, or a result it takes, from
        other queues than `but`. What surely comes before `since` does not count.
        """
        if since is None and any(
            self.synchronised(actor, start, but) for start in self._starts_of(event)
        ):
            return True
        starts = [start for start in self.starts(actor) if start.actor == event.actor]
        fed = self._fed.get(actor.index, set()).difference(but)
        for other in self.of(Synchronise, Get, JoinQueue, JoinActor):
            if isinstance(other.operation, Get) and other.operation.queue not in fed:
                continue
            if other.actor != event.actor or not may_precede(other, event):
                continue
            if not self._may_synchronise(other) or (since and before(other, since)):
                continue
            if not starts or any(may_precede(start, other) for start in starts):
                return True
        return False

    @cached_property
    def _fed(self) -> dict[int, set[int]]:
        """The queues that each actor puts on."""
        found: dict[int, set[int]] = {}
        for event in self.of(Put):
            found.setdefault(event.actor, set()).add(put_of(event).queue)
        return found

    def _may_synchronise(self, event: Event) -> bool:
        """Say whether a wait may be one for a queue: for a time, or by a task that does it."""
        if isinstance(event.operation, JoinQueue):
            return event.operation.timed
        if isinstance(event.operation, JoinActor):
            return event.operation.actor in self._waiting
        return True

    @cached_property
    def _waiting(self) -> frozenset[int]:
        """The actors that wait for a queue, or for something that is not modelled."""
        return frozenset(event.actor for event in self.of(JoinQueue, Synchronise))

    def last(self, events: Iterable[Event]) -> Event:
        """Return the event that stands last in the source."""
        return max(events, key=lambda event: site_of(event).span)


def _timed(event: Event) -> bool:
    return isinstance(event.operation, (JoinActor, JoinQueue)) and event.operation.timed


def put_of(event: Event) -> Put:
    """Return the put that an event is."""
    if not isinstance(event.operation, Put):
        raise TypeError(event)
    return event.operation


def site_of(event: Event) -> Site:
    """Return where an event stands."""
    return event.operation.site
