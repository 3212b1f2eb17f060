"""Generators: their bodies run where somebody goes over them, who goes on where they yield.

A `for` loop over a generator of the file is its body with the loop's at each `yield`; a `with`
block under `contextlib.contextmanager` likewise. What leaves the loop leaves the generator too,
as Python closes it: such jumps are thrown through it, and caught where the loop stands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.protocol import (
    LEAVE_FUNCTION,
    LEAVE_LOOP,
    NEXT_ROUND,
    AnyOrder,
    Block,
    Branch,
    Break,
    Continue,
    ExceptionName,
    Handler,
    How,
    ItemTest,
    Literal,
    Operation,
    Raise,
    Return,
    SetCell,
    Site,
    Try,
    operations_in,
)
from flake8_joinqueue.reading import calls, functions, iteration, merging, values
from flake8_joinqueue.reading.drafts import Audience, LoopFrame
from flake8_joinqueue.reading.scopes import new_serial
from flake8_joinqueue.reading.trees import contains, parts
from flake8_joinqueue.reading.values import Arguments, Generator, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

# Functions that go over what they are given, to its end, here and now.
_EXHAUSTS = frozenset({"sum", "max", "min", "collections.Counter", "functools.reduce"})
# Methods that do so, whatever they belong to.
_ADDING = frozenset({"extend", "update", "writelines", "writerows", "executemany"})


def made(
    machine: Machine, function: values.Function, arguments: Arguments, node: cst.CSTNode
) -> Generator:
    """Return the generator that a call of a generator function makes."""
    given = tuple(arguments.positional), tuple(arguments.keywords.items())
    return _noted(machine, Generator(function, *given, node, new_serial(), _repeating(machine)))


def lazily(
    machine: Machine,
    name: str,
    run: Callable[[Callable[[Value], None]], None],
    over: Value,
    node: cst.CSTNode,
) -> Generator:
    """Return the generator that brings what `run` does; `over` is what it goes over itself."""
    function = values.Lazily(name, run)
    return _noted(
        machine, Generator(function, (over,), (), node, new_serial(), _repeating(machine))
    )


def _noted(machine: Machine, found: Generator) -> Generator:
    machine.not_gone_over[found.serial] = found
    return found


def is_context(made: Generator) -> bool:
    """Say whether a generator is one of a function under `contextlib.contextmanager`."""
    return isinstance(made.function, values.Function) and made.function.is_context


def as_generator(machine: Machine, value: Value, node: cst.CSTNode) -> Value:
    """Return a generator for what calls a function again and again, other values as they are."""
    if not isinstance(value, values.Repeated):
        return value
    return lazily(
        machine,
        "iter",
        lambda take: iteration.go_over(machine, value, take, node),
        value.function,
        node,
    )


def _repeating(machine: Machine) -> tuple[int, ...]:
    return tuple(loop.serial for loop in machine.loops if loop.times.number != 1)


def goes_on(machine: Machine, made: Generator) -> bool:
    """Say whether a generator may have been begun before: it goes on where it was left then."""
    if isinstance(made.function, values.Lazily) and made.most is not None:
        return True
    return made.serial not in machine.not_gone_over or _repeating(machine) != made.within


def forgotten(machine: Machine) -> tuple[Operation, ...]:
    """Return that queues get out of sight by generators that nothing in sight goes over."""
    left, ended = list(machine.not_gone_over.values()), machine.ended
    machine.not_gone_over.clear()
    with machine.block() as escapes:
        for generator in left:
            with machine.block() as operations:
                run_out_of_sight(machine, generator)
            for operation in operations_in(tuple(operations)):
                queue = getattr(operation, "queue", None)
                if isinstance(queue, int):
                    machine.escape(values.QueueRef(queue), generator.node, "used by a generator")
    machine.ended = ended
    return tuple(escapes)


def go_over(machine: Machine, made: Generator, body: Callable[[Value], None]) -> Value:
    """Run a generator, and `body` for each thing it yields; return what it returns."""
    machine.not_gone_over.pop(made.serial, None)
    frames = list(machine.frames)

    def on_yield(value: Value) -> None:
        within, machine.frames = machine.frames, frames
        try:
            body(value if made.through is None else made.through(value))
        finally:
            machine.frames = within

    if isinstance(made.function, values.Lazily):
        made.function.run(on_yield)
        return values.NONE
    given = Arguments(list(made.arguments), dict(made.keywords))
    return functions.enter(machine, made.function, given, made.node, Audience(on_yield, made.most))


def hand_out(machine: Machine, value: Value, node: cst.CSTNode, *, each: bool) -> None:
    """Yield `value`, or `each` of what it holds, to whoever goes over the generator being run."""
    audience = machine.frame.audience
    take = audience.take if audience is not None else _ignore
    if each:
        iteration.go_over(machine, value, take, node)
    else:
        take(value)


def _ignore(value: Value) -> None:
    """Nobody takes what is yielded."""


def run_out_of_sight(machine: Machine, made: Generator) -> Value:
    """Run a generator that others go over: what it does may come in any order.

    Return what stands for it to whoever goes over it.
    """
    seen = Unknown(f"generator {machine.foreign(str(id(made)))}", made.function.name, free=True)
    if made in machine.run_out_of_sight:
        return seen
    machine.run_out_of_sight.add(made)
    yielded: list[Value] = []
    ended = machine.ended
    with machine.block() as operations:
        go_over(machine, made, yielded.append)
    machine.ended = ended
    if operations:
        machine.emit(AnyOrder((tuple(operations),), machine.site(made.node)))
    for value in yielded:
        if not isinstance(value, merging.PLAIN):
            calls.leak(machine, value, made.node, f"yielded by {made.function.name}")
    machine.yields[seen.key] = tuple(yielded)
    return seen


def exhaust(machine: Machine, arguments: Arguments, name: str, label: str = "") -> list[Value]:
    """Run what a function goes over, and return what it does not go over.

    `name` is that of a library function, `label` what any other goes by.
    """
    goes_over = name in _EXHAUSTS or label.rpartition(".")[2] in _ADDING
    rest: list[Value] = []
    for value in arguments.every():
        if isinstance(value, iteration.LAZY) and goes_over:
            iteration.go_over(machine, value, _ignore, machine.last_node)
            continue
        rest.append(value)
        if isinstance(value, Generator):
            run_out_of_sight(machine, value)
    return rest


def limited(machine: Machine, node: cst.For | cst.While) -> Count | None:
    """Return how often a loop of a generator runs at the most, where only so much is taken."""
    audience = machine.frame.audience
    if audience is None or audience.most is None or not contains(node.body, cst.Yield):
        return None
    return audience.most


# --- loops ---------------------------------------------------------------------------------------


def hides_exceptions(made: Generator) -> bool:
    """Say whether a generator has handlers around a `yield`: nothing raised outside comes there."""
    if isinstance(made.function, values.Lazily):
        return False
    pending: list[cst.CSTNode] = [made.function.node.body]
    while pending:
        node = pending.pop()
        handled = isinstance(node, (cst.Try, cst.TryStar)) and bool(node.handlers)
        if handled and contains(node, cst.Yield):
            return True
        if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            pending += parts(node)
    return False


def run_for(
    machine: Machine,
    node: cst.CSTNode,
    made: Generator,
    one_round: Callable[[Value], None],
    orelse: Callable[[], Block],
) -> None:
    """Run a loop over a generator: `one_round` for each thing it yields."""
    site, broken = machine.site(node), False
    frame = machine.frame
    before = len(frame.returned)

    def body(value: Value) -> None:
        nonlocal broken
        here = LoopFrame(new_serial(), ONE, in_generator=True)
        machine.loops.append(here)
        try:
            attempt = machine.attempt(lambda: one_round(value))
        finally:
            machine.loops.pop()
        broken = broken or here.broken
        for place, left in attempt.changes.items():
            machine.heap.set(place, left)
        machine.ended = attempt.ended and not here.continued
        if here.continued:
            behind = Handler((ExceptionName(NEXT_ROUND, site),), (), site)
            machine.emit(Try(attempt.operations, (behind,), (), (), site))
        else:
            emit_all(machine, attempt.operations)

    frame.over_generators += 1
    try:
        with machine.block() as operations:
            go_over(machine, made, body)
    finally:
        frame.over_generators -= 1
    otherwise = () if machine.ended else orelse()
    machine.ended = machine.ended and not broken
    handlers = [Handler((ExceptionName(LEAVE_LOOP, site),), (), site)] if broken else []
    if len(frame.returned) > before:
        handlers.append(_returning(machine, site))
    if handlers:
        machine.emit(Try(tuple(operations), tuple(handlers), otherwise, (), site))
    else:
        emit_all(machine, (*operations, *otherwise))


def _returning(machine: Machine, site: Site) -> Handler:
    ended = machine.ended
    with machine.block() as leaving:
        leave_function(machine, site)
    machine.ended = ended
    return Handler((ExceptionName(LEAVE_FUNCTION, site),), tuple(leaving), site)


def emit_all(machine: Machine, operations: Block) -> None:
    """Add operations to the block being written."""
    for operation in operations:
        machine.emit(operation)


# --- jumps ---------------------------------------------------------------------------------------


def leave_loop(machine: Machine, site: Site) -> None:
    """Leave the innermost loop: `break`."""
    within = machine.loops[-1] if machine.loops else None
    if within is not None:
        within.broken = True
    thrown = within is not None and within.in_generator
    machine.emit(Raise(LEAVE_LOOP, site) if thrown else Break(site))
    machine.ended = True


def next_round(machine: Machine, site: Site) -> None:
    """Go on with the next round of the innermost loop: `continue`."""
    within = machine.loops[-1] if machine.loops else None
    if within is not None:
        within.continued = True
    thrown = within is not None and within.in_generator
    machine.emit(Raise(NEXT_ROUND, site) if thrown else Continue(site))
    machine.ended = True


def leave_function(machine: Machine, site: Site) -> None:
    """Leave the function being run: `return`."""
    thrown = machine.frame.over_generators > 0
    machine.emit(Raise(LEAVE_FUNCTION, site) if thrown else Return(site))
    machine.ended = True


# --- `with` --------------------------------------------------------------------------------------


def run_with(
    machine: Machine, made: Generator, block: Callable[[Value], None], node: cst.CSTNode
) -> None:
    """Run a `with` block where a generator under `contextlib.contextmanager` yields.

    However the block is left, but by an exception, the generator goes on behind its `yield`. So a
    jump out of the block is noted, and made behind the generator.
    """
    site, cell = machine.site(node), machine.new_cell("left by")
    frame = machine.frame
    here = LoopFrame(new_serial(), ONE, in_generator=True)
    before, ended = len(frame.returned), False

    def body(value: Value) -> None:
        nonlocal ended
        machine.loops.append(here)
        try:
            with machine.block() as operations:
                block(value)
        finally:
            machine.loops.pop()
        ended, machine.ended = machine.ended, False
        found = _jumps(here, returned=len(frame.returned) > before)
        if not found:
            emit_all(machine, tuple(operations))
            return
        handlers = tuple(
            Handler((ExceptionName(jump, site),), (SetCell(cell, Literal(jump), site),), site)
            for jump in found
        )
        machine.emit(Try(tuple(operations), handlers, (), (), site))

    frame.over_generators += 1
    try:
        with machine.block() as operations:
            go_over(machine, made, body)
    finally:
        frame.over_generators -= 1
    jumps = _jumps(here, returned=len(frame.returned) > before)
    if jumps:
        machine.emit(SetCell(cell, Literal(None), site))
    emit_all(machine, tuple(operations))
    for jump in jumps:
        with machine.block() as leaving:
            _LEAVES[jump](machine, site)
        test = ItemTest(cell, (), How.EQUAL, (Literal(jump),), site)
        machine.emit(Branch(test, tuple(leaving), (), site))
    machine.ended = ended


def _jumps(here: LoopFrame, *, returned: bool) -> list[str]:
    """Return the jumps that may leave a `with` block."""
    found = [LEAVE_LOOP] if here.broken else []
    found += [NEXT_ROUND] if here.continued else []
    return found + ([LEAVE_FUNCTION] if returned else [])


_LEAVES: dict[str, Callable[[Machine, Site], None]] = {
    LEAVE_LOOP: leave_loop,
    NEXT_ROUND: next_round,
    LEAVE_FUNCTION: leave_function,
}
