"""Patterns of `match` as conditions of the Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.protocol import LENGTH, Condition, How, Item, ItemTest, Literal, Not
from flake8_joinqueue.reading import conditions, elements, expressions, items, questions, values
from flake8_joinqueue.reading.values import Const, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flake8_joinqueue.reading.machine import Machine


def match(machine: Machine, subject: Value, pattern: cst.MatchPattern) -> Condition:
    """Return the condition under which `subject` matches `pattern`; names in it are bound."""
    if isinstance(pattern, cst.MatchAs):
        matched: Condition = True
        if pattern.pattern is not None:
            matched = match(machine, subject, pattern.pattern)
        if pattern.name is not None:
            expressions.assign(machine, pattern.name, subject, pattern)
        return matched
    if isinstance(pattern, cst.MatchOr):
        alternatives = tuple(match(machine, subject, part.pattern) for part in pattern.patterns)
        return conditions.both(alternatives, conjunction=False)
    if isinstance(pattern, cst.MatchValue):
        value = expressions.evaluate(machine, pattern.value)
        found = conditions.same(machine, How.EQUAL, subject, value)
        return conditions.located(found, machine.site(pattern.value))
    if isinstance(pattern, cst.MatchSingleton):
        value = expressions.evaluate(machine, pattern.value)
        return conditions.same(machine, How.IS, subject, value)
    if isinstance(pattern, cst.MatchClass):
        return _class(machine, subject, pattern)
    if isinstance(pattern, cst.MatchMapping):
        return _mapping(machine, subject, pattern)
    if isinstance(pattern, cst.MatchList):
        return _sequence(machine, subject, pattern)
    return questions.opaque(machine, "match", subject, machine.unknown("", subject))


def _class(machine: Machine, subject: Value, pattern: cst.MatchClass) -> Condition:
    made = expressions.evaluate(machine, pattern.cls)
    parts = [conditions.instance_test(machine, subject, made)]
    names = _positions(made)
    for index, position in enumerate(pattern.patterns):
        part: Value = machine.unknown("", subject)
        if index < len(names):
            part = expressions.attribute(machine, subject, names[index], pattern)
        parts.append(match(machine, part, position.value))
    for keyword in pattern.kwds:
        part = expressions.attribute(machine, subject, keyword.key.value, pattern)
        parts.append(match(machine, part, keyword.pattern))
    return conditions.both(tuple(parts), conjunction=True)


def _positions(made: Value) -> tuple[str, ...]:
    """Return the names that the positions of a class pattern stand for."""
    if isinstance(made, values.NamedTupleType):
        return made.names
    return made.fields if isinstance(made, values.Class) and made.is_dataclass else ()


def _mapping(machine: Machine, subject: Value, pattern: cst.MatchMapping) -> Condition:
    """`{"op": "stop", **rest}`: a dict that has these keys, whatever else it has."""
    parts = [_is_one_of(machine, subject, "dict")]
    for element in pattern.elements:
        key = expressions.evaluate(machine, element.key)
        parts.append(conditions.has(machine, subject, key))
        part: Value = machine.unknown("", subject)
        if isinstance(key, Const) and isinstance(key.value, (int, str)):
            part = elements.element(machine, subject, key.value)
        parts.append(match(machine, part, element.pattern))
    if pattern.rest is not None:
        expressions.assign(machine, pattern.rest, machine.unknown("", subject), pattern)
    return conditions.both(tuple(parts), conjunction=True)


def _sequence(machine: Machine, subject: Value, pattern: cst.MatchList) -> Condition:
    wanted = pattern.patterns
    starred = next((i for i, each in enumerate(wanted) if isinstance(each, cst.MatchStar)), None)
    if isinstance(subject, values.Tuple):
        surplus = len(subject.values) - len(wanted)
        if surplus != 0 if starred is None else surplus < -1:
            return False
    parts: list[Condition] = []
    if questions.cell_of(subject) is not None:
        parts.append(_is_one_of(machine, subject, "tuple", "list"))
        parts.append(_has_length(subject, wanted, starred))
    for index, element in enumerate(wanted):
        if isinstance(element, cst.MatchStar):
            if element.name is not None:
                expressions.assign(machine, element.name, machine.unknown("", subject), element)
            continue
        # Those behind a star are counted from the end.
        place = index if starred is None or index < starred else index - len(wanted)
        part = elements.element(machine, subject, place)
        parts.append(match(machine, part, element.value))
    return conditions.both(tuple(parts), conjunction=True)


def _is_one_of(machine: Machine, subject: Value, *kinds: str) -> Condition:
    """Return the condition under which a value is of one of these built-in classes."""
    looked_at = questions.cell_of(subject)
    if looked_at is None:
        return questions.opaque(machine, "match", subject, machine.unknown("", subject))
    named = (items.as_constant_item(machine, values.Library(kind)) for kind in kinds)
    return ItemTest(*looked_at, How.INSTANCE, tuple(item for item in named if item is not None))


def _has_length(
    subject: Value,
    elements: Sequence[cst.MatchSequenceElement | cst.MatchStar],
    starred: int | None,
) -> Condition:
    """Return the condition under which what was taken has as many parts as the pattern needs."""
    looked_at = questions.cell_of(subject)
    if looked_at is None:
        return True
    cell, path = looked_at
    if starred is None:
        return ItemTest(cell, (*path, LENGTH), How.EQUAL, (Literal(len(elements)),))
    too_few: tuple[Item, ...] = tuple(Literal(number) for number in range(len(elements) - 1))
    return Not(ItemTest(cell, (*path, LENGTH), How.IN, too_few)) if too_few else True
