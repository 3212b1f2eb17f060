"""A Protocol for each way its settings may be.

A `Setting` is unknown but goes the same way everywhere in one run, so a report must hold however
it goes. Here the settings are taken out: what comes out has none, nor code that is never reached.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from flake8_joinqueue.analysis.beginning import without_early_ends
from flake8_joinqueue.analysis.stopflags import (
    either_way,
    folded,
    settings_in,
    settled_keys,
    with_condition,
    without_stop_flags,
)
from flake8_joinqueue.analysis.weighing import Weight
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import (
    Block,
    Branch,
    Break,
    Condition,
    Continue,
    Exit,
    Loop,
    LoopKind,
    Operation,
    Protocol,
    Raise,
    Return,
    Scope,
    Setting,
    blocks_in,
    operations_in,
    unchanged,
    with_blocks,
)
from flake8_joinqueue.records import replace

# So many are tried in all combinations, and so many in pairs.
ALL_COMBINATIONS = 6
MOST_SETTINGS = 40
# So many operations in all variants together; every rule goes over them, a second's work or two.
MOST_OPERATIONS = 320_000

_JUMPS = (Break, Continue, Return, Raise, Exit)

_Weighs: TypeAlias = "Callable[[Operation], bool]"


def variants(protocol: Protocol) -> Iterator[Protocol]:
    """Yield the protocol as it is under each valuation of its settings.

    Of very many settings, just every pair is tried in all combinations.

    Raises `NotAnalysed` where there are more settings than can be gone through.
    """
    settled = frozenset(settled_keys(actor.body for actor in protocol.actors))
    bodies = [without_stop_flags(actor.body, settled) for actor in protocol.actors]
    # Without queues and managers, nothing that a rule looks at depends on another thing.
    keys = _keys(bodies) if protocol.queues or protocol.managers else []
    if len(keys) > ALL_COMBINATIONS:
        weighs = Weight(protocol).weighs
        weighty = _keys(bodies, weighs)
        guarded = list(dict.fromkeys([*weighty, *_guards(bodies[0], weighs)]))
        keys = guarded if len(guarded) <= MOST_SETTINGS else weighty
    if len(keys) > MOST_SETTINGS:
        reason = f"{len(keys)} settings decide what happens, which is too many to go through"
        raise NotAnalysed(reason)
    most = MOST_OPERATIONS // max(1, sum(1 for body in bodies for _ in operations_in(body)))
    valuations = list(_valuations(len(keys), most))
    if len(valuations) > most:
        raise NotAnalysed("more is done, and in more ways, than can be gone through")
    specialiser = _Specialiser(keys)
    for valuation in valuations:
        values = dict(zip(keys, valuation, strict=True))
        main, *others = (specialiser.specialised(body, values) for body in bodies)
        reached = (without_early_ends(main), *others)
        actors = tuple(
            replace(actor, body=body) for actor, body in zip(protocol.actors, reached, strict=True)
        )
        yield replace(protocol, actors=actors)


def _valuations(settings: int, most: int) -> Iterator[tuple[bool, ...]]:
    """Yield all valuations of so many settings, or, of many, so many that all pairs are covered.

    These are all of them one way, and each of them by itself the other way. Many they are, too,
    where all valuations would be more than `most`.
    """
    if settings <= ALL_COMBINATIONS and 2**settings <= max(most, 4):
        yield from itertools.product((True, False), repeat=settings)
        return
    for usual in (True, False):
        yield (usual,) * settings
        for odd in range(settings):
            yield tuple(usual if place != odd else not usual for place in range(settings))


# --- which settings there are ---------------------------------------------------------------------


def _keys(bodies: Iterable[Block], weighs: _Weighs | None = None) -> list[str]:
    """Return the keys that make a difference; with `weighs`, to what weighs."""
    keys: dict[str, None] = {}
    for body in bodies:
        for operation in operations_in(body):
            if not isinstance(operation, Branch) or operation.then == operation.otherwise:
                continue
            arms = operations_in(operation.then + operation.otherwise)
            if weighs is not None and not any(map(weighs, arms)):
                continue
            keys.update((setting.key, None) for setting in settings_in(operation.condition))
    return list(keys)


def _guards(block: Block, weighs: _Weighs) -> Iterator[str]:
    """Yield the keys by which main returns before it does anything with queues or actors."""
    for index, operation in enumerate(block):
        behind = operations_in(block[index + 1 :])
        if isinstance(operation, Branch) and any(_returns(operation)) and any(map(weighs, behind)):
            yield from (setting.key for setting in settings_in(operation.condition))
        for inner_block in blocks_in(operation):
            yield from _guards(inner_block, weighs)


def _returns(operation: Operation) -> Iterator[bool]:
    for block in blocks_in(operation):
        for inner in block:
            if isinstance(inner, Return):
                yield True
            elif not isinstance(inner, Scope):
                yield from _returns(inner)


# --- one variant ----------------------------------------------------------------------------------


class _Specialiser:
    """Takes the settings out of blocks, each block once for all that its own settings may be.

    So the variants share what they have in common: the same blocks, not just equal ones.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(keys)
        # Blocks are told apart by `id`, and kept beside so that it stays theirs.
        self._asked: dict[int, tuple[Block, tuple[str, ...]]] = {}
        self._known: dict[tuple[int, tuple[bool, ...]], Block] = {}

    def specialised(self, block: Block, values: Mapping[str, bool]) -> Block:
        """Return the block under a valuation, without what is never reached."""
        if not block:
            return block
        key = id(block), tuple(values[key] for key in self._settings(block))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._worked_out(block, values)
        return known

    def _settings(self, block: Block) -> tuple[str, ...]:
        """Return the keys of the settings that a block asks for anywhere."""
        known = self._asked.get(id(block))
        if known is None:
            found: dict[str, None] = {}
            for operation in block:
                if isinstance(operation, Branch | Loop):
                    asked = (setting.key for setting in settings_in(operation.condition))
                    found.update((key, None) for key in asked if key in self._keys)
                for inner in blocks_in(operation):
                    found.update((key, None) for key in self._settings(inner))
            known = self._asked[id(block)] = block, tuple(found)
        return known[1]

    def _worked_out(self, block: Block, values: Mapping[str, bool]) -> Block:
        kept: list[Operation] = []
        for operation in block:
            for simple in self._simplified(operation, values):
                kept.append(simple)
                if _jumps(simple):
                    return unchanged(block, kept)
        return unchanged(block, kept)

    def _simplified(self, operation: Operation, values: Mapping[str, bool]) -> Block:
        def fate(setting: Setting) -> Condition:
            value = values.get(setting.key)
            return either_way(setting) if value is None else value

        match operation:
            case Branch(then=then, otherwise=otherwise):
                if then == otherwise:
                    return self.specialised(then, values)
                condition = folded(operation.condition, fate)
                if isinstance(condition, bool):
                    return self.specialised(then if condition else otherwise, values)
                operation = with_condition(operation, condition)
            case Loop(kind=LoopKind.WHILE):
                condition = folded(operation.condition, fate)
                if condition is False:
                    return self.specialised(operation.head + operation.orelse, values)
                operation = with_condition(operation, condition)
        return (with_blocks(operation, lambda inner: self.specialised(inner, values)),)


def _jumps(operation: Operation) -> bool:
    """Say whether control never goes on behind an operation of which the inside is simplified."""
    if isinstance(operation, _JUMPS):
        return True
    if isinstance(operation, Branch):
        return all(arm and _jumps(arm[-1]) for arm in (operation.then, operation.otherwise))
    return False
