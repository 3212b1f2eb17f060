"""Calls of library functions and classes, by their facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.facts.tasks import (
    Gives,
    MakesCrew,
    RunsNow,
    SpawnsCrew,
    StartsActor,
    TaskCall,
)
from flake8_joinqueue.protocol import Exit, Sleep
from flake8_joinqueue.reading import (
    actors,
    builtin,
    calls,
    crews,
    hooks,
    iterables,
    methods,
    queues,
    signals,
    tasks,
    values,
)
from flake8_joinqueue.reading.drafts import ManagerDraft
from flake8_joinqueue.reading.scopes import new_serial
from flake8_joinqueue.reading.values import Arguments, Const, Library, Unknown, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def call(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Call something of a library."""
    known = names.fact(callee.name)
    if known is not None:
        return by_fact(machine, known, callee, arguments, node)
    how = builtin.BUILTINS.get(callee.name) or iterables.ITERABLES.get(callee.name)
    if how is not None:
        return how(machine, arguments, node)
    if names.is_exception(callee.name) and not arguments.every() and not arguments.open:
        return values.Fresh(new_serial(), callee.name)
    unbound = _unbound(machine, callee, arguments, node)
    if unbound is not None:
        return unbound
    found = calls.unknown_call(machine, callee, arguments, node)
    differs = callee.name in names.CLOCKS or (machine.loops and callee.name in names.DICE)
    if differs and isinstance(found, Unknown):
        return replace(found, free=True)
    return found


def _unbound(
    machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode
) -> Value | None:
    """`Thread.__init__(self, …)`: a method of a library class, called by its class."""
    owner, _, name = callee.name.rpartition(".")
    known = names.fact(owner)
    if not isinstance(known, (names.MakesActor, names.MakesQueue)) or not arguments.positional:
        return None
    instance, *rest = arguments.positional
    given = Arguments(rest, arguments.keywords, arguments.nodes[1:], arguments.open)
    if isinstance(instance, (values.ActorRef, values.QueueRef)):
        return methods.call(machine, values.Method(instance, name), given, node)
    if not isinstance(instance, values.Instance):
        return None
    bound = values.Method(values.Super(instance.cls, instance), name)
    return methods.call(machine, bound, given, node)


def by_fact(  # noqa: PLR0912, PLR0913, PLR0917 (what a call is, and whose)
    machine: Machine,
    known: names.Fact,
    callee: Library,
    arguments: Arguments,
    node: cst.CSTNode,
    manager: int | None = None,
) -> Value:
    """Call what is known by a fact; `manager` is whose method it is, if any."""
    if isinstance(known, names.MakesQueue):
        return queues.make(machine, known.kind, arguments, node, manager, callee.context)
    if isinstance(known, names.MakesActor):
        return actors.make(machine, known, arguments, node, callee.context)
    if isinstance(known, names.MakesUnpicklable):
        made = calls.unknown_call(machine, callee, arguments, node)
        return replace(made, unpicklable=known.what) if isinstance(made, Unknown) else made
    if isinstance(known, names.MakesManager):
        manager = len(machine.managers)
        machine.managers.append(ManagerDraft(manager, machine.site(node)))
        return values.ManagerRef(manager)
    if isinstance(known, names.MakesContext):
        method = arguments.get(0, "method")
        package = callee.name.rpartition(".")[0]
        return Library(package, _context(method) or callee.context)
    if isinstance(known, names.SetsStartMethod):
        machine.default_start = queues.start_method(_context(arguments.get(0, "method")))
        return values.NONE
    if isinstance(known, names.MakesSynchroniser):
        return signals.make(machine, known.name, node)
    if isinstance(known, names.MakesCount):
        return values.Number(machine.symbol(known.name, known.name, known.low))
    if isinstance(known, (MakesCrew, SpawnsCrew)):
        return crews.make(machine, known, arguments, node, callee.context)
    if isinstance(known, Gives):
        return Library(known.name)
    if isinstance(known, (StartsActor, RunsNow, TaskCall)):
        return tasks.call(machine, known, callee, arguments, node)
    if isinstance(known, names.RegistersHook):
        return hooks.register(machine, known, arguments, node)
    if isinstance(known, names.Sleeps):
        machine.emit(Sleep(machine.site(node)))
        return values.NONE
    machine.emit(Exit(machine.site(node), known.hard))
    machine.ended = True
    return values.NONE


def _context(method: Value | None) -> str:
    """Return the name of a start method, "" for the default one, "?" for one that is not known."""
    if method is None or method == values.NONE:
        return ""
    known = isinstance(method, Const) and isinstance(method.value, str)
    return str(method.value) if known and isinstance(method, Const) else "?"
