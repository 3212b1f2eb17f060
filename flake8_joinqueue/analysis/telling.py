"""Which items go which ways: by the tests of the item that are passed on each."""

from __future__ import annotations

from collections.abc import Iterable

from flake8_joinqueue.analysis.deciding import decide, part_of
from flake8_joinqueue.analysis.hints import is_sentinel_by_intention
from flake8_joinqueue.analysis.ways import Outcome, Way
from flake8_joinqueue.protocol import Data, How, Item, ItemTest, Literal
from flake8_joinqueue.records import replace


def decides(ways: Iterable[Way], test: ItemTest, truth: bool) -> bool:
    """Say whether a test that goes so makes an actor leave, and no other way does it.

    Where one item is not enough, each must be counted, and nothing else must be.
    """
    ways = list(ways)
    so = [way for way in ways if way.agrees(test, truth)]
    leaving = [way for way in so if way.leaves and not (way.opaque or way.counted)]
    staying = [way for way in so if not way.leaves]
    against = [way for way in ways if way.agrees(test, not truth) and not way.leaves]
    counters = {cell for way in leaving for cell in way.counters}
    if not leaving or not against:
        return False
    if any(way.increments & counters for way in against):
        return False
    return all(way.increments & counters for way in staying)


def on_purpose(way: Way) -> bool:
    """Say whether a way that leaves may be meant to be left so.

    An exception that nothing catches is an accident, but for an item that says "stop".
    """
    return way.outcome is not Outcome.DIES or any(
        truth and is_sentinel_by_intention(item, awaited=True)
        for test, truth in way.assumptions
        for item in test.against
    )


def is_something(assumptions: Iterable[tuple[ItemTest, bool]], item: Item) -> bool:
    """Say whether a way needs `None` where an item is work, or has it as a part: work is something.

    A part may be `None` all the same where somebody out of sight chooses it, or it is known to be.
    """
    parts = (
        (test, part_of(item, test.path)) for test, truth in assumptions if truth and _is_none(test)
    )
    return any(
        isinstance(part, Data)
        and not (test.path and _may_pass(part, test))
        and Literal(None) not in part.perhaps
        for test, part in parts
    )


def _may_pass(part: Data, test: ItemTest) -> bool:
    """Say whether a part of an item, which is no work for certain, may pass a test of it."""
    alone = replace(test, path=())
    return part.open or any(
        decide(alone, other, pickled=False) is not False for other in part.perhaps
    )


def is_for_work(assumptions: Iterable[tuple[ItemTest, bool]]) -> bool:
    """Say whether a way is for any item but some: what is not `None`, not falsy."""
    return not any(truth for _, truth in assumptions)


def _is_none(test: ItemTest) -> bool:
    return test.how in {How.IS, How.EQUAL} and any(
        isinstance(other, Literal) and other.value is None for other in test.against
    )


def agrees(
    assumptions: Iterable[tuple[ItemTest, bool]], item: Item, *, pickled: bool
) -> bool | None:
    """Say whether an item, `pickled` or as it is, passes all of some tests as they are to go."""
    answers = {
        None if answer is None else answer == truth
        for answer, truth in (
            (decide(test, item, pickled=pickled), truth) for test, truth in assumptions
        )
    }
    if False in answers:
        return False
    return None if None in answers else True
