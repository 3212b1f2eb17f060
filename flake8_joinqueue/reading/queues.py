"""Queues: how they are made, and what their methods emit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts.queues import PUT_METHODS, QueueKind
from flake8_joinqueue.options import StartMethod
from flake8_joinqueue.protocol import (
    Close,
    Data,
    EnterContext,
    Escape,
    Get,
    Hunch,
    JoinQueue,
    Pass,
    Peek,
    Put,
    Shutdown,
    Site,
    TaskDone,
)
from flake8_joinqueue.reading import calls, items, values
from flake8_joinqueue.reading.drafts import QueueDraft
from flake8_joinqueue.reading.values import Arguments, Const, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def make(  # noqa: PLR0913, PLR0917 (a queue is made of so much)
    machine: Machine,
    kind: QueueKind,
    arguments: Arguments,
    node: cst.CSTNode,
    manager: int | None = None,
    context: str = "",
) -> Value:
    """Make a queue at `node`, as often as the code being run is run; `context` is whose it is."""
    maxsize = arguments.get(0, "maxsize") if kind.bounded else None
    context = named_context(arguments.keywords.get("ctx"), context)
    made = QueueDraft(
        len(machine.queues),
        kind,
        machine.site(node),
        machine.multiplicity(),
        items.as_count(machine, maxsize),
        manager,
        maker=machine.actor.index,
        start_method=start_method(context),
    )
    machine.queues.append(made)
    return values.QueueRef(made.index)


def named_context(given: Value | None, otherwise: str) -> str:
    """Return the context that an argument names, "?" where it is not known."""
    if given in (None, values.NONE):
        return otherwise
    return given.context if isinstance(given, values.Library) else "?"


def start_method(context: str) -> StartMethod | None:
    """Return the start method that a context is tied to by name, `None` where it is not known."""
    if not context:
        return StartMethod.ANY
    try:
        return StartMethod(context)
    except ValueError:
        return None


# --- methods -------------------------------------------------------------------------------------


def method(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call the method `name` of a queue."""
    kind = machine.queues[index].kind
    refused = name == "join" and bool(arguments.nodes) and not kind.timed_join
    if name in kind.awaited and not refused:
        return _to_be_awaited(values.QueueRef(index), name, arguments, node)
    return perform(machine, index, name, arguments, node)


