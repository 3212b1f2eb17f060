"""Calls of library functions and classes, by their facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.protocol import Exit
from flake8_joinqueue.reading import actors, builtin, calls, methods, queues, values
from flake8_joinqueue.reading.machine import ManagerDraft
from flake8_joinqueue.reading.scopes import new_serial
from flake8_joinqueue.reading.values import Arguments, Const, Library, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def call(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Call something of a library."""
    known = names.fact(callee.name)
    if known is not None:
        return by_fact(machine, known, callee, arguments, node)
    how = builtin.BUILTINS.get(callee.name)
    if how is not None:
        return how(machine, arguments, node)
    unbound = _unbound(machine, callee, arguments, node)
    if unbound is not None:
        return unbound
    return calls.unknown_call(machine, callee, arguments, node)


def _unbound(
    machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode
) -> Value | None:
    """`Thread.__init__(self, …)`: a method of a library class, called by its class."""
    owner, _, name = callee.name.rpartition(".")
    if not isinstance(names.fact(owner), names.MakesActor) or not arguments.positional:
        return None
    instance, *rest = arguments.positional
    if not isinstance(instance, values.Instance):
        return None
    given = Arguments(rest, arguments.keywords, arguments.nodes[1:], arguments.open)
    bound = values.Method(values.Super(instance.cls, instance), name)
    return methods.call(machine, bound, given, node)


def by_fact(  # noqa: PLR0913, PLR0917 (what a call is, and whose)
    machine: Machine,
    known: names.Fact,
    callee: Library,
    arguments: Arguments,
    node: cst.CSTNode,
    manager: int | None = None,
) -> Value:
    """Call what is known by a fact; `manager` is whose method it is, if any."""
    if isinstance(known, names.MakesQueue):
        return queues.make(machine, known.kind, arguments, node, manager)
    if isinstance(known, names.MakesActor):
        return actors.make(machine, known, arguments, node)
    if isinstance(known, names.MakesManager):
        made = ManagerDraft(len(machine.managers), machine.site(node))
        machine.managers.append(made)
        return values.ManagerRef(made.index)
    if isinstance(known, names.MakesContext):
        method = arguments.get(0, "method")
        start = method.value if isinstance(method, Const) else ""
        return Library("multiprocessing", start if isinstance(start, str) else "")
    if isinstance(known, names.MakesSynchroniser):
        return values.Synchroniser(new_serial(), known.name)
    if isinstance(known, names.MakesCount):
        return values.Number(machine.symbol(known.name, known.name, known.low))
    machine.emit(Exit(machine.site(node), known.hard))
    machine.ended = True
    return values.NONE
