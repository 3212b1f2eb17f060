"""What the tests of the reader share: a small program in, its Protocol as lines of text out.

    q: process joinable queue
    main:
      loop x3:
        put q None
      join q

Operations are named after the methods that do them; blocks are indented. A name that stands for
several things is told apart by a number: `item`, `item#2`.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator
from textwrap import dedent

from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Alias,
    AllOf,
    AnyOf,
    AnyOrder,
    Block,
    Branch,
    Break,
    Call,
    Cell,
    Close,
    Condition,
    Continue,
    CountTest,
    Daemon,
    Data,
    Emptiness,
    EnterContext,
    Escape,
    Exit,
    Get,
    How,
    Hunch,
    Increment,
    Item,
    ItemTest,
    JoinActor,
    JoinQueue,
    Literal,
    Loop,
    LoopKind,
    ManagerEnds,
    Named,
    Not,
    Operation,
    Pass,
    Peek,
    Protocol,
    Put,
    Raise,
    Record,
    Return,
    Scope,
    SetCell,
    Setting,
    Shutdown,
    Signal,
    Sleep,
    Start,
    Stop,
    Synchronise,
    TaskDone,
    Try,
    Unique,
    UseGlobal,
)
from flake8_joinqueue.reading import read

MODULE = "the module"


def protocols(program: str) -> dict[str, Protocol]:
    """The Protocols of a program, by their entry points. The program may be indented."""
    source = dedent(program)
    return {each.entry: each for each in read(source, ast.parse(source)).protocols}


def protocol(program: str, entry: str = MODULE) -> Protocol:
    """The Protocol of one entry point."""
    return protocols(program)[entry]


def whole(program: str, entry: str = MODULE) -> str:
    """A Protocol as text: its queues and managers, then what each actor does."""
    return as_text(protocol(program, entry))


def main(program: str, entry: str = MODULE) -> str:
    """What main does, as text."""
    return body(program, "main", entry)


def body(program: str, actor: str, entry: str = MODULE) -> str:
    """What the actor of that name does, as text."""
    made = protocol(program, entry)
    found = [each for each in made.actors if each.name == actor]
    assert len(found) == 1, f"{len(found)} actors are called {actor!r}"
    return "\n".join(_Renderer(made).block(found[0].body))


def lines(text: str) -> str:
    """An expected text, which may be indented."""
    return dedent(text).strip("\n")


def as_text(made: Protocol) -> str:
    """A Protocol as text."""
    return "\n".join(_Renderer(made).protocol())


def operations(made: Protocol) -> Iterator[Operation]:
    """Every operation of a Protocol, inner ones too, in the order they are written."""
    for actor in made.actors:
        yield from _within(actor.body)


def _within(block: Block) -> Iterator[Operation]:
    for operation in block:
        yield operation
        for inner in _blocks(operation):
            yield from _within(inner)


def _blocks(operation: Operation) -> tuple[Block, ...]:
    if isinstance(operation, Branch):
        return operation.then, operation.otherwise
    if isinstance(operation, Loop):
        return operation.head, operation.body, operation.orelse
    if isinstance(operation, Scope):
        return (operation.body,)
    if isinstance(operation, AnyOrder):
        return operation.blocks
    if isinstance(operation, Try):
        handled = (handler.body for handler in operation.handlers)
        return (operation.body, *handled, operation.orelse, operation.final)
    return ()


class _Renderer:
    """Turns the operations of one Protocol into lines."""

    def __init__(self, made: Protocol) -> None:
        self.made = made
        self._given: dict[Hashable, str] = {}
        self._used: dict[str, int] = {}
        self._queues = [self._name(("queue", each.index), each.name) for each in made.queues]
        self._managers = [self._name(("manager", each.index), each.name) for each in made.managers]
        self._actors = [self._name(("actor", each.index), each.name) for each in made.actors]

    def _name(self, key: Hashable, name: str) -> str:
        """The name of a thing, with a number where others have the same name."""
        if key not in self._given:
            number = self._used[name] = self._used.get(name, 0) + 1
            self._given[key] = name if number == 1 else f"{name}#{number}"
        return self._given[key]

    # --- who takes part --------------------------------------------------------------------------

    def protocol(self) -> Iterator[str]:
        for queue in self.made.queues:
            text = f"{self._queues[queue.index]}: {queue.kind.name}"
            text += "" if queue.count.number == 1 else f" x{queue.count}"
            text += "" if queue.maxsize is None else f", maxsize {queue.maxsize}"
            if queue.manager is not None:
                text += f", of {self._managers[queue.manager]}"
            yield text + ("" if queue.hidden else ", in the open")
        for manager in self.made.managers:
            yield f"{self._managers[manager.index]}: manager"
        for actor in self.made.actors:
            yield f"{self.actor(actor)}:"
            yield from self.indented(actor.body)

    def actor(self, actor: Actor) -> str:
        text = self._actors[actor.index]
        if actor.kind is not ActorKind.MAIN:
            text += f" ({actor.kind.value}"
            text += "" if actor.daemon is Daemon.NO else f", {actor.daemon.value}"
            text += ", daemon" if actor.daemon is Daemon.UNKNOWN else ""
            text += ", opaque)" if actor.opaque else ")"
        return text + ("" if actor.count.number == 1 else f" x{actor.count}")

    # --- operations ------------------------------------------------------------------------------

    def block(self, block: Block) -> Iterator[str]:
        for operation in block:
            yield from self.operation(operation)

    def indented(self, block: Block) -> Iterator[str]:
        for line in self.block(block):
            yield f"  {line}"

    def operation(self, operation: Operation) -> Iterator[str]:
        if isinstance(operation, Branch):
            yield f"if {self.condition(operation.condition)}:"
            yield from self.indented(operation.then)
            if operation.otherwise:
                yield "else:"
                yield from self.indented(operation.otherwise)
        elif isinstance(operation, Loop):
            yield from self.loop(operation)
        elif isinstance(operation, Try):
            yield from self.attempt(operation)
        elif isinstance(operation, Scope):
            yield f"{operation.name}():"
            yield from self.indented(operation.body)
        elif isinstance(operation, AnyOrder):
            yield "in any order:"
            for block in operation.blocks:
                yield "  one:"
                for line in self.indented(block):
                    yield f"  {line}"
        elif not isinstance(operation, Pass | UseGlobal):
            # By which way a queue comes to an actor is asked by tests of their own.
            yield self.simple(operation)

    def loop(self, loop: Loop) -> Iterator[str]:
        if loop.kind is LoopKind.COUNTED:
            yield f"loop x{loop.times}:"
        elif loop.condition is True and not loop.head:
            yield "for ever:"
        elif loop.head:
            yield "while, after"
            yield from self.indented(loop.head)
            yield f"{self.condition(loop.condition)}:"
        else:
            yield f"while {self.condition(loop.condition)}:"
        yield from self.indented(loop.body)
        if loop.orelse:
            yield "else:"
            yield from self.indented(loop.orelse)

    def attempt(self, attempt: Try) -> Iterator[str]:
        yield "try:"
        yield from self.indented(attempt.body)
        for handler in attempt.handlers:
            caught = ", ".join(named.name or "?" for named in handler.exceptions)
            yield f"except {caught}:" if caught else "except:"
            yield from self.indented(handler.body)
        for word, block in (("else", attempt.orelse), ("finally", attempt.final)):
            if block:
                yield f"{word}:"
                yield from self.indented(block)

    def simple(self, operation: Operation) -> str:  # noqa: C901, PLR0911, PLR0912 (a table in prose)
        match operation:
            case Put(queue, item, _, blocking):
                text = f"put {self._queues[queue]} {self.item(item)}"
                return text if blocking else f"{text} without waiting"
            case Get(queue, cell, _, may_be_empty, nowait):
                text = f"get {self._queues[queue]} -> {self.cell(cell)}"
                text += ", may be empty" if may_be_empty and not operation.expires else ""
                text += ", may time out" if operation.expires else ""
                text += ", may be cancelled" if operation.may_be_cancelled else ""
                return text + (", no wait" if nowait else "")
            case TaskDone(queue):
                return f"task_done {self._queues[queue]}"
            case JoinQueue(queue, _, argument, timed):
                text = f"join {self._queues[queue]}" + (" for a time" if timed else "")
                return text + (" (argument)" if argument else "")
            case Peek(queue, method):
                return f"{method} {self._queues[queue]}"
            case Close(queue):
                return f"close {self._queues[queue]}"
            case Shutdown(queue, _, immediate):
                return f"shutdown {self._queues[queue]}" + (" at once" if immediate else "")
            case EnterContext(queue):
                return f"with {self._queues[queue]}"
            case Escape(_, reason, queue, actor):
                name = self._queues[queue] if queue is not None else self._actors[actor or 0]
                return f"escape {name}: {reason}"
            case Start(actor):
                return f"start {self._actors[actor]}"
            case JoinActor(actor, _, timed):
                return f"wait for {self._actors[actor]}" + (" for a time" if timed else "")
            case Stop(actor, _, method):
                return f"{method} {self._actors[actor]}"
            case ManagerEnds(manager):
                return f"end {self._managers[manager]}"
            case Synchronise(_, what):
                return f"synchronise {what}"
            case SetCell(cell, value):
                return f"set {self.cell(cell)} = {self.held(value)}"
            case Increment(cell, by):
                return f"add {by} to {self.cell(cell)}"
            case Call(_, label):
                return f"call {label}"
            case Break():
                return "break"
            case Continue():
                return "continue"
            case Return():
                return "return"
            case Raise(name):
                return f"raise {name or '?'}"
            case Signal(what=what):
                return f"signal {what}"
            case Sleep():
                return "sleep"
            case Exit(_, hard):
                return "exit, hard" if hard else "exit"
        raise TypeError(operation)

    # --- items and conditions --------------------------------------------------------------------

    def cell(self, cell: Cell) -> str:
        return self._name(("cell", cell.serial), cell.name)

    def part(self, cell: Cell, path: tuple[int | str, ...]) -> str:
        steps = (f".{step}" if isinstance(step, str) else f"[{step}]" for step in path)
        return self.cell(cell) + "".join(steps)

    def held(self, value: Item | Alias | Count | None) -> str:
        if isinstance(value, Alias):
            return self.part(value.cell, value.path)
        if isinstance(value, Count):
            return str(value)
        return "?" if value is None else self.item(value)

    def item(self, item: Item) -> str:
        if isinstance(item, Literal):
            return repr(item.value)
        if isinstance(item, Named):
            return item.name
        if isinstance(item, Unique):
            return self._name(("object", item.serial), f"a {item.type_name}")
        if isinstance(item, Record):
            return f"{item.type_name}({', '.join(map(self.item, item.fields))})"
        assert isinstance(item, Data)
        return "data"

    def condition(self, condition: Condition) -> str:  # noqa: PLR0911 (one a kind)
        if isinstance(condition, bool):
            return str(condition)
        if isinstance(condition, ItemTest):
            return self.item_test(condition)
        if isinstance(condition, CountTest):
            return f"{self.cell(condition.cell)} {condition.operator} {condition.count}"
        if isinstance(condition, Emptiness):
            return "looks empty"
        if isinstance(condition, Hunch):
            return "perhaps (others)" if condition.outside else "perhaps"
        if isinstance(condition, Setting):
            return self._name(("setting", condition.key), f"<{condition.label}>")
        if isinstance(condition, Not):
            return f"not ({self.condition(condition.condition)})"
        assert isinstance(condition, (AllOf, AnyOf))
        word = " and " if isinstance(condition, AllOf) else " or "
        return word.join(f"({self.condition(part)})" for part in condition.conditions)

    def item_test(self, test: ItemTest) -> str:
        tested = self.part(test.cell, test.path)
        if test.how is How.FALSY:
            return f"{tested} is falsy"
        against = " | ".join(map(self.item, test.against))
        return f"{tested} {_HOW[test.how]} {against}"


_HOW = {
    How.IS: "is",
    How.EQUAL: "==",
    How.IN: "in",
    How.INSTANCE: "isinstance",
    How.TYPE: "type is",
    How.HAS: "has",
}
