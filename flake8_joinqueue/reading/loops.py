"""`for` and `while`: a loop's body is run once, for all its rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import Count, total
from flake8_joinqueue.protocol import Condition, How, Loop, LoopKind, Operation
from flake8_joinqueue.reading import (
    calls,
    conditions,
    expressions,
    iteration,
    merging,
    queues,
    statements,
    tasks,
    values,
)
from flake8_joinqueue.reading.machine import LoopFrame
from flake8_joinqueue.reading.scopes import new_serial
from flake8_joinqueue.reading.trees import parts
from flake8_joinqueue.reading.values import Segment, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Attempt, Machine


def run_while(machine: Machine, node: cst.While) -> None:
    """Run a `while` loop."""
    _repeat(
        machine,
        node,
        lambda: conditions.test(machine, node.test),
        lambda: statements.run(machine, node.body),
        node.orelse,
    )


def run_for(machine: Machine, node: cst.For) -> None:
    """Run a `for` loop: unrolled over what is known one by one, as a loop over the rest."""
    over = expressions.evaluate(machine, node.iter)
    _for_over(machine, node, over)


def _for_over(machine: Machine, node: cst.For, over: Value) -> None:
    if isinstance(over, values.Either):
        machine.branch(
            over.condition,
            lambda: _for_over(machine, node, over.then),
            lambda: _for_over(machine, node, over.otherwise),
            node,
        )
        return
    taking: Value = over
    if isinstance(over, values.QueueRef):
        taking = queues.gone_over(machine, over, node.iter)
    if isinstance(taking, values.Repeated):
        _for_repeated(machine, node, taking)
        return
    found = iteration.condensed(machine, iteration.segments(machine, over))
    if len(found) > 1 and _breaks(node.body):
        # The rounds cannot be told apart where one of them may be the last.
        times = total(segment.times for segment in found)
        shared = found[0].value if len({part.value for part in found}) == 1 else None
        value = shared or Unknown(machine.fresh_key(), free=True)
        for part in found:
            if shared is None:
                calls.leak(machine, part.value, None, "gone over in a loop with a break")
        found = (Segment(value, times),)
    for segment in found:
        last = segment is found[-1]
        _counted(machine, node, segment, node.orelse if last else None)
    if not found and node.orelse is not None:
        statements.run(machine, node.orelse.body)


def _counted(machine: Machine, node: cst.For, segment: Segment, orelse: cst.Else | None) -> None:
    frame = LoopFrame(new_serial(), segment.times)
    if segment.times.number != 1:
        _forget(machine, node)

    def body() -> None:
        expressions.assign(machine, node.target, segment.value, node)
        statements.run(machine, node.body)

    attempt = _within(machine, frame, body)
    machine.ended = False
    _go_on(machine, attempt, sure=(segment.times.low or 0) >= 1)
    otherwise = _else(machine, orelse)
    if attempt.operations or otherwise:
        machine.emit(
            Loop(
                frame.serial,
                LoopKind.COUNTED,
                attempt.operations,
                machine.site(node),
                times=segment.times,
                orelse=otherwise,
            )
        )


def _for_repeated(machine: Machine, node: cst.For, over: values.Repeated) -> None:
    """`for x in iter(function, sentinel)` calls the function before each round."""

    def head() -> Condition:
        value = calls.call(machine, over.function, values.Arguments(), over.node)
        value = tasks.awaited(machine, value, over.node)
        expressions.assign(machine, node.target, value, node)
        if over.sentinel is None:
            return True
        same = conditions.same(machine, How.EQUAL, value, over.sentinel)
        return conditions.negate(conditions.located(same, machine.site(over.call)))

    _repeat(machine, node, head, lambda: statements.run(machine, node.body), node.orelse)


def _repeat(
    machine: Machine,
    node: cst.For | cst.While,
    head: Callable[[], Condition],
    body: Callable[[], None],
    orelse: cst.Else | None,
) -> None:
    frame = LoopFrame(new_serial(), Count.fresh("rounds", 1))
    _forget(machine, node)
    condition: Condition = True
    operations: list[Operation] = []

    def both() -> None:
        nonlocal condition, operations
        with machine.block() as operations:
            condition = head()
        if condition is not False:
            with machine.narrow(condition, True):
                body()

    attempt = _within(machine, frame, both)
    _go_on(machine, attempt, sure=condition is True)
    otherwise = _else(machine, orelse)
    machine.ended = condition is True and not frame.broken
    if condition is False and not operations and not otherwise:
        return
    machine.emit(
        Loop(
            frame.serial,
            LoopKind.WHILE,
            attempt.operations,
            machine.site(node),
            head=tuple(operations),
            condition=condition,
            orelse=otherwise,
        )
    )


def _within(machine: Machine, frame: LoopFrame, body: Callable[[], None]) -> Attempt:
    machine.loops.append(frame)
    try:
        return machine.attempt(body)
    finally:
        machine.loops.pop()


def _go_on(machine: Machine, attempt: Attempt, sure: bool) -> None:
    """Go on behind a loop with what its last round may have left."""
    attempt.ended = False
    if sure:
        for place, value in attempt.changes.items():
            machine.heap.set(place, value)
        return
    for place, value in attempt.changes.items():
        # A loop that makes queues or actors is taken to run; what it collects says how often.
        if not isinstance(value, merging.PLAIN) or machine.heap.get(place) is None:
            machine.heap.set(place, value)
    machine.merge(None, attempt, machine.attempt(lambda: None))


def _else(machine: Machine, orelse: cst.Else | None) -> tuple[Operation, ...]:
    if orelse is None:
        return ()
    with machine.block() as operations:
        statements.run(machine, orelse.body)
    return tuple(operations)


def _forget(machine: Machine, node: cst.For | cst.While) -> None:
    """Forget what the loop assigns: an earlier round may have done so."""
    survey = machine.scope.survey
    for name in survey.loops.get(id(node), ()):
        scope = machine.scope.holder(name)
        place = (scope.serial, name)
        _forget_place(machine, place, name)
    if machine.frame.receiver is not None and isinstance(machine.frame.receiver, values.Instance):
        for name in survey.loop_attributes.get(id(node), ()):
            _forget_place(machine, (machine.frame.receiver.serial, name), name)


_KEPT = (values.Function, values.Class, values.Library, values.Content, values.Container)


def _forget_place(machine: Machine, place: tuple[int, str], name: str) -> None:
    value = machine.heap.get(place)
    if value is not None and not isinstance(value, _KEPT):
        machine.heap.set(place, Unknown(machine.fresh_key(), name, free=True))


def _breaks(body: cst.BaseSuite) -> bool:
    """Say whether a `break` in `body` leaves the loop that `body` belongs to."""
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Break):
            return True
        if isinstance(node, (cst.For, cst.While)):
            if node.orelse is not None:
                stack.append(node.orelse)
        elif not isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            stack.extend(parts(node))
    return False
