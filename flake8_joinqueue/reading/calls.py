"""Calls: who is called, with what, and what becomes of queues handed to code out of sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.protocol import AnyOrder, Call
from flake8_joinqueue.reading import (
    answers,
    classes,
    declarations,
    expressions,
    functions,
    generators,
    items,
    library,
    merging,
    methods,
    questions,
    signals,
    trees,
    values,
)
from flake8_joinqueue.reading.scopes import Scope, new_serial
from flake8_joinqueue.reading.values import Arguments, Either, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

enter = functions.enter

_DEEPEST = 4
_PICKLED_OTHERWISE = ("__getstate__", "__reduce__", "__reduce_ex__")


def evaluate(machine: Machine, node: cst.Call) -> Value:
    """Evaluate a call."""
    if isinstance(node.func, cst.Name) and node.func.value == "super" and not node.args:
        return _super(machine)
    callee = expressions.evaluate(machine, node.func)
    return call(machine, callee, evaluate_arguments(machine, node), node)


def evaluate_arguments(machine: Machine, node: cst.Call) -> Arguments:
    """Evaluate the arguments of a call, from left to right."""
    arguments = Arguments()
    for argument in node.args:
        value = expressions.evaluate(machine, argument.value)
        arguments.nodes.append(argument.value)
        if argument.star == "*":
            functions.star_arguments(machine, arguments, value)
        elif argument.star == "**":
            _double_star(machine, arguments, value)
        elif argument.keyword is not None:
            arguments.keywords[argument.keyword.value] = value
            arguments.named[argument.keyword.value] = argument.value
        else:
            arguments.positional.append(value)
    return arguments


def _double_star(machine: Machine, arguments: Arguments, value: Value) -> None:
    if isinstance(value, values.Container):
        content = items.content_of(machine, value)
        for segment in content.segments:
            if isinstance(segment.key, str):
                arguments.keywords[segment.key] = segment.value
            else:
                _under_any_name(machine, arguments, segment.value)
        arguments.open = arguments.open or content.open
    else:
        _under_any_name(machine, arguments, value)


def _under_any_name(machine: Machine, arguments: Arguments, value: Value) -> None:
    """Note that something is given by a keyword that is not known."""
    arguments.open = True
    leak(machine, value, None, "given by a keyword that is not known")


def _super(machine: Machine) -> Value:
    frame = machine.frame
    if frame.function is None or frame.function.owner is None or frame.receiver is None:
        return machine.unknown("super()")
    return values.Super(frame.function.owner, frame.receiver)


def call(machine: Machine, callee: Value, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Call `callee` and return what comes back."""
    if isinstance(callee, Either):
        return _call_either(machine, callee, arguments, node)
    if isinstance(callee, values.Function):
        return _call_function(machine, callee, arguments, node)
    if isinstance(callee, values.BoundFunction):
        bound = [callee.receiver, *arguments.positional]
        given = Arguments(bound, arguments.keywords, arguments.nodes, arguments.open)
        return _call_function(machine, callee.function, given, node)
    if isinstance(callee, values.Class):
        return classes.instantiate(machine, callee, arguments, node)
    if isinstance(callee, values.Library):
        return library.call(machine, callee, arguments, node)
    if isinstance(callee, values.Method):
        return methods.call(machine, callee, arguments, node)
    if isinstance(callee, values.Partial):
        positional = [*callee.positional, *arguments.positional]
        keywords = {**dict(callee.keywords), **arguments.keywords}
        given = Arguments(positional, keywords, arguments.nodes, arguments.open)
        return call(machine, callee.function, given, node)
    if isinstance(callee, values.NamedTupleType):
        return _named_tuple(machine, callee, arguments)
    if isinstance(callee, values.Instance):
        found = classes.find(machine, callee.cls, "__call__")
        if isinstance(found, values.Function):
            return call(machine, values.BoundFunction(found, callee), arguments, node)
    if isinstance(callee, values.Taken) and callee.path[-1:] == ("get",):
        return _part_or_none(machine, callee, arguments, node)
    found = unknown_call(machine, callee, arguments, node)
    return answers.asked(machine, callee, arguments) or found


