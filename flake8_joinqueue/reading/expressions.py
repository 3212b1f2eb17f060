"""Evaluating expressions to abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.protocol import Branch, Call, Condition
from flake8_joinqueue.reading import (
    arithmetic,
    calls,
    conditions,
    elements,
    functions,
    generators,
    items,
    iteration,
    limits,
    merging,
    signals,
    sizes,
    tasks,
    trees,
    values,
    variables,
)
from flake8_joinqueue.reading.values import Const, Content, Segment, Unknown, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def evaluate(machine: Machine, node: cst.BaseExpression) -> Value:
    """Return what `node` stands for; what it does with queues on the way is emitted."""
    machine.step()
    if machine.depth > limits.MAX_NESTING:
        return machine.give_up(node, limits.NESTED)
    machine.depth += 1
    how = _EXPRESSIONS.get(type(node))
    if how is not None:
        value = how(machine, node)
        if type(value) is values.Either:
            value = machine.settled(value)
    else:
        # Nothing is known of its value, but its parts may do something.
        for part in trees.parts(node):
            if isinstance(part, cst.BaseExpression):
                evaluate(machine, part)
        value = machine.unknown()
    machine.depth -= 1
    return value


def attribute(machine: Machine, base: Value, name: str, node: cst.CSTNode) -> Value:
    """Return the attribute `name` of `base`."""
    if name == signals.SETTING:
        signals.set_by(machine, base, node)
    return variables.read_attribute(machine, base, name, node)


# --- literals and names --------------------------------------------------------------------------


def _name(machine: Machine, node: cst.Name) -> Value:
    constant = _CONSTANTS.get(node.value)
    return constant if constant is not None else variables.read_name(machine, node.value, node)


_CONSTANTS: dict[str, Value] = {"None": Const(None), "True": Const(True), "False": Const(False)}


def _literal(machine: Machine, node: cst.BaseExpression) -> Value:
    try:
        return Const(trees.literal(node))  # type: ignore[arg-type]
    except ValueError:
        return machine.unknown()


def _ellipsis(machine: Machine, node: cst.Ellipsis) -> Value:
    return Const(...)


def _formatted(machine: Machine, node: cst.FormattedString | cst.TemplatedString) -> Value:
    seen: list[Value] = [
        evaluate(machine, part.expression)
        for part in node.parts
        if isinstance(part, (cst.FormattedStringExpression, cst.TemplatedStringExpression))
    ]
    return sizes.unknown_of(machine, sum(sizes.size(machine, value) for value in seen), *seen)


def _tuple(machine: Machine, node: cst.Tuple) -> Value:
    found = [_element(machine, element) for element in node.elements]
    segments = iteration.joined(machine, found).segments
    if all(segment.times.number == 1 for segment in segments):
        return values.Tuple(tuple(segment.value for segment in segments))
    return elements.new_container(machine, Content(segments), "list")


def _list(machine: Machine, node: cst.List | cst.Set) -> Value:
    found = [_element(machine, element) for element in node.elements]
    kind = "set" if isinstance(node, cst.Set) else "list"
    return elements.new_container(machine, iteration.joined(machine, found), kind)


def _element(machine: Machine, element: cst.BaseElement) -> tuple[Segment, ...]:
    value = evaluate(machine, element.value)
    if isinstance(element, cst.StarredElement):
        return iteration.segments(machine, value)
    return (Segment(value, ONE),)


def _dict(machine: Machine, node: cst.Dict) -> Value:
    segments: list[Segment] = []
    is_open = False
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key = evaluate(machine, element.key)
            value = evaluate(machine, element.value)
            segments.append(Segment(value, ONE, elements.constant_of(machine, key)))
            continue
        so_far = Content(tuple(segments), is_open)
        content = elements.laid_over(machine, so_far, evaluate(machine, element.value))
        segments, is_open = list(content.segments), content.open
    return elements.new_container(machine, Content(tuple(segments), is_open), "dict")


# --- access --------------------------------------------------------------------------------------


def _attribute(machine: Machine, node: cst.Attribute) -> Value:
    return attribute(machine, evaluate(machine, node.value), node.attr.value, node)


def _subscript(machine: Machine, node: cst.Subscript) -> Value:
    base = evaluate(machine, node.value)
    if len(node.slice) == 1:
        part = node.slice[0].slice
        if isinstance(part, cst.Index):
            index = evaluate(machine, part.value)
            return elements.subscript(machine, base, index, node)
        if isinstance(part, cst.Slice):
            return elements.cut(
                machine, base, _bound(machine, part.lower), _bound(machine, part.upper)
            )
    elements.run_parts(machine, node)
    return machine.unknown("", base)


def _bound(machine: Machine, node: cst.BaseExpression | None) -> Count | None:
    return (
        None
        if node is None
        else items.as_count(machine, evaluate(machine, node)) or Count.fresh("bound")
    )


# --- operators -----------------------------------------------------------------------------------


def _boolean(machine: Machine, node: cst.BooleanOperation) -> Value:
    """`a or b` as a value: the first that decides."""
    left = evaluate(machine, node.left)
    conjunction = isinstance(node.operator, cst.And)
    decided = conditions.truth(machine, left)
    if isinstance(decided, bool):
        return evaluate(machine, node.right) if decided is conjunction else left
    result: list[Value] = []
    with machine.narrow(decided, conjunction):
        attempt = machine.attempt(lambda: result.append(evaluate(machine, node.right)))
    right = result[0]
    nothing = machine.attempt(lambda: None)
    first, second = (attempt, nothing) if conjunction else (nothing, attempt)
    if attempt.operations:
        machine.emit(Branch(decided, first.operations, second.operations, machine.site(node)))
    machine.merge(decided, first, second)
    if isinstance(left, (values.Truth, Const)) and isinstance(right, (values.Truth, Const)):
        parts = (decided, conditions.truth(machine, right))
        return conditions.as_value(conditions.both(parts, conjunction))
    if isinstance(left, (values.Number, values.Library)) and not conjunction:
        return left
    return (
        merging.join(machine, decided, right, left)
        if conjunction
        else merging.join(machine, decided, left, right)
    )


def _unary(machine: Machine, node: cst.UnaryOperation) -> Value:
    value = evaluate(machine, node.expression)
    if isinstance(node.operator, cst.Not):
        return conditions.as_value(conditions.negate(conditions.truth(machine, value)))
    if isinstance(node.operator, cst.Minus):
        if isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(-value.value)
        count = items.as_count(machine, value)
        if count is not None:
            return values.Number(-count)
    return machine.unknown("", value)


def _comparison(machine: Machine, node: cst.Comparison) -> Value:
    left = evaluate(machine, node.left)
    found: list[Condition] = []
    for target in node.comparisons:
        right = evaluate(machine, target.comparator)
        found.append(conditions.compare(machine, target.operator, left, right))
        left = right
    condition = conditions.both(tuple(found), True)
    return conditions.as_value(conditions.located(condition, machine.site(node)))


def _binary(machine: Machine, node: cst.BinaryOperation) -> Value:
    left, right = evaluate(machine, node.left), evaluate(machine, node.right)
    return arithmetic.binary(machine, node.operator, left, right, node)


# --- the rest ------------------------------------------------------------------------------------


def _conditional(machine: Machine, node: cst.IfExp) -> Value:
    condition = conditions.test(machine, node.test)
    if isinstance(condition, bool):
        return evaluate(machine, node.body if condition else node.orelse)
    found: dict[bool, Value] = {}
    machine.branch(
        condition,
        lambda: found.__setitem__(True, evaluate(machine, node.body)),
        lambda: found.__setitem__(False, evaluate(machine, node.orelse)),
        node,
    )
    then, otherwise = found[True], found[False]
    words = all(_is_word(value) for value in (then, otherwise))
    if words and then != otherwise and not conditions.is_setting(condition):
        cell = machine.new_cell("a choice")
        variables.set_choice(machine, cell, condition, (then, otherwise), node)
        return machine.one_of("", True, then, otherwise, cell=cell)
    return merging.join(machine, condition, then, otherwise)


def _is_word(value: Value) -> bool:
    """Say whether a value is one that programs tell from others, but do not count with."""
    if isinstance(value, Const):
        return value.value is None or isinstance(value.value, (bool, str))
    return isinstance(value, values.Member)


def _walrus(machine: Machine, node: cst.NamedExpr) -> Value:
    value = evaluate(machine, node.value)
    assign(machine, node.target, value, node)
    if isinstance(value, Unknown) and isinstance(node.target, cst.Name):
        return variables.read_name(machine, node.target.value)
    return value


def _lambda(machine: Machine, node: cst.Lambda) -> Value:
    return functions.define(machine, node, "<lambda>")


def _await(machine: Machine, node: cst.Await) -> Value:
    return tasks.awaited(machine, evaluate_awaited(machine, node.expression), node)


def evaluate_awaited(machine: Machine, node: cst.BaseExpression) -> Value:
    """Evaluate what is waited for next: a call out of sight lets other tasks run."""
    with machine.block() as operations:
        value = evaluate(machine, node)
    last = operations[-1] if operations else None
    # The call itself, not one for its arguments.
    if isinstance(last, Call) and last.site == machine.site(node):
        operations[-1] = replace(last, awaited=True)
    for operation in operations:
        machine.emit(operation)
    return value


def _yield(machine: Machine, node: cst.Yield) -> Value:
    if node.value is None:
        generators.hand_out(machine, values.NONE, node, each=False)
        return machine.unknown()
    inner = node.value.item if isinstance(node.value, cst.From) else node.value
    value = evaluate(machine, inner)
    function = machine.frame.function
    if function is None or not function.is_async or function.is_generator:
        generators.hand_out(machine, value, node, each=inner is not node.value)
        return machine.unknown()
    # A coroutine of before `async def`: what it yields is awaited.
    if isinstance(value, (values.Container, values.Tuple)):
        value = tasks.gathered(machine, value, inner)
    return tasks.awaited(machine, value, inner)


def _starred(machine: Machine, node: cst.StarredElement) -> Value:
    return evaluate(machine, node.value)


def assign(machine: Machine, target: cst.BaseExpression, value: Value, node: cst.CSTNode) -> None:
    """Assign `value` to a name, an attribute, an element or several of them."""
    if isinstance(target, cst.Name):
        variables.write_name(machine, target.value, value, node)
    elif isinstance(target, cst.Attribute):
        base = evaluate(machine, target.value)
        variables.write_attribute(machine, base, target.attr.value, value, node, target)
    elif isinstance(target, cst.Subscript):
        elements.store(machine, target, value, node)
    elif isinstance(target, (cst.Tuple, cst.List)):
        pieces = elements.unpacked(machine, value, target.elements)
        for part, piece in zip(target.elements, pieces, strict=True):
            assign(machine, part.value, piece, node)
    elif isinstance(target, cst.StarredElement):
        assign(machine, target.value, value, node)


_EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Machine, Any], Value]] = {
    cst.Name: _name,
    cst.Integer: _literal,
    cst.Float: _literal,
    cst.Imaginary: _literal,
    cst.SimpleString: _literal,
    cst.FormattedString: _formatted,
    cst.TemplatedString: _formatted,
    cst.Ellipsis: _ellipsis,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _list,
    cst.Dict: _dict,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.BooleanOperation: _boolean,
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.BinaryOperation: _binary,
    cst.IfExp: _conditional,
    cst.NamedExpr: _walrus,
    cst.Lambda: _lambda,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.StarredElement: _starred,
    cst.Call: lambda machine, node: calls.evaluate(machine, node),
    cst.ListComp: lambda machine, node: iteration.comprehension(machine, node),
    cst.SetComp: lambda machine, node: iteration.comprehension(machine, node),
    cst.GeneratorExp: lambda machine, node: iteration.comprehension(machine, node),
    cst.DictComp: lambda machine, node: iteration.comprehension(machine, node),
}
