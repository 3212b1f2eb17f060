"""Numbers and sequences put together by an operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import Count, quotient
from flake8_joinqueue.protocol import Call
from flake8_joinqueue.reading import (
    calls,
    elements,
    items,
    iteration,
    operators,
    questions,
    sizes,
    values,
)
from flake8_joinqueue.reading.values import Const, Content, Segment, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


# Numbers of more bits than these are not worked out.
_MOST_BITS = 64


def binary(
    machine: Machine, operator: cst.BaseBinaryOp, left: Value, right: Value, node: cst.CSTNode
) -> Value:
    """Return `left operator right`."""
    own = operators.binary(machine, operator, left, right, node)
    if own is not None:
        return own
    together = _put_together(machine, operator, left, right)
    if together is not None:
        return together
    if isinstance(operator, cst.Multiply):
        for sequence, factor in ((left, right), (right, left)):
            times = items.as_count(machine, factor)
            if isinstance(sequence, (values.Container, values.Tuple)) and times is not None:
                return _repeated(machine, sequence, times)
        product = sizes.repeated(machine, left, right)
        if product is not None:
            return product
    big = sizes.size(machine, left) + sizes.size(machine, right)
    if isinstance(operator, cst.Add) and big:
        return sizes.unknown_of(machine, big, left, right)
    counts = items.as_count(machine, left), items.as_count(machine, right)
    if counts[0] is not None and counts[1] is not None:
        number = _arithmetic(machine, operator, counts[0], counts[1])
        if number is not None:
            return number
    if isinstance(operator, (cst.Divide, cst.FloorDivide, cst.Modulo)):
        machine.emit(Call(machine.site(node), "an operator"))
    if not isinstance(operator, cst.Modulo):  # of what is put into a text, nothing is left
        for each in (left, right):
            calls.leak(machine, each, node, "part of something that is not known")
    return questions.derived(machine, type(operator).__name__, left, right)


def _put_together(
    machine: Machine, operator: cst.BaseBinaryOp, left: Value, right: Value
) -> Value | None:
    """Return the sum of two sequences or the union of two sets or dicts."""
    is_union = isinstance(operator, cst.BitOr)
    if is_union and (elements.is_dict(left) or elements.is_dict(right)):
        below = elements.laid_over(machine, Content(()), left)
        return elements.new_container(machine, elements.laid_over(machine, below, right), "dict")
    if (is_union or isinstance(operator, cst.Add)) and _is_sequence(left) and _is_sequence(right):
        found = [iteration.segments(machine, left), iteration.segments(machine, right)]
        joined = iteration.joined(machine, found)
        return elements.new_container(machine, joined, "set" if is_union else "list")
    return None


def _is_sequence(value: Value) -> bool:
    return isinstance(value, (values.Container, values.Tuple, values.Series))


def _repeated(machine: Machine, sequence: Value, times: Count) -> Value:
    repeated = tuple(
        Segment(segment.value, segment.times * times)
        for segment in iteration.segments(machine, sequence)
    )
    return elements.new_container(machine, Content(repeated))


def _arithmetic(
    machine: Machine, operator: cst.BaseBinaryOp, left: Count, right: Count
) -> Value | None:
    if isinstance(operator, cst.Add):
        return values.Number(left + right)
    if isinstance(operator, cst.Subtract):
        return values.Number(left - right)
    if isinstance(operator, cst.Multiply):
        return values.Number(left * right)
    if isinstance(operator, (cst.LeftShift, cst.Power)):
        return _constant(operator, left.number, right.number)
    if isinstance(operator, cst.FloorDivide):
        divided = quotient(left, right)
        return None if divided is None else values.Number(divided)
    return None


def _constant(operator: cst.BaseBinaryOp, left: int | None, right: int | None) -> Value | None:
    """Return `left << right` or `left ** right`, where both are known and nothing gets huge."""
    if left is None or right is None or not 0 <= right <= _MOST_BITS:
        return None
    if left.bit_length() > _MOST_BITS:
        return None
    return Const(left << right if isinstance(operator, cst.LeftShift) else left**right)
