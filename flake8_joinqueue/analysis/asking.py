"""What is asked again on a way, and is answered there as it was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias, TypeGuard

from flake8_joinqueue.analysis.flow import Atom
from flake8_joinqueue.analysis.ways import Fact
from flake8_joinqueue.protocol import Cell, CountTest, Hunch, ItemTest

Lasting: TypeAlias = "ItemTest | CountTest | Hunch"

# Of two things compared, one of these is true.
_RELATIONS: Final = frozenset({"<", "==", ">"})


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
    if not (isinstance(test, Hunch) and test.relation in _RELATIONS):
        return None
    known = [others[relation] for relation in _RELATIONS if relation in others]
    if any(known):
        return False
    return True if len(known) == len(_RELATIONS) - 1 else None
