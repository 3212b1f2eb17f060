"""What ends an actor that consumes a queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from flake8_joinqueue.analysis.deciding import decide
from flake8_joinqueue.analysis.exceptions import is_own
from flake8_joinqueue.analysis.exploring import Budget, Explorer
from flake8_joinqueue.analysis.flow import Edge, EdgeKind, Flow
from flake8_joinqueue.analysis.hints import is_sentinel_by_intention, sounds_like_the_end
from flake8_joinqueue.analysis.tallies import sentinels_taken
from flake8_joinqueue.analysis.telling import agrees, decides, is_something, on_purpose
from flake8_joinqueue.analysis.ways import Outcome, Overdone, Way
from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import (
    Alias,
    Call,
    CountTest,
    Data,
    Emptiness,
    Get,
    Handler,
    How,
    Hunch,
    Item,
    ItemTest,
    Named,
    Put,
    SetCell,
    Site,
)


class Endings:
    """What an actor with this flow takes from a queue, and on what it leaves."""

    def __init__(self, flow: Flow, queue: int, budget: Budget | None = None) -> None:
        self.flow = flow
        self.queue = queue
        self._explorer = Explorer(flow, queue, Budget() if budget is None else budget)
        self._get_nodes = self._explorer.get_nodes
        self._done_nodes = self._explorer.done_nodes

    # To find the ways is dear, so that rules ask first whether there is anything to be found.

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """The ways from one `get` to the next. Raises `NotAnalysed` where there are too many."""
        self._explorer.explore()
        return tuple(self._explorer.ways)

    # --- what it is ------------------------------------------------------------------------------

    @cached_property
    def gets(self) -> tuple[Get, ...]:
        """The `get`s, those in a loop first, each once, in the order they are come to."""
        found: dict[int, Get] = {}
        # A flow is compiled from its end to its start.
        ordered = sorted(self._get_nodes, key=lambda node: (not self.flow.nodes[node].loops, -node))
        for node in ordered:
            get = self.flow.nodes[node].operation
            assert isinstance(get, Get)
            found.setdefault(id(get.site), get)
        return tuple(found.values())

    # --- what ends it ----------------------------------------------------------------------------

    @cached_property
    def _tests_items(self) -> bool:
        """Whether any test looks at what was taken, or at a part of it."""
        cells = {get.cell for get in self.gets}
        aliases = [
            (node.operation.value.cell, node.operation.cell)
            for node in self.flow.nodes
            if isinstance(node.operation, SetCell) and isinstance(node.operation.value, Alias)
        ]
        todo = cells
        while todo:
            todo = {cell for source, cell in aliases if source in todo} - cells
            cells |= todo
        return any(
            isinstance(node.test, ItemTest) and node.test.cell in cells for node in self.flow.nodes
        )

    @cached_property
    def tests(self) -> frozenset[tuple[ItemTest, bool]]:
        """The tests of an item that decide that the actor is done, and how they go then."""
        if not self._tests_items:
            return frozenset()
        groups: dict[int, list[Way]] = {}
        for way in self.ways:
            if way.clean and way.start is not None:
                groups.setdefault(id(way.start.site), []).append(way)
        return frozenset(
            assumption
            for ways in groups.values()
            for assumption in {pair for way in ways for pair in way.assumptions}
            if decides(ways, *assumption)
        )

    @cached_property
    def sentinel_ways(self) -> tuple[Way, ...]:
        """The ways on which the actor leaves because of the item it took."""
        return tuple(
            way
            for way in (self.ways if self.tests else ())
            if way.clean
            and way.leaves
            and not (way.opaque or way.counted)
            and way.assumptions & self.tests
            and on_purpose(way)
        )

    @cached_property
    def _counting_ways(self) -> tuple[Way, ...]:
        """The ways on which a sentinel is counted, and others are waited for."""
        return tuple(
            way
            for way in self.ways
            if way.clean and not way.leaves and way.assumptions & self.tests
        )

    @cached_property
    def ordinary_ways(self) -> tuple[Way, ...]:
        """The ways from a `get` that took something else than a sentinel."""
        special = {*self.sentinel_ways, *self._counting_ways}
        return tuple(
            way
            for way in self.ways
            if way.start is not None and not way.empty and way not in special
        )

    @cached_property
    def otherwise_ways(self) -> tuple[Way, ...]:
        """The ways on which it leaves without the item's doing; calls that raise, stops apart."""
        special = set(self.sentinel_ways)
        return tuple(
            way
            for way in self.ways
            if way.start is not None
            and way.leaves
            and not (way.raised or way.cancelled or way in special)
        )

    @cached_property
    def leaves_unasked(self) -> bool:
        """Whether some way from an item taken leads out without any test of the item.

        That is one of the `otherwise_ways`, for which not all ways need be found.
        """
        return self._explorer.finds(
            lambda way: (
                way.start is not None
                and way.leaves
                and not (way.empty or way.raised or way.cancelled or way.assumptions)
            )
        )

    def leaves_by_an_exception(self, items: Collection[Item]) -> bool:
        """Say whether a call in its loop may raise an exception of the file, handled around it.

        No code out of sight knows it: what is called comes back to the file in some way not seen,
        unless it is what was taken, and the `items` are functions, of which is known what they do.
        Where what sounds like the end is put, it may be what the work cannot be done with.
        """
        told = any(map(is_sentinel_by_intention, items))
        functions = all(isinstance(item, Named) for item in items)
        stay = self.flow.reaching(set(self._get_nodes))
        leading = (
            self.flow.nodes[edge.target].operation
            for node in stay
            if isinstance(call := self.flow.nodes[node].operation, Call)
            and not (functions and call.item is not None)
            for edge in self.flow.successors(node)
            if edge.kind in {EdgeKind.PERHAPS, EdgeKind.RAISED} and edge.target not in stay
        )
        return any(
            isinstance(handler, Handler)
            and bool(told or handler.exceptions)
            and (told or all(is_own(exception.name) for exception in handler.exceptions))
            for handler in leading
        )

    @property
    def leaves_otherwise(self) -> bool:
        """Whether something else than an item can end it: a timeout, a flag, a number of rounds."""
        return self.leaves_unasked or bool(self.otherwise_ways)

    @property
    def leaves_only_on_sentinel(self) -> bool:
        """Whether an item ends it, and nothing else."""
        return not self.leaves_unasked and bool(self.sentinel_ways) and not self.otherwise_ways

    @property
    def never_leaves(self) -> bool:
        """Whether nothing ends it."""
        return not (self.leaves_unasked or self.sentinel_ways or self.otherwise_ways)

    @cached_property
    def leaves_on_a_guess(self) -> bool:
        """Whether a flag is set where a test of something unknown goes one way only.

        Of a batch, say, in which a sentinel is looked for.
        """
        flow, gets = self.flow, set(self._get_nodes)
        taken = {get.cell for get in self.gets}
        flags = {
            node.test.cell for node in flow.nodes if isinstance(node.test, ItemTest | CountTest)
        } - taken
        setting = {
            index
            for index in flow.where(SetCell)
            if isinstance(operation := flow.nodes[index].operation, SetCell)
            and operation.cell in flags
        }
        for index, node in enumerate(flow.nodes):
            if setting and isinstance(node.test, Hunch) and not node.test.outside:
                leading = flow.reaching(setting, gets | {index})
                if len({edge.target in leading for edge in node.edges}) > 1:
                    return True
        return False

    def recognises(self, item: Item, *, pickled: bool = False) -> bool | None:
        """Say whether an item makes it leave (or count towards it); `None` where it may.

        Identity is taken to hold unless `pickled`: what the author means, not what pickling makes
        of it.
        """
        if isinstance(item, Data):
            # Work is work, unless its name says that it is more, or it may be a sentinel at times.
            perhaps = (
                (item.open and self._may_tell(item))
                or sounds_like_the_end(item)
                or any(self.recognises(other) is not False for other in item.perhaps)
            )
            return None if perhaps and self.sentinel_ways else False
        best: bool | None = False
        for way in self.sentinel_ways:
            if is_something(way.assumptions, item):
                continue
            answer = agrees(way.assumptions, item, pickled=pickled)
            if answer:
                return True
            if answer is None:
                best = None
        return best

    def _may_tell(self, item: Data) -> bool:
        """Say whether an item of which only the kind is known may make it leave."""
        return not item.kind or any(
            agrees(way.assumptions, item, pickled=False) is not False for way in self.sentinel_ways
        )

    def is_possible(self, way: Way | Overdone, items: Iterable[Item], *, pickled: bool) -> bool:
        """Say whether one of the items that are put, `pickled` or as it is, may lead this way."""
        return any(
            self.may_lead(way, item, pickled=pickled)
            for item in items
            if not is_something(way.assumptions, item)
        )

    @staticmethod
    def may_lead(way: Way | Overdone, item: Item, *, pickled: bool) -> bool:
        """Say whether an item may lead this way, as far as its tests of it can tell."""
        return agrees(way.assumptions, item, pickled=pickled) is not False

    def knows(self, item: Item) -> bool:
        """Say whether some test of the item taken is true, or may be, of this one."""
        return any(
            decide(node.test, item, pickled=False) is not False
            and node.test.how not in {How.INSTANCE, How.TYPE}
            for node in self.flow.nodes
            if isinstance(node.test, ItemTest) and node.test.cell in {get.cell for get in self.gets}
        )

    @cached_property
    def takes(self) -> Count | None:
        """How many sentinels it takes before it leaves, where that is known."""
        counts = {sentinels_taken(self.flow, way) for way in self.sentinel_ways}
        return counts.pop() if len(counts) == 1 else None

    @cached_property
    def relays(self) -> tuple[Put, ...]:
        """The sentinels it puts back on the queue for the next one."""
        return tuple(dict.fromkeys(put for way in self.sentinel_ways for put in way.puts))

    @cached_property
    def follow_ups(self) -> tuple[Put, ...]:
        """The work it puts on the queue it takes from."""
        return tuple(
            dict.fromkeys(
                put
                for way in (*self.ordinary_ways, *self.ways)
                if way.start is not None and way not in self.sentinel_ways
                for put in way.puts
            )
        )

    def stops_when_empty(self, items: Iterable[Item]) -> tuple[Site, ...]:
        """Return the `empty()`, `qsize()` and `get_nowait()` that alone decide that it is done.

        None where anything else may end it, and where a queue that looks empty only sometimes does.
        `items` are what is put: where none of them may be a sentinel, a test for one ends nothing.
        """
        looks_at_it = any(isinstance(node.test, Emptiness) for node in self.flow.nodes)
        if not looks_at_it and not any(get.nowait for get in self.gets):
            return ()
        if self._explorer.finds(_leaves_for_something_else):
            if not self._tests_items or self._explorer.finds(_leaves_untested):
                return ()
            if any(self.recognises(item) is not False for item in items):
                return ()
            if any(map(_leaves_for_something_else, set(self.ways) - set(self.sentinel_ways))):
                return ()
        leaving = [
            way
            for way in self.ways
            if _leaves_in_good_order(way) and not _leaves_for_something_else(way)
        ]
        sites: dict[Site, None] = {}
        for way in leaving:
            if way.glance is not None:
                sites[way.glance] = None
            elif way.start is not None:
                sites[way.start.site] = None
        nowait = {w.start.site for w in leaving if w.empty and w.start is not None}
        again = any(
            w.empty and not w.leaves and w.start is not None and w.start.site in nowait
            for w in self.ways
        )
        looks = {w.glance for w in leaving if w.glance is not None}
        if (again and not looks) or not all(self._always_asked(site) for site in looks):
            return ()
        return tuple(sites)

    def _always_asked(self, site: Site) -> bool:
        """Say whether a look at the queue is taken on each way from one `get` to the next.

        Those on which a call raises are not gone where none does.
        """
        asked = {node for node, look in self._looks.items() if look.site is site}
        seen, todo = set(asked), list(self._get_nodes)
        while todo:
            quiet = (e.target for e in self.flow.successors(todo.pop()) if e.kind not in _RAISING)
            new = set(quiet) - seen
            seen |= new
            todo += new
        return seen.isdisjoint(self._get_nodes)

    @cached_property
    def polls(self) -> bool:
        """Whether it waits in no `get`: each is for a time only, or there is something to take."""
        waiting = set(self._get_nodes)
        for node in self._get_nodes:
            get = self.flow.nodes[node].operation
            if isinstance(get, Get) and get.may_be_empty:
                waiting.discard(node)
        looks = set(self._looks)
        empty = [edge for edge in self._edges_of(looks) if edge.truth]
        return not self._leads_past(looks, [*self._edges_of(self._get_nodes), *empty], waiting)

    @cached_property
    def _looks(self) -> dict[int, Emptiness]:
        """The nodes at which it looks whether the queue is empty."""
        nodes = enumerate(self.flow.nodes)
        return {
            index: node.test
            for index, node in nodes
            if isinstance(node.test, Emptiness) and node.test.queue == self.queue
        }

    def _edges_of(self, nodes: Iterable[int]) -> list[Edge]:
        return [edge for node in nodes for edge in self.flow.successors(node)]

    def _leads_past(self, barriers: set[int], edges: Iterable[Edge], gets: set[int]) -> bool:
        """Say whether one of some edges leads to one of some gets past all of some nodes."""
        before = self.flow.reaching(gets, {*self._get_nodes, *barriers})
        return any(edge.target in before for edge in edges)


_RAISING = frozenset({EdgeKind.RAISED, EdgeKind.PERHAPS, EdgeKind.FATAL})


def _leaves_in_good_order(way: Way) -> bool:
    """Say whether a way leaves, and not by accident: by an exception that nobody catches."""
    return way.start is not None and way.leaves and not (way.raised or way.outcome is Outcome.DIES)


def _leaves_for_something_else(way: Way) -> bool:
    """Say whether a way leaves in good order though the queue did not look empty."""
    found_empty = way.empty and way.start is not None and way.start.nowait
    return _leaves_in_good_order(way) and way.glance is None and not found_empty


def _leaves_untested(way: Way) -> bool:
    """Say whether a way leaves for something else, but for nothing that a test says of the item."""
    return _leaves_for_something_else(way) and not way.assumptions
