"""Operators of classes of the file: `first | second` calls a method, as any call does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.reading import calls, classes, values
from flake8_joinqueue.reading.values import Arguments, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_METHODS: dict[type[cst.BaseBinaryOp], str] = {
    cst.Add: "add",
    cst.Subtract: "sub",
    cst.Multiply: "mul",
    cst.MatrixMultiply: "matmul",
    cst.Divide: "truediv",
    cst.FloorDivide: "floordiv",
    cst.Modulo: "mod",
    cst.Power: "pow",
    cst.LeftShift: "lshift",
    cst.RightShift: "rshift",
    cst.BitOr: "or",
    cst.BitAnd: "and",
    cst.BitXor: "xor",
}


def binary(
    machine: Machine, operator: cst.BaseBinaryOp, left: Value, right: Value, node: cst.CSTNode
) -> Value | None:
    """Return `left operator right` where a class of the file says what that is."""
    name = _METHODS.get(type(operator), "")
    found = method(machine, left, f"__{name}__", right, node)
    return method(machine, right, f"__r{name}__", left, node) if found is None else found


def in_place(
    machine: Machine, operator: cst.BaseBinaryOp, left: Value, right: Value, node: cst.CSTNode
) -> Value | None:
    """Return what `left operator= right` makes of `left`, where a class of the file says so."""
    name = _METHODS.get(type(operator), "")
    return method(machine, left, f"__i{name}__", right, node)


def method(
    machine: Machine, receiver: Value, name: str, argument: Value, node: cst.CSTNode
) -> Value | None:
    """Call a method of an instance of a class of the file; `None` where it has none."""
    if not isinstance(receiver, values.Instance):
        return None
    found = classes.find(machine, receiver.cls, name)
    if not isinstance(found, values.Function):
        return None
    bound = values.BoundFunction(found, receiver)
    return calls.call(machine, bound, Arguments([argument]), node)
