"""What annotations tell of values that come from out of sight: the kind of a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE
from flake8_joinqueue.facts import names
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.reading import expressions, trees, values
from flake8_joinqueue.reading.machine import QueueDraft
from flake8_joinqueue.reading.values import Library, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

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
    if annotation is None or not isinstance(value, Unknown) or value.free:
        return value
    known = machine.declared.get(value.key)
    if known is not None:
        return values.QueueRef(known)
    kind = _queue_kind(machine, annotation.annotation)
    if kind is None or not kind.joinable:
        return value
    made = QueueDraft(
        len(machine.queues),
        kind,
        machine.site(node),
        ONE,
        name=name,
        hidden=False,
        start_method=None,
        redefined=True,  # it may be of any class derived from that
    )
    machine.queues.append(made)
    machine.declared[value.key] = made.index
    return values.QueueRef(made.index)


def _queue_kind(machine: Machine, node: cst.BaseExpression) -> QueueKind | None:
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
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


def _in_quotes(
    machine: Machine, node: cst.SimpleString | cst.ConcatenatedString
) -> QueueKind | None:
    try:
        text = trees.literal(node)
        return _queue_kind(machine, cst.parse_expression(str(text)))
    except (ValueError, cst.ParserSyntaxError):
        return None
