"""How one actor consumes one queue: what ends it, and whether it accounts for what it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from flake8_joinqueue.analysis.balance import Balance, gain
from flake8_joinqueue.analysis.dropping import dropped
from flake8_joinqueue.analysis.endings import Endings
from flake8_joinqueue.analysis.flow import DIED, END, EdgeKind
from flake8_joinqueue.analysis.ways import Leak, Outcome, Overdone, Station
from flake8_joinqueue.protocol import Put, Site, TaskDone

# The edges out of a `get` on which it took nothing.
_NOTHING_TAKEN = frozenset({EdgeKind.EMPTY, EdgeKind.CANCELLED})


class Consumption(Endings):
    """What an actor with this flow does with the items of a queue."""

    @property
    def never_accounts(self) -> bool:
        """Whether there is no `task_done` of the queue anywhere in the actor."""
        return not self._done_nodes

    @cached_property
    def _counted(self) -> set[int]:
        """The loops all rounds of which were gone through one by one."""
        rounds = {index for index, node in enumerate(self.flow.nodes) if node.rounds is not None}
        if rounds:
            self._explorer.explore()
        return rounds - self._explorer.uncounted

    @cached_property
    def batched(self) -> bool:
        """Whether a `task_done` is repeated without a `get` between: for a batch taken before."""
        gets = set(self._get_nodes)
        return self._repeats(gets) and (not self._counted or self._repeats(gets | self._counted))

    def _repeats(self, barriers: set[int]) -> bool:
        """Say whether some `task_done` comes again before any of some barriers does."""
        return any(
            edge.target in self.flow.reaching({node}, barriers)
            for node in self._done_nodes
            for edge in self.flow.successors(node)
        )

    @cached_property
    def may_leak(self) -> bool:
        """Whether any way in the flow leads from an item taken past every `task_done`."""
        behind = self._reached(
            edge.target
            for node in self._get_nodes
            for edge in self.flow.successors(node)
            if edge.kind not in _NOTHING_TAKEN
        )
        return not behind.isdisjoint({END, DIED, *self._get_nodes})

    @cached_property
    def may_overdo(self) -> bool:
        """Whether any way in the flow leads to a `task_done` with no item taken since the last."""
        starts = [self.flow.start]
        for node in self._get_nodes:
            edges = self.flow.successors(node)
            starts += [edge.target for edge in edges if edge.kind in _NOTHING_TAKEN]
        for node in self._done_nodes:
            starts += [edge.target for edge in self.flow.successors(node)]
        return not self._reached(starts).isdisjoint(self._done_nodes)

    def _reached(self, starts: Iterable[int]) -> set[int]:
        """Return the nodes come to from some, no further than the first `get` or `task_done`."""
        barriers = {*self._get_nodes, *self._done_nodes}
        seen = set(starts)
        todo = [node for node in seen if node not in barriers]
        while todo:
            for edge in self.flow.successors(todo.pop()):
                if edge.target not in seen:
                    seen.add(edge.target)
                    if edge.target not in barriers:
                        todo.append(edge.target)
        return seen

    def holds_while(self, put: Put) -> bool:
        """Say whether a put on any queue comes only while an item taken is not accounted for yet.

        Then whoever waits for this queue waits for the put as well.
        """
        puts = self._nodes_of(put)
        if not puts:
            return False  # it has nothing to do with this queue
        gets = set(self._get_nodes)
        before = self.flow.reaching(puts, gets)
        if self.flow.start in before and self.flow.start not in gets:
            return False
        done = (edge.target for node in self._done_nodes for edge in self.flow.successors(node))
        return not any(target in before and target not in gets for target in done)

    def amid_a_batch(self, put: Put) -> bool:
        """Say whether a put comes while more of a batch may be left to account for.

        Where the rounds are gone through one by one, something surely is.
        """
        gets, dones, puts = set(self._get_nodes), set(self._done_nodes), self._nodes_of(put)
        if not puts or not self._repeats(gets):
            return False
        if self.batched:
            return puts <= self.flow.reaching(dones, gets)
        return puts.isdisjoint(self.flow.reaching({*gets, END, DIED}, dones))

    def _nodes_of(self, put: Put) -> set[int]:
        return {index for index, node in enumerate(self.flow.nodes) if node.operation is put}

    def late(self, results: set[int]) -> Iterator[tuple[TaskDone, int]]:
        """Yield each `task_done` with a node of `results` that comes only behind it.

        It does so between one `get` and the next, and none of `results` comes before.
        """
        gets = set(self._get_nodes)
        again = self.flow.reaching(gets)
        taken = [edge.target for node in gets for edge in self.flow.successors(node)]
        for node in self._done_nodes:
            before = self.flow.reaching({node}, gets | results)
            behind = self.flow.between([node], gets)
            late = sorted(index for index in results & behind if index in again)
            done = self.flow.nodes[node].operation
            if late and isinstance(done, TaskDone) and any(start in before for start in taken):
                yield done, late[0]

    @cached_property
    def _balance(self) -> Balance:
        return Balance(self.ways, self.sentinel_ways)

    def unaccounted(self, station: Station | None) -> int:
        """Return the least number of items that may be in hand at a `get`, or the start."""
        return self._balance.level(station)

    def leaks(self) -> Iterator[Leak]:
        """Yield the ways that take an ordinary item and never account for it."""
        if not self.may_leak:
            return
        found = list(self._leaks())
        # What ways leave behind that account for their own item, another one of these has left.
        own = [leak for leak in found if gain(leak.way) > 0]
        yield from own or found

    def dropped(self) -> Iterator[Site]:
        """Yield where an item gets into no batch; to be asked where the ways are too many."""
        yield from dropped(self.flow, self._get_nodes, self._done_nodes)

    def _leaks(self) -> Iterator[Leak]:
        sentinel = set(self.sentinel_ways) if self._balance.forgets_sentinel else set()
        for way in self.ways:
            if way.start is None or way.empty or way.outside or way in sentinel:
                continue
            if self._counted and way.leaves and way.opaque:
                continue  # when it leaves is not known: it may be once the batch is done
            if way.outcome is not Outcome.DIES and not self.batched and self._balance.gains(way):
                yield Leak(way, way.ending or way.thrown or way.start.site)

    def fatal_leaks(self) -> Iterator[Leak]:
        """Yield the ways on which a `raise` that nothing catches ends it with an item in hand."""
        for way in self.ways if self.may_leak else ():
            if way.start is None or way.empty or way.outside or way.thrown is None:
                continue
            if way.outcome is Outcome.DIES and not self.batched and self._balance.gains(way):
                yield Leak(way, way.thrown)

    def sentinel_leaks(self) -> Iterator[Leak]:
        """Yield the ways that leave on a sentinel that is not accounted for."""
        for way in self.sentinel_ways if self.may_leak and self._balance.forgets_sentinel else ():
            if way.start is not None and not self.batched and self._balance.gains(way):
                yield Leak(way, way.thrown or way.ending or way.start.site)

    def overdone(self) -> Iterator[Overdone]:
        """Yield each `task_done` that may be one too many."""
        if not self.may_overdo or self.batched:
            return
        self._explorer.explore()
        for step in self._explorer.done_steps:
            taken = 0 if step.source is None or step.empty else 1
            if step.before >= self._balance.level(step.source) + taken:
                yield Overdone(step.done, step.empty, step.assumptions, step.raised)
