"""Whether a consumer that accounts for batches waits for more with a part of one in hand."""

from __future__ import annotations

from typing import Final

from flake8_joinqueue.analysis.consumption import Consumption
from flake8_joinqueue.analysis.ways import Station, Way
from flake8_joinqueue.counts import Count

_MOST: Final = 10_000


def part_left(consumption: Consumption, put: Count | None, *, alone: bool) -> bool:
    """Say whether items stay unaccounted for in the hand of a consumer that waits for the next.

    `put` is how many are put, of which it takes all where it is `alone`; else any number of them
    may be its part. A number that is not known may be any.
    """
    if any(get.may_be_empty or get.may_be_cancelled for get in consumption.gets):
        return False  # it goes on without an item
    steps, here = _steps(consumption), _start(consumption)
    if steps is None or None in here or any(way.puts for way in consumption.ways):
        return False  # more than the number of items decides
    number = put.number if put is not None else None
    if number is not None and alone:
        places = _after(steps, here, number) if number <= _MOST else set()
        # Some are surely in hand when that many have been taken.
        return bool(places) and all(consumption.unaccounted(place) > 0 for place in places)
    rounds = _round(consumption, steps, here)
    multiple = alone and put is not None and _divides(rounds or 1, put)
    return rounds is not None and rounds > 1 and not multiple


def taken_at(consumption: Consumption, number: int) -> set[Station | None] | None:
    """Return where a consumer may be when it has taken that many items, as far as that is known."""
    steps = _steps(consumption)
    if steps is None or number > _MOST:
        return None
    return _after(steps, _start(consumption), number)


def _start(consumption: Consumption) -> set[Station | None]:
    """Return where a consumer may be before it has taken anything."""
    return {way.target for way in consumption.ways if way.source is None}


def _after(
    steps: dict[Station, set[Station]], here: set[Station | None], number: int
) -> set[Station | None]:
    """Return where that many items more lead from some places."""
    for _ in range(number):
        here = {after for place in here if place for after in steps.get(place, ())}
    return here


def _steps(consumption: Consumption) -> dict[Station, set[Station]] | None:
    """Return where an item leads from where; `None` where more than that it is one decides."""
    steps: dict[Station, set[Station]] = {}
    for way in consumption.ordinary_ways:
        if way.source is None or way.target is None or not _is_plain(way):
            return None
        steps.setdefault(way.source, set()).add(way.target)
    return steps


def _is_plain(way: Way) -> bool:
    return way.clean and not (way.opaque or way.counted)


def _round(
    consumption: Consumption, steps: dict[Station, set[Station]], here: set[Station | None]
) -> int | None:
    """Return how many items it takes until all are accounted for again, where that is known."""
    for number in range(1, len(steps) + 1):
        here = _after(steps, here, 1)
        held = {consumption.unaccounted(place) for place in here}
        if held == {0}:
            return number
        if 0 in held or not held:
            return None
    return None


def _divides(rounds: int, put: Count) -> bool:
    return all(factor % rounds == 0 for _, factor in put.terms)
