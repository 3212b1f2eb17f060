"""What is asked again on a way, and is answered there as it was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias, TypeGuard

from flake8_joinqueue.analysis.flow import Atom
from flake8_joinqueue.analysis.ways import Fact
from flake8_joinqueue.protocol import CONSTANT, Cell, CountTest, Hunch, ItemTest

Lasting: TypeAlias = "ItemTest | CountTest | Hunch"

# Of two things compared, one of these is true.
_RELATIONS: Final = ("<", "==", ">")
_EQUALS: Final = f"== {CONSTANT}"
# To be one of these is to be false.
_FALSE: Final = frozenset(f"{_EQUALS}{value!r}" for value in (None, False, 0, 0.0, "", b""))


# Nothing is an instance of two of these.
_KINDS: Final = frozenset(
    f"isinstance {name}"
    for name in ("bytes", "dict", "float", "int", "list", "set", "str", "tuple")
)


def lasts(test: Atom | None) -> TypeGuard[Lasting]:
    """Say whether a test made again, of the same item, goes the same way."""
    if isinstance(test, Hunch):
        return bool(test.key)
    return isinstance(test, ItemTest | CountTest)


def looked_at(test: Lasting) -> Cell | str:
    """Return what a test looks at: a variable, or something unknown by its key."""
    return test.key if isinstance(test, Hunch) else test.cell


def asked(test: Lasting) -> ItemTest | CountTest | str:
    """Return what a test asks: it is the same for tests of which one tells of the other."""
    return test.key if isinstance(test, Hunch) else test


def answered(facts: Iterable[Fact], test: Lasting) -> bool | None:
    """Say how a test goes by how others have gone, `None` where they do not tell."""
    others: dict[str, bool] = {}
    for fact, truth in facts:
        if fact == test:
            return truth
        if isinstance(fact, Hunch) and isinstance(test, Hunch) and fact.key == test.key:
            others[fact.relation] = truth
    if not others or not isinstance(test, Hunch):
        return None
    if test.relation in _KINDS and any(others.get(each) for each in _KINDS):
        return False
    known = _by_constants(others, test.relation)
    return _by_order(others, test.relation) if known is None else known


def _by_constants(others: dict[str, bool], relation: str) -> bool | None:
    """Say so of something that equals one constant, and thus no other.

    What is false, and none of the constants asked for, is taken to be the one that is asked for.
    """
    equal = [each for each, truth in others.items() if truth and each.startswith(_EQUALS)]
    if relation.startswith(_EQUALS):
        if equal:
            return False
        true = others.get("")
        if true is not None and relation in _FALSE:
            return not true
        return False if true is False else None
    if relation:
        return None
    if equal:
        return equal[0] not in _FALSE
    return True if any(each in _FALSE for each in others) else None


def _by_order(others: dict[str, bool], relation: str) -> bool | None:
    """Say so of two things compared: one is less than the other, equals it, or is greater."""
    operator, _, with_what = relation.partition(" ")
    if operator not in _RELATIONS:
        return None
    each = (f"{relation} {with_what}" for relation in _RELATIONS)
    known = [others[relation] for relation in each if relation in others]
    if any(known):
        return False
    return True if len(known) == len(_RELATIONS) - 1 else None
