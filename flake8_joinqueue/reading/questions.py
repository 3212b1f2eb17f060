"""Tests of which nothing is known but what they look at: the same question has the same answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flake8_joinqueue.protocol import Cell, Condition, Hunch, Not, Setting
from flake8_joinqueue.reading import values
from flake8_joinqueue.reading.values import Const, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITES = {"<=": ">", ">=": "<"}


def cell_of(value: Value) -> tuple[Cell, tuple[int | str, ...]] | None:
    """Return what variable (and which part of it) a value is that paths know more about."""
    if isinstance(value, values.Taken):
        return value.cell, value.path
    if isinstance(value, Unknown) and value.cell is not None:
        return value.cell, ()
    return None


def opaque(machine: Machine, operator: str, *operands: Value) -> Condition:
    """A test of which nothing is known but what it looks at."""
    if operator in MIRRORED and isinstance(operands[0], (Const, values.Number)):
        operator, operands = MIRRORED[operator], operands[::-1]
    if operator in _OPPOSITES:
        return Not(opaque(machine, _OPPOSITES[operator], *operands))
    free = any(values.depends_on_item(value) or cell_of(value) is not None for value in operands)
    key = key_of(operands, changing=free) or machine.fresh_key()
    return Hunch(key=key, relation=operator) if free else Setting(f"{operator} {key}", operator)


def hunch(machine: Machine, label: str = "") -> Hunch:
    """Return a test that may go either way where it is made; what came of it may be asked again."""
    return Hunch(label, key=machine.fresh_key())


def key_of(operands: Iterable[Value], *, changing: bool) -> str:
    """Return what tells apart the things looked at, "" where the next test may find others there.

    With `changing`, what is in a collection is taken not to change for that long.
    """
    names = [_name(value, changing=changing) for value in operands]
    return " and ".join(names) if all(names) else ""


def _name(value: Value, *, changing: bool) -> str:
    match value:
        case Unknown(cell=None) | values.Number(cell=None) | Const() | values.Library():
            return repr(value)
        case values.Taken():
            return repr(value)
        case values.Class(name=name, scope=scope):
            return f"class {name} {scope.serial}"
        case values.Member(name=name):
            return f"member {name}"
        case values.Tuple(values=parts):
            inside = key_of(parts, changing=changing)
            return f"({inside})" if inside else ""
        case values.Container(serial=serial) if changing:
            return f"collection {serial}"
    return ""
