"""Expressions, kind by kind."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from flake8_joinqueue.reading.rebuilding.literals import (
    constant,
    formatted,
    name,
    named,
    template,
)
from flake8_joinqueue.reading.rebuilding.nodes import maker

if TYPE_CHECKING:
    from flake8_joinqueue.reading.rebuilding.builder import Builder

attribute = maker(cst.Attribute, "value", "attr")
_call = maker(cst.Call, "func", "args")
_argument = maker(cst.Arg, "value", "keyword", "star")
_subscript = maker(cst.Subscript, "value", "slice")
_subscript_element = maker(cst.SubscriptElement, "slice")
_index = maker(cst.Index, "value", "star")
_slice = maker(cst.Slice, "lower", "upper", "step")
_element = maker(cst.Element, "value")
_starred = maker(cst.StarredElement, "value")
made_tuple = maker(cst.Tuple, "elements")
_list = maker(cst.List, "elements")
_set = maker(cst.Set, "elements")
_dict = maker(cst.Dict, "elements")
_pair = maker(cst.DictElement, "key", "value")
_starred_pair = maker(cst.StarredDictElement, "value")
_binary = maker(cst.BinaryOperation, "left", "operator", "right")
_boolean = maker(cst.BooleanOperation, "left", "operator", "right")
_unary = maker(cst.UnaryOperation, "operator", "expression")
_comparison = maker(cst.Comparison, "left", "comparisons")
_compared = maker(cst.ComparisonTarget, "operator", "comparator")
_conditional = maker(cst.IfExp, "test", "body", "orelse")
_lambda = maker(cst.Lambda, "params", "body")
_parameters = maker(
    cst.Parameters, "posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"
)
_parameter = maker(cst.Param, "name", "annotation", "default")
_annotation = maker(cst.Annotation, "annotation")
_comprehension = maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous")
_condition = maker(cst.CompIf, "test")
_list_of = maker(cst.ListComp, "elt", "for_in")
_set_of = maker(cst.SetComp, "elt", "for_in")
_generator = maker(cst.GeneratorExp, "elt", "for_in")
_dict_of = maker(cst.DictComp, "key", "value", "for_in")
_await = maker(cst.Await, "expression")
_yield = maker(cst.Yield, "value")
from_item = maker(cst.From, "item")
_assigned = maker(cst.NamedExpr, "target", "value")

_Link: TypeAlias = "ast.Attribute | ast.Subscript | ast.Call"
ASYNCHRONOUS = cst.Asynchronous()
_BARE_STAR = cst.ParamStar()
_NO_STAR = cst.MaybeSentinel.DEFAULT

BINARY: Mapping[type[ast.operator], cst.BaseBinaryOp] = {
    ast.Add: cst.Add(),
    ast.Sub: cst.Subtract(),
    ast.Mult: cst.Multiply(),
    ast.MatMult: cst.MatrixMultiply(),
    ast.Div: cst.Divide(),
    ast.FloorDiv: cst.FloorDivide(),
    ast.Mod: cst.Modulo(),
    ast.Pow: cst.Power(),
    ast.LShift: cst.LeftShift(),
    ast.RShift: cst.RightShift(),
    ast.BitOr: cst.BitOr(),
    ast.BitXor: cst.BitXor(),
    ast.BitAnd: cst.BitAnd(),
}
_BOOLEAN: Mapping[type[ast.boolop], cst.BaseBooleanOp] = {ast.And: cst.And(), ast.Or: cst.Or()}
_UNARY: Mapping[type[ast.unaryop], cst.BaseUnaryOp] = {
    ast.Not: cst.Not(),
    ast.USub: cst.Minus(),
    ast.UAdd: cst.Plus(),
    ast.Invert: cst.BitInvert(),
}
_COMPARING: Mapping[type[ast.cmpop], cst.BaseCompOp] = {
    ast.Eq: cst.Equal(),
    ast.NotEq: cst.NotEqual(),
    ast.Lt: cst.LessThan(),
    ast.LtE: cst.LessThanEqual(),
    ast.Gt: cst.GreaterThan(),
    ast.GtE: cst.GreaterThanEqual(),
    ast.Is: cst.Is(),
    ast.IsNot: cst.IsNot(),
    ast.In: cst.In(),
    ast.NotIn: cst.NotIn(),
}


# --- attributes, items, calls ----------------------------------------------------------------


def _chained(builder: Builder, node: _Link) -> cst.BaseExpression:
    # `a.b(c)[d]` and so on may be long, and is nested to the left: no recursion down there.
    row = [node]
    while type(inner := _inner(row[-1])) in _LINKS:
        row.append(inner)  # type: ignore[arg-type]  # as its type says
    made = builder.expression(inner)
    for each in reversed(row):
        made = _LINKS[type(each)](builder, each, made)
        builder.origins[id(made)] = each
    return made


def _inner(node: _Link) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node.value


def _attribute_of(_: Builder, node: ast.Attribute, whole: cst.BaseExpression) -> cst.Attribute:
    return attribute(whole, name(node.attr))


def _item_of(builder: Builder, node: ast.Subscript, whole: cst.BaseExpression) -> cst.Subscript:
    inside = node.slice
    # A tuple without brackets is a row of elements; with them it begins before its first.
    if isinstance(inside, ast.Tuple) and inside.elts and _begins_with(inside, inside.elts[0]):
        inner = [_part_of_slice(builder, each) for each in inside.elts]
    else:
        inner = [_part_of_slice(builder, inside)]
    return _subscript(whole, inner)


def _begins_with(node: ast.expr, first: ast.expr) -> bool:
    return (node.lineno, node.col_offset) == (first.lineno, first.col_offset)


def _part_of_slice(builder: Builder, node: ast.expr) -> cst.SubscriptElement:
    if isinstance(node, ast.Slice):
        bounds = (node.lower, node.upper, node.step)
        return _subscript_element(_slice(*(optional(builder, each) for each in bounds)))
    if isinstance(node, ast.Starred):
        return _subscript_element(_index(builder.expression(node.value), "*"))
    return _subscript_element(_index(builder.expression(node), None))


def _called(builder: Builder, node: ast.Call, function: cst.BaseExpression) -> cst.Call:
    return _call(function, arguments(builder, node.args, node.keywords))


_LINKS: Mapping[
    type[ast.expr], Callable[[Builder, Any, cst.BaseExpression], cst.BaseExpression]
] = {ast.Attribute: _attribute_of, ast.Subscript: _item_of, ast.Call: _called}


def arguments(
    builder: Builder, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]
) -> list[cst.Arg]:
    """Return the arguments of a call, in the order in which they are written."""
    build, origins = builder.expression, builder.origins
    made: list[cst.Arg] = []
    for each in positional:
        if type(each) is ast.Starred:
            made.append(_argument(build(each.value), None, "*"))
        else:
            made.append(_argument(build(each), None, ""))
        origins[id(made[-1])] = each
    for keyword in keywords:
        if keyword.arg is None:
            made.append(_argument(build(keyword.value), None, "**"))
        else:
            made.append(_argument(build(keyword.value), name(keyword.arg), ""))
        origins[id(made[-1])] = keyword
    if keywords and any(type(each) is ast.Starred for each in positional):
        # Stars alone may come after keywords.
        made.sort(key=lambda each: (origins[id(each)].lineno, origins[id(each)].col_offset))
    return made


# --- what is made of several -----------------------------------------------------------------


def elements(builder: Builder, nodes: Sequence[ast.expr]) -> list[cst.BaseElement]:
    """Return the elements of a tuple, list or set."""
    made: list[cst.BaseElement] = []
    for node in nodes:
        if type(node) is ast.Starred:
            made.append(_starred_of(builder, node))
            builder.origins[id(made[-1])] = node
        else:
            made.append(_element(builder.expression(node)))
    return made


def _starred_of(builder: Builder, node: ast.Starred) -> cst.StarredElement:
    return _starred(builder.expression(node.value))


def _tuple_of(builder: Builder, node: ast.Tuple) -> cst.Tuple:
    return made_tuple(elements(builder, node.elts))


def _list_made(builder: Builder, node: ast.List) -> cst.List:
    return _list(elements(builder, node.elts))


def _set_made(builder: Builder, node: ast.Set) -> cst.Set:
    return _set(elements(builder, node.elts))


def _dict_made(builder: Builder, node: ast.Dict) -> cst.Dict:
    build = builder.expression
    return _dict(
        [
            _starred_pair(build(value)) if key is None else _pair(build(key), build(value))
            for key, value in zip(node.keys, node.values, strict=True)
        ]
    )


def _comprehended(builder: Builder, generators: Sequence[ast.comprehension]) -> cst.CompFor | None:
    made: cst.CompFor | None = None
    build = builder.expression
    # From the innermost on, which the one around it holds.
    for each in reversed(generators):
        conditions = [_condition(build(test)) for test in each.ifs]
        asynchronous = ASYNCHRONOUS if each.is_async else None
        made = _comprehension(build(each.target), build(each.iter), conditions, made, asynchronous)
        builder.origins[id(made)] = each.target
    return made


def _list_comprehension(builder: Builder, node: ast.ListComp) -> cst.ListComp:
    return _list_of(builder.expression(node.elt), _comprehended(builder, node.generators))


def _set_comprehension(builder: Builder, node: ast.SetComp) -> cst.SetComp:
    return _set_of(builder.expression(node.elt), _comprehended(builder, node.generators))


def _generator_expression(builder: Builder, node: ast.GeneratorExp) -> cst.GeneratorExp:
    return _generator(builder.expression(node.elt), _comprehended(builder, node.generators))


def _dict_comprehension(builder: Builder, node: ast.DictComp) -> cst.DictComp:
    made = _comprehended(builder, node.generators)
    return _dict_of(builder.expression(node.key), builder.expression(node.value), made)


# --- operators -------------------------------------------------------------------------------


def _binary_operation(builder: Builder, node: ast.BinOp) -> cst.BaseExpression:
    # A long sum is nested to the left, too.
    row = [node]
    while isinstance(inner := row[-1].left, ast.BinOp):
        row.append(inner)
    made = builder.expression(inner)
    for each in reversed(row):
        made = _binary(made, BINARY[type(each.op)], builder.expression(each.right))
        builder.origins[id(made)] = each
    return made


def _boolean_operation(builder: Builder, node: ast.BoolOp) -> cst.BaseExpression:
    made, *others = (builder.expression(each) for each in node.values)
    for each in others:
        made = _boolean(made, _BOOLEAN[type(node.op)], each)
        builder.origins[id(made)] = node
    return made


def _unary_operation(builder: Builder, node: ast.UnaryOp) -> cst.UnaryOperation:
    return _unary(_UNARY[type(node.op)], builder.expression(node.operand))


def _compared_with(builder: Builder, node: ast.Compare) -> cst.Comparison:
    return _comparison(
        builder.expression(node.left),
        [
            _compared(_COMPARING[type(operator)], builder.expression(other))
            for operator, other in zip(node.ops, node.comparators, strict=True)
        ],
    )


def _conditional_expression(builder: Builder, node: ast.IfExp) -> cst.IfExp:
    build = builder.expression
    return _conditional(build(node.test), build(node.body), build(node.orelse))


def _assignment_expression(builder: Builder, node: ast.NamedExpr) -> cst.NamedExpr:
    builder.bindings += 1
    return _assigned(builder.expression(node.target), builder.expression(node.value))


# --- functions -------------------------------------------------------------------------------


def _lambda_of(builder: Builder, node: ast.Lambda) -> cst.Lambda:
    before = builder.bindings
    made = _lambda(parameters(builder, node.args), builder.expression(node.body))
    builder.holding(before, made)
    return made


def parameters(builder: Builder, node: ast.arguments) -> cst.Parameters:
    """Return the parameters of a function."""
    positional = [*node.posonlyargs, *node.args]
    defaults = [None] * (len(positional) - len(node.defaults)) + node.defaults
    made = [
        _parameter_of(builder, each, default)
        for each, default in zip(positional, defaults, strict=True)
    ]
    star: object = _NO_STAR
    if node.vararg is not None:
        star = _parameter_of(builder, node.vararg)
    elif node.kwonlyargs:
        star = _BARE_STAR
    return _parameters(
        made[: len(node.posonlyargs)],
        made[len(node.posonlyargs) :],
        star,
        [
            _parameter_of(builder, each, default)
            for each, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)
        ],
        None if node.kwarg is None else _parameter_of(builder, node.kwarg),
    )


def _parameter_of(builder: Builder, node: ast.arg, default: ast.expr | None = None) -> cst.Param:
    named = name(node.arg)
    made = _parameter(named, annotated(builder, node.annotation), optional(builder, default))
    builder.origins[id(made)] = builder.origins[id(named)] = node
    return made


def annotated(builder: Builder, node: ast.expr | None) -> cst.Annotation | None:
    """Return an annotation, if there is one."""
    return None if node is None else _annotation(builder.expression(node))


def optional(builder: Builder, node: ast.expr | None) -> cst.BaseExpression | None:
    """Return an expression, if there is one."""
    return None if node is None else builder.expression(node)


def _awaited(builder: Builder, node: ast.Await) -> cst.Await:
    return _await(builder.expression(node.value))


def _yielded(builder: Builder, node: ast.Yield) -> cst.Yield:
    builder.bindings += 1
    return _yield(optional(builder, node.value))


def _yielded_from(builder: Builder, node: ast.YieldFrom) -> cst.Yield:
    builder.bindings += 1
    return _yield(from_item(builder.expression(node.value)))


# What builds an expression, by its kind; a function takes just that kind, which no type can say.
EXPRESSIONS: dict[type[ast.expr], Callable[[Builder, Any], cst.BaseExpression]] = {
    ast.Name: named,
    ast.Constant: constant,
    ast.JoinedStr: formatted,
    ast.Attribute: _chained,
    ast.Subscript: _chained,
    ast.Call: _chained,
    ast.Tuple: _tuple_of,
    ast.List: _list_made,
    ast.Set: _set_made,
    ast.Dict: _dict_made,
    ast.Starred: _starred_of,
    ast.ListComp: _list_comprehension,
    ast.SetComp: _set_comprehension,
    ast.GeneratorExp: _generator_expression,
    ast.DictComp: _dict_comprehension,
    ast.BinOp: _binary_operation,
    ast.BoolOp: _boolean_operation,
    ast.UnaryOp: _unary_operation,
    ast.Compare: _compared_with,
    ast.IfExp: _conditional_expression,
    ast.NamedExpr: _assignment_expression,
    ast.Lambda: _lambda_of,
    ast.Await: _awaited,
    ast.Yield: _yielded,
    ast.YieldFrom: _yielded_from,
}
if sys.version_info >= (3, 14):
    EXPRESSIONS[ast.TemplateStr] = template
