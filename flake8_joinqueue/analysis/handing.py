"""What was taken from one queue and is put on another as it is: it may be a sentinel, too."""

from __future__ import annotations

from typing import Final

from flake8_joinqueue.analysis.deciding import decide, part_of
from flake8_joinqueue.analysis.flow import EdgeKind, Flow
from flake8_joinqueue.analysis.known import Known
from flake8_joinqueue.protocol import (
    Actor,
    Alias,
    Block,
    Cell,
    Data,
    Escape,
    Get,
    Item,
    ItemTest,
    Literal,
    Protocol,
    Put,
    Record,
    SetCell,
    operations_in,
    unchanged,
    with_blocks,
)
from flake8_joinqueue.records import replace

# From queue to queue to queue, no further.
_FURTHEST: Final = 3
_MOST: Final = 12


def with_what_is_handed_on(protocol: Protocol, known: Known) -> Protocol:
    """Return a Protocol whose puts of what was taken say what else than work it may be."""
    for _ in range(_FURTHEST):
        found = _once(protocol, known)
        if found is protocol:
            break
        protocol = found
    return protocol


def _once(protocol: Protocol, known: Known) -> Protocol:
    handed = {
        id(put): sources
        for actor in protocol.actors
        for put in operations_in(actor.body)
        if isinstance(put, Put) and (sources := _sources(put.item))
    }
    if not handed:
        return protocol
    supplied = _Supply(protocol)
    actors = tuple(_with_puts(supplied, actor, handed, known) for actor in protocol.actors)
    if all(new is old for new, old in zip(actors, protocol.actors, strict=True)):
        return protocol
    return replace(protocol, actors=actors)


def _sources(item: Item) -> list[Alias]:
    """Return what an item, or a part of it, was taken as."""
    match item:
        case Data(taken=Alias() as source):
            return [source]
        case Record(fields=fields):
            return [source for field in fields for source in _sources(field)]
    return []


class _Supply:
    """What is put on each queue: constants, and whether it may be anything."""

    def __init__(self, protocol: Protocol) -> None:
        self.pickled = [queue.kind.pickles for queue in protocol.queues]
        self.items: list[dict[Item, None]] = [{} for _ in protocol.queues]
        self.open = [not queue.hidden for queue in protocol.queues]
        for actor in protocol.actors:
            for operation in operations_in(actor.body):
                if isinstance(operation, Put):
                    self._put(operation.queue, operation.item)
                elif isinstance(operation, Escape) and operation.queue is not None:
                    self.open[operation.queue] = True

    def _put(self, queue: int, item: Item) -> None:
        if isinstance(item, Data):
            self.items[queue].update(dict.fromkeys(item.perhaps))
            self.open[queue] = self.open[queue] or item.open
        else:
            self.items[queue][item] = None


def _with_puts(
    supply: _Supply, actor: Actor, handed: dict[int, list[Alias]], known: Known
) -> Actor:
    """Return an actor in whose puts the items say what they may be."""
    if not any(id(operation) in handed for operation in operations_in(actor.body)):
        return actor
    flow = known.flow(actor.body)
    filled: dict[int, Put] = {}
    for put in operations_in(actor.body):
        if isinstance(put, Put) and id(put) in handed:
            arriving = {source: _arriving(supply, flow, put, source) for source in handed[id(put)]}
            item = _filled(put.item, arriving)
            if item != put.item:
                filled[id(put)] = replace(put, item=item)
    if not filled:
        return actor
    return replace(actor, body=_replaced(actor.body, filled))


def _replaced(block: Block, puts: dict[int, Put]) -> Block:
    """Return a block with other puts, by the `id` of those that they replace."""
    # A closure that calls itself would be left for the garbage collector.
    kept = [
        puts.get(id(each)) or with_blocks(each, lambda inner: _replaced(inner, puts))
        for each in block
    ]
    return unchanged(block, kept)


def _filled(item: Item, arriving: dict[Alias, dict[Item, None]]) -> Item:
    match item:
        case Data(taken=Alias() as source):
            perhaps = {**dict.fromkeys(item.perhaps), **arriving[source]}
            known = tuple(each for each in perhaps if not isinstance(each, Data))
            return replace(item, perhaps=known, open=item.open or len(known) < len(perhaps))
        case Record(fields=fields):
            filled = tuple(_filled(field, arriving) for field in fields)
            return item if filled == fields else replace(item, fields=filled)
    return item


def _arriving(supply: _Supply, flow: Flow, put: Put, source: Alias) -> dict[Item, None]:
    """Return what may be taken and come to a put: constants, and `Data` where it may be any."""
    targets = {index for index, node in enumerate(flow.nodes) if node.operation is put}
    aliases = _aliases(flow, source.cell)
    found: dict[Item, None] = {}
    for get, node in enumerate(flow.nodes):
        operation = node.operation
        if not isinstance(operation, Get) or operation.cell != source.cell:
            continue
        pickled = supply.pickled[operation.queue]
        for item in supply.items[operation.queue]:
            part = part_of(item, source.path)
            if part is None or isinstance(part, Data) or part in found or len(found) >= _MOST:
                continue
            if _leads(flow, get, targets, aliases, item, pickled=pickled):
                found[part] = None
        # Nobody knows what others put, but it may end somebody only where `None` would pass.
        if supply.open[operation.queue] and _leads(
            flow, get, targets, aliases, Literal(None), pickled=pickled
        ):
            found[Data()] = None
    return found


def _aliases(flow: Flow, cell: Cell) -> dict[Cell, tuple[int | str, ...]]:
    """Return the variables that hold what was taken, or a part of it, and nothing else."""
    found: dict[Cell, tuple[int | str, ...] | None] = {cell: ()}
    for node in flow.nodes:
        match node.operation:
            case SetCell(cell=held, value=Alias(cell=of, path=path)) if found.get(of) is not None:
                inner = (*(found[of] or ()), *path)
                found[held] = inner if found.get(held, inner) == inner else None
            case SetCell(cell=held):
                found[held] = None
    return {held: path for held, path in found.items() if path is not None}


def _leads(  # noqa: PLR0913 (where from, where to, and with what)
    flow: Flow,
    get: int,
    targets: set[int],
    aliases: dict[Cell, tuple[int | str, ...]],
    item: Item,
    *,
    pickled: bool,
) -> bool:
    """Say whether an item comes from a `get` to one of some nodes, as far as tests of it tell."""
    seen: set[int] = set()
    todo = [get]
    while todo:
        current = todo.pop()
        node = flow.nodes[current]
        truth: bool | None = None
        if isinstance(node.test, ItemTest) and node.test.cell in aliases:
            path = (*aliases[node.test.cell], *node.test.path)
            truth = decide(replace(node.test, path=path), item, pickled=pickled)
        for edge in node.edges:
            if truth is not None and edge.truth is not truth:
                continue
            if edge.target in seen or (current == get and edge.kind is not EdgeKind.PLAIN):
                continue
            if edge.target in targets:
                return True
            seen.add(edge.target)
            operation = flow.nodes[edge.target].operation
            if not (isinstance(operation, Get) and operation.cell in aliases):
                todo.append(edge.target)
    return False
