"""`with`: what is entered, and what happens where it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.protocol import Close, ManagerEnds, Try
from flake8_joinqueue.reading import (
    calls,
    classes,
    crews,
    elements,
    expressions,
    generators,
    handling,
    items,
    iteration,
    queues,
    statements,
    suspending,
    tasks,
    values,
)
from flake8_joinqueue.reading.values import Arguments, Content, Segment, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flake8_joinqueue.reading.machine import Machine


def run_with(machine: Machine, node: cst.With) -> None:
    """Run a `with` statement."""
    _items(machine, node, node.items)


def _items(machine: Machine, node: cst.With, rest: Sequence[cst.WithItem]) -> None:
    if not rest:
        statements.run(machine, node.body)
        return
    item = rest[0]
    value = expressions.evaluate(machine, item.item)
    if isinstance(value, values.TimeLimit):
        tasks.in_time(machine, lambda: _items(machine, node, rest[1:]), item.item)
        return
    if isinstance(item.item, cst.Call) and handling.swallows(item.item):
        handling.swallow(machine, item.item, lambda: _items(machine, node, rest[1:]))
        return
    if isinstance(value, values.Generator) and generators.is_context(value):
        generators.run_with(machine, value, lambda made: _rest(machine, node, rest, made), item)
        return
    entered, leave = enter(machine, value, item.item)
    if leave is None:
        _rest(machine, node, rest, entered)
        return
    with machine.block() as body:
        _rest(machine, node, rest, entered)
    ended = machine.ended
    machine.ended = False
    with machine.block() as final:
        leave()
    machine.ended = ended
    if final:
        machine.emit(Try(tuple(body), (), (), tuple(final), machine.site(item.item)))
    else:
        generators.emit_all(machine, tuple(body))


def _rest(machine: Machine, node: cst.With, rest: Sequence[cst.WithItem], entered: Value) -> None:
    """Bind what is entered first, then enter the others and run the block."""
    if rest[0].asname is not None:
        expressions.assign(machine, rest[0].asname.name, entered, rest[0])
    _items(machine, node, rest[1:])


def enter(
    machine: Machine, value: Value, node: cst.BaseExpression
) -> tuple[Value, Callable[[], None] | None]:
    """Enter a context manager: return what `as` is bound to, and what to run where it is left."""
    if isinstance(value, values.QueueRef):
        queues.enter_context(machine, value.index, node)
        return value, None
    if isinstance(value, values.ManagerRef):
        index, site = value.index, machine.site(node)
        return value, lambda: machine.emit(ManagerEnds(index, site))
    if isinstance(value, values.Closing):
        return value.value, _closer(machine, value.value, node)
    if isinstance(value, values.Instance):
        return _enter_instance(machine, value, node)
    if isinstance(value, values.ExitStack):
        return value, lambda: unwind(machine, value, node)
    if isinstance(value, values.Crew):
        return value, lambda: crews.leave(machine, value, node)
    if isinstance(value, values.Generator) and generators.is_context(value):
        return suspending.enter(machine, value, node)
    if isinstance(value, values.Generator):
        generators.run_out_of_sight(machine, value)
    if isinstance(value, (values.Synchroniser, values.Library)):
        return value, None
    if isinstance(value, values.Unknown) and value.unpicklable:
        return value, None
    return machine.unknown("", value), None


def unwind(machine: Machine, stack: values.ExitStack, node: cst.CSTNode) -> None:
    """Leave an exit stack: the last thing entered is left first, as often as it was entered."""
    found = items.content_of(machine, stack.actions).segments
    elements.set_content(machine, stack.actions, Content())

    def leave(part: Segment) -> None:
        if isinstance(part.value, values.Deferred):
            part.value.run()

    for segment in reversed(found):
        iteration.repeated(machine, segment, node, leave)


def of_exit_stack(
    machine: Machine,
    stack: values.ExitStack,
    name: str,
    arguments: Arguments,
    node: cst.BaseExpression,
) -> Value:
    """Call a method of an exit stack."""

    def later(run: Callable[[], None]) -> None:
        elements.append(machine, stack.actions, values.Deferred(run))

    first = arguments.get(0, "cm")
    if name in ("enter_context", "enter_async_context") and first is not None:
        entered, leave = enter(machine, first, arguments.nodes[0])
        if leave is not None:
            later(leave)
        return values.Awaited(entered) if name == "enter_async_context" else entered
    if name in ("callback", "push_async_callback") and first is not None:
        rest = Arguments(arguments.positional[1:], arguments.keywords, arguments.nodes[1:])
        later(
            lambda: _discard(tasks.awaited(machine, calls.call(machine, first, rest, node), node))
        )
        return first
    if name in ("push", "push_async_exit") and first is not None:
        leave = _leaver(machine, first, node)
        if leave is not None:
            later(leave)
            return first
    if name in ("close", "aclose"):
        unwind(machine, stack, node)
        return values.NONE
    if name == "pop_all":
        moved = items.content_of(machine, stack.actions)
        elements.set_content(machine, stack.actions, Content())
        return values.ExitStack(elements.new_container(machine, moved, "stack"))
    for value in arguments.every():
        calls.leak(machine, value, node, f"handed to {name} of an exit stack")
    return machine.unknown(name)


def _leaver(machine: Machine, value: Value, node: cst.BaseExpression) -> Callable[[], None] | None:
    """Return what is done at the end for what was pushed: a function, or what has `__exit__()`."""
    called: Value | None = value
    if isinstance(value, values.Instance):
        found = _exit_of(machine, value)
        called = values.BoundFunction(found, value) if found is not None else None
    if not isinstance(called, (values.Function, values.BoundFunction, values.Partial)):
        return None
    nothing = Arguments([values.NONE, values.NONE, values.NONE])
    return lambda: _discard(
        tasks.awaited(machine, calls.call(machine, called, nothing, node), node)
    )


def _exit_of(machine: Machine, value: values.Instance) -> values.Function | None:
    found = classes.find(machine, value.cls, "__exit__") or classes.find(
        machine, value.cls, "__aexit__"
    )
    return found if isinstance(found, values.Function) else None


def _closer(machine: Machine, value: Value, node: cst.BaseExpression) -> Callable[[], None] | None:
    if isinstance(value, values.QueueRef):
        index, site = value.index, machine.site(node)
        return lambda: machine.emit(Close(index, site))
    if isinstance(value, values.Instance):
        found = classes.find(machine, value.cls, "close")
        if isinstance(found, values.Function):
            bound = values.BoundFunction(found, value)
            return lambda: _discard(calls.call(machine, bound, Arguments(), node))
    return None


def _enter_instance(
    machine: Machine, value: values.Instance, node: cst.BaseExpression
) -> tuple[Value, Callable[[], None] | None]:
    entered: Value = value
    queue = machine.instance_queues.get(value.serial)
    if queue is not None and classes.find(machine, value.cls, "__enter__") is None:
        queues.enter_context(machine, queue, node)
        return value, None
    start = classes.find(machine, value.cls, "__enter__") or classes.find(
        machine, value.cls, "__aenter__"
    )
    if isinstance(start, values.Function):
        bound = values.BoundFunction(start, value)
        entered = tasks.awaited(machine, calls.call(machine, bound, Arguments(), node), node)
    if _exit_of(machine, value) is not None:
        return entered, _leaver(machine, value, node)
    stop = _left_by_its_base(machine, value)
    if not isinstance(stop, values.Function):
        return entered, None
    inherited = values.BoundFunction(stop, value)
    return entered, lambda: _discard(calls.call(machine, inherited, Arguments(), node))


def _left_by_its_base(machine: Machine, value: values.Instance) -> Value | None:
    """Return the method of the file that a base out of sight calls at the end of the block."""
    called = (
        names.LEAVING[base.name]
        for base in classes.lineage(value.cls)
        if isinstance(base, values.Library) and base.name in names.LEAVING
    )
    name = next(called, "")
    return classes.find(machine, value.cls, name) if name else None


def _discard(value: Value) -> None:
    """A value that nobody looks at."""
