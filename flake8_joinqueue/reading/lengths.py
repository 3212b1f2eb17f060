"""How long containers are that grow or shrink: a variable of the Protocol, as counters are.

What a worker collects before it accounts for it is counted path by path, and so is whom it still
waits for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_joinqueue.protocol import Cell, Increment
from flake8_joinqueue.reading import items, merging, values, wording
from flake8_joinqueue.reading.scopes import Place
from flake8_joinqueue.reading.values import Const, Content, Value

if TYPE_CHECKING:
    import libcst as cst

    from flake8_joinqueue.reading.machine import Machine

# What stands behind the word, for a pattern that begins with one is tried at every letter.
_GROWN = re.compile(
    r"\.(?:append|appendleft|insert|extend|add|update)\(|\[[^]\n]*\]\s*=(?!=)|(?P<sign>[+|]=)"
)
_SHRUNK = re.compile(
    r"\.(?:remove|discard|pop|popleft|popitem|\w+_update)\(|\bdel\s+[\w.]+\["
    # Not `^\s*`, which takes in every run of blanked lines from each of its lines on.
    r"|[-&^]=|^[^\S\r\n]*([\w.]+)\s*=\s*[^=\n]*(?<![\w.])\1\b",
    re.MULTILINE,
)
_LENGTH = re.compile(r"len\((?:\w+\.)*(\w+)\)")
# Looked at for whether there is anything in it.
_ASKED = re.compile(r"(?:while|if|elif|not|and|or|in)\s+(?:\w+\.)*(\w+)\s*(?=:|\)|and\b|or\b)")


def measured(source: str) -> frozenset[str]:
    """Return the names of containers whose length changes and matters; some too many do no harm.

    What is taken away is often taken away by another name: that of a parameter, or of a loop.
    """
    asked = {
        found[1]
        for pattern in (_LENGTH, _ASKED)
        for found in pattern.finditer(source)
        if not wording.word_before(source, found.start())
    }
    if asked and not _SHRUNK.search(source):
        asked &= set(_grown(source))
    return frozenset(asked)


def _grown(source: str) -> Iterator[str]:
    for found in _GROWN.finditer(source):
        end = found.start()
        while found["sign"] and source[end - 1 : end] == " ":
            end -= 1
        yield wording.word_before(source, end)


def named(
    machine: Machine, place: Place, old: Value | Content | None, value: Value, node: cst.CSTNode
) -> None:
    """Note that the variable at `place`, which held `old`, is bound to `value`."""
    if place[1] not in machine.measured:
        return
    before = machine.lengths.get(old.serial) if isinstance(old, values.Container) else None
    if not isinstance(value, values.Container):
        if before is not None:
            machine.set_cell(before, None, node)
        return
    if value.serial in machine.lengths or not _is_plain(machine, value):
        return
    cell = before or machine.new_cell(place[1])
    machine.lengths[value.serial] = cell
    number = items.length(machine, value).number
    if number and before is not None and machine.loops:
        number = None  # made of what it was, it is longer in the next round
    machine.set_cell(cell, None if number is None else items.number(number), node)


def changed(machine: Machine, container: values.Container, by: int | None) -> None:
    """Note that a container grew by so many elements; `None` where that is not known."""
    cell = machine.lengths.get(container.serial)
    if cell is None:
        return
    if by is None:
        machine.set_cell(cell, None, machine.last_node)
    else:
        machine.emit(Increment(cell, by, machine.site(machine.last_node)))


def emptied(machine: Machine, container: values.Container) -> None:
    """Note that a container holds nothing any more."""
    cell = machine.lengths.get(container.serial)
    if cell is not None:
        machine.set_cell(cell, items.number(0), machine.last_node)


def cell_of(machine: Machine, value: Value) -> Cell | None:
    """Return the variable that holds the length of a list of plain data, where that is open."""
    if not isinstance(value, values.Container) or not _is_plain(machine, value):
        return None
    content = items.content_of(machine, value)
    settled = not content.open and all(part.times.number is not None for part in content.segments)
    # In a loop, an earlier round may have changed it.
    return None if settled and not machine.loops else machine.lengths.get(value.serial)


def rounds(machine: Machine, value: Value) -> Cell | None:
    """Return the variable that holds how many elements going over a value brings."""
    if isinstance(value, values.Series):
        return value.rounds
    cell = cell_of(machine, value)
    if cell is None or not isinstance(value, values.Container) or machine.loops:
        return cell
    # Behind a loop, what constants it holds matters more than how many.
    segments = items.content_of(machine, value).segments
    return None if any(isinstance(part.value, Const) for part in segments) else cell


def joined(machine: Machine, left: Value, right: Value) -> Value | None:
    """Return one list for two that a variable held before and after, `None` for others."""
    if not isinstance(left, values.Container) or not isinstance(right, values.Container):
        return None
    cell = machine.lengths.get(left.serial)
    if cell is None or cell != machine.lengths.get(right.serial):
        return None
    found = [items.content_of(machine, part).segments for part in (left, right)]
    machine.heap.set((right.serial, "content"), Content((*found[0], *found[1]), open=True))
    return right


def _is_plain(machine: Machine, container: values.Container) -> bool:
    segments = items.content_of(machine, container).segments
    return all(_is_data(segment.value) for segment in segments)


def _is_data(value: Value) -> bool:
    if isinstance(value, values.Tuple):
        return all(_is_data(part) for part in value.values)
    return isinstance(value, merging.PLAIN)
