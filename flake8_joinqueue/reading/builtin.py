"""Functions of Python and its library that pass values through, such as `len` and `partial`."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import Count, largest, smallest
from flake8_joinqueue.protocol import LENGTH, ActorKind, Call
from flake8_joinqueue.reading import (
    actors,
    calls,
    conditions,
    elements,
    expressions,
    generators,
    items,
    iteration,
    lengths,
    questions,
    sizes,
    values,
    variables,
)
from flake8_joinqueue.reading.scopes import Scope, new_serial
from flake8_joinqueue.reading.survey import Survey
from flake8_joinqueue.reading.values import (
    Arguments,
    Const,
    Content,
    Library,
    Unknown,
    Value,
)
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def _len(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "obj")
    if isinstance(value, values.Taken):
        return values.Taken(value.cell, (*value.path, LENGTH))
    if isinstance(value, Unknown) and value.free and value.cell is None:
        return questions.length(value)
    if value is None or _is_free(value):
        return machine.unknown("len()", Unknown("", free=True))
    return values.Number(items.length(machine, value), lengths.cell_of(machine, value))


def _is_free(value: Value) -> bool:
    return isinstance(value, Unknown) and (value.free or value.cell is not None)


def _same_number(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`int(x)`, `abs(x)`: the same count as far as it is one."""
    value = arguments.get(0, "x")
    if value is None:
        return Const(0)
    if isinstance(value, (values.Number, Library)) or (
        isinstance(value, Const) and isinstance(value.value, int)
    ):
        return value
    if isinstance(value, Unknown) and not _is_free(value):
        return Unknown(f"int {value.key}", value.label or "n")
    machine.emit(Call(machine.site(node), "int"))
    return machine.unknown("", *arguments.every())


