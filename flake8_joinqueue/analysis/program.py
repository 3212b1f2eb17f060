"""A Protocol as rules see it: who puts, who takes, who waits for whom."""

from __future__ import annotations

from flake8_joinqueue.analysis.consumption import Consumption
from flake8_joinqueue.analysis.flow import Flow
from flake8_joinqueue.analysis.known import Known
from flake8_joinqueue.analysis.timeline import Event, before, may_precede, put_of
from flake8_joinqueue.analysis.turns import at_once
from flake8_joinqueue.analysis.waiting import Waiting
from flake8_joinqueue.options import DEFAULTS, Options
from flake8_joinqueue.protocol import Actor, Escape, Get, Item, Protocol, Queue, Shutdown, TaskDone
from flake8_joinqueue.records import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Consumer:
    """An actor that takes from a queue, and how."""

    actor: Actor
    consumption: Consumption


class Program(Waiting):
    """What rules ask of a Protocol without settings; each answer is worked out once."""

    def __init__(
        self, protocol: Protocol, options: Options = DEFAULTS, known: Known | None = None
    ) -> None:
        super().__init__(protocol, options, known)
        self._consumers: dict[int, list[Consumer]] = {}
        self._recognised: dict[tuple[int, int], tuple[Item, bool | None]] = {}

    def escaped(self, queue: Queue) -> bool:
        """Say whether somebody out of sight may use a queue."""
        return not queue.hidden or bool(self.on(queue, Escape))

    def shut_down(self, queue: Queue) -> bool:
        """Say whether the queue is shut down, which ends its consumers."""
        return bool(self.on(queue, Shutdown))

    def items_put(self, queue: Queue) -> list[Item]:
        """Return what is put on a queue."""
        return [put_of(event).item for event in self.puts(queue)]

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
