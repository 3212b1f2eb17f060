"""One step on the way from one `get` to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from flake8_joinqueue.analysis.asking import answered, lasts, looked_at
from flake8_joinqueue.analysis.deciding import decide, implied
from flake8_joinqueue.analysis.flow import Atom, Edge, EdgeKind, Flow, Node
from flake8_joinqueue.analysis.relevance import Relevance
from flake8_joinqueue.analysis.states import (
    DoneStep,
    State,
    goes_by_count,
    is_clean,
    item_test,
    leapt,
    marked,
    value_of,
)
from flake8_joinqueue.analysis.ways import Part, Station, Value
from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import (
    Alias,
    Break,
    Cell,
    Continue,
    CountTest,
    Data,
    Emptiness,
    Exit,
    Get,
    Handler,
    Hunch,
    Increment,
    ItemTest,
    Literal,
    Put,
    Raise,
    Return,
    SetCell,
    TaskDone,
)

_MANY_DONES: Final = 3
_MANY_COUNTED: Final = 70
_MOST_PUTS: Final = 2


class Stepper:
    """What becomes of a state at each node of a flow, with the `get`s and `task_done`s of a queue.

    `stay` are the nodes from which another `get` can be come to. `uncounted` are the nodes of loops
    whose rounds should have been counted, but were not known; `done_steps` each `task_done` met on
    the way.
    """

    def __init__(self, flow: Flow, queue: int, gets: set[int], dones: Collection[int]) -> None:
        self._flow = flow
        self._queue = queue
        self.uncounted: set[int] = set()
        self.done_steps: dict[DoneStep, None] = {}
        self.stay = flow.reaching(gets)
        self._accounting = flow.reaching(set(dones), gets)
        self._homes = {node: flow.reaching({node}) for node in gets}
        # Who never accounts for anything has no statement that ends its way without.
        self._accounts = bool(dones)
        self._matter = Relevance(flow, queue, flow.reachable(), self._accounting)
        # Where a call before any `task_done` may be what a handler of certain exceptions is for,
        # nothing says that one behind it raises them as well.
        self._foreseen = {
            edge.target
            for node in flow.between(gets, {*gets, *dones})
            for edge in flow.successors(node)
            if edge.kind is EdgeKind.PERHAPS
        }
        self._counts = any(node.rounds is not None for node in flow.nodes)

    def first(self, station: Station) -> Iterator[State]:
        """Yield where the ways begin that lead from a station."""
        node = self._flow.nodes[station.node]
        get = node.operation
        assert isinstance(get, Get)
        for edge in node.edges:
            state = State(0, frozenset(station.values), station.facts)
            if edge.kind is EdgeKind.EMPTY:
                yield self._at(edge.target, state._replace(marks=frozenset({"empty"})))
            elif edge.kind is EdgeKind.CANCELLED:
                marks = frozenset({"empty", "cancelled"})
                yield self._at(edge.target, state._replace(marks=marks))
            else:
                yield self._at(edge.target, self._assigned(state, get.cell, Part()))

    def _noted(self, state: State, source: Station | None) -> State:
        """Return the state with what its node does to the way's ending noted."""
        if source is None or "empty" in state.marks or state.jumped or not self._accounts:
            return state
        node = self._flow.nodes[state.node]
        state = leapt(state, node.operation)
        if state.point < 0:
            if state.node in self._accounting:
                return state
            state = state._replace(point=state.node)
        operation = node.operation
        if isinstance(operation, Handler):
            if state.ending is None and operation.site != state.landing:
                return state._replace(ending=operation.site)
        elif isinstance(operation, Raise):
            return state if state.thrown else state._replace(thrown=operation.site)
        elif self._ends_path(node, state, source):
            assert operation is not None
            landed = state.leap is not None and operation.site == state.landing
            return state._replace(ending=state.leap if landed else operation.site, jumped=True)
        return state

    def _ends_path(self, node: Node, state: State, source: Station) -> bool:
        """Say whether a node is a jump that ends the way.

        One of an inner loop or of a helper entered later does not, nor one behind the `get`'s loop.
        """
        loops = self._flow.nodes[source.node].loops
        if loops and loops[-1] not in node.loops:
            return False
        point = self._flow.nodes[state.point]
        match node.operation:
            case Break() | Continue():
                return point.loops[: len(node.loops)] == node.loops
            case Return():
                return point.scopes[: len(node.scopes)] == node.scopes
            case Exit():
                return True
        return False

    def following(self, state: State, source: Station | None) -> Iterator[State]:
        """Yield where a way may have come to one node later."""
        state = self._noted(state, source)
        node = self._flow.nodes[state.node]
        if node.test is not None:
            yield from self._test(state, node, source)
            return
        after = self._done(state, node, source)
        edges = node.edges
        if node.rounds is not None:
            edges, after = self._round(state.node, node, node.rounds, after)
        for edge in edges:
            if (state.node, edge.target) in self._matter.pointless:
                continue
            mark = self._mark(state, edge)
            following = self._at(edge.target, after)
            yield marked(following, mark) if mark else following

    def _round(self, index: int, node: Node, cell: Cell, state: State) -> tuple[list[Edge], State]:
        """Return where a counted loop goes on, and the state with one round less to go."""
        left = value_of(state, cell)
        if not isinstance(left, Literal) or not isinstance(left.value, int):
            self.uncounted.add(index)
            return node.edges, state
        kind = EdgeKind.AGAIN if left.value > 0 else EdgeKind.DONE
        after = self._assigned(state, cell, Literal(left.value - 1))
        return [edge for edge in node.edges if edge.kind is kind], after

    def _at(self, node: int, state: State) -> State:
        """Return the state at a node, or the next that matters, without what no test looks at."""
        node = self._matter.shortcuts[node]
        live = self._matter.live[node]
        values, facts = state.values, state.facts
        if values and any(cell not in live for cell, _ in values):
            values = frozenset(pair for pair in values if pair[0] in live)
        if facts and any(looked_at(fact) not in live for fact, _ in facts):
            facts = frozenset(pair for pair in facts if looked_at(pair[0]) in live)
        return State(node, values, facts, *state[3:])

    def _mark(self, state: State, edge: Edge) -> str:
        index = state.node
        if edge.kind is EdgeKind.PERHAPS and state.dones and edge.target in self._foreseen:
            return "outside"
        if edge.kind in {EdgeKind.RAISED, EdgeKind.PERHAPS}:
            return "raised"
        if edge.kind in {EdgeKind.CHOICE, EdgeKind.CANCELLED}:
            return "outside"
        leaves = index in self.stay and edge.target not in self.stay
        if leaves and edge.kind is EdgeKind.DONE:
            return "counted"
        if leaves and edge.kind is EdgeKind.EMPTY:
            return "opaque"  # another queue was empty
        return ""

    # --- what a node does ------------------------------------------------------------------------

    def _done(self, state: State, node: Node, source: Station | None) -> State:
        """Return the state after the operation of a node."""
        match node.operation:
            case TaskDone() as done if done.queue == self._queue:
                empty, so_far = "empty" in state.marks, state.assumptions
                raised = "raised" in state.marks
                step = DoneStep(source, done, state.dones, empty, so_far, raised)
                if "outside" not in state.marks and not node.awaited:
                    self.done_steps[step] = None
                if source is None:
                    return state  # with nothing taken yet, nothing is there to be accounted for
                # Where a loop may go on for ever, how often it has accounted says nothing more.
                exact = self._counts and not self.uncounted
                most = _MANY_COUNTED if exact else _MANY_DONES
                return state._replace(dones=min(max(most, state.dones), state.dones + 1))
            case Put() as put if put.queue == self._queue and source is not None:
                if len(state.puts) < _MOST_PUTS and put not in state.puts:
                    return state._replace(puts=(*state.puts, put))
            case Get(cell=cell):
                return self._assigned(state, cell, None)
            case SetCell() as assignment:
                return self._set(state, assignment, source)
            case Increment(cell, by):
                return self._incremented(state, cell, by, clean=is_clean(state, source))
        return state

    def _set(self, state: State, assignment: SetCell, source: Station | None) -> State:
        cell, value = assignment.cell, assignment.value
        if cell not in self._matter.tested:
            return state
        held: Value | None
        if isinstance(value, Alias):
            held = value_of(state, value.cell)
            if isinstance(held, Part):
                held = Part(held.path + value.path)
            elif value.path:
                held = None
        else:
            held = None if isinstance(value, Data | Count) else value
        state = self._assigned(state, cell, held)
        noted = source is not None and self._accounts and cell in self._matter.flags
        if noted and isinstance(held, Literal):
            others = tuple(clear for clear in state.clears if clear[0] != cell)
            clear = (cell, assignment.site, not state.jumped)
            return state._replace(clears=(*others, clear))
        return state

    def _incremented(self, state: State, cell: Cell, by: int, *, clean: bool) -> State:
        value = value_of(state, cell)
        grown: Value | None = None
        if (
            cell in self._matter.small
            and isinstance(value, Literal)
            and isinstance(value.value, int)
        ):
            number = self._matter.counting.number(cell, value.value + by)
            grown = None if number is None else Literal(number)
        state = self._assigned(state, cell, grown)
        if clean and cell in self._matter.tested:
            return state._replace(increments=state.increments | {cell})
        return state

    def _assigned(self, state: State, cell: Cell, value: Value | None) -> State:
        if cell not in self._matter.tested:
            return state
        values = {pair for pair in state.values if pair[0] != cell}
        if value is not None:
            values.add((cell, value))
        facts = frozenset(fact for fact in state.facts if looked_at(fact[0]) != cell)
        return state._replace(values=frozenset(values), facts=facts)

    # --- tests -----------------------------------------------------------------------------------

    def _test(self, state: State, node: Node, source: Station | None) -> Iterator[State]:
        answer, by_item = self._answer(state, node)
        for edge in node.edges:
            if answer is not None and edge.truth != answer:
                continue
            following = self._at(edge.target, state)
            if answer is None:
                following = self._remembered(following, state, node, edge)
            yield self._left(following, state, node, edge, source, by_item=by_item)

    def _answer(self, state: State, node: Node) -> tuple[bool | None, bool]:
        """Return how a test goes, `None` if either way; and whether it looks at the item taken."""
        test = self._looked_at(node)
        known = answered(state.facts, test) if state.facts and lasts(test) else None
        if known is not None or not isinstance(test, ItemTest | CountTest):
            return known, False
        value = value_of(state, test.cell)
        if isinstance(test, CountTest):
            return goes_by_count(value, test), False
        if isinstance(value, Part):
            return implied(state.assumptions, item_test(test, value), pickled=False), True
        if value is None:
            return None, False
        return decide(test, value, pickled=False), False

    def _looked_at(self, node: Node) -> Atom | None:
        """Return the test of a node, `None` where what it looks at is not followed."""
        test = node.test
        if isinstance(test, CountTest) and test.cell not in self._matter.tested:
            return None
        return test

    def _remembered(self, following: State, state: State, node: Node, edge: Edge) -> State:
        test = self._looked_at(node)
        if isinstance(test, ItemTest):
            value = value_of(state, test.cell)
            if isinstance(value, Part):
                assumption = (item_test(test, value), edge.truth)
                return following._replace(assumptions=state.assumptions | {assumption})
            if test in self._matter.often:
                return following._replace(facts=state.facts | {(test, edge.truth)})
        elif isinstance(test, Hunch):
            if test.key in self._matter.often:
                return following._replace(facts=state.facts | {(test, edge.truth)})
        elif isinstance(test, CountTest) and not isinstance(value_of(state, test.cell), Part):
            return following._replace(facts=state.facts | {(test, edge.truth)})
        return following

    def _left(  # noqa: PLR0913 (one step of `_test`, given all it knows)
        self,
        following: State,
        state: State,
        node: Node,
        edge: Edge,
        source: Station | None,
        *,
        by_item: bool,
    ) -> State:
        """Return the state with what it means that the test decided to leave, if it did."""
        others = [other.target for other in node.edges if other.truth != edge.truth]
        test = self._looked_at(node)
        if isinstance(test, Hunch) and test.outside:
            home = self._homes[source.node] if source else self.stay
            if edge.target not in home and any(other in home for other in others):
                return marked(following, "outside")
            return following
        stay = self.stay
        if edge.target in stay or not any(other in stay for other in others):
            return following
        if isinstance(test, CountTest) and is_clean(state, source):
            following = following._replace(counters=state.counters | {test.cell})
        value = value_of(state, test.cell) if isinstance(test, ItemTest | CountTest) else None
        if node.condition_of is not None and isinstance(test, ItemTest | CountTest):
            following = following._replace(left_by=test.cell)
        known = by_item or isinstance(test, CountTest) or value is not None
        if known and not (isinstance(test, CountTest) and isinstance(value, Part)):
            return following
        if isinstance(test, Emptiness) and test.queue == self._queue and edge.truth:
            following = following._replace(glance=test.site)
        return marked(following, "opaque")
