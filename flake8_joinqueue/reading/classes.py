"""Classes of the file: defining them, finding attributes, making instances."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import daemons, names
from flake8_joinqueue.reading import (
    actors,
    calls,
    declarations,
    functions,
    hooks,
    ownqueues,
    queues,
    statements,
    trees,
    values,
    variables,
)
from flake8_joinqueue.reading.drafts import Frame
from flake8_joinqueue.reading.scopes import Scope, new_serial
from flake8_joinqueue.reading.values import Arguments, Class, Library, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.Flag", "enum.IntFlag", "enum.StrEnum"})
_OF_CONSTANTS = frozenset({"enum.IntEnum", "enum.IntFlag", "enum.StrEnum", "int", "str"})
_BUILTINS = frozenset(dir(builtins))
_HARMLESS_BASES = frozenset({"abc.ABC", "typing.Generic", "typing.Protocol", "typing.Generic[T]"})
_NAMED_TUPLES = frozenset({"typing.NamedTuple", "collections.namedtuple"})


def define(
    machine: Machine,
    node: cst.ClassDef,
    bases: tuple[Value, ...],
    decorated: bool,
    *,
    compares: bool,
) -> Value:
    """Run a class statement and return the class.

    `decorated` says that it is a dataclass, `compares` that its fields make its instances equal.
    """
    name = node.name.value
    scope = Scope(machine.scope, machine.survey(node), "class")
    annotations = dict(_annotations(node))
    fields = tuple(name for name, each in annotations.items() if not _is_class_variable(each))
    named = any(isinstance(base, Library) and base.name in _NAMED_TUPLES for base in bases)
    if decorated:
        fields = tuple(dict.fromkeys([*_inherited_fields(bases), *fields]))
    daemons_set = tuple(_daemons(node))
    made = Class(name, bases, scope, fields, decorated, compares, daemons_set, annotations)
    machine.frames.append(Frame(scope))
    machine.classes.append(made)
    try:
        statements.run(machine, node.body)
    finally:
        machine.classes.pop()
        machine.frames.pop()
    if named:
        found = [(each, find(machine, made, each)) for each in fields]
        return values.NamedTupleType(
            name, fields, tuple((each, value) for each, value in found if value is not None)
        )
    if any(isinstance(base, Library) and base.name in _ENUMS for base in lineage(made)):
        _make_members(machine, made)
    return made


def _annotations(node: cst.ClassDef) -> Iterator[tuple[str, cst.Annotation]]:
    """Yield the names annotated in the body of a class, in order."""
    if isinstance(node.body, cst.IndentedBlock):
        for line in node.body.body:
            if isinstance(line, cst.SimpleStatementLine):
                for small in line.body:
                    if isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
                        yield small.target.value, small.annotation


def _daemons(node: cst.ClassDef) -> Iterator[cst.Name]:
    """Yield the names in the body of a class that say, or are meant to, what `daemon` is."""
    lines = node.body.body if isinstance(node.body, cst.IndentedBlock) else ()
    for line in lines:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            first = small.targets[0] if isinstance(small, cst.Assign) else small
            target = getattr(first, "target", None)
            if isinstance(target, cst.Name) and target.value in {
                "daemon",
                *daemons.MISSPELT_DAEMON,
            }:
                yield target


def _is_class_variable(annotation: cst.Annotation) -> bool:
    node = annotation.annotation
    if isinstance(node, cst.Subscript):
        node = node.value
    return trees.dotted(node).rpartition(".")[2] == "ClassVar"


def annotation(made: Class, name: str) -> cst.Annotation | None:
    """Return how the attribute `name` is annotated in a class or a base of it in the file."""
    found = (base.annotations.get(name) for base in lineage(made) if isinstance(base, Class))
    return next((each for each in found if each is not None), None)


def _inherited_fields(bases: tuple[Value, ...]) -> Iterator[str]:
    """Yield the fields of the dataclasses a class is derived from, the last base's first."""
    for base in reversed(bases):
        if isinstance(base, Class) and base.is_dataclass:
            yield from base.fields


def _make_members(machine: Machine, made: Class) -> None:
    for name in machine.heap.names(made.scope.serial):
        value = machine.heap.get((made.scope.serial, name))
        if value is None or isinstance(value, (values.Function, values.Content)):
            continue
        if not name.startswith("_"):
            member = values.Member(
                f"{made.name}.{name}",
                value,
                sealed=not has_unknown_base(made),
                equals=value if _is_of_constants(made) else None,
            )
            machine.heap.set((made.scope.serial, name), member)


def _is_of_constants(made: Class) -> bool:
    return any(isinstance(base, Library) and base.name in _OF_CONSTANTS for base in lineage(made))


# --- attributes ----------------------------------------------------------------------------------


def lineage(made: Class) -> Sequence[Value]:
    """Return a class and its bases in the order in which Python looks for attributes, each once."""
    if not made.order:
        made.order.extend(_linearised(made))
    return made.order


