"""The balance of an actor's ways: how many items are unaccounted for where it takes the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from flake8_joinqueue.analysis.ways import Outcome, Station, Way


class Balance:
    """What the ways of an actor leave unaccounted for, those on which a sentinel ends it known."""

    def __init__(self, ways: Sequence[Way], sentinel_ways: Sequence[Way]) -> None:
        self._ways = ways
        self._sentinel_ways = sentinel_ways

    @cached_property
    def _levels(self) -> dict[Station | None, int]:
        """The least number of items that may be unaccounted for where a `get` is reached."""
        levels: dict[Station | None, int] = {None: 0}
        changed = True
        while changed:
            changed = False
            for way in self._ways:
                if way.source not in levels or way.target is None:
                    continue
                level = max(0, levels[way.source] + gain(way))
                if level < levels.get(way.target, level + 1):
                    levels[way.target] = level
                    changed = True
        return levels

    def gains(self, way: Way) -> bool:
        """Say whether a way leaves one more item unaccounted for than there need be."""
        if way.outcome is Outcome.DIES and way.raised:
            return False  # passed on, not swallowed
        after = self.level(way.source) + gain(way)
        return after > (self._levels[way.target] if way.target else 0)

    @cached_property
    def forgets_sentinel(self) -> bool:
        """Whether it is the sentinel that is not accounted for, not work taken before it."""
        least: dict[int | None, int] = {}
        for way in self._sentinel_ways:
            get, level = _get_of(way), self.level(way.source)
            least[get] = min(level, least.get(get, level))
        return any(
            self.gains(way)
            for way in self._sentinel_ways
            if self.level(way.source) == least[_get_of(way)]
        )

    def level(self, station: Station | None) -> int:
        """Return the least number of items that may be unaccounted for at a `get`, or the start."""
        return self._levels.get(station, 0)


def gain(way: Way) -> int:
    """Return how many items more are unaccounted for at the end of a way than at its start."""
    taken = 0 if way.start is None or way.empty else 1
    return taken - way.dones


def _get_of(way: Way) -> int | None:
    return None if way.source is None else way.source.node
