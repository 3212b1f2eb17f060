"""Who waits for whom, and who is through when."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from flake8_joinqueue.analysis.events import Events
from flake8_joinqueue.analysis.exceptions import TIMED_OUT, catches
from flake8_joinqueue.analysis.flow import END
from flake8_joinqueue.analysis.timeline import Event, before, common_loops, may_precede, put_of
from flake8_joinqueue.analysis.turns import GIVES_WAY, at_once
from flake8_joinqueue.counts import ONE, ZERO, Count, less
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Daemon,
    Escape,
    Exit,
    Get,
    JoinActor,
    JoinQueue,
    Put,
    Queue,
    Stop,
    Synchronise,
    attempts_around,
)


class Waiting(Events):
    """What is done, with who waits for it."""

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

    def holds_out(self, actor: Actor) -> bool:
        """Say whether an actor lives on when main ends, in whatever way: nothing ends it."""
        return _is_waited_at_exit(actor) and not self.stopped(actor)

    def holds_up_exit(self, actor: Actor) -> bool:
        """Say whether main, at its end, waits for an actor that nothing ends from outside."""
        return self.waited_at_end(actor) and not self.stopped(actor)

    def waited_at_end(self, actor: Actor) -> bool:
        """Say whether the interpreter waits for an actor before it exits."""
        return (
            self.protocol.ends
            and _is_waited_at_exit(actor)
            and actor.parent in {None, self.main.index}
            and self.main_reaches_end
        )

    def waited(self, actor: Actor) -> Count | None:
        """Return how many of an actor somebody waits for, at the least; `None` where not known."""
        if actor is self.main:
            return ONE
        started = self.started(actor)
        if self.holds_up_exit(actor):
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
        return bool(self._waits_in_time(actor)) or self.holds_up_exit(actor)

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

    # --- for a queue -----------------------------------------------------------------------------

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

    # --- who is through ---------------------------------------------------------------------------

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

    def through_after_a_round(self, actor: Actor, event: Event) -> bool:
        """Say whether a task started before a loop has ended when an event comes there again."""
        return at_once(actor, self.may_be_full) and any(
            turn.actor == event.actor
            and not any(loop in start.loops for start in self.starts(actor))
            for turn in self.of(*GIVES_WAY)
            for loop in common_loops(turn, event)
        )

    def _gave_way(self, actor: Actor, event: Event) -> bool:
        starts = [start for start in self.starts(actor) if start.actor == event.actor]
        return any(
            before(turn, event) and any(may_precede(start, turn) for start in starts)
            for turn in self.of(*GIVES_WAY)
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


def _is_waited_at_exit(actor: Actor) -> bool:
    """Say whether an actor is none that dies with its parent."""
    return actor.daemon is Daemon.NO and actor.kind in {ActorKind.PROCESS, ActorKind.THREAD}


def _timed(event: Event) -> bool:
    return isinstance(event.operation, (JoinActor, JoinQueue)) and event.operation.timed
