"""Finding the ways from one `get` to the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cached_property
from typing import Final

from flake8_joinqueue.analysis.flow import DIED, END, Flow
from flake8_joinqueue.analysis.states import (
    DoneStep,
    State,
    ending_of,
)
from flake8_joinqueue.analysis.stepping import Stepper
from flake8_joinqueue.analysis.ways import Outcome, Part, Station, Way
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import (
    CountTest,
    Get,
    TaskDone,
)
from flake8_joinqueue.records import dataclass

MOST_STATES: Final = 20_000
_MOST_AT_ONCE: Final = 10_000
MOST_STATIONS: Final = 200


@dataclass(slots=True)
class Budget:
    """How many more states may be gone through, for all that share it: the variants of a Protocol.

    What is hard is hard in every variant; without a common bound, a file could take a minute.
    """

    states: int = MOST_STATES


class Explorer:
    """Finds all ways of one actor on one queue, once somebody asks for them by `explore()`.

    Who asks for one way only, by `finds()`, has no more gone through than it takes to meet it.
    `ways` holds them, `stations` where they meet.
    """

    def __init__(self, flow: Flow, queue: int, budget: Budget) -> None:
        self._flow = flow
        self._queue = queue
        reachable = flow.reachable()
        self.get_nodes = [n for n in flow.where(Get) if self._is_get(n) and n in reachable]
        self.done_nodes = [n for n in flow.where(TaskDone) if self._operates(n) and n in reachable]
        self._budget = budget
        self.ways: list[Way] = []
        self.stations: dict[Station, None] = {}
        self._met: list[Way] = []
        self._search: Iterator[Way] | None = None
        self._limit: NotAnalysed | None = None

    @cached_property
    def _stepper(self) -> Stepper:
        return Stepper(self._flow, self._queue, set(self.get_nodes), self.done_nodes)

    @property
    def uncounted(self) -> set[int]:
        """The nodes of loops whose rounds should have been counted, but were not known."""
        return self._stepper.uncounted

    @property
    def done_steps(self) -> Collection[DoneStep]:
        """Each `task_done` met on the way."""
        return self._stepper.done_steps

    def explore(self) -> None:
        """Find the ways. Raises `NotAnalysed`, each time, where there are too many."""
        for _ in self._going_on():
            pass

    def finds(self, wanted: Callable[[Way], bool]) -> bool:
        """Say whether some way is such; once one is met, no more are looked for."""
        return any(map(wanted, self._met)) or any(map(wanted, self._going_on()))

    def _going_on(self) -> Iterator[Way]:
        """Yield the ways that were not met before, as they are met."""
        if self._limit is not None:
            raise self._limit
        if self._search is None:
            self._search = self._explore_all()
        try:
            for way in self._search:
                self._met.append(way)
                yield way
        except NotAnalysed as limit:
            self._limit = limit
            raise

    def _is_get(self, node: int) -> bool:
        operation = self._flow.nodes[node].operation
        return isinstance(operation, Get) and operation.queue == self._queue

    def _operates(self, node: int) -> bool:
        operation = self._flow.nodes[node].operation
        return isinstance(operation, TaskDone) and operation.queue == self._queue

    def _explore_all(self) -> Iterator[Way]:
        yield from self._explore(None, [State(self._flow.start)])
        done: set[Station] = set()
        while len(done) < len(self.stations):
            station = next(station for station in self.stations if station not in done)
            done.add(station)
            if len(done) > MOST_STATIONS:
                raise self._too_many()
            yield from self._explore(station, list(self._stepper.first(station)))

    def _too_many(self) -> NotAnalysed:
        return NotAnalysed("a worker has more ways from one get to the next than can be followed")

    def _explore(self, source: Station | None, todo: list[State]) -> Iterator[Way]:
        stepper = self._stepper
        seen = set(todo)
        found: dict[Way, None] = {}
        # What is hard on one queue leaves something for the others.
        most = min(_MOST_AT_ONCE, self._budget.states)
        while todo:
            state = todo.pop()
            way = self._arrived(state, source)
            if way is not None:
                if way not in found:
                    found[way] = None
                    yield way
                continue
            leaving: list[State] = []
            for following in stepper.following(state, source):
                before = len(seen)
                seen.add(following)  # to ask first would take its hash twice
                if len(seen) > before:
                    (todo if following.node in stepper.stay else leaving).append(following)
            todo += leaving  # gone on with first, for whoever asks whether there is a way out
            if len(seen) > most:
                self._budget.states -= len(seen)
                raise self._too_many()
        self._budget.states -= len(seen)
        self.ways.extend(found)

    def _arrived(self, state: State, source: Station | None) -> Way | None:
        target: Station | None = None
        if state.node == END:
            outcome = Outcome.ENDS
        elif state.node == DIED:
            outcome = Outcome.DIES
        elif self._is_get(state.node):
            outcome = Outcome.NEXT
            target = self._station(state)
            self.stations[target] = None
        else:
            return None
        start = self._flow.nodes[source.node].operation if source else None
        assert start is None or isinstance(start, Get)
        return Way(
            source,
            start,
            outcome,
            target,
            empty="empty" in state.marks,
            cancelled="cancelled" in state.marks,
            raised="raised" in state.marks,
            outside="outside" in state.marks,
            opaque="opaque" in state.marks,
            counted="counted" in state.marks,
            assumptions=state.assumptions,
            dones=state.dones,
            puts=state.puts,
            increments=state.increments,
            counters=state.counters,
            ending=ending_of(state),
            thrown=state.thrown,
            glance=state.glance,
        )

    def _station(self, state: State) -> Station:
        values = frozenset(
            (cell, value) for cell, value in state.values if not isinstance(value, Part)
        )
        facts = frozenset(fact for fact in state.facts if isinstance(fact[0], CountTest))
        return Station(state.node, values, facts)
