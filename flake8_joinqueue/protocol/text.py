"""A Protocol as text that a person can read."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol.items import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    CountTest,
    Data,
    Emptiness,
    How,
    Hunch,
    Item,
    ItemTest,
    Literal,
    Named,
    Not,
    Record,
    Setting,
    Unique,
)
from flake8_joinqueue.protocol.model import Actor, Protocol
from flake8_joinqueue.protocol.operations import (
    AnyOrder,
    Block,
    Branch,
    Break,
    Call,
    Close,
    Continue,
    EnterContext,
    Escape,
    Exit,
    Get,
    Increment,
    JoinActor,
    JoinQueue,
    Loop,
    LoopKind,
    ManagerEnds,
    Operation,
    Pass,
    Peek,
    Put,
    Raise,
    Return,
    Scope,
    SetAttribute,
    SetCell,
    Shutdown,
    Signal,
    Sleep,
    Start,
    Stop,
    Synchronise,
    TaskDone,
    Try,
    UseGlobal,
)
from flake8_joinqueue.protocol.sites import Site


def render(protocol: Protocol) -> str:
    """Return the whole Protocol as text, one operation a line, with the lines of the source."""
    return "\n".join(_Renderer(protocol).lines()) + "\n"


class _Renderer:
    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol

    def lines(self) -> Iterator[str]:
        protocol = self._protocol
        yield f"entry {protocol.entry}" + ("" if protocol.ends else ", called by others")
        for manager in protocol.managers:
            yield _at(f"manager {manager.name}", manager.site)
        for queue in protocol.queues:
            several = "" if queue.count.number == 1 else f" x {queue.count}"
            size = "" if queue.maxsize is None else f", at most {queue.maxsize}"
            served = ""
            if queue.manager is not None:
                served = f" of {protocol.managers[queue.manager].name}"
            seen = "" if queue.hidden else ", used elsewhere too"
            text = f"queue {queue.name}{several}: {queue.kind.name}{served}{size}{seen}"
            yield _at(text, queue.site)
        for actor in protocol.actors:
            yield ""
            yield from self._actor(actor)

    def _actor(self, actor: Actor) -> Iterator[str]:
        several = "" if actor.count.number == 1 else f" x {actor.count}"
        daemon = "" if actor.index == 0 else f", {actor.daemon.value}"
        kind = "" if actor.index == 0 else f": {actor.kind.value}"
        yield _at(f"actor {actor.name}{several}{kind}{daemon}", actor.site)
        if actor.opaque:
            yield "    (out of sight)"
        yield from self._block(actor.body, 1)

    def _block(self, block: Block, depth: int) -> Iterator[str]:
        for operation in block:
            yield from self._operation(operation, depth)

    def _operation(self, operation: Operation, depth: int) -> Iterator[str]:
        indent = "    " * depth
        match operation:
            case Branch():
                yield indent + _at(f"if {condition(operation.condition)}", operation.site)
                yield from self._block(operation.then, depth + 1)
                if operation.otherwise:
                    yield indent + "else"
                    yield from self._block(operation.otherwise, depth + 1)
            case Loop():
                yield from self._loop(operation, depth)
            case Try():
                yield from self._try(operation, depth)
            case Scope():
                yield indent + _at(f"in {operation.name}()", operation.site)
                yield from self._block(operation.body, depth + 1)
            case AnyOrder():
                yield indent + _at("in any order, any number of times", operation.site)
                for block in operation.blocks:
                    yield indent + "  one of"
                    yield from self._block(block, depth + 1)
            case _:
                yield indent + _at(self._simple(operation), operation.site)

    def _loop(self, loop: Loop, depth: int) -> Iterator[str]:
        indent = "    " * depth
        if loop.kind is LoopKind.COUNTED:
            times = "any number of" if loop.times is None else loop.times
            yield indent + _at(f"repeat {times} times", loop.site)
        else:
            yield indent + _at(f"while {condition(loop.condition)}", loop.site)
            if loop.head:
                yield indent + "  first"
                yield from self._block(loop.head, depth + 1)
                yield indent + "  then"
        yield from self._block(loop.body, depth + 1)
        if loop.orelse:
            yield indent + "else"
            yield from self._block(loop.orelse, depth + 1)

    def _try(self, operation: Try, depth: int) -> Iterator[str]:
        indent = "    " * depth
        yield indent + _at("try", operation.site)
        yield from self._block(operation.body, depth + 1)
        for handler in operation.handlers:
            names = ", ".join(e.name or "something unknown" for e in handler.exceptions)
            yield indent + _at(f"except {names}".rstrip(), handler.site)
            yield from self._block(handler.body, depth + 1)
        for word, block in (("else", operation.orelse), ("finally", operation.final)):
            if block:
                yield indent + word
                yield from self._block(block, depth + 1)

    def _simple(self, operation: Operation) -> str:
        match operation:
            case Break() | Continue() | Return():
                return type(operation).__name__.lower()
            case Raise(name):
                return f"raise {name}"
            case Exit(hard=hard):
                return "exit at once" if hard else "exit"
            case Start(actor) | JoinActor(actor) | Stop(actor):
                return self._of_actor(operation, actor)
            case ManagerEnds(manager):
                return f"manager {self._protocol.managers[manager].name} ends"
            case Synchronise() | Signal() | Sleep():
                return _of_time(operation)
            case SetCell(cell, value):
                return f"{cell.name} = {_value(value)}"
            case Increment(cell, by):
                return f"{cell.name} += {by}"
            case Call(label=label):
                return f"call {label}" + (" and wait" if operation.awaited else "")
            case Escape():
                return self._escape(operation)
            case Pass():
                return self._pass(operation)
            case SetAttribute(actor, name):
                return f"set {name} of {self._protocol.actors[actor].name}"
        return self._of_queue(operation)

    def _of_actor(self, operation: Start | JoinActor | Stop, index: int) -> str:
        name = self._protocol.actors[index].name
        match operation:
            case Start():
                return f"start {name}"
            case JoinActor(timed=timed):
                return f"wait for {name}" + (" for a time" if timed else "")
            case Stop(method=method):
                return f"{method} {name}"

    def _escape(self, escape: Escape) -> str:
        if escape.queue is not None:
            what = self._protocol.queues[escape.queue].name
        elif escape.actor is not None:
            what = self._protocol.actors[escape.actor].name
        else:
            what = "something"
        return f"{what} gets out of sight: {escape.reason}"

    def _pass(self, operation: Pass) -> str:
        if operation.actor is not None:
            to = self._protocol.actors[operation.actor].name
        else:
            to = "the work of a pool" if operation.onto is None else self._queue(operation.onto)
            to = "the processes of a pool" if operation.crew else to
        return f"hand {self._queue(operation.passed)} to {to}"

    def _of_queue(self, operation: Operation) -> str:
        match operation:
            case Put(queue, value, blocking=blocking):
                how = "" if blocking else " without waiting"
                return f"put {item(value)} on {self._queue(queue)}{how}"
            case Get(queue, cell):
                how = ", or Empty" if operation.may_be_empty else ""
                how = ", or Empty at once" if operation.nowait else how
                how = ", or TimeoutError" if operation.expires else how
                how += ", or cancelled" if operation.may_be_cancelled else ""
                return f"{cell.name} = get from {self._queue(queue)}{how}"
            case TaskDone(queue):
                return f"task_done on {self._queue(queue)}"
            case JoinQueue(queue, argument=argument, timed=timed):
                how = " with a timeout" if argument else ""
                return f"join {self._queue(queue)}{how}" + (" for a time" if timed else "")
            case Peek(queue, method):
                return f"{method} of {self._queue(queue)}"
            case Close(queue):
                return f"close {self._queue(queue)}"
            case Shutdown(queue, immediate=immediate):
                return f"shut down {self._queue(queue)}" + (" at once" if immediate else "")
            case EnterContext(queue):
                return f"with {self._queue(queue)}"
            case UseGlobal(queue, name, assigned=assigned):
                return f"{self._queue(queue)} by the global {name} of line {assigned.line}"
        raise TypeError(operation)

    def _queue(self, index: int) -> str:
        return self._protocol.queues[index].name


def _of_time(operation: Synchronise | Signal | Sleep) -> str:
    match operation:
        case Synchronise(what=what):
            return f"wait for {what}"
        case Signal(what=what):
            return f"signal {what}"
    return "sleep"


def _at(text: str, site: Site) -> str:
    return f"{text}  (line {site.line})"


def _value(value: Item | Alias | Count | None) -> str:
    if isinstance(value, Count):
        return str(value)
    if value is None:
        return "something unknown"
    if isinstance(value, Alias):
        return value.cell.name + _path(value.path)
    return item(value)


def _path(path: tuple[int | str, ...]) -> str:
    return "".join(f"[{step!r}]" for step in path)


def item(value: Item) -> str:
    """Return an item as text."""
    match value:
        case Literal(value=constant):
            return "..." if constant is ... else repr(constant)
        case Named(name):
            return name
        case Unique(type_name=type_name):
            return f"{value.label or 'a new'} {type_name}"
        case Record(fields):
            return f"({', '.join(map(item, fields))})"
        case Data(label):
            return label or "work"


def condition(test: Condition) -> str:
    """Return a condition as text."""
    match test:
        case bool():
            return str(test)
        case ItemTest(cell, path, how, against):
            subject = cell.name + _path(path)
            if how is How.FALSY:
                return f"{subject} is falsy"
            others = ", ".join(map(item, against))
            return f"{subject} {how.value} {f'({others})' if len(against) != 1 else others}"
        case CountTest(cell, operator, count):
            return f"{cell.name} {operator} {count}"
        case Emptiness(queue):
            return f"queue {queue} looks empty"
        case Hunch(label, outside):
            return f"perhaps{' outside' if outside else ''} {label}".rstrip()
        case Setting(key, label):
            return f"setting {label or key}"
        case Not(inner):
            return f"not ({condition(inner)})"
        case AllOf(parts):
            return " and ".join(f"({condition(part)})" for part in parts)
        case AnyOf(parts):
            return " or ".join(f"({condition(part)})" for part in parts)
