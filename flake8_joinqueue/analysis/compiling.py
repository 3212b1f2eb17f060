"""From a body to the nodes of its `Flow`.

Compiled from the end to the start, so that each operation knows where control goes on. Where a
jump goes is a thunk, since a `finally` block on its way is copied only if the jump is there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from flake8_joinqueue.analysis.exceptions import (
    CANCELLED,
    EMPTY,
    ORDINARY,
    SHUT_DOWN,
    TIMED_OUT,
    catches,
    usual,
)
from flake8_joinqueue.analysis.flow import DIED, END, Atom, Edge, EdgeKind, Node
from flake8_joinqueue.counts import ONE
from flake8_joinqueue.protocol import (
    Alias,
    AllOf,
    AnyOf,
    AnyOrder,
    Block,
    Branch,
    Break,
    Call,
    Cell,
    Condition,
    Continue,
    Exit,
    Get,
    Handler,
    Literal,
    Loop,
    LoopKind,
    Not,
    Operation,
    Raise,
    Return,
    Scope,
    SetCell,
    TaskDone,
    Try,
    operations_in,
)
from flake8_joinqueue.records import dataclass, replace

_SHORT: Final = 8  # a loop of so many rounds is gone through one by one

_Goal: TypeAlias = "Callable[[], int]"


@dataclass(frozen=True, slots=True)
class _Frame:
    """A `try` that control is inside of: the handlers that are ready, and the `finally` to run."""

    handlers: tuple[tuple[Handler, _Goal], ...]
    final: Callable[[int], int] | None
    outer: _Frame | None


@dataclass(frozen=True, slots=True)
class _Context:
    """Where jumps go, and what control is inside of."""

    to_break: _Goal
    to_continue: _Goal
    to_return: _Goal
    to_exit: _Goal
    frame: _Frame | None = None
    loops: tuple[int, ...] = ()
    scopes: tuple[int, ...] = ()


def _goal(node: int) -> _Goal:
    return lambda: node


class Compiler:
    """Adds the nodes of a body to `nodes`."""

    def __init__(self, nodes: list[Node], *, fatal: bool = False) -> None:
        self._nodes = nodes
        self._fatal = fatal
        self._scopes = 0

    def compile(self, body: Block) -> int:
        """Compile a whole body; return the node where it starts."""
        end = _goal(END)
        return self._block(body, END, _Context(end, end, end, end))

    def _node(self, context: _Context, edges: list[Edge], operation: Operation | Handler) -> int:
        node = Node(operation, None, context.loops, context.scopes, None, edges)
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _placeholder(self, context: _Context) -> int:
        self._nodes.append(Node(loops=context.loops, scopes=context.scopes))
        return len(self._nodes) - 1

    def _block(self, block: Block, follow: int, context: _Context) -> int:
        for operation in reversed(block):
            follow = self._operation(operation, follow, context)
        return follow

    def _operation(  # noqa: C901, PLR0912 (one case a kind of operation)
        self, operation: Operation, follow: int, context: _Context
    ) -> int:
        match operation:
            case Call():  # by far the most
                edges = [Edge(follow), *self._call_edges(operation, context)]
            case Branch():
                return self._branch(operation, follow, context)
            case Loop(kind=LoopKind.COUNTED):
                return self._counted(operation, follow, context)
            case Loop():
                return self._while(operation, follow, context)
            case Try():
                return self._try(operation, follow, context)
            case Scope():
                return self._scope(operation, follow, context)
            case AnyOrder():
                return self._any_order(operation, follow, context)
            case Raise():
                edges = self._raise_edges(operation, context)
            case Break():
                edges = [Edge(context.to_break())]
            case Continue():
                edges = [Edge(context.to_continue())]
            case Return():
                edges = [Edge(context.to_return())]
            case Exit():
                edges = [Edge(END if operation.hard else context.to_exit())]
            case Get():
                edges = [Edge(follow), *self._get_edges(operation, context)]
            case _:
                edges = [Edge(follow)]
        node = self._node(context, edges, operation)
        if isinstance(operation, TaskDone):
            self._nodes[node].awaited = _awaits("ValueError", context.frame)
        return node

    # --- conditions ------------------------------------------------------------------------------

    def _branch(self, branch: Branch, follow: int, context: _Context) -> int:
        then = self._block(branch.then, follow, context)
        otherwise = self._block(branch.otherwise, follow, context)
        return self._condition(branch.condition, then, otherwise, context, None)

    def _condition(
        self, condition: Condition, true: int, false: int, context: _Context, loop: int | None
    ) -> int:
        match condition:
            case bool():
                return true if condition else false
            case Not(inner):
                return self._condition(inner, false, true, context, loop)
            case AllOf(parts):
                for part in reversed(parts):
                    true = self._condition(part, true, false, context, loop)
                return true
            case AnyOf(parts):
                for part in reversed(parts):
                    false = self._condition(part, true, false, context, loop)
                return false
        return self._test(condition, true, false, context, loop)

    def _test(self, atom: Atom, true: int, false: int, context: _Context, loop: int | None) -> int:
        edges = [Edge(true, EdgeKind.TEST), Edge(false, EdgeKind.TEST, truth=False)]
        self._nodes.append(Node(None, atom, context.loops, context.scopes, loop, edges))
        return len(self._nodes) - 1

    # --- loops -----------------------------------------------------------------------------------

    def _counted(self, loop: Loop, follow: int, context: _Context) -> int:
        again = self._placeholder(context)
        inside = self._inside(loop, context, follow, again)
        done = self._block(loop.orelse, follow, context)
        body = self._block(loop.body, again, inside)
        edges = self._nodes[again].edges
        if loop.times != ONE:
            edges.append(Edge(body, EdgeKind.AGAIN))
        edges.append(Edge(done, EdgeKind.DONE))
        counter = self._counter(loop, again)
        if counter is not None:
            return self._node(context, [Edge(again)], counter)
        sure = loop.times is not None and (loop.times.low or 0) > 0
        return self._node(context, [Edge(body if sure else again)], loop)

    def _counter(self, loop: Loop, again: int) -> SetCell | None:
        """Return the assignment that makes the rounds of a loop countable, if it matters."""
        number = None if loop.times is None else loop.times.number
        short = number is not None and 1 < number <= _SHORT
        if loop.rounds is None and not short:
            return None
        if not any(isinstance(inner, Get | TaskDone) for inner in operations_in(loop.body)):
            return None
        cell = Cell(-2 - loop.serial, "rounds")
        self._nodes[again].rounds = cell
        first = Alias(loop.rounds) if loop.rounds is not None else Literal(number)
        return SetCell(cell, first, loop.site)

    def _while(self, loop: Loop, follow: int, context: _Context) -> int:
        again = self._placeholder(context)
        inside = self._inside(loop, context, follow, again)
        done = self._block(loop.orelse, follow, context)
        body = self._block(loop.body, again, inside)
        test = self._condition(loop.condition, body, done, inside, loop.serial)
        head = self._block(loop.head, test, inside)
        self._nodes[again].edges.append(Edge(head))
        return again

    @staticmethod
    def _inside(loop: Loop, context: _Context, follow: int, again: int) -> _Context:
        return replace(
            context,
            to_break=_goal(follow),
            to_continue=_goal(again),
            loops=(*context.loops, loop.serial),
        )

    def _any_order(self, choice: AnyOrder, follow: int, context: _Context) -> int:
        again = self._placeholder(context)
        edges = self._nodes[again].edges
        edges.extend(
            Edge(self._block(block, again, context), EdgeKind.CHOICE) for block in choice.blocks
        )
        edges.append(Edge(follow, EdgeKind.CHOICE))
        return again

    def _scope(self, scope: Scope, follow: int, context: _Context) -> int:
        self._scopes += 1
        inside = replace(context, to_return=_goal(follow), scopes=(*context.scopes, self._scopes))
        return self._node(context, [Edge(self._block(scope.body, follow, inside))], scope)

    # --- exceptions ------------------------------------------------------------------------------

    def _try(self, operation: Try, follow: int, context: _Context) -> int:
        final: Callable[[int], int] | None = None
        after = follow
        if operation.final:
            final = functools.lru_cache(None)(
                lambda target: self._block(operation.final, target, context)
            )
            after = final(follow)
        # In handlers and `else`, only the `finally` is left of this `try`.
        behind = self._guarded(context, _Frame((), final, context.frame), final)
        orelse = self._block(operation.orelse, after, behind)
        handlers = tuple(
            (handler, self._handler(handler, after, behind)) for handler in operation.handlers
        )
        inside = self._guarded(context, _Frame(handlers, final, context.frame), final)
        return self._block(operation.body, orelse, inside)

    def _handler(self, handler: Handler, follow: int, context: _Context) -> _Goal:
        @functools.cache
        def enter() -> int:
            body = self._block(handler.body, follow, context)
            return self._node(context, [Edge(body)], handler)

        return enter

    @staticmethod
    def _guarded(context: _Context, frame: _Frame, final: Callable[[int], int] | None) -> _Context:
        if final is None:
            return replace(context, frame=frame)

        def through(goal: _Goal) -> _Goal:
            return lambda: final(goal())

        return replace(
            context,
            frame=frame,
            to_break=through(context.to_break),
            to_continue=through(context.to_continue),
            to_return=through(context.to_return),
            to_exit=through(context.to_exit),
        )

    def _targets(self, frame: _Frame | None, thrown: str) -> tuple[list[int], bool]:
        """Return the handlers that catch what is thrown, and whether it may get past them."""
        found: list[int] = []
        for handler, enter in frame.handlers if frame else ():
            answer = catches(handler, thrown)
            if answer is not False:
                found.append(enter())
            if answer is True:
                return found, False
        if frame is None:
            return found, True
        outer, escapes = self._targets(frame.outer, thrown)
        if frame.final is not None:
            outer = [frame.final(node) for node in outer]
        return found + outer, escapes

    def _catchers(self, frame: _Frame | None, thrown: str) -> list[int]:
        return self._targets(frame, thrown)[0]

    def _death(self, frame: _Frame | None) -> int:
        """Return the way out for an exception that nothing catches: through every `finally`."""
        finals: list[Callable[[int], int]] = []
        while frame is not None:
            if frame.final is not None:
                finals.append(frame.final)
            frame = frame.outer
        node = DIED
        for final in reversed(finals):
            node = final(node)
        return node

    def _call_edges(self, call: Call, context: _Context) -> list[Edge]:
        thrown = usual(call.label) if self._fatal else (ORDINARY,)
        answers = [self._targets(context.frame, each) for each in thrown]
        found = list(dict.fromkeys(node for nodes, _ in answers for node in nodes))
        # Whoever is ready for one of the usual exceptions does not mean the others to come.
        escapes = all(past for _, past in answers)
        edges = [Edge(node, EdgeKind.PERHAPS) for node in found]
        if edges and not escapes:
            edges[-1] = Edge(found[-1], EdgeKind.RAISED)
        if escapes and self._fatal:
            edges.append(Edge(self._death(context.frame), EdgeKind.FATAL))
        return edges

    def _get_edges(self, get: Get, context: _Context) -> list[Edge]:
        edges: list[Edge] = []
        if get.may_be_empty:
            thrown = TIMED_OUT if get.expires else EMPTY
            edges.extend(self._raised(context, thrown, EdgeKind.EMPTY))
        if get.may_be_cancelled:
            edges.extend(self._raised(context, CANCELLED, EdgeKind.CANCELLED))
        if _awaits("ShutDown", context.frame):
            shut = self._catchers(context.frame, SHUT_DOWN)
            edges.extend(Edge(node, EdgeKind.EMPTY) for node in shut)
        return list(dict.fromkeys(edges))

    def _raised(self, context: _Context, thrown: str, kind: EdgeKind) -> Iterator[Edge]:
        found, escapes = self._targets(context.frame, thrown)
        targets = [*found, self._death(context.frame)] if escapes else found
        return (Edge(node, kind) for node in dict.fromkeys(targets))

    def _raise_edges(self, operation: Raise, context: _Context) -> list[Edge]:
        thrown = "" if operation.name == "reraise" else operation.name
        return list(self._raised(context, thrown, EdgeKind.THROWN))


def _awaits(name: str, frame: _Frame | None) -> bool:
    """Say whether a handler names an exception whose name ends so."""
    while frame is not None:
        for handler, _ in frame.handlers:
            if any(exception.name.endswith(name) for exception in handler.exceptions):
                return True
        frame = frame.outer
    return False
