"""Turning tests of the program into conditions of the Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ZERO, Count, equal, less
from flake8_joinqueue.protocol import (
    AllOf,
    AnyOf,
    Branch,
    Condition,
    CountTest,
    Emptiness,
    How,
    Item,
    ItemTest,
    Named,
    Not,
    Setting,
    Site,
)
from flake8_joinqueue.reading import (
    actors,
    classes,
    expressions,
    items,
    lengths,
    merging,
    questions,
    values,
)
from flake8_joinqueue.reading.questions import MIRRORED, asked_whether, cell_of, hunch, opaque
from flake8_joinqueue.reading.values import Const, Unknown, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine
    from flake8_joinqueue.reading.scopes import Scope

_FEW = 8  # constants that something is one of, so many that each is asked for
_CLASSLIKE = (values.Class, values.Library, values.NamedTupleType)


def test(machine: Machine, node: cst.BaseExpression) -> Condition:
    """Evaluate `node` as a test; what it does on the way is emitted."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return negate(test(machine, node.expression))
    if isinstance(node, cst.BooleanOperation):
        return _both(machine, node)
    return truth(machine, expressions.evaluate(machine, node))


def located(condition: Condition, site: Site) -> Condition:
    """Return a condition whose tests of items stand at `site`, where they have no place yet."""
    match condition:
        case ItemTest(site=None):
            return replace(condition, site=site)
        case Not(inner):
            return Not(located(inner, site))
        case AllOf(parts) | AnyOf(parts):
            return type(condition)(tuple(located(part, site) for part in parts))
    return condition


def negate(condition: Condition) -> Condition:
    """Return the opposite of a condition."""
    if isinstance(condition, bool):
        return not condition
    if isinstance(condition, Not):
        return condition.condition
    return Not(condition)


def _both(machine: Machine, node: cst.BooleanOperation) -> Condition:
    """`and`, `or`: the right side is run only where the left one does not decide."""
    conjunction = isinstance(node.operator, cst.And)
    left = test(machine, node.left)
    if isinstance(left, bool):
        return test(machine, node.right) if left is conjunction else left
    right: Condition = True

    def run() -> None:
        nonlocal right
        right = test(machine, node.right)

    with machine.narrow(left, conjunction):
        attempt = machine.attempt(run)
    if attempt.operations:
        then, otherwise = (attempt.operations, ()) if conjunction else ((), attempt.operations)
        machine.emit(Branch(left, then, otherwise, machine.site(node)))
    for place, value in attempt.changes.items():
        machine.heap.set(place, value)
    if isinstance(right, bool):
        return left if right is conjunction else right
    return AllOf((left, right)) if conjunction else AnyOf((left, right))


# --- the truth of a value ------------------------------------------------------------------------


def truth(machine: Machine, value: Value) -> Condition:
    """Return the condition under which `value` is true."""
    machine.examine(value)
    if isinstance(value, values.Truth):
        return value.condition
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, values.Either):
        return _truth_of_either(machine, value)
    looked_at = cell_of(value)
    if looked_at is not None:
        return Not(ItemTest(*looked_at, How.FALSY))
    if isinstance(value, values.Number) and value.cell is not None:
        return CountTest(value.cell, ">", ZERO)
    if isinstance(value, values.Number):
        return _compare_counts(">", value.count, ZERO)
    if isinstance(value, (values.Container, values.Series, values.Tuple)):
        return _truth_of_length(machine, value)
    if isinstance(value, Unknown):
        return asked_whether(value) if value.free else Setting(value.key, value.label)
    if isinstance(value, values.Library):
        return Setting(value.name, value.name)
    if isinstance(value, values.Glance):
        seen = Emptiness(value.queue, value.site)
        return seen if value.method == "empty" else Not(seen)
    if values.depends_on_item(value):
        return hunch(machine)
    # Objects are true unless their class says otherwise.
    if isinstance(value, values.Instance) and any(
        classes.find(machine, value.cls, name) for name in ("__bool__", "__len__")
    ):
        return hunch(machine)
    return True


def _truth_of_either(machine: Machine, value: values.Either) -> Condition:
    then, otherwise = truth(machine, value.then), truth(machine, value.otherwise)
    if isinstance(then, bool) and isinstance(otherwise, bool):
        if then is otherwise:
            return then
        return value.condition if then else negate(value.condition)
    return AnyOf((AllOf((value.condition, then)), AllOf((negate(value.condition), otherwise))))