def _float(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`float("inf")`: a constant, made of one."""
    value = arguments.get(0, "x")
    if isinstance(value, Const) and isinstance(value.value, (str, int, float)):
        with contextlib.suppress(ValueError):
            return Const(float(value.value))
    return calls.unknown_call(machine, Library("float"), arguments, node)


def _isinstance(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    if len(arguments.positional) != 2:
        return machine.unknown("", *arguments.every())
    return conditions.as_value(conditions.instance_test(machine, *arguments.positional))


def _type(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "object")
    if isinstance(value, values.Taken):
        return values.Taken(value.cell, (*value.path, "__class__"))
    if isinstance(value, values.Instance):
        return value.cls
    return machine.unknown("type()", *arguments.every())


def _bool(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "x")
    return values.FALSE if value is None else conditions.as_value(conditions.truth(machine, value))


def _extreme(
    choose: Callable[[Count, Count], Count],
) -> Callable[[Machine, Arguments, cst.CSTNode], Value]:
    def run(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
        counts = [items.as_count(machine, value) for value in arguments.positional]
        known = [count for count in counts if count is not None]
        if len(known) < 2 or len(known) != len(counts):
            generators.exhaust(machine, arguments, "max")
            return machine.unknown("", *arguments.every())
        return values.Number(functools.reduce(choose, known))

    return run


def _object(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    return values.Fresh(new_serial(), "object")


def _partial(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    if not arguments.positional:
        return machine.unknown()
    return values.Partial(
        arguments.positional[0],
        tuple(arguments.positional[1:]),
        tuple(arguments.keywords.items()),
    )


def _partial_method(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    made = _partial(machine, arguments, node)
    return replace(made, is_method=True) if isinstance(made, values.Partial) else made


def _field(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    return values.Partial(Library("dataclasses.field"), (), tuple(arguments.keywords.items()))


def _replaced(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`dataclasses.replace(x, name=…)`: another object like it."""
    value = arguments.positional[0] if arguments.positional else machine.unknown()
    if not isinstance(value, values.Instance) or machine.instance_actors.get(value.serial):
        return calls.unknown_call(machine, Library("copy.copy"), arguments, node)
    made = values.Instance(new_serial(), value.cls)
    for name in machine.heap.names(value.serial):
        held = machine.heap.get((value.serial, name))
        if held is not None:
            machine.heap.set((made.serial, name), held)
    for name, given in arguments.keywords.items():
        machine.heap.set((made.serial, name), given)
    return made


def _closing(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "thing")
    return values.Closing(value) if value is not None else machine.unknown()


def _threads(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    return actors.running(machine, ActorKind.THREAD)


def _processes(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    return actors.running(machine, ActorKind.PROCESS)


def _of_main(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`current_thread()`: in main it is none that the program made."""
    if machine.actor.index == 0:
        return values.Fresh(new_serial(), "threading.Thread")
    return machine.unknown("the current one")


def _exit_stack(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    return values.ExitStack(elements.new_container(machine, Content(), "stack"))


def _getattr(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    name = arguments.get(1, "name")
    if isinstance(name, Const) and isinstance(name.value, str):
        return expressions.attribute(machine, arguments.positional[0], name.value, node)
    for value in arguments.every():
        calls.leak(machine, value, node, "an attribute of it was read by a computed name")
    return machine.unknown("getattr()", *arguments.every())


def _setattr(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    name = arguments.get(1, "name")
    if len(arguments.positional) == 3 and isinstance(name, Const) and isinstance(name.value, str):
        base, _, value = arguments.positional
        variables.write_attribute(machine, base, name.value, value, node)
        return values.NONE
    return calls.unknown_call(machine, Library("setattr"), arguments, node)


def _super(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    owner, receiver = arguments.get(0, "type"), arguments.get(1, "object")
    if isinstance(owner, values.Class) and receiver is not None:
        return values.Super(owner, receiver)
    return machine.unknown("super()")


def _namedtuple(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    name, given = arguments.get(0, "typename"), arguments.get(1, "field_names")
    names: tuple[str, ...] = ()
    if isinstance(given, Const) and isinstance(given.value, str):
        names = tuple(given.value.replace(",", " ").split())
    elif isinstance(given, (values.Container, values.Tuple)):
        parts = [segment.value for segment in iteration.segments(machine, given)]
        names = tuple(str(part.value) for part in parts if isinstance(part, Const))
    label = str(name.value) if isinstance(name, Const) else "namedtuple"
    defaults: tuple[tuple[str, Value], ...] = ()
    given = arguments.keywords.get("defaults")
    if isinstance(given, (values.Container, values.Tuple)):
        last = [segment.value for segment in iteration.segments(machine, given)]
        defaults = tuple(zip(names[len(names) - len(last) :], last, strict=False))
    return values.NamedTupleType(label, names, defaults)


def _enum(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`Enum("Signal", "STOP GO")`: a class of the file by another way."""
    made = _namedtuple(machine, arguments, node)
    members = made.names if isinstance(made, values.NamedTupleType) else ()
    scope = Scope(machine.scope, Survey(), "class")
    for name in members:
        member = values.Member(f"{getattr(made, 'name', '')}.{name}")
        machine.heap.set((scope.serial, name), member)
    return values.Class(getattr(made, "name", ""), (Library("enum.Enum"),), scope)


BUILTINS: dict[str, Callable[[Machine, Arguments, cst.CSTNode], Value]] = {
    "len": _len,
    "int": _same_number,
    "abs": _same_number,
    "float": _float,
    "isinstance": _isinstance,
    "type": _type,
    "bool": _bool,
    "max": _extreme(largest),
    "min": _extreme(smallest),
    "object": _object,
    "bytes": sizes.make_bytes,
    "bytearray": sizes.make_bytes,
    "os.urandom": sizes.make_bytes,
    "random.randbytes": sizes.make_bytes,
    "secrets.token_bytes": sizes.make_bytes,
    "functools.partial": _partial,
    "functools.partialmethod": _partial_method,
    "dataclasses.field": _field,
    "dataclasses.replace": _replaced,
    "copy.copy": _replaced,
    "copy.replace": _replaced,
    "contextlib.closing": _closing,
    "getattr": _getattr,
    "setattr": _setattr,
    "super": _super,
    "collections.namedtuple": _namedtuple,
    "enum.Enum": _enum,
    "enum.IntEnum": _enum,
    "contextlib.ExitStack": _exit_stack,
    "contextlib.AsyncExitStack": _exit_stack,
    "threading.enumerate": _threads,
    "multiprocessing.active_children": _processes,
    "threading.current_thread": _of_main,
    "threading.main_thread": _of_main,
}
