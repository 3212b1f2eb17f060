"""Queue classes of the file: what they redefine is run, the rest is what their base does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.reading import classes, functions, items, queues, values
from flake8_joinqueue.reading.scopes import new_serial
from flake8_joinqueue.reading.values import Arguments, Class, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

# Special methods that say nothing of how items are kept; any other name with an underscore does:
# `_put` of a queue that throws away what it has seen, say.
_HARMLESS = frozenset({"__init__", "__enter__", "__exit__", "__iter__", "__len__", "__repr__",
                       "__str__", "__del__", "__aenter__", "__aexit__", "__bool__",
                       "__contains__", "__call__"})  # fmt: skip

_EXCEPTIONS = ("Empty", "Full")


def instantiate(
    machine: Machine,
    made: Class,
    known: names.MakesQueue,
    arguments: Arguments,
    node: cst.CSTNode,
) -> Value:
    """Make an instance of a queue class of the file."""
    redefined = _redefined(machine, made)
    init = classes.find(machine, made, "__init__")
    own = isinstance(init, values.Function)
    queue = queues.make(machine, known.kind, Arguments() if own else arguments, node)
    assert isinstance(queue, values.QueueRef)
    # `except q.Empty` is right where the class has the exception.
    if not redefined and all(classes.find(machine, made, name) is None for name in _EXCEPTIONS):
        return queue
    machine.queues[queue.index].redefined = bool(redefined)
    for name in redefined:
        if name.startswith("_") and name not in _HARMLESS:
            machine.escape(queue, node, f"of the class {made.name}, which redefines {name}()")
            return queue
    instance = values.Instance(new_serial(), made)
    machine.instance_queues[instance.serial] = queue.index
    if isinstance(init, values.Function):
        given = Arguments([instance, *arguments.positional], arguments.keywords, [], arguments.open)
        functions.enter(machine, init, given, node)
    return instance


def _redefined(machine: Machine, made: Class) -> list[str]:
    """Return the methods that the class, or a base of it in the file, defines."""
    return [
        name
        for base in classes.lineage(made)
        if isinstance(base, Class)
        for name in machine.heap.names(base.scope.serial)
        if isinstance(machine.heap.get((base.scope.serial, name)), values.Function)
    ]


def inherited(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call what the base of a queue class does under `name`: `super().put(item)`."""
    if name == "__init__":
        maxsize = items.as_count(machine, arguments.get(0, "maxsize"))
        queue = machine.queues[index]
        queue.maxsize = maxsize
        if "ctx" in arguments.keywords:
            context = queues.named_context(arguments.keywords["ctx"], "")
            queue.start_method = queues.start_method(context)
        return values.NONE
    if name.startswith("_"):
        machine.escape(values.QueueRef(index), node, f"its {name}() is used")
        return machine.unknown(name)
    return queues.method(machine, index, name, arguments, node)


def attribute(machine: Machine, index: int, name: str, node: cst.CSTNode) -> Value:
    """Return what an instance has by its base; its insides are out of reach."""
    if not queues.has_method(name):
        machine.escape(values.QueueRef(index), node, f"its {name!r} is used")
    return values.Method(values.QueueRef(index), name)