def method_of_some(
    machine: Machine, some: values.SomeQueue, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call the method `name` of one of some queues: a put goes to any, the rest is not followed."""
    kinds = [machine.queues[ref.index].kind for ref in some.among]
    awaited = {name in kind.awaited for kind in kinds}
    if name not in PUT_METHODS or len(awaited) > 1:
        calls.leak(machine, some, node, "picked from a container by an unknown index")
        return machine.unknown(name)
    if awaited.pop():
        return _to_be_awaited(some, name, arguments, node)
    return put_on_some(machine, some.among, name, arguments, node)


def _to_be_awaited(
    receiver: values.QueueRef | values.SomeQueue, name: str, arguments: Arguments, node: cst.CSTNode
) -> values.Coroutine:
    """Return a call of a method that does nothing until it is awaited."""
    given = tuple(arguments.positional), tuple(arguments.keywords.items())
    return values.Coroutine(values.Method(receiver, name), *given, node)


def put_on_some(
    machine: Machine,
    among: Sequence[values.QueueRef],
    name: str,
    arguments: Arguments,
    node: cst.CSTNode,
) -> Value:
    """Put on one queue or another, by something that nobody knows."""
    first, *others = among
    if not others:
        return perform(machine, first.index, name, arguments, node)
    machine.branch(
        Hunch("which queue"),
        lambda: perform(machine, first.index, name, arguments, node),
        lambda: put_on_some(machine, others, name, arguments, node),
        node,
    )
    return values.NONE


def in_vain(machine: Machine, coroutine: values.Coroutine, node: cst.CSTNode) -> None:
    """Use a queue whose methods have to be awaited where nobody awaits them."""
    bound = coroutine.function
    if isinstance(bound, values.Method) and isinstance(bound.receiver, values.QueueRef):
        given = Arguments(list(coroutine.arguments), dict(coroutine.keywords))
        if bound.name == "get":
            perform(machine, bound.receiver.index, bound.name, given, coroutine.node or node)
            return
        with machine.time_limit():  # nobody waits for what comes of it
            perform(machine, bound.receiver.index, bound.name, given, coroutine.node or node)


def perform(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Do what the method `name` of a queue does, awaited where it has to be."""
    how = _METHODS.get(name)
    if how is None:
        return machine.unknown(f"{machine.queues[index].name}.{name}()")
    return how(machine, index, name, arguments, node)


def _put(machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "item") or arguments.get(0, "obj") or machine.unknown()
    argument = machine.site(arguments.node(0, "item") or arguments.node(0, "obj") or node)
    # Those that are awaited know no `block`, only a timeout.
    awaited = machine.queues[index].kind.awaited
    block = -1 if awaited else 1
    blocking = name == "put" and _waits(arguments, block, max(1, block + 1))
    # Tornado's acts where it is called; whether somebody waits for what comes of it is not seen.
    blocking = blocking and (not awaited or name in awaited)
    blocking = blocking and not machine.hurried
    _hand_over(machine, index, value, node, argument)
    item = items.as_item(machine, value)
    if isinstance(item, Data):
        machine.handed_over.add(item.key)
    obstacle = items.unpicklable(machine, value)
    machine.emit(Put(index, item, machine.site(node), blocking, argument, obstacle))
    return values.NONE


def _hand_over(
    machine: Machine, index: int, value: Value, node: cst.CSTNode, argument: Site
) -> None:
    """A queue or a function put on a queue gets out of sight; so does what holds one."""
    for passed in calls.queues_in(machine, value):
        machine.emit(Pass(passed, argument, onto=index))
    if not isinstance(value, (values.Function, values.Instance, values.Class)):
        calls.leak(machine, value, node, f"put on {machine.queues[index].name or 'a queue'}")


def _get(machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    cell = machine.new_cell("item")
    nowait = name == "get_nowait" or _is_false(arguments.get(0, "block"))
    awaited = bool(machine.queues[index].kind.awaited) and name == "get"
    waits = name == "get" and _waits(arguments, *((-1, 0) if awaited else (0, 1)))
    expires = awaited and (machine.hurried or not waits)
    waits = waits and not expires
    nowait = nowait and not awaited
    machine.emit(Get(index, cell, machine.site(node), not waits, nowait=nowait, expires=expires))
    return values.Taken(cell)


def _waits(arguments: Arguments, block: int, timeout: int) -> bool:
    """Say whether `block` and `timeout`, at these positions, mean to wait for ever."""
    given = arguments.get(block, "block")
    limit = arguments.get(timeout, "timeout")
    if given is not None and not (isinstance(given, Const) and given.value):
        return False
    return limit is None or limit == values.NONE


def _is_false(value: Value | None) -> bool:
    return isinstance(value, Const) and not value.value


def _task_done(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    machine.emit(TaskDone(index, machine.site(node)))
    return values.NONE


def _join(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    given = machine.site(arguments.nodes[0]) if arguments.nodes else None
    kind = machine.queues[index].kind
    timed = machine.hurried and bool(kind.awaited)
    if kind.timed_join:
        timed = timed or arguments.get(0, "timeout") not in (None, values.NONE)
        given = None
    expires = timed and machine.expires
    machine.emit(JoinQueue(index, machine.site(node), given, timed, expires))
    return values.NONE


def _peek(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    machine.emit(Peek(index, name, machine.site(node)))
    label = f"{machine.queues[index].name}.{name}()"
    if name == "full":
        return machine.unknown(label)
    return values.Glance(index, name, machine.fresh_key(), label, machine.site(node))


def _close(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    machine.emit(Close(index, machine.site(node)))
    return values.NONE


def _shutdown(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    immediate = not _is_false(arguments.get(0, "immediate") or values.FALSE)
    machine.emit(Shutdown(index, machine.site(node), immediate))
    return values.NONE


def _cancel_join_thread(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Nobody waits for what is still on its way, so that it may be lost: out of reach."""
    machine.emit(Escape(machine.site(node), "its items need not arrive", queue=index))
    return values.NONE


def gone_over(machine: Machine, queue: values.QueueRef, node: cst.CSTNode) -> Value:
    """Return what `for` does with a queue: of some kinds it takes from it."""
    kind = machine.queues[queue.index].kind
    if not kind.iterable:
        return queue
    last = values.Library(kind.last) if kind.last else None
    return values.Repeated(values.Method(queue, "get"), last, node, node)


def enter_context(machine: Machine, index: int, node: cst.CSTNode) -> None:
    """Use a queue as a context manager."""
    machine.emit(EnterContext(index, machine.site(node)))


_Method = Callable[["Machine", int, str, Arguments, cst.CSTNode], Value]
_METHODS: dict[str, _Method] = {
    "put": _put,
    "put_nowait": _put,
    "get": _get,
    "get_nowait": _get,
    "task_done": _task_done,
    "join": _join,
    "empty": _peek,
    "full": _peek,
    "qsize": _peek,
    "close": _close,
    "shutdown": _shutdown,
    "cancel_join_thread": _cancel_join_thread,
}


def has_method(name: str) -> bool:
    """Say whether queues have a method of that name that is understood."""
    return name in _METHODS
