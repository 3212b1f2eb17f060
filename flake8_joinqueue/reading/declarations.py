"""What annotations and use tell of values that come from out of sight: the kind of a queue."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE
from flake8_joinqueue.facts import names
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.protocol import Site
from flake8_joinqueue.reading import classes, expressions, trees, values
from flake8_joinqueue.reading.drafts import QueueDraft
from flake8_joinqueue.reading.rebuilding import rebuild_expression
from flake8_joinqueue.reading.values import Library, Unknown, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

# Modules by the name of what is in them: `import queue`, `from six.moves import queue`.
_MODULES = frozenset({"queue", "queues", "Queue"})
# Around a type, these say nothing of its kind.
_WRAPPERS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar"})


def declared(
    machine: Machine,
    value: Value,
    annotation: cst.Annotation | None,
    name: str,
    node: cst.CSTNode,
) -> Value:
    """Return `value`, or the queue that an annotation says an unknown value is.

    Only of a joinable kind: a `Queue` of multiprocessing may be one of its joinable subclasses.
    Others use such a queue too.
    """
    if annotation is None:
        return value
    if isinstance(value, values.Container):
        within = _element_class(machine, annotation.annotation)
        if within is not None:
            machine.class_within[value.serial] = within
        return value
    if not isinstance(value, Unknown) or value.free:
        return value
    known = machine.declared.get(value.key)
    if known is not None:
        return values.QueueRef(known)
    kind = _queue_kind(machine, annotation.annotation)
    if kind is None:
        of = _class(machine, annotation.annotation)
        if of is not None:
            machine.class_of[value.key] = of
        return value
    if not kind.joinable:
        return value
    return values.QueueRef(_note(machine, value.key, kind, name, machine.site(node)))


def by_use(machine: Machine, value: Value, name: str, node: cst.CSTNode) -> Value:
    """Return `value`, or the queue that an unknown value is, by what is done with its `name`."""
    kind = machine.queues_by_use.get(name)
    if kind is None or not isinstance(value, Unknown) or value.free:
        return value
    known = machine.declared.get(value.key)
    if known is None:
        known = _note(machine, value.key, kind, name, machine.site(node))
    return values.QueueRef(known)


def imported(machine: Machine, value: Value, name: str, node: cst.CSTNode) -> Value:
    """Return `value`, or the queue that something of a module out of sight is by its use."""
    if name not in machine.queues_by_use or not isinstance(value, Library):
        return value
    owner, _, last = value.name.rpartition(".")
    if not owner or last in _MODULES or names.fact(value.name) is not None:
        return value
    return by_use(machine, Unknown(f"imported {value.name}", name), name, node)


def inherited(machine: Machine, instance: values.Instance, name: str, node: cst.CSTNode) -> Value:
    """Return the queue that a base out of sight keeps as the attribute `name` of an instance."""
    return by_use(machine, Unknown(f"{instance.serial}.{name}", name), name, node)


def attribute(machine: Machine, base: Unknown, value: Unknown, node: cst.CSTNode) -> Value:
    """Return what an attribute is that an annotation in the class of an unknown object tells of."""
    name = value.label.rpartition(".")[2]
    annotated = classes.annotation(machine.class_of[base.key], name)
    if annotated is None:
        return value
    # Of one object among many it is one queue, as long as it goes by one name.
    return declared(machine, replace(value, free=False), annotated, name, node)


def _note(machine: Machine, key: str, kind: QueueKind, name: str, site: Site) -> int:
    made = QueueDraft(
        len(machine.queues),
        kind,
        site,
        ONE,
        name=name,
        hidden=False,
        start_method=None,
        redefined=True,  # it may be of any class derived from that
    )
    machine.queues.append(made)
    machine.declared[key] = made.index
    return made.index


def _class(machine: Machine, node: cst.BaseExpression) -> values.Class | None:
    """Return the class of the file that an annotation names."""
    if isinstance(node, cst.SimpleString):
        inner = _unquoted(node)
        return None if inner is None else _class(machine, inner)
    if isinstance(node, cst.Subscript) and trees.dotted(node.value).endswith("Optional"):
        return _element_class(machine, node)
    if isinstance(node, cst.BinaryOperation):
        left, right = _class(machine, node.left), _class(machine, node.right)
        return left or right if (left is None) != (right is None) else None
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return None
    with machine.block():
        value = expressions.evaluate(machine, node)
    return value if isinstance(value, values.Class) else None


def _element_class(machine: Machine, node: cst.BaseExpression) -> values.Class | None:
    """Return the class of what `list[Job]`, `dict[str, Job]` hold."""
    if not isinstance(node, cst.Subscript):
        return None
    last = node.slice[-1].slice
    return _class(machine, last.value) if isinstance(last, cst.Index) else None


def _queue_kind(machine: Machine, node: cst.BaseExpression) -> QueueKind | None:
    if isinstance(node, cst.SimpleString):
        return _in_quotes(machine, node)
    if isinstance(node, cst.BinaryOperation):
        left, right = _queue_kind(machine, node.left), _queue_kind(machine, node.right)
        return left or right if (left is None) != (right is None) else None
    if isinstance(node, cst.Subscript):
        if trees.dotted(node.value).rpartition(".")[2] not in _WRAPPERS:
            return _queue_kind(machine, node.value)
        parts = [part.slice.value for part in node.slice if isinstance(part.slice, cst.Index)]
        found = {kind for part in parts if (kind := _queue_kind(machine, part)) is not None}
        return found.pop() if len(found) == 1 else None
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return None
    with machine.block():
        value = expressions.evaluate(machine, node)
    known = names.fact(value.name) if isinstance(value, Library) else None
    return known.kind if isinstance(known, names.MakesQueue) else None


def _in_quotes(machine: Machine, node: cst.SimpleString) -> QueueKind | None:
    inner = _unquoted(node)
    return None if inner is None else _queue_kind(machine, inner)


def _unquoted(node: cst.SimpleString) -> cst.BaseExpression | None:
    try:
        return rebuild_expression(ast.parse(str(trees.literal(node)), mode="eval").body)
    except (ValueError, KeyError, SyntaxError, RecursionError, MemoryError):
        return None
