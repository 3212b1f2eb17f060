"""From abstract values to the items of a Protocol, and to counts."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import Count, total
from flake8_joinqueue.facts import names
from flake8_joinqueue.protocol import (
    ActorKind,
    Alias,
    Data,
    Emptiness,
    Item,
    Literal,
    Named,
    Record,
    Unique,
)
from flake8_joinqueue.reading import answers, classes, sizes, trees, values
from flake8_joinqueue.reading.values import Const, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine
    from flake8_joinqueue.reading.scopes import Scope

_MAX_FIELDS = 12
_DEEPEST = 3
# What is something, whatever it is.
_WORK = (values.Unknown, values.Partial, values.BoundFunction, values.Taken, values.Truth)
_UNPLAIN = ("__eq__", "__bool__", "__len__")
# Those that go round by round, a slice or a batch each: the last is empty.
_MAY_END = frozenset({"list", "tuple"})
_PICKLING = ("__new__", "__reduce__", "__reduce_ex__", "__getnewargs__", "__getnewargs_ex__")


def as_item(machine: Machine, value: Value) -> Item:
    """Return the item that putting `value` on a queue puts there."""
    if isinstance(value, values.Taken):
        # Put back what was taken: known where a test has just told.
        taken = Alias(value.cell, value.path)
        return machine.narrowed.get((value.cell, value.path), Data(taken=taken))
    if isinstance(value, values.Unknown) and value.cell is not None:
        known = machine.narrowed.get((value.cell, ()))
        if known is not None:
            return known
    if isinstance(value, values.Unknown):
        return _as_data(machine, value)
    if isinstance(value, values.Truth):
        return Data(perhaps=(Literal(True), Literal(False)))
    if isinstance(value, values.Tuple):
        fields = tuple(as_item(machine, part) for part in value.values[:_MAX_FIELDS])
        return Record(fields, value.type_name, value.names)
    if isinstance(value, values.Container):
        return _as_record(machine, value)
    if isinstance(value, values.Instance):
        held = dict(_attributes(machine, value))
        told = {**_stopping(machine, value), **dict(answers.given(machine, value))}
        return _as_object(machine, value, {**told, **held})
    constant = as_constant_item(machine, value)
    if constant is not None:
        return constant
    label, size = getattr(value, "label", ""), getattr(value, "size", 0)
    if isinstance(value, (values.BoundFunction, values.Partial)) and _never_returns(machine, value):
        return Data(label, size, (Named(label, raises=True),))
    return Data(label, size)


def number(value: int) -> Literal:
    """Return the item that a number is."""
    return Literal(value)


def as_constant_item(machine: Machine, value: Value) -> Item | None:
    """Return the item of a value that stays the same, `None` for others."""
    if isinstance(value, Const):
        return Literal(value.value, value.label)
    if isinstance(value, values.Number) and value.count.number is not None:
        return Literal(value.count.number)
    if isinstance(value, values.Tuple):
        parts = [as_constant_item(machine, part) for part in value.values[:_MAX_FIELDS]]
        known = [part for part in parts if part is not None]
        if len(known) < len(value.values):
            return None
        return Record(tuple(known), value.type_name, value.names)
    if isinstance(value, values.Member):
        constant = as_constant_item(machine, value.equals) if value.equals is not None else None
        equals = constant if isinstance(constant, Literal) else None
        return Named(value.name, sealed=value.sealed, equals=equals)
    if isinstance(value, values.Class):
        # A class all of whose bases are in sight equals nothing but itself.
        return Named(value.name, value.name, sealed=not classes.has_unknown_base(value))
    if isinstance(value, values.Function):
        return Named(value.name, value.name, sealed=True, raises=_never_returns(machine, value))
    if isinstance(value, values.Library) and value.name in names.CONSTANTS:
        return Literal(names.CONSTANTS[value.name], value.name)
    if isinstance(value, values.Library):
        # What is built in (`StopIteration`, `int`) equals nothing but itself.
        sealed = hasattr(builtins, value.name)
        return Named(value.name, value.name, sealed=sealed, raises=_never_returns(machine, value))
    if isinstance(value, values.Fresh):
        lineage = names.ancestors(value.type_name)
        return Unique(value.serial, value.type_name, value.label, lineage, plain=True)
    if isinstance(value, values.Instance):
        return _as_object(machine, value, {})
    return None


def _never_returns(machine: Machine, value: Value, depth: int = 0) -> bool:
    """Say whether a call of a function surely raises: `sys.exit`, or one that ends in a `raise`."""
    if isinstance(value, (values.BoundFunction, values.Partial)):
        return _never_returns(machine, value.function, depth + 1)
    if isinstance(value, values.Library):
        return isinstance(names.fact(value.name), names.EndsProgram)
    if not isinstance(value, values.Function) or depth > _DEEPEST:
        return False
    node = value.node
    last: cst.CSTNode | None = None
    if isinstance(node, cst.Lambda):
        last = node.body
    elif code := trees.code_of(node):
        last = code[-1].value if isinstance(code[-1], cst.Expr) else code[-1]
    if isinstance(last, cst.Call):
        name = trees.dotted(last.func)
        scope: Scope | None = value.scope
        while scope is not None:
            held = machine.heap.get((scope.serial, name))
            if isinstance(held, values.Function):
                return _never_returns(machine, held, depth + 1)
            scope = scope.parent
        return isinstance(names.fact(name), names.EndsProgram)
    return isinstance(last, cst.Raise)


def _as_data(machine: Machine, value: values.Unknown) -> Item:
    """Return the item that an unknown value is, with what it may turn out to be."""
    if value.key in machine.chosen_elsewhere:
        return Data(value.label, open=True)
    perhaps: list[Item] = []
    taken: Alias | None = None
    for origin in machine.origins.get(value.key, ()):
        item = as_item(machine, origin)
        if isinstance(item, Data):
            if item.open:
                return item
            perhaps.extend(item.perhaps)
            taken = taken or item.taken
        else:
            perhaps.append(item)
    size = value.size
    known = tuple(dict.fromkeys(perhaps))
    return Data(value.label, size, known, key=value.key, taken=taken)


def _as_object(machine: Machine, value: values.Instance, attributes: dict[str, Item]) -> Item:
    ancestors = _ancestors(value.cls)
    # A dataclass compares field by field, unless it says otherwise.
    bases = classes.lineage(value.cls)
    plain = (
        ancestors is not None
        and not any(isinstance(base, values.Class) and base.compares for base in bases)
        and not any(classes.find(machine, value.cls, name) for name in _UNPLAIN)
    )
    own_way = ancestors is None or any(classes.find(machine, value.cls, name) for name in _PICKLING)
    return Unique(
        value.serial,
        value.cls.name,
        ancestors=ancestors,
        plain=plain,
        pickles_itself=own_way,
        attributes=tuple(attributes.items()),
    )


def _stopping(machine: Machine, instance: values.Instance) -> dict[str, Item]:
    """Return the methods of an object that stop whoever calls them."""
    return {
        method.name: Named(method.name, raises=True)
        for method in classes.methods(machine, instance.cls)
        if method.kind == "function" and _never_returns(machine, method)
    }


def _attributes(machine: Machine, instance: values.Instance) -> Iterator[tuple[str, Item]]:
    """Yield the attributes that stay as they are, and what they hold."""
    owners = [instance.serial]
    owners += [
        base.scope.serial
        for base in classes.lineage(instance.cls)
        if isinstance(base, values.Class)
    ]
    seen: set[str] = set()
    for owner in owners:
        for name in machine.heap.names(owner):
            held = machine.heap.get((owner, name))
            if name in seen or held is None or isinstance(held, values.Content):
                continue
            seen.add(name)
            if isinstance(held, values.Function) and held.kind == "property":
                continue
            item = as_constant_item(machine, held)
            if item is None and isinstance(held, _WORK):
                item = as_item(machine, held)
            if item is not None and name not in machine.assigned_attributes:
                yield name, item


def _ancestors(made: values.Class) -> frozenset[str] | None:
    if classes.has_unknown_base(made):
        return None
    known = {
        base.name
        for base in classes.lineage(made)
        if isinstance(base, (values.Class, values.Library))
    }
    return frozenset({*known, "object"})


def _as_record(machine: Machine, container: values.Container) -> Item:
    content = content_of(machine, container)
    if content.open or len(content.segments) > _MAX_FIELDS:
        # What a dict holds besides may be what a worker looks for.
        return _of_any_length(machine, container, content, anything=container.kind == "dict")
    if any(segment.times.number != 1 for segment in content.segments):
        return _of_any_length(machine, container, content)
    fields = tuple(as_item(machine, segment.value) for segment in content.segments)
    if container.kind == "list":
        return Record(fields, "list")
    names = tuple(segment.key for segment in content.segments if isinstance(segment.key, str))
    if container.kind == "dict" and len(names) == len(fields):
        return Record(fields, "dict", names)
    return Data()


def _of_any_length(
    machine: Machine,
    container: values.Container,
    content: values.Content,
    *,
    anything: bool = False,
) -> Data:
    """Return the item that a container of no known length is: perhaps an empty one."""
    empty = not any(segment.times.low for segment in content.segments)
    perhaps = (Record((), container.kind),) if empty and container.kind in _MAY_END else ()
    size = sizes.size(machine, container)
    return Data(size=size, open=anything, perhaps=perhaps, kind=container.kind)


def unpicklable(machine: Machine, value: Value, depth: int = 0) -> str:
    """Say what of a value cannot be pickled; an empty text where nothing is known to be so."""
    if isinstance(value, values.Function):
        return _unpicklable_function(value)
    if isinstance(value, values.Unknown):
        return value.unpicklable
    if isinstance(value, values.Generator):
        return "a generator"
    if isinstance(value, values.ActorRef):
        return "a thread" if machine.actors[value.index].kind is ActorKind.THREAD else ""
    if isinstance(value, values.Partial):
        return unpicklable(machine, value.function, depth + 1)
    if isinstance(value, values.Instance) and _is_nested(value.cls):
        return "" if _pickles_its_own_way(machine, value) else "an instance of a nested class"
    parts: list[Value] = []
    if isinstance(value, values.Tuple):
        parts = list(value.values)
    elif isinstance(value, values.Container) and value.kind == "generator":
        return "a generator"
    elif isinstance(value, values.Container):
        parts = [segment.value for segment in content_of(machine, value).segments]
    elif isinstance(value, values.Instance) and not _pickles_its_own_way(machine, value):
        held = (machine.heap.get((value.serial, name)) for name in machine.heap.names(value.serial))
        parts = [part for part in held if part is not None and not isinstance(part, values.Content)]
    found = (unpicklable(machine, part, depth + 1) for part in parts if depth < _DEEPEST)
    return next(filter(None, found), "")


def _pickles_its_own_way(machine: Machine, instance: values.Instance) -> bool:
    """Say whether the class of an object may leave out what its attributes hold."""
    return classes.has_unknown_base(instance.cls) or any(
        classes.find(machine, instance.cls, name) for name in (*_PICKLING, "__getstate__")
    )


def _is_nested(made: values.Class) -> bool:
    """Say whether a class is defined in a function, where pickle does not find it."""
    outer = made.scope.parent
    return outer is not None and outer.kind == "function" and outer.holder(made.name) is outer


def _unpicklable_function(function: values.Function) -> str:
    if function.owner is not None:
        return ""
    if isinstance(function.node, cst.Lambda):
        return "a lambda"
    # One that is declared `global` goes by the name of its module.
    return "" if function.scope.holder(function.name).kind == "module" else "a nested function"


def content_of(machine: Machine, container: values.Container) -> values.Content:
    """Return what a container holds."""
    content = machine.heap.get((container.serial, "content"))
    return content if isinstance(content, values.Content) else values.Content((), open=True)


def held_now(machine: Machine, container: values.Container) -> values.Content:
    """Return what a container holds at the moment.

    In a loop that adds to it in each round, that is not yet what it holds in the end; nor need it
    be at any time, where each round begins with an empty one.
    """
    content = content_of(machine, container)
    grown_in = machine.grown_in.get(container.serial, ())
    if not any(loop.serial in grown_in for loop in machine.loops):
        return content
    so_far = (
        values.Segment(part.value, Count.fresh("so far", 1), part.key) for part in content.segments
    )
    return values.Content(tuple(so_far), content.open)


def as_count(machine: Machine, value: Value | None) -> Count | None:
    """Return the number a value stands for, `None` where it is none (or differs by item)."""
    if isinstance(value, Const):
        number = value.value
        return Count.of(int(number)) if isinstance(number, int) else None
    if isinstance(value, values.Number):
        return value.count
    if isinstance(value, values.Unknown) and not value.free and value.cell is None:
        return machine.symbol(value.key, value.label or "n")
    if isinstance(value, values.Library):
        return machine.symbol(value.name, value.name)
    if isinstance(value, values.Glance) and value.method == "qsize":
        seen = machine.symbol(value.key, value.label)
        machine.sizes_seen[seen] = Emptiness(value.queue, value.site)
        return seen
    return None


def length(machine: Machine, value: Value) -> Count:
    """Return the number of elements of a value."""
    if isinstance(value, values.Tuple):
        return Count.of(len(value.values))
    if isinstance(value, (values.Container, values.Series)):
        content = held_now(machine, value) if isinstance(value, values.Container) else value
        if not content.open:
            return total(segment.times for segment in content.segments)
        if isinstance(value, values.Container):
            return machine.symbol(f"len {value.serial} {machine.tick()}", "len()")
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return Count.of(len(value.value))
    if isinstance(value, values.Unknown) and not value.free and value.cell is None:
        return machine.symbol(f"len {value.key}", f"len({value.label})")
    if isinstance(value, values.Library):
        return machine.symbol(f"len {value.name}", f"len({value.name})")
    return Count.fresh("len()")