def _part_or_none(
    machine: Machine, callee: values.Taken, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """`message.get("kind")` of what was taken: the part by that key, where it has one."""
    key, *default = arguments.positional or [values.NONE]
    if not isinstance(key, values.Const) or not isinstance(key.value, str) or "/" in key.value:
        return unknown_call(machine, callee, arguments, node)
    known = len(default) < 2 and all(isinstance(value, values.Const) for value in default)
    if arguments.keywords or arguments.open or not known:
        return unknown_call(machine, callee, arguments, node)
    # What is asked for a word is a mapping, and raises as little as `message["kind"]`.
    if default not in ([], [values.NONE]):
        return machine.unknown("get()", callee)
    return values.Taken(callee.cell, (*callee.path[:-1], key.value))


def _call_either(
    machine: Machine, callee: Either, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call one or the other, by the condition that chose between them."""
    found: list[Value] = []

    def one(alternative: Value) -> None:
        found.append(call(machine, alternative, arguments, node))

    machine.branch(callee.condition, lambda: one(callee.then), lambda: one(callee.otherwise), node)
    return merging.join(machine, callee.condition, found[0], found[1])


def _call_function(
    machine: Machine, function: values.Function, arguments: Arguments, node: cst.CSTNode
) -> Value:
    if function.is_generator:
        return generators.made(machine, function, arguments, node)
    if function.is_async:
        return values.Coroutine(
            function, tuple(arguments.positional), tuple(arguments.keywords.items()), node
        )
    return functions.enter(machine, function, arguments, node)


def _named_tuple(machine: Machine, made: values.NamedTupleType, arguments: Arguments) -> Value:
    defaults = {} if arguments.open else dict(made.defaults)
    parts = tuple(
        arguments.get(index, name) or defaults.get(name) or machine.unknown(name)
        for index, name in enumerate(made.names)
    )
    return values.Tuple(parts, made.name, made.names)


# --- out of sight --------------------------------------------------------------------------------


def unknown_call(machine: Machine, callee: Value, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Call code that cannot be seen into: it may keep and use what it is given, and may raise."""
    name = callee.name if isinstance(callee, values.Library) else ""
    label = name or trees.dotted(getattr(node, "func", None)) or "a call"
    rest = generators.exhaust(machine, arguments, name, "" if name else label)
    if not (name and names.is_harmless(name)):
        for value in rest:
            leak(machine, value, node, f"handed to {label}")
    if not (name and names.is_quiet(name)):
        item = callee.cell if isinstance(callee, values.Taken) else None
        machine.emit(Call(machine.site(node), label, item=item))
    given = arguments.every()
    if isinstance(callee, values.Taken) and callee.path[-1:] and callee.path[-1] in names.ANSWERS:
        asked = questions.key_of([callee, *given], changing=True)
        if asked:
            return values.Unknown(f"{asked}()", f"{label}()", free=True)
    return machine.unknown(f"{label}()", callee, *given)


# Most of what is handed about: it holds nothing, and nobody can call it.
_INERT = frozenset({values.Const, values.Library, values.Taken, values.Truth})


def overridden(
    machine: Machine, function: values.Function, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call a method of a subclass out of sight: it may use what the object holds."""
    receiver, *given = arguments.positional
    inner = Arguments(given, arguments.keywords, [], arguments.open)
    for part in reachable(machine, receiver):
        if not isinstance(part, values.Instance):
            leak(machine, part, node, f"used by an override of {function.name}")
    return unknown_call(machine, function, inner, node)


def leak(machine: Machine, value: Value, node: cst.CSTNode | None, reason: str) -> None:
    """Note that `value`, and what can be reached from it, gets into hands out of sight."""
    _leak(machine, value, machine.last_node if node is None else node, reason, {})


def _leak(  # noqa: PLR0913 (what `leak` is given, and where it has got to)
    machine: Machine,
    value: Value,
    node: cst.CSTNode,
    reason: str,
    seen: dict[int, int],
    *,
    depth: int = 0,
) -> None:
    """Do so for `value` at a depth. `seen`: how deep the objects lay that were come to before."""
    if depth > _DEEPEST or type(value) in _INERT:
        return
    if isinstance(value, values.Instance):
        if seen.get(value.serial, _DEEPEST + 1) <= depth:
            return
        seen[value.serial] = depth
    if isinstance(value, values.Unknown) and value.key in machine.declared:
        value = values.QueueRef(machine.declared[value.key])
    if isinstance(value, (values.QueueRef, values.ActorRef)):
        machine.escape(value, node, reason)
    signals.lose(machine, value)
    if isinstance(value, values.Generator):
        generators.run_out_of_sight(machine, value)
    for part in reachable(machine, value):
        _leak(machine, part, node, reason, seen, depth=depth + 1)
    if isinstance(value, (values.Function, values.BoundFunction)):
        _callback(machine, value, node)
    elif isinstance(value, (values.Instance, values.Class)):
        for method in _methods_not_run(machine, value):
            _callback(machine, method, node)


def _methods_not_run(
    machine: Machine, value: values.Instance | values.Class
) -> list[values.BoundFunction]:
    """Return the methods that only those may call who are handed an object, or its class.

    Of classes at the top level others make instances anyway, which is an entry of its own.
    """
    if not machine.queues:
        return []
    if isinstance(value, values.Class):
        if value.scope.parent is None or value.scope.parent.kind != "function":
            return []
        value = values.Instance(new_serial(), value)
    if value.cls in machine.used_in_any_order:
        return []  # its methods are run as others may call them
    known = classes.library_fact(value.cls)
    run = known.run if isinstance(known, names.MakesActor) else ""
    return [
        values.BoundFunction(method, value)
        for method in classes.methods(machine, value.cls)
        if method.kind == "function"
        and method.name not in ("__init__", "__del__", run)
        and id(method.node) not in machine.entered
        and _knows_queue(machine, method)
    ]


def _knows_queue(machine: Machine, function: values.Function, depth: int = 2) -> bool:
    """Say whether a function comes to a queue by a variable around it, or one that it calls does.

    What it comes to by its object has got out of sight with that.
    """
    for name in functions.surveyed_names(machine, function):
        scope: Scope | None = function.scope
        while scope is not None:
            value = machine.heap.get((scope.serial, name))
            if value is not None and not isinstance(value, values.Content):
                if queues_in(machine, value) or (
                    depth > 0
                    and isinstance(value, values.Function)
                    and _knows_queue(machine, value, depth - 1)
                ):
                    return True
                break
            scope = scope.parent
    return False


def queues_in(machine: Machine, value: Value, depth: int = 0) -> list[int]:
    """Return the queues that are pickled with `value`, by their indices, each once."""
    if isinstance(value, values.QueueRef):
        return [value.index]
    if depth > _DEEPEST:
        return []
    parts = reachable(machine, value)
    if isinstance(value, values.BoundFunction):
        parts = [value.receiver]
    elif isinstance(value, values.Instance) and any(
        classes.find(machine, value.cls, name) for name in _PICKLED_OTHERWISE
    ):
        parts = []
    found = [index for part in parts for index in queues_in(machine, part, depth + 1)]
    return list(dict.fromkeys(found))


def reachable(machine: Machine, value: Value) -> list[Value]:
    """Return what a value holds."""
    held = _HELD.get(type(value))
    return held(machine, value) if held is not None else []


def _of_container(machine: Machine, value: values.Container) -> list[Value]:
    return [segment.value for segment in items.content_of(machine, value).segments]


def _of_instance(machine: Machine, value: values.Instance) -> list[Value]:
    held = [machine.heap.get((value.serial, name)) for name in machine.heap.names(value.serial)]
    actor = machine.instance_actors.get(value.serial)
    own: list[Value] = [] if actor is None else [values.ActorRef(actor)]
    queue = machine.instance_queues.get(value.serial)
    own += [] if queue is None else [values.QueueRef(queue)]
    own += _inherited(machine, value)
    return own + [
        part for part in held if part is not None and not isinstance(part, values.Content)
    ]


# By the kind, as most values hold nothing.
_HELD: Mapping[type, Callable[[Machine, Any], list[Value]]] = {
    values.Tuple: lambda _, value: list(value.values),
    values.Container: _of_container,
    values.Series: lambda _, value: [segment.value for segment in value.segments],
    Either: lambda _, value: [value.then, value.otherwise],
    values.SomeQueue: lambda _, value: list(value.among),
    values.Partial: lambda _, value: [
        value.function,
        *value.positional,
        *dict(value.keywords).values(),
    ],
    values.Method: lambda _, value: [value.receiver],
    values.Closing: lambda _, value: [value.value],
    values.Awaited: lambda _, value: [value.value],
    values.Generator: lambda _, value: [*value.arguments, *dict(value.keywords).values()],
    values.Repeated: lambda _, value: [value.function],
    values.Coroutine: lambda _, value: [
        value.function,
        *value.arguments,
        *dict(value.keywords).values(),
    ],
    values.Gathering: lambda _, value: [segment.value for segment in value.segments],
    values.TimeLimit: lambda _, value: [] if value.value is None else [value.value],
    values.Crew: lambda _, value: [value.members],
    values.Instance: _of_instance,
}


def _inherited(machine: Machine, instance: values.Instance) -> list[Value]:
    """Return the queues that a base out of sight may keep in an instance."""
    if not machine.queues_by_use or not classes.has_unknown_base(instance.cls):
        return []
    return [
        declarations.inherited(machine, instance, name, machine.last_node)
        for name in machine.queues_by_use
        if machine.heap.get((instance.serial, name)) is None
        and classes.find(machine, instance.cls, name) is None
    ]


def _callback(
    machine: Machine, value: values.Function | values.BoundFunction, node: cst.CSTNode
) -> None:
    """A function in hands out of sight may be called at any time, any number of times.

    Whoever calls it has what it returns.
    """
    function = value.function if isinstance(value, values.BoundFunction) else value
    receiver = value.receiver if isinstance(value, values.BoundFunction) else None
    # Once a closure: the same `def` run again makes another function over other queues.
    if (function, receiver) in machine.callbacks:
        return
    machine.callbacks.add((function, receiver))
    given = functions.unknown_arguments(machine, function, receiver)

    def call() -> None:
        returned = functions.enter(machine, function, given, node)
        leak(machine, returned, node, f"returned by {function.name}")

    attempt = machine.attempt_at_any_time(call)
    if attempt.operations:
        machine.emit(AnyOrder((attempt.operations,), machine.site(node)))
