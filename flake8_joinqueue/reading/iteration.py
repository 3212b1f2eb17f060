"""Going over containers: what they hold, comprehensions, and how elements are read and stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE, Count, total
from flake8_joinqueue.protocol import Condition, Operation
from flake8_joinqueue.reading import (
    calls,
    classes,
    conditions,
    elements,
    expressions,
    generators,
    items,
    loops,
    queues,
    tasks,
    values,
)
from flake8_joinqueue.reading.drafts import Frame, LoopFrame
from flake8_joinqueue.reading.rounds import counted_loop
from flake8_joinqueue.reading.scopes import Scope, new_serial
from flake8_joinqueue.reading.survey import Survey
from flake8_joinqueue.reading.values import Const, Content, Segment, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

# Longer literals are data: only their ends are looked at one by one.
_MAX_UNROLLED = 16


def segments(machine: Machine, value: Value) -> tuple[Segment, ...]:
    """Return what iterating over `value` brings, in order."""
    if isinstance(value, values.Tuple):
        return tuple(Segment(part, ONE) for part in value.values)
    if isinstance(value, values.Container):
        content = items.held_now(machine, value)
        found = content.segments
        if value.kind == "dict":
            found = tuple(Segment(_key(machine, part), part.times) for part in found)
        return _with_rest(machine, found, content.open)
    if isinstance(value, values.Series):
        return _with_rest(machine, value.segments, value.open)
    if isinstance(value, values.Gathering):
        return tasks.gone_over(machine, value)
    if isinstance(value, values.Instance):
        value = iterator(machine, value)
        if not isinstance(value, Unknown):
            return segments(machine, value)
    if isinstance(value, LAZY):
        return _collected(machine, value)
    label = getattr(value, "label", "")
    origins: tuple[Value, ...] = ()
    if isinstance(value, Unknown):
        origins = machine.yields.get(value.key, ())
    element = machine.one_of(label, True, *origins)
    return (Segment(element, items.length(machine, value)),)


def iterator(machine: Machine, instance: values.Instance) -> Value:
    """Return what going over an instance goes over, as its class says."""
    for name in ("__iter__", "__aiter__"):
        found = classes.find(machine, instance.cls, name)
        if isinstance(found, values.Function):
            bound = values.BoundFunction(found, instance)
            made = calls.call(machine, bound, values.Arguments(), machine.last_node)
            return _by_next(machine, made) if isinstance(made, values.Instance) else made
    return Unknown(machine.fresh_key(), instance.cls.name, free=True)


def _by_next(machine: Machine, instance: values.Instance) -> Value:
    """Return what brings what `__next__` returns, until that raises `StopIteration`."""
    for name, stop in (("__next__", "StopIteration"), ("__anext__", "StopAsyncIteration")):
        found = classes.find(machine, instance.cls, name)
        if isinstance(found, values.Function):
            bound = values.BoundFunction(found, instance)
            return values.Repeated(bound, None, found.node, found.node, stop)
    calls.leak(machine, instance, machine.last_node, f"gone over by {instance.cls.name}")
    return Unknown(machine.fresh_key(), instance.cls.name, free=True)


def taking(machine: Machine, value: Value, node: cst.CSTNode) -> Value:
    """Return what is really gone over: what a queue or an instance says it is."""
    if isinstance(value, values.QueueRef):
        return queues.gone_over(machine, value, node)
    if isinstance(value, values.Instance):
        value = iterator(machine, value)
    if isinstance(value, values.Generator) and generators.goes_on(machine, value):
        return generators.run_out_of_sight(machine, value)
    return value


LAZY = (values.Generator, values.Repeated)


def go_over(
    machine: Machine, value: Value, body: Callable[[Value], None], node: cst.CSTNode
) -> None:
    """Run `body` for each element that going over `value` brings, as they come."""
    value = taking(machine, value, node)
    if isinstance(value, values.Generator):
        generators.go_over(machine, value, body)
    elif isinstance(value, values.Repeated):
        loops.over_repeated(machine, value, node, body)
    else:
        for segment in condensed(machine, segments(machine, value)):
            repeated(machine, segment, node, lambda part: body(part.value))


def _collected(machine: Machine, value: Value) -> tuple[Segment, ...]:
    """Go over something to its end and return what that brought."""
    container = elements.new_container(machine, Content())
    go_over(
        machine, value, lambda part: elements.append(machine, container, part), machine.last_node
    )
    content = items.content_of(machine, container)
    return _with_rest(machine, content.segments, content.open)


def _key(machine: Machine, segment: Segment) -> Value:
    if segment.key is not None:
        return Const(segment.key)
    return Unknown(machine.fresh_key(), "key", free=True)


def _with_rest(machine: Machine, found: tuple[Segment, ...], is_open: bool) -> tuple[Segment, ...]:
    if not is_open:
        return found
    rest = Unknown(machine.fresh_key(), "", free=True)
    return (*found, Segment(rest, Count.fresh("more")))


def joined(machine: Machine, parts: Iterable[tuple[Segment, ...]]) -> Content:
    """Return the content of a container made of `parts`, one after the other."""
    return Content(tuple(segment for part in parts for segment in part))


def condensed(machine: Machine, found: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Return segments fit to be gone over: a long run of constants is data, but for its ends."""
    if len(found) <= _MAX_UNROLLED or not all(_is_plain(part.value) for part in found):
        return found
    middle = found[1:-2]
    times = Count.of(0)
    for segment in middle:
        times = times + segment.times
    data = Unknown(machine.fresh_key(), "", free=True)
    return (found[0], Segment(data, times), *found[-2:])


