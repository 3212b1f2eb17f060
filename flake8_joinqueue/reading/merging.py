"""Joining what is known after two ways, and knowing more on one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import (
    AllOf,
    AnyOf,
    Cell,
    Condition,
    Data,
    How,
    Item,
    ItemTest,
    Not,
    Setting,
    atoms_in,
)
from flake8_joinqueue.reading import calls, lengths, values
from flake8_joinqueue.reading.values import Const, Content, Either, Segment, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

# What may be forgotten without losing sight of a queue.
PLAIN = (Unknown, Const, values.Number, values.Taken, values.Truth, values.Glance)
# Containers of more different things than this are only known in part.
MAX_SEGMENTS = 64


def merge(
    machine: Machine,
    condition: Condition | None,
    left: Value | Content | None,
    right: Value | Content | None,
) -> Value | Content | None:
    """Return what stands for `left` or `right`; `condition` says which, where it is known."""
    if left is None or left == right:
        # A name bound on one way only: using it means that this way was taken.
        return right
    if right is None:
        return left
    if isinstance(left, Content) or isinstance(right, Content):
        if isinstance(left, Content) and isinstance(right, Content):
            return _merge_contents(left, right)
        return None
    return join(machine, condition, left, right)


def join(machine: Machine, condition: Condition | None, left: Value, right: Value) -> Value:
    """Return a value that stands for `left` where `condition` is true, else for `right`."""
    if left == right:
        return left
    one = lengths.joined(machine, left, right)
    if one is not None:
        return one
    plain = isinstance(left, PLAIN) and isinstance(right, PLAIN)
    plain = plain and not (isinstance(left, values.Taken) and isinstance(right, values.Taken))
    settled = condition is not None and is_setting(condition)
    if condition is not None and settled and not plain and nesting(left) + nesting(right) < 4:
        return Either(condition, left, right)
    for value in (left, right):
        calls.leak(machine, value, None, "one of several things a name may stand for")
    label = getattr(left, "label", "") or getattr(right, "label", "")
    return machine.one_of(label, not settled, left, right)


def nesting(value: Value) -> int:
    """Return how many alternatives are nested in a value."""
    if isinstance(value, Either):
        return 1 + nesting(value.then) + nesting(value.otherwise)
    return 0


def tests_item(condition: Condition) -> bool:
    """Say whether a condition looks at an item taken in a way that is understood."""
    return any(isinstance(atom, ItemTest) for atom in atoms_in(condition))


def is_setting(condition: Condition) -> bool:
    """Say whether a condition goes the same way in a whole run."""
    return all(isinstance(atom, (bool, Setting)) for atom in atoms_in(condition))


def narrowing(
    condition: Condition, outcome: bool
) -> dict[tuple[Cell, tuple[int | str, ...]], Item]:
    """Return what the parts of items are known to be where `condition` went one way."""
    if isinstance(condition, Not):
        return narrowing(condition.condition, not outcome)
    if isinstance(condition, AllOf if outcome else AnyOf):
        known: dict[tuple[Cell, tuple[int | str, ...]], Item] = {}
        for part in condition.conditions:
            known.update(narrowing(part, outcome))
        return known
    if (
        outcome
        and isinstance(condition, ItemTest)
        and condition.how in (How.IS, How.EQUAL)
        and not isinstance(condition.against[0], Data)
    ):
        return {(condition.cell, condition.path): condition.against[0]}
    return {}


def assumptions(condition: Condition, outcome: bool) -> dict[str, bool]:
    """Return how settings go where `condition` went one way, by their keys."""
    if isinstance(condition, Setting):
        return {condition.key: outcome}
    if isinstance(condition, Not):
        return assumptions(condition.condition, not outcome)
    if isinstance(condition, AllOf if outcome else AnyOf):
        known: dict[str, bool] = {}
        for part in condition.conditions:
            known.update(assumptions(part, outcome))
        return known
    return {}


def under(condition: Condition, assumed: Mapping[str, bool]) -> bool | None:
    """Say how a condition goes under assumptions; `None` where they do not tell."""
    if isinstance(condition, bool):
        return condition
    if isinstance(condition, Setting):
        return assumed.get(condition.key)
    if isinstance(condition, Not):
        inner = under(condition.condition, assumed)
        return None if inner is None else not inner
    if isinstance(condition, (AllOf, AnyOf)):
        decisive = isinstance(condition, AnyOf)
        parts = [under(part, assumed) for part in condition.conditions]
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    return None


def _merge_contents(left: Content, right: Content) -> Content:
    """What both start with stays; what only one goes on with may be there."""
    common = 0
    for one, other in zip(left.segments, right.segments, strict=False):
        if one != other:
            break
        common += 1
    rest = {(part.value, part.key): None for part in left.segments[common:]}
    rest.update({(part.value, part.key): None for part in right.segments[common:]})
    crowded = common + len(rest) > MAX_SEGMENTS
    if crowded:
        rest = dict.fromkeys(list(rest)[: MAX_SEGMENTS // 2])
    perhaps = tuple(Segment(value, Count.fresh("some"), key) for value, key in rest)
    kept = left.segments[: MAX_SEGMENTS // 2 if crowded else common]
    return Content(kept + perhaps, left.open or right.open or crowded)
