"""How far it matters to count on a way: just past the numbers that a counter is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flake8_joinqueue.analysis.flow import Node
from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import Cell, CountTest, Increment, ItemTest

_LARGE: Final = 64
_SLACK: Final = 4


def small_counters(tests: Iterable[ItemTest | CountTest]) -> set[Cell]:
    """Return the cells that are compared with small numbers, and with nothing else."""
    counted = [test for test in tests if isinstance(test, CountTest)]
    return {test.cell for test in counted} - {
        test.cell for test in counted if not _is_small(test.count)
    }


class Counting:
    """The numbers that the counters of a flow may have.

    `counters` are compared with small numbers only; what is `copied` to other variables may be
    compared there, too.
    """

    def __init__(self, nodes: Iterable[Node], counters: set[Cell], copied: set[Cell]) -> None:
        self._highest: dict[Cell, int] = {}
        self._lowest: dict[Cell, int] = {}
        self._signs: dict[Cell, set[bool]] = {}
        for node in nodes:
            if isinstance(node.operation, Increment):
                cell = node.operation.cell
                self._signs.setdefault(cell, set()).add(node.operation.by > 0)
            if isinstance(node.test, CountTest) and node.test.cell in counters - copied:
                asked = node.test.count.number or 0
                cell = node.test.cell
                self._highest[cell] = max(asked, self._highest.get(cell, asked))
                self._lowest[cell] = min(asked, self._lowest.get(cell, asked))

    def number(self, cell: Cell, number: int) -> int | None:
        """Return what to take a counter for that was counted to `number`; `None` to forget it.

        One that only grows is as good as any once it is past all it is compared with, likewise one
        that only shrinks.
        """
        if cell in self._highest:
            highest, lowest = self._highest[cell], self._lowest[cell]
            signs = self._signs.get(cell, set())
            if signs == {True}:
                number = min(number, highest + 1)
            elif signs == {False}:
                number = max(number, lowest - 1)
            elif not lowest - _SLACK <= number <= highest + _SLACK:
                return None
        return number if abs(number) <= _LARGE else None


def _is_small(count: Count) -> bool:
    return count.number is not None and abs(count.number) <= _LARGE
