"""What of a flow makes a difference to how an actor consumes a queue.

The ways from one `get` to the next are told apart by what happened on them. Whatever makes no
difference must be left out before, since each test that does not matter doubles their number.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, TypeAlias

from flake8_joinqueue.analysis.asking import asked, lasts
from flake8_joinqueue.analysis.counting import Counting, small_counters
from flake8_joinqueue.analysis.flow import DIED, END, EdgeKind, Flow, Node
from flake8_joinqueue.protocol import (
    JUMPS,
    Alias,
    Break,
    Cell,
    Continue,
    CountTest,
    Exit,
    Get,
    Handler,
    Hunch,
    ItemTest,
    Operation,
    Put,
    Raise,
    Return,
    SetCell,
    TaskDone,
)

_JUMPS: Final = (Break, Continue, Return, Raise, Exit, Handler)
_CHOICES: Final = frozenset(
    {EdgeKind.PLAIN, EdgeKind.TEST, EdgeKind.AGAIN, EdgeKind.DONE, EdgeKind.CHOICE}
)
_Looked: TypeAlias = "Cell | str"  # what a test looks at
_NOTHING: Final[frozenset[_Looked]] = frozenset()


class Relevance:
    """What matters in a flow for one queue.

    `reachable` are the nodes that are come to, `accounting` those from which a `task_done` can
    follow. `tested` are the variables that tests look at, `often` what is asked at
    several nodes and of which the answer lasts, `flags` the variables by which a `while` loop goes
    on, `small` those that are compared with small numbers only, `counting` how far it matters to
    count them. `shortcuts` holds, for each node, the first at or behind it that makes a difference;
    `live`, the variables that a test behind it may look at before they are assigned, and what is
    asked again behind it. `pointless` are the steps (from, to) into blocks that are run in any
    order and do nothing that matters.

    Jumps and handlers matter where they may be what a `task_done` is missed by: where one can still
    follow, or without any, for which `accounting` is empty, nobody asks.
    """

    def __init__(self, flow: Flow, queue: int, reachable: set[int], accounting: set[int]) -> None:
        self._nodes = flow.nodes
        self._queue = queue
        self._reachable = sorted(reachable)
        self.shortcuts = list(range(len(flow.nodes)))
        self._accounting = accounting
        fixed = {END, DIED, flow.start}
        if accounting:
            fixed |= self._noted(accounting)
        self.tested: set[Cell] = set()
        before = -1
        while len(self.tested) != before:
            # Without the tests that make no difference, fewer variables are tested.
            before = len(self.tested)
            self._survey()
            self._shorten(fixed)
        self.pointless = self._pointless()
        self.live = self._liveness()

    # --- what is tested --------------------------------------------------------------------------

    def _survey(self) -> None:
        nodes = [self._nodes[node] for node in self._reachable if self.shortcuts[node] == node]
        tests = [node.test for node in nodes if isinstance(node.test, ItemTest | CountTest)]
        questions = Counter(asked(node.test) for node in nodes if lasts(node.test))
        self.often = {question for question, times in questions.items() if times > 1}
        self.flags = {
            node.test.cell
            for node in nodes
            if node.condition_of is not None and isinstance(node.test, ItemTest | CountTest)
        }
        small = small_counters(tests)
        large = {test.cell for test in tests if isinstance(test, CountTest)} - small
        aliases = [
            (node.operation.cell, node.operation.value.cell)
            for node in nodes
            if isinstance(node.operation, SetCell) and isinstance(node.operation.value, Alias)
        ]
        rounds = {node.rounds for node in nodes if node.rounds is not None}
        # How long lists are that may become long: neither they nor the rounds can be counted.
        long = {source for cell, source in aliases if cell in rounds} & large
        rounds -= {cell for cell, source in aliases if source in long}
        tested = ({test.cell for test in tests} | rounds) - long
        todo = set(tested)
        while todo:
            todo = {source for cell, source in aliases if cell in todo} - tested
            tested |= todo
        self.tested = tested
        self.small = small | {source for cell, source in aliases if cell in rounds}
        self.counting = Counting(nodes, self.small, {source for _, source in aliases})

    # --- what makes no difference ----------------------------------------------------------------

    def _noted(self, accounting: set[int]) -> set[int]:
        """Return the nodes where accounting stops being possible: a way takes note of them."""
        return {
            edge.target
            for index in self._reachable
            for edge in self._nodes[index].edges
            if edge.target not in accounting and (index in accounting or self._is_get(index))
        }

    def _is_get(self, index: int) -> bool:
        operation = self._nodes[index].operation
        return isinstance(operation, Get) and operation.queue == self._queue

    def _shorten(self, fixed: set[int]) -> None:
        """Pass over nodes that do nothing, and choices all ways of which come to the same.

        A loop is a choice, too: whether to go round once more.
        """
        shortcuts = self.shortcuts
        idle = [
            index
            for index in self._reachable
            if shortcuts[index] == index and index not in fixed and self._is_idle(index)
        ]
        shorter = True
        while shorter:
            shorter = False
            rest = []
            # A flow is compiled from its end to its start, so that most targets come before.
            for index in idle:
                targets = {self._behind(edge.target) for edge in self._nodes[index].edges} - {index}
                if len(targets) == 1:
                    shortcuts[index] = targets.pop()
                    shorter = True
                else:
                    rest.append(index)
            idle = rest
        for index in self._reachable:
            shortcuts[index] = self._behind(index)

    def _behind(self, index: int) -> int:
        while self.shortcuts[index] != index:
            index = self.shortcuts[index]
        return index

    def _is_idle(self, index: int) -> bool:
        """Say whether what a node does, its choice of a way apart, is of no interest."""
        node = self._nodes[index]
        if any(edge.kind not in _CHOICES for edge in node.edges) or self._does(node):
            return False
        if isinstance(node.operation, Get):
            return False
        if not self._accounting or not isinstance(node.operation, _JUMPS):
            return True
        return index in self._accounting and not _leaps(node.operation)

    def _pointless(self) -> set[tuple[int, int]]:
        return {
            (index, edge.target)
            for index in self._reachable
            for edge in self._nodes[index].edges
            if edge.kind is EdgeKind.CHOICE and self._comes_back(edge.target, index)
        }

    def _comes_back(self, start: int, home: int) -> bool:
        """Say whether all ways from `start` come to `home`, and do nothing that matters before."""
        seen = {start, home}
        todo = [start]
        while todo:
            index = todo.pop()
            if index in {END, DIED} or self._does(self._nodes[index]):
                return False
            targets = {edge.target for edge in self._nodes[index].edges} - seen
            seen |= targets
            todo += targets
        return True

    def _does(self, node: Node) -> bool:
        """Say whether a node does something with the queue, or with a variable that is tested."""
        operation = node.operation
        if isinstance(operation, Get | Put | TaskDone) and operation.queue == self._queue:
            return True
        cell = getattr(operation, "cell", None)
        return cell is not None and cell in self.tested

    # --- what is still looked at -----------------------------------------------------------------

    def _liveness(self) -> list[frozenset[_Looked]]:
        live = [_NOTHING] * len(self._nodes)
        changed = bool(self.tested or self.often)
        while changed:
            changed = False
            for index in self._reachable:
                if self.shortcuts[index] != index:
                    continue
                node = self._nodes[index]
                behind: frozenset[_Looked] = _NOTHING.union(
                    *(live[self.shortcuts[edge.target]] for edge in node.edges)
                )
                here = self._before(node, behind)
                if here != live[index]:
                    live[index] = here
                    changed = True
        return live

    def _before(self, node: Node, live: frozenset[_Looked]) -> frozenset[_Looked]:
        """Return what is live before a node of what is live behind it."""
        if isinstance(node.test, ItemTest | CountTest):
            return live | {node.test.cell}
        if isinstance(node.test, Hunch):
            return live | {node.test.key} if node.test.key in self.often else live
        if node.rounds is not None:
            return live | {node.rounds}
        operation = node.operation
        if isinstance(operation, Get):
            live = live - {operation.cell}
            # Of the next item, everything is asked anew.
            own = operation.queue == self._queue
            return frozenset(each for each in live if isinstance(each, Cell)) if own else live
        if isinstance(operation, SetCell) and operation.cell in live:
            live = live - {operation.cell}
            if isinstance(operation.value, Alias):
                live = live | {operation.value.cell}
        return live


def _leaps(operation: Operation | Handler) -> bool:
    """Say whether an operation is a jump that leaves a `with` by way of its manager, or its end."""
    if isinstance(operation, Handler):
        return any(exception.name in JUMPS for exception in operation.exceptions)
    return isinstance(operation, Raise) and operation.name in JUMPS
