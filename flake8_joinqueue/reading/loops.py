"""`for` and `while`: a loop's body is run once, for all its rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import libcst as cst

from flake8_joinqueue.counts import Count, smallest, total
from flake8_joinqueue.protocol import (
    Break,
    Cell,
    Condition,
    ExceptionName,
    Handler,
    How,
    Hunch,
    Increment,
    Loop,
    LoopKind,
    Operation,
    Try,
)
from flake8_joinqueue.reading import (
    calls,
    conditions,
    counted,
    expressions,
    generators,
    items,
    iteration,
    lengths,
    merging,
    statements,
    tasks,
    trees,
    values,
)
from flake8_joinqueue.reading.drafts import LoopFrame
from flake8_joinqueue.reading.rounds import counted_loop
from flake8_joinqueue.reading.scopes import Place, new_serial
from flake8_joinqueue.reading.trees import parts
from flake8_joinqueue.reading.values import Const, Segment, Unknown, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.drafts import Attempt
    from flake8_joinqueue.reading.machine import Machine


def run_while(machine: Machine, node: cst.While) -> None:
    """Run a `while` loop."""
    limit = generators.limited(machine, node)
    if limit is not None and trees.dotted(node.test) == "True":
        value = Unknown(machine.fresh_key(), free=True)
        _counted(machine, node, Segment(value, limit), None)
        return
    counted_rounds = counted.rounds(machine, node)
    if counted_rounds is not None:
        _run_counted(machine, node, *counted_rounds)
        return
    _repeat(
        machine,
        node,
        lambda: conditions.test(machine, node.test),
        lambda: statements.run(machine, node.body),
        node.orelse,
        times=counted.times(machine, node),
    )


def _run_counted(
    machine: Machine,
    node: cst.While,
    times: Count,
    place: Place | None,
    behind: Value | values.Content,
) -> None:
    if times.number == 0:
        generators.emit_all(machine, _else(machine, node.orelse))
        return
    value = Unknown(machine.fresh_key(), free=True)
    if place is None:
        _counted(machine, node, Segment(value, times), node.orelse)
        return
    # Nothing breaks it off: its `else` comes next, and may change the counter itself.
    _counted(machine, node, Segment(value, times), None)
    machine.heap.set(place, behind)
    generators.emit_all(machine, _else(machine, node.orelse))


def run_for(machine: Machine, node: cst.For) -> None:
    """Run a `for` loop: unrolled over what is known one by one, as a loop over the rest."""
    waits = node.asynchronous is not None
    evaluate = expressions.evaluate_awaited if waits else expressions.evaluate
    over = evaluate(machine, node.iter)
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
    taking = iteration.taking(machine, over, node.iter)
    if isinstance(taking, values.Repeated):
        _for_repeated(machine, node, taking)
        return
    limit = generators.limited(machine, node)
    if isinstance(taking, values.Series) and taking.endless and limit is None:
        _for_ever(machine, node, taking.segments[0].value)
        return
    if isinstance(taking, values.Generator):
        if not generators.hides_exceptions(taking):
            _for_generator(machine, node, taking)
            return
        taking = generators.run_out_of_sight(machine, taking)
    rounds = lengths.rounds(machine, taking)
    if rounds is not None:
        parts = iteration.segments(machine, taking)
        held = dict.fromkeys(part.value for part in parts)
        # What all there is of unknown data was added to may be of any length itself.
        every = any(part.times.measures_data for part in parts)
        element = Segment(
            machine.one_of("", True, *held), Count.fresh("len()" if every else "elements")
        )
        _counted(machine, node, element, node.orelse, rounds)
        return
    found = iteration.condensed(machine, iteration.segments(machine, taking))
    if len(found) > 1 and _breaks(node.body):
        # The rounds cannot be told apart where one of them may be the last.
        times = total(segment.times for segment in found)
        shared = found[0].value if len({part.value for part in found}) == 1 else None
        value = shared or Unknown(machine.fresh_key(), free=True)
        for part in found:
            if shared is None:
                calls.leak(machine, part.value, None, "gone over in a loop with a break")
        found = (Segment(value, times),)
    if limit is not None and len(found) == 1:
        found = (Segment(found[0].value, smallest(limit, found[0].times)),)
    index = _index(machine, node, found[0]) if len(found) == 1 else None
    for segment in found:
        last = segment is found[-1]
        _counted(machine, node, segment, node.orelse if last else None, index=index)
    if not found and node.orelse is not None:
        statements.run(machine, node.orelse.body)


def _for_generator(machine: Machine, node: cst.For, over: values.Generator) -> None:
    depth = len(machine.loops)
    _forget(machine, node)

    def one_round(value: Value) -> None:
        if any(loop.times.number != 1 for loop in machine.loops[depth:]):
            _forget(machine, node)
        expressions.assign(machine, node.target, value, node)
        statements.run(machine, node.body)

    generators.run_for(machine, node, over, one_round, lambda: _else(machine, node.orelse))


def _counted(  # noqa: PLR0913 (a loop, by its parts)
    machine: Machine,
    node: cst.For | cst.While,
    segment: Segment,
    orelse: cst.Else | None,
    rounds: Cell | None = None,
    *,
    index: _Index | None = None,
) -> None:
    frame = LoopFrame(new_serial(), segment.times)
    if segment.times.number != 1:
        _forget(machine, node)
    if index is not None:
        machine.set_cell(index.cell, items.number(index.first - index.step), node)

    def body() -> None:
        if isinstance(node, cst.For):
            value = segment.value if index is None else index.value
            expressions.assign(machine, node.target, value, node)
        if index is not None:
            counted_up = machine.note_assigned(index.cell, node)
            machine.emit(Increment(index.cell, index.step, counted_up))
        statements.run(machine, node.body)

    attempt = _within(machine, frame, body)
    machine.ended = False
    _go_on(machine, attempt, sure=(segment.times.low or 0) >= 1)
    otherwise = _else(machine, orelse)
    machine.ended = machine.ended and not frame.broken  # whoever breaks off passes by the `else`
    if attempt.operations or otherwise:
        loop = counted_loop(machine, frame, attempt.operations, machine.site(node))
        machine.emit(replace(loop, rounds=rounds, orelse=otherwise))


# In a loop of so many rounds, paths follow the number of the round.
_SHORT: Final = 8


class _Index(NamedTuple):
    """A number that the rounds of a loop count, as paths follow it."""

    value: Unknown
    cell: Cell
    first: int
    step: int


def _index(machine: Machine, node: cst.For, segment: Segment) -> _Index | None:
    """Return the number in `for number in range(3)`, where the loop looks at it."""
    over = trees.dotted(node.iter.func) if isinstance(node.iter, cst.Call) else ""
    known = machine.origins.get(segment.value.key) if isinstance(segment.value, Unknown) else None
    if over != "range" or not known or len(known) != segment.times.number or len(known) > _SHORT:
        return None
    if not isinstance(node.target, cst.Name) or not counted.looks_at(node, node.target.value):
        return None
    numbers = [part.value for part in known if isinstance(part, Const)]
    first, second = numbers[0], numbers[min(1, len(numbers) - 1)]
    if not isinstance(first, int) or not isinstance(second, int):
        return None
    cell = machine.new_cell(node.target.value)
    value = machine.one_of(node.target.value, True, *known, cell=cell)
    return _Index(value, cell, first, second - first or 1)


def _for_ever(machine: Machine, node: cst.For, value: Value) -> None:
    def body() -> None:
        expressions.assign(machine, node.target, value, node)
        statements.run(machine, node.body)

    _repeat(machine, node, lambda: True, body, node.orelse)


def _for_repeated(machine: Machine, node: cst.For, over: values.Repeated) -> None:
    def body(value: Value) -> None:
        expressions.assign(machine, node.target, value, node)
        statements.run(machine, node.body)

    over_repeated(machine, over, node, body, node.orelse)


def over_repeated(
    machine: Machine,
    over: values.Repeated,
    node: cst.CSTNode,
    body: Callable[[Value], None],
    orelse: cst.Else | None = None,
) -> None:
    """`for x in iter(function, sentinel)` calls the function before each round."""
    found: list[Value] = []

    def head() -> Condition:
        value = calls.call(machine, over.function, values.Arguments(), over.node)
        found.append(tasks.awaited(machine, value, over.node))
        if over.sentinel is None:
            return True
        same = conditions.same(machine, How.EQUAL, found[-1], over.sentinel)
        return conditions.negate(conditions.located(same, machine.site(over.call)))

    def until_raised() -> None:
        site = machine.site(node)
        with machine.block() as before:
            head()
        with machine.block() as behind:
            body(found[-1])
        machine.loops[-1].broken = True
        stops = Handler((ExceptionName(over.stop, site),), (Break(machine.site(over.node)),), site)
        machine.emit(Try(tuple(before), (stops,), tuple(behind), (), site))

    if over.stop:
        _repeat(machine, node, lambda: True, until_raised, orelse)
    else:
        _repeat(machine, node, head, lambda: body(found[-1]), orelse)


def _repeat(  # noqa: PLR0913 (a loop, by its parts)
    machine: Machine,
    node: cst.CSTNode,
    head: Callable[[], Condition],
    body: Callable[[], None],
    orelse: cst.Else | None,
    *,
    times: Count | None = None,
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
        if condition is True and not operations and not machine.ended:
            # What the loop does may make it end: `while threads: threads.pop().join()`.
            with machine.block():
                condition = True if head() is True else Hunch()

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
            times,
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


def _forget(machine: Machine, node: cst.CSTNode) -> None:
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


_LOOPS = frozenset({cst.For, cst.While})
# What a `break` of this loop may stand in.
_WITH_STATEMENTS = frozenset(
    {
        cst.IndentedBlock,
        cst.SimpleStatementLine,
        cst.If,
        cst.Else,
        cst.Try,
        cst.TryStar,
        cst.ExceptHandler,
        cst.ExceptStarHandler,
        cst.Finally,
        cst.With,
        cst.Match,
        cst.MatchCase,
    }
)


def _breaks(body: cst.BaseSuite) -> bool:
    """Say whether a `break` in `body` leaves the loop that `body` belongs to."""
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is cst.Break:
            return True
        if kind in _LOOPS:
            if node.orelse is not None:  # type: ignore[attr-defined]  # as its kind says
                stack.append(node.orelse)  # type: ignore[attr-defined]
        elif kind in _WITH_STATEMENTS:
            stack.extend(parts(node))
    return False
