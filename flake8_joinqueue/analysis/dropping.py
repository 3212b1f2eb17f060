"""Items that get into no batch, where what is in the batch is accounted for, one by one.

A consumer that takes a batch, and whose work is long, has more ways than can be gone through. One
mistake shows without them: a way from a `get` straight to the next one on which the item is not
added to the list by whose length `task_done` is called.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from flake8_joinqueue.analysis.flow import Edge, EdgeKind, Flow
from flake8_joinqueue.protocol import (
    Alias,
    Break,
    Cell,
    Continue,
    CountTest,
    Get,
    Increment,
    ItemTest,
    Literal,
    SetCell,
    Site,
)

_STEPS = frozenset({EdgeKind.PLAIN, EdgeKind.AGAIN, EdgeKind.DONE})


def dropped(flow: Flow, gets: Collection[int], dones: Collection[int]) -> Iterator[Site]:
    """Yield where an item is left out of the batch that is accounted for.

    `gets` and `dones` are the nodes that take from the queue, and that account for what was taken.
    """
    batches = _batches(flow, gets, dones)
    if not batches or not all(_only_grows(flow, batch) for batch in batches):
        return
    for get in sorted(gets):
        way = _way_past(flow, get, set(gets), {*dones, *_growing(flow, batches)})
        if way is not None:
            operations = [flow.nodes[node].operation for node in way]
            jumps = [each.site for each in operations if isinstance(each, (Break, Continue))]
            taken = operations[0]
            assert isinstance(taken, Get)
            yield jumps[0] if jumps else taken.site


def _batches(flow: Flow, gets: Collection[int], dones: Collection[int]) -> set[Cell]:
    """Return the variables by whose value `task_done` is repeated; none where not all are known."""
    taking = {loop for get in gets for loop in flow.nodes[get].loops}
    rounds = {
        node.operation.cell: node.operation.value.cell
        for node in flow.nodes
        if isinstance(node.operation, SetCell) and isinstance(node.operation.value, Alias)
    }
    by_loop = {
        inside[len(node.loops)]: rounds.get(node.rounds)
        for node in flow.nodes
        if node.rounds is not None
        for edge in node.edges
        if edge.kind is EdgeKind.AGAIN
        for inside in [flow.nodes[edge.target].loops]
        if len(inside) > len(node.loops)
    }
    found: set[Cell] = set()
    for done in dones:
        for loop in flow.nodes[done].loops:
            if loop in taking:
                continue
            cell = by_loop.get(loop)
            if cell is None:
                return set()
            found.add(cell)
    return found


def _only_grows(flow: Flow, batch: Cell) -> bool:
    """Say whether all that is done to a batch is to begin a new one and to add to it.

    Where nothing is seen to be added, it was not followed how long it is.
    """
    return any(True for _ in _growing(flow, {batch})) and all(
        isinstance(operation.value, Literal)
        for node in flow.nodes
        if isinstance(operation := node.operation, SetCell) and operation.cell == batch
    )


def _growing(flow: Flow, batches: Collection[Cell]) -> Iterator[int]:
    for index, node in enumerate(flow.nodes):
        if isinstance(node.operation, Increment) and node.operation.cell in batches:
            yield index


def _way_past(flow: Flow, get: int, gets: set[int], barriers: set[int]) -> list[int] | None:
    """Return a way from an item taken to the next `get` that passes no barrier.

    It goes by what the program decides itself, and by no test that says that the item is special.
    """
    changed = {
        operation.cell
        for node in flow.nodes
        if isinstance(operation := node.operation, (SetCell, Increment))
    }
    operation = flow.nodes[get].operation
    assert isinstance(operation, Get)
    changed.discard(operation.cell)
    came_from: dict[int, int] = {}
    todo = [edge.target for edge in flow.successors(get) if edge.kind is EdgeKind.PLAIN]
    came_from.update(dict.fromkeys(todo, get))
    while todo:
        index = todo.pop(0)
        if index in gets:
            way = [came_from[index]]
            while way[-1] != get:
                way.append(came_from[way[-1]])
            return way[::-1]
        if index in barriers:
            continue
        for edge in flow.successors(index):
            if edge.target not in came_from and _may_go(flow, index, edge, changed):
                came_from[edge.target] = index
                todo.append(edge.target)
    return None


def _may_go(flow: Flow, index: int, edge: Edge, changed: Collection[Cell]) -> bool:
    node = flow.nodes[index]
    if node.test is None:
        return edge.kind in _STEPS
    if not isinstance(node.test, (ItemTest, CountTest)) or node.condition_of is not None:
        return True
    # A test of the item that is not passed leaves it work like any other.
    return node.test.cell not in changed and (not isinstance(node.test, ItemTest) or not edge.truth)
