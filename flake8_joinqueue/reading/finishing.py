"""From what a run emitted to a Protocol: only what matters stays."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, TypeGuard

from flake8_joinqueue.counts import ONE, ZERO, Count
from flake8_joinqueue.options import StartMethod
from flake8_joinqueue.protocol import (
    HAVE_BLOCKS,
    Actor,
    ActorKind,
    Alias,
    AllOf,
    AnyOf,
    AnyOrder,
    Block,
    Branch,
    Cell,
    Condition,
    CountTest,
    Data,
    Get,
    How,
    Hunch,
    Increment,
    ItemTest,
    JoinActor,
    Literal,
    Loop,
    LoopKind,
    Manager,
    Not,
    Operation,
    Protocol,
    Put,
    Queue,
    Scope,
    SetCell,
    Setting,
    Site,
    Stop,
    Try,
    Unset,
    atoms_in,
    operations_in,
    unchanged,
    with_blocks,
)
from flake8_joinqueue.reading import conditions, signals
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.drafts import ActorDraft, Assigned
    from flake8_joinqueue.reading.machine import Machine


_NONE: frozenset[Cell] = frozenset()


def finish(  # noqa: PLR0913, PLR0917 (a run, and what is known of it)
    machine: Machine,
    entry: str,
    main: Block,
    ends: bool,
    assigned: Counter[str],
    unset: Mapping[str, Unset],
) -> Protocol | None:
    """Return the Protocol of a run, `None` where nothing in it concerns queues.

    `unset` are the events that nobody sets, by the keys of the settings that speak of them.
    """
    bodies = [main, *(draft.body or () for draft in machine.actors[1:])]
    every = [operation for body in bodies for operation in operations_in(body)]
    if not machine.queues and not machine.managers and not _handles(every):
        return None
    stopped = _stopped_tasks(machine, every)
    bodies = [_cancellable(body) if index in stopped else body for index, body in enumerate(bodies)]
    if machine.alive:
        bodies = [_without_looks(body, machine.alive) for body in bodies]
    volatile = _volatile(machine, assigned)
    cleaned = _Cleaner(_tested(every), machine.examined)
    counters = _counters(every)
    actors = tuple(
        _actor(
            machine,
            draft,
            cleaned.block(_with_tests(body, counters, volatile.get(draft.index, _NONE), unset)),
        )
        for draft, body in zip(machine.actors, bodies, strict=True)
    )
    queues = tuple(
        Queue(
            draft.index,
            draft.name or "queue",
            draft.kind,
            draft.site,
            draft.count,
            draft.maxsize,
            draft.manager,
            draft.hidden,
            draft.maker,
            machine.default_start if draft.start_method is StartMethod.ANY else draft.start_method,
            draft.redefined,
        )
        for draft in machine.queues
    )
    managers = tuple(
        Manager(draft.index, draft.name or "manager", draft.site) for draft in machine.managers
    )
    return Protocol(entry, queues, managers, actors, ends, unset=signals.asked(bodies, unset))


def _stopped_tasks(machine: Machine, every: list[Operation]) -> set[int]:
    """Return the tasks that somebody stops."""
    return {
        operation.actor
        for operation in every
        if isinstance(operation, Stop) and machine.actors[operation.actor].kind is ActorKind.TASK
    }


def _cancellable(block: Block) -> Block:
    """Return a block in which every `get` that waits may raise since its task is stopped."""
    changed = [
        replace(operation, may_be_cancelled=True)
        if isinstance(operation, Get) and not operation.nowait
        else with_blocks(operation, _cancellable)
        for operation in block
    ]
    return unchanged(block, changed)


def _without_looks(block: Block, alive: Mapping[str, int]) -> Block:
    """Return a block in which nobody is asked for whether they are alive before they are ended.

    To stop the dead, or to wait for them, does nothing: it may as well be done without asking.
    """
    changed: list[Operation] = []
    for operation in block:
        inside = with_blocks(operation, lambda inner: _without_looks(inner, alive))
        changed += inside.then if _only_ends(inside, alive) else (inside,)
    return unchanged(block, changed)


def _only_ends(operation: Operation, alive: Mapping[str, int]) -> TypeGuard[Branch]:
    """Say whether something is done only to end an actor, if it is alive."""
    if not isinstance(operation, Branch) or not isinstance(operation.condition, Setting):
        return False
    actor = alive.get(operation.condition.key)
    return not operation.otherwise and all(
        isinstance(each, (Stop, JoinActor)) and each.actor == actor for each in operation.then
    )


def _handles(every: list[Operation]) -> bool:
    """Say whether an exception is handled anywhere."""
    return any(isinstance(operation, Try) and operation.handlers for operation in every)


def _actor(machine: Machine, draft: ActorDraft, body: Block) -> Actor:
    start = draft.start_method
    return Actor(
        draft.index,
        draft.name or draft.kind.value,
        draft.kind,
        draft.count if draft.index else ONE,
        draft.daemon,
        body,
        draft.site,
        draft.parent,
        draft.opaque,
        machine.default_start if start is StartMethod.ANY else start,
        draft.wakes,
        draft.pooled,
    )


# --- variables that others change ----------------------------------------------------------------


def _volatile(machine: Machine, assigned: Counter[str]) -> dict[int, frozenset[Cell]]:
    """Return, by actor, the variables that somebody else may change while it runs.

    Those that another actor assigns after the actor was started, or in a call that others may make
    then, and attributes assigned at a place that this run did not come to: whoever calls that may
    do so at any time.
    """
    attributes = {
        cell: place[1]
        for place, cell in machine.cells.items()
        if place[1] in machine.assigned_attributes
    }
    seen: dict[Cell, int] = Counter(each.cell for each in machine.cell_sets)
    elsewhere = {cell for cell, name in attributes.items() if seen[cell] < assigned[name]}
    found: dict[int, frozenset[Cell]] = {}
    assigned_at = _assigned_at(machine)
    for draft in machine.actors[1:]:
        if draft.kind is ActorKind.PROCESS:
            continue  # it has a memory of its own
        others = {
            each.cell
            for each in machine.cell_sets
            if each.actor != draft.index
            and (
                each.actor not in {0, draft.parent}  # it goes on beside this one
                or each.time > draft.started_at
                or _in_another_call(draft, each, assigned_at[draft.started_in])
            )
        }
        found[draft.index] = frozenset(others | elsewhere | _shared(machine, draft))
    return found


def _shared(machine: Machine, draft: ActorDraft) -> set[Cell]:
    """Return the variables that several who do the same assign, and that none of them made."""
    if draft.count.number == 1:
        return set()
    own = draft.instance.serial if draft.instance is not None else 0
    older = {cell for place, cell in machine.cells.items() if own != place[0] < draft.born}
    return {each.cell for each in machine.cell_sets if each.actor == draft.index} & older


def _assigned_at(machine: Machine) -> defaultdict[int, set[Site]]:
    """Return where variables are assigned in each of the calls that others make at any time."""
    found: defaultdict[int, set[Site]] = defaultdict(set)
    for each in machine.cell_sets:
        found[each.turn].add(each.site)
    return found


def _in_another_call(draft: ActorDraft, assigned: Assigned, before_start: set[Site]) -> bool:
    """Say whether others may have a variable assigned after they have had an actor started.

    Where that is what stands before the start itself, run anew, nothing has changed.
    """
    return assigned.turn not in {0, draft.started_in} and assigned.site not in before_start


def _counters(every: list[Operation]) -> frozenset[Cell]:
    """Return the variables that are counted up or down."""
    return frozenset(operation.cell for operation in every if isinstance(operation, Increment))


def _with_tests(
    block: Block,
    counters: frozenset[Cell],
    volatile: frozenset[Cell],
    unset: Collection[str],
) -> Block:
    """Return a block whose tests say what is known of the variables they look at.

    A test of a counter compares numbers; one of a variable that others change may go either way;
    one of an event that nobody sets, by the key of the setting, is never true.
    """
    if not counters and not volatile and not unset:
        return block

    def in_operation(operation: Operation) -> Operation:
        if isinstance(operation, (Branch, Loop)):
            condition = _known(operation.condition, counters, volatile, unset)
            if condition != operation.condition:
                operation = replace(operation, condition=condition)
        return with_blocks(operation, in_block)

    def in_block(inner: Block) -> Block:
        return unchanged(inner, [in_operation(operation) for operation in inner])

    return in_block(block)


def _known(
    condition: Condition,
    counters: frozenset[Cell],
    volatile: frozenset[Cell],
    unset: Collection[str],
) -> Condition:
    if isinstance(condition, (ItemTest, CountTest)) and condition.cell in volatile:
        return Hunch(condition.cell.name, outside=True)
    if isinstance(condition, ItemTest) and condition.cell in counters:
        return _number_test(condition)
    if isinstance(condition, Setting) and condition.key in unset:
        return False
    if isinstance(condition, Not):
        return conditions.negate(_known(condition.condition, counters, volatile, unset))
    if isinstance(condition, (AllOf, AnyOf)):
        parts = tuple(_known(part, counters, volatile, unset) for part in condition.conditions)
        return conditions.both(parts, conjunction=isinstance(condition, AllOf))
    return condition


def _number_test(test: ItemTest) -> ItemTest | CountTest:
    if test.how is How.FALSY:
        return CountTest(test.cell, "==", ZERO)
    if test.how in (How.EQUAL, How.IS) and isinstance(test.against[0], Literal):
        number = test.against[0].value
        if isinstance(number, int):
            return CountTest(test.cell, "==", Count.of(number))
    return test


# --- what nobody looks at ------------------------------------------------------------------------


def _tested(every: list[Operation]) -> set[Cell]:
    """Return the cells whose content decides something."""
    tested: set[Cell] = set()
    aliases: list[tuple[Cell, Cell]] = []
    for operation in every:
        if isinstance(operation, (Branch, Loop)):
            atoms = atoms_in(operation.condition)
            tested.update(each.cell for each in atoms if isinstance(each, (ItemTest, CountTest)))
        elif isinstance(operation, SetCell) and isinstance(operation.value, Alias):
            aliases.append((operation.cell, operation.value.cell))
    growing = True
    while growing:
        before = len(tested)
        tested.update(source for cell, source in aliases if cell in tested)
        growing = len(tested) > before
    return tested


_MAY_BE_IDLE = frozenset({SetCell, Increment, *HAVE_BLOCKS})


class _Cleaner:
    """Drops assignments that nobody tests, and blocks that do nothing.

    What is put and tested after, by its key among `examined`, may be anything.
    """

    def __init__(self, tested: set[Cell], examined: set[str]) -> None:
        self.tested = tested
        self.examined = examined

    def block(self, block: Block) -> Block:
        """Return what is left of a block."""
        kept: list[Operation] = []
        for operation in block:
            cleaned = with_blocks(operation, self.block)
            if isinstance(cleaned, Put):
                cleaned = self._put(cleaned)
            if not self._is_idle(cleaned):
                kept.append(cleaned)
        return unchanged(block, kept)

    def _put(self, put: Put) -> Put:
        if isinstance(put.item, Data) and put.item.key in self.examined:
            return replace(put, item=replace(put.item, open=True))
        return put

    def _is_idle(self, operation: Operation) -> bool:
        if type(operation) not in _MAY_BE_IDLE:
            return False
        if isinstance(operation, (SetCell, Increment)):
            return operation.cell not in self.tested
        if isinstance(operation, Branch):
            return not operation.then and not operation.otherwise
        if isinstance(operation, Scope):
            return not operation.body
        if isinstance(operation, AnyOrder):
            return not any(operation.blocks)
        if isinstance(operation, Try):
            empty = not (operation.body or operation.orelse or operation.final)
            return empty and not operation.handlers
        if isinstance(operation, Loop):
            ends = operation.kind is LoopKind.COUNTED or operation.condition is not True
            return ends and not (operation.body or operation.head or operation.orelse)
        return False
