"""The control flow of one actor's body, as a graph."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import TypeAlias

from flake8_joinqueue.protocol import (
    Block,
    Cell,
    CountTest,
    Emptiness,
    Handler,
    Hunch,
    ItemTest,
    Operation,
    Scope,
    Setting,
)
from flake8_joinqueue.records import dataclass, field

Atom: TypeAlias = "ItemTest | CountTest | Emptiness | Hunch | Setting"


class EdgeKind(enum.Enum):
    """Why control goes along an edge."""

    PLAIN = "plain"
    TEST = "test"  # a condition was true or false
    EMPTY = "empty"  # a `get` raised instead of taking an item
    CANCELLED = "cancelled"  # a `get` raised since somebody stops the task
    RAISED = "raised"  # a call raised, and a handler of this actor is ready for it
    PERHAPS = "perhaps"  # the same, by a handler of certain exceptions only
    FATAL = "fatal"  # a call raised, and nothing surely catches it
    THROWN = "thrown"  # a `raise` statement
    AGAIN = "again"  # another round of a counted loop
    DONE = "done"  # a counted loop has had its rounds
    CHOICE = "choice"  # one of the blocks that are run in any order, or none


@dataclass(frozen=True, slots=True)
class Edge:
    """A step to the node `target`; `truth` is how a test went."""

    target: int
    kind: EdgeKind = EdgeKind.PLAIN
    truth: bool = True


@dataclass(slots=True)
class Node:
    """A point in the flow: an operation, the entry of a handler, or a test.

    `loops` and `scopes` are those it stands in, outermost first, through calls too; `condition_of`
    is the serial of the `while` loop whose condition a test belongs to. `awaited` says of a
    `task_done` that a handler is ready for the `ValueError` it may raise. `rounds` is the variable
    that holds how many more rounds a counted loop has from here, where it is counted.
    """

    operation: Operation | Handler | None = None
    test: Atom | None = None
    loops: tuple[int, ...] = ()
    scopes: tuple[int, ...] = ()
    condition_of: int | None = None
    edges: list[Edge] = field(default_factory=list)
    awaited: bool = False
    rounds: Cell | None = None


END = 0
DIED = 1


class Flow:
    """The control-flow graph of a body.

    Nodes are numbers. `END` is where the actor ends in good order, `DIED` where an exception that
    nothing catches ends it; `start` is where it begins. Calls are taken not to raise what nothing
    is there to catch, unless the flow is `fatal`.
    """

    def __init__(self, body: Block, *, fatal: bool = False) -> None:
        from flake8_joinqueue.analysis.compiling import Compiler  # noqa: PLC0415 (they are one)

        self.nodes: list[Node] = [Node(), Node()]
        self.start = Compiler(self.nodes, fatal=fatal).compile(body)
        self._sources: list[list[int]] | None = None

    def successors(self, node: int) -> list[Edge]:
        """Return the edges that leave a node."""
        return self.nodes[node].edges

    def reachable(self, start: int | None = None) -> set[int]:
        """Return the nodes that can be reached from a node, itself included (from the start)."""
        seen = {self.start if start is None else start}
        todo = list(seen)
        while todo:
            for edge in self.nodes[todo.pop()].edges:
                if edge.target not in seen:
                    seen.add(edge.target)
                    todo.append(edge.target)
        return seen

    def reaching(self, targets: set[int], barriers: set[int] | None = None) -> set[int]:
        """Return the nodes from which one of `targets` can be reached without passing a barrier.

        A barrier that is a target counts as reached; a barrier is never in the answer else.
        """
        barriers = barriers or set()
        if self._sources is None:
            self._sources = [[] for _ in self.nodes]
            for source, node in enumerate(self.nodes):
                for edge in node.edges:
                    self._sources[edge.target].append(source)
        seen = set(targets)
        todo = list(targets)
        while todo:
            for source in self._sources[todo.pop()]:
                if source not in seen and source not in barriers:
                    seen.add(source)
                    todo.append(source)
        return seen

    def between(self, nodes: Iterable[int], barriers: set[int]) -> set[int]:
        """Return the nodes that may come behind some nodes before one of some barriers does."""
        seen: set[int] = set()
        todo = list(nodes)
        while todo:
            for edge in self.nodes[todo.pop()].edges:
                if edge.target not in seen and edge.target not in barriers:
                    seen.add(edge.target)
                    todo.append(edge.target)
        return seen

    def scope(self, number: int) -> Scope:
        """Return the call of a function that the nodes with this number in `scopes` belong to."""
        for node in self.nodes:
            if isinstance(node.operation, Scope):
                inside = self.nodes[node.edges[0].target].scopes[len(node.scopes) :]
                if inside[:1] == (number,):
                    return node.operation
        raise KeyError(number)

    def where(self, *kinds: type) -> list[int]:
        """Return the nodes whose operation is of one of these kinds."""
        return [index for index, node in enumerate(self.nodes) if isinstance(node.operation, kinds)]
