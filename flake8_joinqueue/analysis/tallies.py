"""How many sentinels an actor takes that counts them."""

from __future__ import annotations

from flake8_joinqueue.analysis.flow import Flow
from flake8_joinqueue.analysis.ways import Way
from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.protocol import Cell, CountTest, Increment, Literal, SetCell


def sentinels_taken(flow: Flow, way: Way) -> Count | None:
    """Return how many sentinels are taken until an actor leaves this way, where that is known."""
    if not way.counters:
        return ONE
    if len(way.counters) > 1:
        return None
    (cell,) = way.counters
    first = _first_value(flow, cell)
    steps = {
        node.operation.by
        for node in flow.nodes
        if isinstance(node.operation, Increment) and node.operation.cell == cell
    }
    tests = {
        (node.test.operator, node.test.count)
        for node in flow.nodes
        if isinstance(node.test, CountTest) and node.test.cell == cell
    }
    if first is None or len(steps) != 1 or len(tests) != 1:
        return None
    (step,) = steps
    ((sign, count),) = tests
    if step == 1 and sign in {"==", "!=", "<", ">="}:
        return count - first
    if step == 1 and sign in {">", "<="}:
        return count - first + ONE
    if step == -1 and sign in {"==", "!=", ">", "<="}:
        return first - count
    return None


def _first_value(flow: Flow, cell: Cell) -> Count | None:
    values = [
        node.operation.value
        for node in flow.nodes
        if isinstance(node.operation, SetCell) and node.operation.cell == cell
    ]
    if len(set(values)) != 1:
        return None
    first = values[0]
    if isinstance(first, Literal) and isinstance(first.value, int):
        return Count.of(first.value)
    return first if isinstance(first, Count) else None
