"""Records are dataclasses to whoever uses them."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from flake8_joinqueue.records import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: int
    y: int = 0
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Ball(Point):
    """A place with a size."""

    radii: list[int] = field(default_factory=list, compare=False)


@dataclass(slots=True)
class Count:
    """A number that changes."""

    number: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """A number with a name."""

    number: int
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One of its own."""

    name: str


@dataclass(frozen=True, slots=True)
class Told:
    x: int
    aside: str = field(compare=False, repr=False)


def test_fields_and_their_defaults() -> None:
    assert Point(1) == Point(1, 0) == Point(x=1, y=0)
    assert Point(1) != Point(2)
    assert Point(1) != Ball(1)
    assert Ball(1, 2, "here").label == "here"
    assert Ball(1).radii == []
    assert Ball(1).radii is not Ball(1).radii
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_what_is_not_compared() -> None:
    assert Point(1, label="a") == Point(1, label="b")
    assert hash(Point(1, label="a")) == hash(Point(1, label="b"))
    assert len({Point(1), Point(1), Point(2)}) == 2


def test_of_its_own_where_nothing_is_compared() -> None:
    assert Thing("a") != Thing("a")
    assert len({Thing("a"), Thing("a")}) == 2


def test_order() -> None:
    ranks = [Rank(2), Rank(1, "b"), Rank(1, "a")]
    assert sorted(ranks) == [Rank(1, "a"), Rank(1, "b"), Rank(2)]
    assert max(ranks) == Rank(2)


def test_one_that_changes_has_no_hash() -> None:
    count = Count()
    count.number += 1
    assert count == Count(1)
    with pytest.raises(TypeError):
        hash(count)


def test_there_are_slots() -> None:
    with pytest.raises(AttributeError):
        Count().other = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("replacing", [replace, dataclasses.replace])
def test_replace(replacing: object) -> None:
    assert callable(replacing)
    changed = replacing(Ball(1, 2, "here", [3]), y=5)
    assert type(changed) is Ball
    assert (changed.x, changed.y, changed.label, changed.radii) == (1, 5, "here", [3])


def test_patterns_know_the_fields() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_it_says_what_it_is() -> None:
    assert repr(Point(1, label="a")) == "Point(x=1, y=0, label='a')"
    assert Point.__doc__ == "A place."
    assert [each.name for each in dataclasses.fields(Ball)] == ["x", "y", "label", "radii"]


def test_it_does_not_say_what_is_not_to_be_shown() -> None:
    assert repr(Told(1, "long")) == "Told(x=1)"


def test_it_goes_through_pickle() -> None:
    assert pickle.loads(pickle.dumps(Ball(1, 2, "here", [3]))).radii == [3]  # noqa: S301
