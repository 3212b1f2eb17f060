"""Tests of which nothing is known but what they look at: the same question has the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flake8_joinqueue.protocol import CONSTANT, AnyOf, Cell, Condition, Hunch, Not, Setting
from flake8_joinqueue.reading import values
from flake8_joinqueue.reading.values import Const, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITES = {"<=": ">", ">=": "<"}
_LENGTH = "length of "
# How a length is compared to ask whether there is anything, and whether that is true of nothing.
_EMPTY = {
    f"== {CONSTANT}0": True,
    f"< {CONSTANT}1": True,
    f"> {CONSTANT}0": False,
}


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
    if not free:
        key = key_of(operands, changing=False) or machine.fresh_key()
        return Setting(f"{operator} {key}", operator)
    key, *others = (_name(each, changing=True) or machine.fresh_key() for each in operands)
    if key.startswith(_LENGTH) and f"{operator} {others[0]}" in _EMPTY:
        asked = Hunch(key=key.removeprefix(_LENGTH))
        return Not(asked) if _EMPTY[f"{operator} {others[0]}"] else asked
    operator = "==" if operator == "is" else operator
    return Hunch(key=key, relation=" ".join([operator, *others]))


def one_of(machine: Machine, value: Value, against: Sequence[Value]) -> Condition:
    """Return the condition under which something unknown is one of some constants."""
    return AnyOf(tuple(opaque(machine, "==", value, each) for each in against))


def asked_whether(value: Unknown) -> Hunch:
    """Return the question whether something that differs from item to item is true."""
    return Hunch(value.label, key=_name(value, changing=True))


def derived(machine: Machine, how: str, *operands: Value) -> Unknown:
    """Return what comes of some values, the same wherever it is worked out again."""
    key = key_of(operands, changing=False)
    made = machine.unknown("", *operands)
    return Unknown(f"{how} {key}", free=True) if key and made.free else made


def length(value: Unknown) -> Unknown:
    """Return the length of something that differs from item to item."""
    return Unknown(f"{_LENGTH}{_name(value, changing=True)}", "len()", free=True)


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
        case Unknown(cell=None, key=key):
            return key
        case Const(value=constant):
            return f"{CONSTANT}{constant!r}"
        case values.Member(name=name):
            return f"{CONSTANT}{name}"
        case values.Number(cell=None, count=count):
            return f"{CONSTANT}{count.number}" if count.number is not None else repr(count)
        case values.Taken():
            return repr(value)
        case values.Library(name=name, context=context):
            return f"{name} {context}".rstrip()
        case values.Class(name=name, scope=scope):
            return f"class {name} {scope.serial}"
        case values.Tuple(values=parts):
            inside = key_of(parts, changing=changing)
            return f"({inside})" if inside else ""
        case values.Container(serial=serial) if changing:
            return f"collection {serial}"
    return ""