def _truth_of_length(machine: Machine, value: Value) -> Condition:
    if isinstance(value, values.Container) and _may_grow(machine, value):
        return hunch(machine)
    cell = lengths.cell_of(machine, value)
    if cell is not None:
        return CountTest(cell, ">", ZERO)
    low = items.length(machine, value)
    if low.number is not None:
        return low.number > 0
    if isinstance(value, values.Container) and items.content_of(machine, value).open:
        return hunch(machine)
    return _compare_counts(">", low, ZERO)


def _may_grow(machine: Machine, container: values.Container) -> bool:
    """Say whether others may add to a collection meanwhile, or take from it: it is also theirs.

    That is seen from the names it goes by, and what the file does with those.
    """
    actor, receiver = machine.actor, machine.frame.receiver
    first = actor.born if actor.index else machine.born_since_called
    if (actor.index == 0 and machine.called_at_any_time is None) or container.serial >= first:
        return False
    owners = [receiver.serial] if isinstance(receiver, values.Instance) else []
    scope: Scope | None = machine.scope
    while scope is not None:
        owners.append(scope.serial)
        scope = scope.parent
    return any(
        machine.heap.get((owner, name)) == container
        for name in machine.collections_changed
        for owner in owners
    )


# --- comparisons ---------------------------------------------------------------------------------


def compare(machine: Machine, operator: cst.BaseCompOp, left: Value, right: Value) -> Condition:
    """Return the condition under which `left operator right` is true."""
    machine.examine(left, right)
    if isinstance(operator, (cst.IsNot, cst.NotEqual, cst.NotIn)):
        positive = {cst.IsNot: cst.Is(), cst.NotEqual: cst.Equal(), cst.NotIn: cst.In()}
        return negate(compare(machine, positive[type(operator)], left, right))
    if isinstance(operator, cst.In):
        return _member(machine, left, right)
    if isinstance(operator, (cst.Is, cst.Equal)):
        how = How.IS if isinstance(operator, cst.Is) else How.EQUAL
        return same(machine, how, left, right)
    return _ordered(machine, _symbol(operator), left, right)


def _symbol(operator: cst.BaseCompOp) -> str:
    return {
        cst.LessThan: "<",
        cst.LessThanEqual: "<=",
        cst.GreaterThan: ">",
        cst.GreaterThanEqual: ">=",
    }.get(type(operator), "?")


def same(  # noqa: C901, PLR0912 (one case a kind of value)
    machine: Machine, how: How, left: Value, right: Value
) -> Condition:
    """Return the condition under which `left` is (IS) or equals (EQUAL) `right`."""
    if cell_of(left) is None and cell_of(right) is not None:
        left, right = right, left
    if isinstance(left, values.Either) or isinstance(right, values.Either):
        return _same_as_either(machine, how, left, right)
    if isinstance(left, values.Glance) or isinstance(right, values.Glance):
        return _glance(machine, "==", left, right)
    if isinstance(right, values.Truth):
        left, right = right, left
    if isinstance(left, values.Truth):
        return _same_truth(machine, left.condition, right)
    looked_at = cell_of(left)
    if looked_at is not None:
        # `type(item) is Stop`, `item.__class__ is Stop`
        cell, path = looked_at
        if path and path[-1] == "__class__" and isinstance(right, _CLASSLIKE):
            return ItemTest(cell, path[:-1], How.TYPE, (_as_class(machine, right),))
        against = items.as_constant_item(machine, right)
        if against is not None:
            return ItemTest(cell, path, how, (against,))
        number = items.as_count(machine, right)
        if number is not None and how is How.EQUAL and not path:
            return CountTest(cell, "==", number)
        return opaque(machine, how.value, left, right)
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value is right.value if right.value is None else left.value == right.value
    counts = items.as_count(machine, left), items.as_count(machine, right)
    counted = _by_cell(machine, "==", left, right) if how is How.EQUAL else None
    if counted is not None:
        return counted
    if counts[0] is not None and counts[1] is not None and not _is_flag(left, right):
        return _compare_counts("==", counts[0], counts[1])
    if left == right and not isinstance(left, Unknown):
        return True
    if _other_actor(machine, left, right) or _other_actor(machine, right, left):
        return False
    if isinstance(right, Const) and right.value is None and not isinstance(left, Unknown):
        return not _known_object(left) and opaque(machine, "is None", left)
    return opaque(machine, how.value, left, right)


