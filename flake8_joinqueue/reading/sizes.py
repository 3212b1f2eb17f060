"""How many bytes a value takes at the least, where that can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.protocol import Call
from flake8_joinqueue.reading import calls, items, values
from flake8_joinqueue.reading.values import Arguments, Const, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_DEEPEST = 3


def size(machine: Machine, value: Value, depth: int = 0) -> int:
    """Return how many bytes a value takes at the least, 0 where nothing is known."""
    if isinstance(value, Const):
        return len(value.value) if isinstance(value.value, (str, bytes)) else 0
    if isinstance(value, values.Unknown):
        return value.size
    if depth < _DEEPEST and isinstance(value, values.Tuple):
        return sum(size(machine, part, depth + 1) for part in value.values)
    if depth < _DEEPEST and isinstance(value, values.Container):
        # No two keys are the same: hardly any takes less than two bytes.
        key = 2 if value.kind == "dict" else 0
        return sum(
            (segment.times.number or 0) * (key + max(1, size(machine, segment.value, depth + 1)))
            for segment in items.content_of(machine, value).segments
        )
    return 0


def unknown_of(machine: Machine, bytes_: int, *because: Value) -> Value:
    """Return a value of which nothing is known but what it comes from, and how big it is."""
    return replace(machine.unknown("", *because), size=bytes_)


def repeated(machine: Machine, left: Value, right: Value) -> Value | None:
    """Return `text * number`, `None` where it is nothing of the kind."""
    for text, factor in ((left, right), (right, left)):
        known = size(machine, text)
        times = items.as_count(machine, factor)
        if known and times is not None and isinstance(text, (Const, values.Unknown)):
            return unknown_of(machine, known * (times.number or 0), left, right)
    return None


def make_bytes(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`bytes(n)`, `os.urandom(n)`: so many bytes, or what a call of unknown makes of others."""
    first = arguments.get(0, "size")
    count = items.as_count(machine, first)
    if count is None or count.number is None:
        return calls.unknown_call(machine, values.Library("bytes"), arguments, node)
    machine.emit(Call(machine.site(node), "bytes"))
    return unknown_of(machine, count.number, *arguments.every())
