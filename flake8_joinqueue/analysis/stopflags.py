"""Settings that decide how long a loop goes on: somebody may set them meanwhile.

A setting goes the same way everywhere in one run. What is asked for in every round, to see whether
to go on, is no such setting: an event, a lock that is tried, an attribute that others change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

from flake8_joinqueue.protocol import (
    AllOf,
    AnyOf,
    Block,
    Branch,
    Break,
    Cell,
    Condition,
    Exit,
    Hunch,
    ItemTest,
    Loop,
    Not,
    Operation,
    Raise,
    Return,
    Scope,
    SetCell,
    Setting,
    atoms_in,
    blocks_in,
    operations_in,
    unchanged,
    with_blocks,
)
from flake8_joinqueue.records import replace

_Conditional = TypeVar("_Conditional", Branch, Loop)
Fate: TypeAlias = "Callable[[Setting], Condition]"  # what becomes of a setting


def settled_keys(bodies: Iterable[Block]) -> Iterator[str]:
    """Yield the keys of settings that are asked for outside of loops, too.

    They are choices made for a whole run, not flags that somebody sets while loops go on.
    """
    pending = [operation for body in bodies for operation in body]
    while pending:
        operation = pending.pop()
        if isinstance(operation, Branch):
            yield from (setting.key for setting in settings_in(operation.condition))
        if not isinstance(operation, Loop):
            pending.extend(inner for block in blocks_in(operation) for inner in block)


def without_stop_flags(
    block: Block,
    settled: frozenset[str],
    *,
    in_loop: bool = False,
    deciding: frozenset[Cell] = frozenset(),
) -> Block:
    """Return the block with the settings gone that decide how long a loop goes on.

    `in_loop`: a `Return` here would leave a loop of the same scope. `deciding` are the variables
    that a loop around it is left by, as the answers of functions that look at a flag are.
    """
    changed = [_without_stop_flag(operation, settled, in_loop, deciding) for operation in block]
    return unchanged(block, changed)


def _without_stop_flag(
    operation: Operation, settled: frozenset[str], in_loop: bool, deciding: frozenset[Cell]
) -> Operation:
    match operation:
        case Loop():
            operation = with_condition(operation, folded(operation.condition, either_way))
            in_loop = True
            deciding = deciding | _leaving_by(operation)
        case Scope():
            in_loop = False
    inside = with_blocks(
        operation,
        lambda block: without_stop_flags(block, settled, in_loop=in_loop, deciding=deciding),
    )
    if isinstance(inside, Branch) and (_stops(inside, in_loop) or _answers(inside, deciding)):
        return _decided_from_outside(inside, settled)
    return inside


def _leaving_by(loop: Loop) -> frozenset[Cell]:
    """Return the variables of which a test decides whether a loop goes on."""
    leaving = [
        operation.condition
        for operation in operations_in(loop.body)
        if isinstance(operation, Branch) and _differ_in_leaving(operation)
    ]
    return frozenset(
        test.cell for condition in (loop.condition, *leaving) for test in _tests_in(condition)
    )


def _stops(branch: Branch, in_loop: bool) -> bool:
    return in_loop and _differ_in_leaving(branch)


def _differ_in_leaving(branch: Branch) -> bool:
    return _leaves_loop(branch.then) != _leaves_loop(branch.otherwise)


def _answers(branch: Branch, deciding: frozenset[Cell]) -> bool:
    """Say whether a branch gives one of some variables its value."""
    return bool(deciding) and any(
        isinstance(operation, SetCell) and operation.cell in deciding
        for operation in operations_in(branch.then + branch.otherwise)
    )


def _decided_from_outside(branch: Branch, settled: frozenset[str]) -> Branch:
    def fate(setting: Setting) -> Condition:
        return setting if setting.key in settled else _set_from_outside(setting)

    return with_condition(branch, folded(branch.condition, fate))


def _leaves_loop(block: Block) -> bool:
    """Say whether a block can leave the loop it stands in, without a test of an item before."""
    return any(_can_leave(operation, own_loop=False, own_scope=False) for operation in block)


def _can_leave(operation: Operation, *, own_loop: bool, own_scope: bool) -> bool:
    match operation:
        case Break():
            return not own_loop
        case Return():
            return not own_scope
        case Raise() | Exit():
            return True
        case Branch(condition) if any(_tests_in(condition)):
            return False
        case Loop():
            own_loop = True
        case Scope():
            own_loop, own_scope = True, True
    return any(
        _can_leave(inner, own_loop=own_loop, own_scope=own_scope)
        for block in blocks_in(operation)
        for inner in block
    )


# --- conditions ----------------------------------------------------------------------------------


def settings_in(condition: Condition) -> Iterator[Setting]:
    """Yield the settings a condition asks for."""
    return (atom for atom in atoms_in(condition) if isinstance(atom, Setting))


def _tests_in(condition: Condition) -> Iterator[ItemTest]:
    return (atom for atom in atoms_in(condition) if isinstance(atom, ItemTest))


def folded(condition: Condition, fate: Fate) -> Condition:
    """Return the condition with its settings replaced and its constants folded."""
    match condition:
        case Setting():
            return fate(condition)
        case Not(inner):
            opposite = folded(inner, fate)
            if opposite is inner:
                return condition
            return not opposite if isinstance(opposite, bool) else Not(opposite)
        case AllOf(parts) | AnyOf(parts):
            joined = _joined(parts, fate, neutral=isinstance(condition, AllOf))
            return condition if joined == condition else joined
    return condition


def _joined(parts: Iterable[Condition], fate: Fate, *, neutral: bool) -> Condition:
    kept: list[Condition] = []
    for part in parts:
        simple = folded(part, fate)
        if simple is (not neutral):
            # What stands before it is still asked, but asking changes nothing.
            return not neutral
        if simple is not neutral:
            kept.append(simple)
    if not kept:
        return neutral
    if len(kept) == 1:
        return kept[0]
    return AllOf(tuple(kept)) if neutral else AnyOf(tuple(kept))


def either_way(setting: Setting) -> Condition:
    """Return the condition that is true as it comes, in place of a setting."""
    return Hunch(setting.label or setting.key)


def _set_from_outside(setting: Setting) -> Condition:
    return Hunch(setting.label or setting.key, outside=True)


def with_condition(operation: _Conditional, condition: Condition) -> _Conditional:
    """Return a branch or a loop with another condition; itself where that is its own."""
    if condition is operation.condition:
        return operation
    return replace(operation, condition=condition)