def _same_truth(machine: Machine, condition: Condition, other: Value) -> Condition:
    """Return the condition under which a test has come to what another value says."""
    flag = isinstance(other, Const) and isinstance(other.value, bool)
    if not (flag or isinstance(other, values.Truth) or values.depends_on_item(other)):
        return hunch(machine)
    said = truth(machine, other)
    if isinstance(said, bool):
        return condition if said else negate(condition)
    return AnyOf((AllOf((condition, said)), AllOf((negate(condition), negate(said)))))


def _other_actor(machine: Machine, left: Value, right: Value) -> bool:
    """Say whether `left` is a process or thread, and `right` another one, or that of main."""
    known = isinstance(right, values.Fresh) or actors.is_one(machine, right)
    return actors.is_one(machine, left) and known and left != right


def _glance(machine: Machine, operator: str, left: Value, right: Value) -> Condition:
    """A comparison of what `empty()` or `qsize()` returned: whether the queue looks empty."""
    if not isinstance(left, values.Glance):
        left, right, operator = right, left, MIRRORED.get(operator, operator)
    if not isinstance(left, values.Glance) or not isinstance(right, Const):
        return hunch(machine)
    seen = Emptiness(left.queue, left.site)
    if left.method == "empty":
        if operator == "==" and isinstance(right.value, bool):
            return seen if right.value else Not(seen)
    elif (operator, right.value) in {("==", 0), ("<", 1), ("<=", 0)}:
        return seen
    elif (operator, right.value) in {(">", 0), (">=", 1)}:
        return Not(seen)
    return hunch(machine, left.label)


def _is_flag(*operands: Value) -> bool:
    return any(isinstance(value, Const) and isinstance(value.value, bool) for value in operands)


def _known_object(value: Value) -> bool:
    return not isinstance(value, (Unknown, values.Library, values.Either))


def _same_as_either(machine: Machine, how: How, left: Value, right: Value) -> Condition:
    if not isinstance(left, values.Either):
        left, right = right, left
    if not isinstance(left, values.Either):
        return opaque(machine, how.value, left, right)
    then, otherwise = (
        same(machine, how, left.then, right),
        same(machine, how, left.otherwise, right),
    )
    if isinstance(then, bool) and isinstance(otherwise, bool):
        if then is otherwise:
            return then
        return left.condition if then else negate(left.condition)
    return AnyOf((AllOf((left.condition, then)), AllOf((negate(left.condition), otherwise))))


def _member(machine: Machine, left: Value, right: Value) -> Condition:
    looked_at = cell_of(left)
    if looked_at is None and cell_of(right) is not None:
        return has(machine, right, left)
    if looked_at is None and isinstance(right, values.Container) and right.kind == "dict":
        return _key_of(machine, left, right)
    constants = _constants(machine, right)
    if constants and isinstance(left, Unknown) and left.free and looked_at is None:
        return questions.one_of(machine, left, constants)
    if looked_at is None and not actors.is_one(machine, left):
        # What is looked for in a batch, one batch has, and another one has not.
        return (
            hunch(machine) if _holds_items(machine, right) else opaque(machine, "in", left, right)
        )
    parts: list[Value] = []
    if isinstance(right, values.Tuple):
        parts = list(right.values)
    elif isinstance(right, values.Container):
        content = items.content_of(machine, right)
        parts = [] if content.open else [segment.value for segment in content.segments]
    if looked_at is None:
        if left in parts:
            return True
        others = bool(parts) and all(_other_actor(machine, left, part) for part in parts)
        return False if others else opaque(machine, "in", left, right)
    against = [items.as_constant_item(machine, part) for part in parts]
    known = tuple(item for item in against if item is not None)
    if known and len(known) == len(against):
        return ItemTest(*looked_at, How.IN, known)
    return opaque(machine, "in", left, right)


def _constants(machine: Machine, value: Value) -> list[Value]:
    """Return what a collection holds, where that is a few constants and nothing else."""
    parts: list[Value] = []
    if isinstance(value, values.Tuple):
        parts = list(value.values)
    elif isinstance(value, values.Container) and value.kind != "dict":
        content = items.content_of(machine, value)
        parts = [] if content.open else [segment.value for segment in content.segments]
    known = all(isinstance(part, (Const, values.Member)) for part in parts)
    return parts if known and len(parts) <= _FEW else []


def _holds_items(machine: Machine, value: Value) -> bool:
    """Say whether a collection holds what was taken from a queue."""
    return isinstance(value, values.Container) and any(
        values.depends_on_item(segment.value)
        for segment in items.content_of(machine, value).segments
    )