def _linearised(made: Class) -> list[Value]:
    bases = list(dict.fromkeys(made.bases))
    # No class is among its own bases: they were there before it.
    orders = [list(lineage(base)) if isinstance(base, Class) else [base] for base in bases]
    orders = [order for order in [*orders, bases] if order]
    found: list[Value] = [made]
    while orders:
        heads = (order[0] for order in orders)
        # Python refuses a class without a good head; any order will do for such.
        following = next(
            (head for head in heads if not any(head in order[1:] for order in orders)),
            orders[0][0],
        )
        found.append(following)
        left = [[base for base in order if base != following] for order in orders]
        orders = [order for order in left if order]
    return found


def find(machine: Machine, made: Class, name: str) -> Value | None:
    """Return the class attribute `name`, `None` where the file does not define it."""
    return _first(machine, lineage(made), name)


def methods(machine: Machine, made: Class) -> list[values.Function]:
    """Return the methods of a class that the file defines, inherited ones included."""
    found: dict[str, values.Function] = {}
    for base in lineage(made):
        if isinstance(base, Class):
            for name in machine.heap.names(base.scope.serial):
                value = machine.heap.get((base.scope.serial, name))
                if isinstance(value, values.Function):
                    found.setdefault(value.name, value)
    return list(found.values())


def find_beyond(machine: Machine, above: values.Super, name: str) -> Value | None:
    """Return what `super()` finds: what a class behind its owner defines, in the order of all."""
    receiver = above.receiver
    made = receiver.cls if isinstance(receiver, values.Instance) else receiver
    order = lineage(made) if isinstance(made, Class) else ()
    if above.owner not in order:
        order = lineage(above.owner)
    return _first(machine, order[order.index(above.owner) + 1 :], name)


def _first(machine: Machine, order: Iterable[Value], name: str) -> Value | None:
    for base in order:
        if isinstance(base, Class):
            value = machine.heap.get((base.scope.serial, name))
            if value is not None and not isinstance(value, values.Content):
                return value
    return None


def library_fact(made: Class) -> names.Fact | None:
    """Return what the class is by a base of a library: an actor, a queue."""
    for base in lineage(made):
        if isinstance(base, Library):
            known = names.fact(base.name)
            if known is not None:
                return known
    return None


def library_context(made: Class) -> str:
    """Return the start method that a base of the class is tied to by its context."""
    return next(
        (base.context for base in lineage(made) if isinstance(base, Library) and base.context), ""
    )


def has_unknown_base(made: Class) -> bool:
    """Say whether a base of the class is out of sight."""
    return any(
        isinstance(base, values.Unknown)
        or (isinstance(base, Library) and base.name not in _HARMLESS_BASES and not _is_known(base))
        for base in lineage(made)
    )


def _is_known(base: Library) -> bool:
    return names.fact(base.name) is not None or base.name in _ENUMS or base.name in _BUILTINS


# --- instances -----------------------------------------------------------------------------------


def instantiate(machine: Machine, made: Class, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Make an instance and run its `__init__`."""
    machine.made_classes.append(made)
    known = library_fact(made)
    if isinstance(known, names.MakesQueue):
        return ownqueues.instantiate(machine, made, known, arguments, node)
    instance = values.Instance(new_serial(), made)
    if isinstance(known, names.MakesActor):
        draft = actors.draft(machine, known.family, node, made.name)
        draft.instance = instance
        draft.start_method = queues.start_method(known.start_method or library_context(made))
        actors.note_given(machine, draft, arguments)
        machine.instance_actors[instance.serial] = draft.index
        _inherit_daemon(machine, instance)
    init = find(machine, made, "__init__")
    if isinstance(init, values.Function):
        given = Arguments([instance, *arguments.positional], arguments.keywords, [], arguments.open)
        functions.enter(machine, init, given, node)
    elif made.is_dataclass:
        _fill_fields(machine, instance, arguments, node)
    elif isinstance(known, names.MakesActor):
        actors.configure(machine, machine.instance_actors[instance.serial], known, arguments)
    else:
        for value in arguments.every():
            calls.leak(machine, value, node, f"handed to {made.name}")
    hooks.note_instance(machine, instance, node)
    return instance


def _inherit_daemon(machine: Machine, instance: values.Instance) -> None:
    """Set what the bodies of an actor's classes assign to `daemon`, or to what is meant to be."""
    for base in reversed(lineage(instance.cls)):
        if isinstance(base, Class):
            for target in base.daemons:
                value = machine.heap.get((base.scope.serial, target.value))
                if isinstance(value, values.Const):
                    variables.write_attribute(
                        machine, instance, target.value, value, target, target
                    )


def _fill_fields(
    machine: Machine, instance: values.Instance, arguments: Arguments, node: cst.CSTNode
) -> None:
    for index, name in enumerate(instance.cls.fields):
        value = arguments.get(index, name)
        if value is None:
            value = find(machine, instance.cls, name)
            if isinstance(value, values.Partial) and value.function == Library("dataclasses.field"):
                factory = dict(value.keywords).get("default_factory")
                default = dict(value.keywords).get("default")
                value = default
                if factory is not None:
                    value = calls.call(machine, factory, Arguments(), node)
        if value is None:
            value = machine.unknown(name)
        annotated = annotation(instance.cls, name)
        value = declarations.declared(machine, value, annotated, name, node)
        variables.write_attribute(machine, instance, name, value, node)
    after = find(machine, instance.cls, "__post_init__")
    if isinstance(after, values.Function):
        functions.enter(machine, after, Arguments([instance]), node)