def _is_plain(value: Value) -> bool:
    if isinstance(value, values.Tuple):
        return all(_is_plain(part) for part in value.values)
    return isinstance(value, (Const, Unknown, values.Number))


# --- comprehensions ------------------------------------------------------------------------------


def comprehension(machine: Machine, node: cst.BaseComp, apart: int = 0) -> Value:
    """Run a comprehension and return the container it makes.

    Of `apart` elements each is made on its own: they are to have a name each.
    """
    scope = Scope(machine.scope, Survey(), "function")
    machine.frames.append(Frame(scope, machine.frame.function, machine.frame.receiver))
    found: list[Segment] = []
    try:
        over = expressions.evaluate(machine, node.for_in.iter)
        if isinstance(node, cst.GeneratorExp):
            if isinstance(over, (values.QueueRef, values.Instance)):
                over = taking(machine, over, node)
            if isinstance(over, LAZY):
                return _lazy(machine, node, over, machine.frame)
        _comp_for(machine, node.for_in, over, node, ONE, found.append, apart)
    finally:
        machine.frames.pop()
    kind = _KINDS.get(type(node), "list")
    return elements.new_container(machine, Content(tuple(found)), kind)


def _lazy(machine: Machine, node: cst.GeneratorExp, over: Value, frame: Frame) -> Value:
    """Return a generator expression over what is lazy itself: it is run where it is gone over."""

    def run(take: Callable[[Value], None]) -> None:
        machine.frames.append(frame)
        try:
            _comp_for(machine, node.for_in, over, node, ONE, lambda part: take(part.value))
        finally:
            machine.frames.pop()

    return generators.lazily(machine, "a generator expression", run, over, node)


_KINDS: dict[type[cst.BaseComp], str] = {cst.DictComp: "dict", cst.GeneratorExp: "generator"}


def _comp_for(  # noqa: PLR0913, PLR0917 (a clause, and what it is a part of)
    machine: Machine,
    clause: cst.CompFor,
    over: Value,
    node: cst.BaseComp,
    times: Count,
    take: Callable[[Segment], None],
    apart: int = 0,
) -> None:
    def inner(value: Value, often: Count) -> None:
        expressions.assign(machine, clause.target, value, clause)
        condition: Condition = True
        for test in clause.ifs:
            condition = conditions.both((condition, conditions.test(machine, test.test)), True)
        if condition is False:
            return
        kept = often if condition is True else Count.fresh("some")
        machine.branch(condition, lambda: element(kept), lambda: None, clause)

    def element(often: Count) -> None:
        if clause.inner_for_in is not None:
            inside = expressions.evaluate(machine, clause.inner_for_in.iter)
            _comp_for(machine, clause.inner_for_in, inside, node, often, take)
        elif isinstance(node, cst.DictComp):
            key = expressions.evaluate(machine, node.key)
            value = expressions.evaluate(machine, node.value)
            take(Segment(value, often, elements.constant_of(machine, key)))
        elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
            made = expressions.evaluate(machine, node.elt)
            if not isinstance(node, cst.GeneratorExp):
                made = tasks.begun(machine, made, node.elt)
            take(Segment(made, often))

    over = taking(machine, over, clause)
    if isinstance(over, LAZY):
        depth = len(machine.loops)
        go_over(machine, over, lambda v: inner(v, times * machine.multiplicity(depth)), clause)
        return
    brought = condensed(machine, segments(machine, over))
    if total(part.times for part in brought).number == apart > 0:
        brought = tuple(Segment(p.value, ONE) for p in brought for _ in range(p.times.number or 0))
    for segment in brought:
        repeated(machine, segment, clause, lambda part: inner(part.value, times * part.times))


def repeated(
    machine: Machine, segment: Segment, node: cst.CSTNode, run: Callable[[Segment], None]
) -> None:
    """Run something for each element of a segment."""
    if segment.times.number == 1:
        run(segment)
        return
    frame = LoopFrame(new_serial(), segment.times)
    machine.loops.append(frame)
    operations: list[Operation] = []
    try:
        with machine.block() as operations:
            run(segment)
    finally:
        machine.loops.pop()
    if operations:
        machine.emit(counted_loop(machine, frame, tuple(operations), machine.site(node)))