def _key_of(machine: Machine, key: Value, container: values.Container) -> Condition:
    """Return the condition under which a dict has a key, known where all its keys are."""
    content = items.content_of(machine, container)
    keys = [segment.key for segment in content.segments]
    once = all(loop.times.number == 1 for loop in machine.loops)
    settled = once and not (content.open or _may_grow(machine, container))
    if not settled or not isinstance(key, Const) or key.value is None or None in keys:
        return opaque(machine, "in", key, container)
    return key.value in keys


def has(machine: Machine, taken: Value, wanted: Value) -> Condition:
    """Return the condition under which (a part of) what was taken has something in it."""
    looked_at, item = cell_of(taken), items.as_constant_item(machine, wanted)
    if looked_at is None or item is None:
        return opaque(machine, "in", taken, wanted)
    return ItemTest(*looked_at, How.HAS, (item,))


def _ordered(machine: Machine, operator: str, left: Value, right: Value) -> Condition:
    if isinstance(left, values.Glance) or isinstance(right, values.Glance):
        return _glance(machine, operator, left, right)
    counts = items.as_count(machine, left), items.as_count(machine, right)
    counted = _by_cell(machine, operator, left, right)
    if counted is not None:
        return counted
    if counts[0] is not None and counts[1] is not None:
        return _compare_counts(operator, counts[0], counts[1])
    if isinstance(left, Unknown) and left.cell is not None and counts[1] is not None:
        return CountTest(left.cell, operator, counts[1])
    if isinstance(right, Unknown) and right.cell is not None and counts[0] is not None:
        return CountTest(right.cell, MIRRORED.get(operator, operator), counts[0])
    return opaque(machine, operator, left, right)


def _by_cell(machine: Machine, operator: str, left: Value, right: Value) -> Condition | None:
    """Compare a number of which paths know more with another; `None` where neither is one."""
    if not isinstance(left, values.Number) or left.cell is None:
        left, right, operator = right, left, MIRRORED.get(operator, operator)
    number = items.as_count(machine, right)
    if not isinstance(left, values.Number) or left.cell is None or number is None:
        return None
    return CountTest(left.cell, operator, number)


def _compare_counts(operator: str, left: Count, right: Count) -> Condition:
    known = {
        "==": equal(left, right),
        "<": less(left, right),
        ">": less(right, left),
        "<=": _opposite(less(right, left)),
        ">=": _opposite(less(left, right)),
    }.get(operator)
    if known is not None:
        return known
    return Setting(
        f"{left} {operator} {right} {(left - right).terms}", f"{left} {operator} {right}"
    )


def _opposite(known: bool | None) -> bool | None:
    return None if known is None else not known


# --- tests that look like calls ------------------------------------------------------------------


def instance_test(machine: Machine, value: Value, classinfo: Value) -> Condition:
    """Return the condition of `isinstance(value, classinfo)`."""
    looked_at = cell_of(value)
    parts = classinfo.values if isinstance(classinfo, values.Tuple) else (classinfo,)
    if looked_at is not None and all(isinstance(part, _CLASSLIKE) for part in parts):
        return ItemTest(*looked_at, How.INSTANCE, tuple(_as_class(machine, part) for part in parts))
    if isinstance(value, values.Tuple) and isinstance(classinfo, values.NamedTupleType):
        return value.type_name == classinfo.name
    if values.depends_on_item(value):
        return _any([opaque(machine, "isinstance", value, part) for part in parts])
    return opaque(machine, "isinstance", value, classinfo)


def _as_class(machine: Machine, value: Value) -> Item:
    item = items.as_constant_item(machine, value)
    return item if item is not None else Named(getattr(value, "name", ""))


# --- conditions together --------------------------------------------------------------------------


def _all(conditions: list[Condition]) -> Condition:
    rest = tuple(part for part in conditions if part is not True)
    if any(part is False for part in rest):
        return False
    return AllOf(rest) if len(rest) > 1 else (rest[0] if rest else True)


def _any(conditions: list[Condition]) -> Condition:
    rest = tuple(part for part in conditions if part is not False)
    if any(part is True for part in rest):
        return True
    return AnyOf(rest) if len(rest) > 1 else (rest[0] if rest else False)


def as_value(condition: Condition) -> Value:
    """Return the value of an expression that is a test."""
    return Const(condition) if isinstance(condition, bool) else values.Truth(condition)


def is_setting(condition: Condition) -> bool:
    """Say whether a condition goes the same way in a whole run."""
    return merging.is_setting(condition)


def both(parts: tuple[Condition, ...], conjunction: bool) -> Condition:
    """Return `parts` joined by `and` (or by `or`)."""
    return _all(list(parts)) if conjunction else _any(list(parts))
