"""Statements, kind by kind."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import libcst as cst

from flake8_joinqueue.reading.rebuilding.expressions import (
    ASYNCHRONOUS,
    annotated,
    arguments,
    attribute,
    elements,
    from_item,
    made_tuple,
    optional,
    parameters,
)
from flake8_joinqueue.reading.rebuilding.literals import name
from flake8_joinqueue.reading.rebuilding.nodes import maker

if TYPE_CHECKING:
    from flake8_joinqueue.reading.rebuilding.builder import Builder

_Small: TypeAlias = "cst.BaseSmallStatement"

_block = maker(cst.IndentedBlock, "body")
_expression = maker(cst.Expr, "value")
_assign = maker(cst.Assign, "targets", "value")
_target = maker(cst.AssignTarget, "target")
_annotated = maker(cst.AnnAssign, "target", "annotation", "value")
_augmented = maker(cst.AugAssign, "target", "operator", "value")
_del = maker(cst.Del, "target")
_return = maker(cst.Return, "value")
_raise = maker(cst.Raise, "exc", "cause")
_assert = maker(cst.Assert, "test", "msg")
_pass, _break, _continue = maker(cst.Pass), maker(cst.Break), maker(cst.Continue)
_global = maker(cst.Global, "names")
_nonlocal = maker(cst.Nonlocal, "names")
_item = maker(cst.NameItem, "name")
_import = maker(cst.Import, "names")
_import_from = maker(cst.ImportFrom, "module", "names", "relative")
_alias = maker(cst.ImportAlias, "name", "asname")
_as_name = maker(cst.AsName, "name")
_if = maker(cst.If, "test", "body", "orelse")
_else = maker(cst.Else, "body")
_while = maker(cst.While, "test", "body", "orelse")
_for = maker(cst.For, "target", "iter", "body", "orelse", "asynchronous")
_with = maker(cst.With, "items", "body", "asynchronous")
_with_item = maker(cst.WithItem, "item", "asname")
_try = maker(cst.Try, "body", "handlers", "orelse", "finalbody")
_try_star = maker(cst.TryStar, "body", "handlers", "orelse", "finalbody")
_handler = maker(cst.ExceptHandler, "type", "name", "body")
_handler_of_group = maker(cst.ExceptStarHandler, "type", "name", "body")
_finally = maker(cst.Finally, "body")
_function = maker(
    cst.FunctionDef, "name", "params", "body", "decorators", "returns", "asynchronous"
)
_class = maker(cst.ClassDef, "name", "bases", "keywords", "body", "decorators")
_decorator = maker(cst.Decorator, "decorator")
_match = maker(cst.Match, "subject", "cases")
_case = maker(cst.MatchCase, "pattern", "guard", "body")
_alias_of_type = maker(cst.TypeAlias, "name", "value")

_STAR = cst.ImportStar()
_DOT = cst.Dot()
_AUGMENTED: Mapping[type[ast.operator], cst.BaseAugOp] = {
    ast.Add: cst.AddAssign(),
    ast.Sub: cst.SubtractAssign(),
    ast.Mult: cst.MultiplyAssign(),
    ast.MatMult: cst.MatrixMultiplyAssign(),
    ast.Div: cst.DivideAssign(),
    ast.FloorDiv: cst.FloorDivideAssign(),
    ast.Mod: cst.ModuloAssign(),
    ast.Pow: cst.PowerAssign(),
    ast.LShift: cst.LeftShiftAssign(),
    ast.RShift: cst.RightShiftAssign(),
    ast.BitOr: cst.BitOrAssign(),
    ast.BitXor: cst.BitXorAssign(),
    ast.BitAnd: cst.BitAndAssign(),
}


def _suite(builder: Builder, body: Sequence[ast.stmt]) -> cst.IndentedBlock:
    return _block([builder.statement(each) for each in body])


# --- on one line -----------------------------------------------------------------------------


def _evaluated(builder: Builder, node: ast.Expr) -> _Small:
    return _expression(builder.expression(node.value))


def _assigned(builder: Builder, node: ast.Assign) -> _Small:
    targets = [_target(builder.expression(each)) for each in node.targets]
    return _assign(targets, builder.expression(node.value))


def _assigned_with_type(builder: Builder, node: ast.AnnAssign) -> _Small:
    annotation = annotated(builder, node.annotation)
    return _annotated(builder.expression(node.target), annotation, optional(builder, node.value))


def _assigned_in_place(builder: Builder, node: ast.AugAssign) -> _Small:
    target, value = builder.expression(node.target), builder.expression(node.value)
    return _augmented(target, _AUGMENTED[type(node.op)], value)


def _deleted(builder: Builder, node: ast.Delete) -> _Small:
    if len(node.targets) == 1:
        return _del(builder.expression(node.targets[0]))
    return _del(made_tuple(elements(builder, node.targets)))


def _returned(builder: Builder, node: ast.Return) -> _Small:
    return _return(optional(builder, node.value))


def _raised(builder: Builder, node: ast.Raise) -> _Small:
    cause = None if node.cause is None else from_item(builder.expression(node.cause))
    return _raise(optional(builder, node.exc), cause)


def _asserted(builder: Builder, node: ast.Assert) -> _Small:
    return _assert(builder.expression(node.test), optional(builder, node.msg))


def _passed(_: Builder, __: ast.Pass) -> _Small:
    return _pass()


def _broken_off(_: Builder, __: ast.Break) -> _Small:
    return _break()


def _continued(_: Builder, __: ast.Continue) -> _Small:
    return _continue()


def _names(names: Sequence[str]) -> list[cst.NameItem]:
    return [_item(name(each)) for each in names]


def _global_names(_: Builder, node: ast.Global) -> _Small:
    return _global(_names(node.names))


def _nonlocal_names(_: Builder, node: ast.Nonlocal) -> _Small:
    return _nonlocal(_names(node.names))


def _imported(builder: Builder, node: ast.Import) -> _Small:
    return _import(_aliases(builder, node.names))


def _imported_from(builder: Builder, node: ast.ImportFrom) -> _Small:
    names = _STAR if node.names[0].name == "*" else _aliases(builder, node.names)
    module = None if node.module is None else _dotted(node.module)
    return _import_from(module, names, [_DOT] * (node.level or 0))


def _aliases(builder: Builder, aliases: Sequence[ast.alias]) -> list[cst.ImportAlias]:
    made = []
    for each in aliases:
        renamed = None if each.asname is None else _as_name(name(each.asname))
        made.append(_alias(_dotted(each.name), renamed))
        builder.origins[id(made[-1])] = each
    return made


def _dotted(path: str) -> cst.Name | cst.Attribute:
    first, *others = path.split(".")
    made: cst.Name | cst.Attribute = name(first)
    for each in others:
        made = attribute(made, name(each))
    return made


def _type_alias(builder: Builder, node: Any) -> _Small:  # noqa: ANN401 (new in 3.12)
    return _alias_of_type(builder.expression(node.name), builder.expression(node.value))


# --- with a body -----------------------------------------------------------------------------


def _conditional(builder: Builder, node: ast.If) -> cst.BaseCompoundStatement:
    # A row of `elif` may be long: no recursion down there.
    row = [node]
    while len(row[-1].orelse) == 1 and isinstance(row[-1].orelse[0], ast.If):
        row.append(row[-1].orelse[0])
    made: cst.If | cst.Else | None = _otherwise(builder, row[-1].orelse)
    for each in reversed(row):
        made = _if(builder.expression(each.test), _suite(builder, each.body), made)
        builder.origins[id(made)] = each
    assert isinstance(made, cst.If)
    return made


def _otherwise(builder: Builder, body: Sequence[ast.stmt]) -> cst.Else | None:
    return _else(_suite(builder, body)) if body else None


def _while_loop(builder: Builder, node: ast.While) -> cst.BaseCompoundStatement:
    body = _suite(builder, node.body)
    return _while(builder.expression(node.test), body, _otherwise(builder, node.orelse))


def _for_loop(builder: Builder, node: ast.For | ast.AsyncFor) -> cst.BaseCompoundStatement:
    return _for(
        builder.expression(node.target),
        builder.expression(node.iter),
        _suite(builder, node.body),
        _otherwise(builder, node.orelse),
        ASYNCHRONOUS if isinstance(node, ast.AsyncFor) else None,
    )


def _with_block(builder: Builder, node: ast.With | ast.AsyncWith) -> cst.BaseCompoundStatement:
    items = []
    for each in node.items:
        bound = each.optional_vars
        named = None if bound is None else _as_name(builder.expression(bound))
        items.append(_with_item(builder.expression(each.context_expr), named))
        builder.origins[id(items[-1])] = each.context_expr
    asynchronous = ASYNCHRONOUS if isinstance(node, ast.AsyncWith) else None
    return _with(items, _suite(builder, node.body), asynchronous)


def _attempted(builder: Builder, node: ast.Try) -> cst.BaseCompoundStatement:
    return _try(*_parts_of_try(builder, node, _handler))


def _attempted_group(
    builder: Builder,
    node: Any,  # noqa: ANN401 (new in 3.11)
) -> cst.BaseCompoundStatement:
    return _try_star(*_parts_of_try(builder, node, _handler_of_group))


def _parts_of_try(
    builder: Builder, node: ast.Try, handler: Callable[..., cst.CSTNode]
) -> tuple[object, ...]:
    handlers = []
    for each in node.handlers:
        named = None if each.name is None else _as_name(name(each.name))
        caught = optional(builder, each.type)
        handlers.append(handler(caught, named, _suite(builder, each.body)))
        builder.origins[id(handlers[-1])] = each
    last = _finally(_suite(builder, node.finalbody)) if node.finalbody else None
    return _suite(builder, node.body), handlers, _otherwise(builder, node.orelse), last


def _decorators(builder: Builder, nodes: Sequence[ast.expr]) -> list[cst.Decorator]:
    made = []
    for each in nodes:
        made.append(_decorator(builder.expression(each)))
        builder.origins[id(made[-1])] = each
    return made


def _function_definition(
    builder: Builder, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> cst.BaseCompoundStatement:
    before = builder.bindings
    made = _function(
        name(node.name),
        parameters(builder, node.args),
        _suite(builder, node.body),
        _decorators(builder, node.decorator_list),
        annotated(builder, node.returns),
        ASYNCHRONOUS if isinstance(node, ast.AsyncFunctionDef) else None,
    )
    builder.holding(before, made)
    return made


def _class_definition(builder: Builder, node: ast.ClassDef) -> cst.BaseCompoundStatement:
    before = builder.bindings
    # To LibCST `*bases` are bases, `**options` keywords.
    made = _class(
        name(node.name),
        arguments(builder, node.bases, ()),
        arguments(builder, (), node.keywords),
        _suite(builder, node.body),
        _decorators(builder, node.decorator_list),
    )
    builder.holding(before, made)
    return made


def _matched(builder: Builder, node: ast.Match) -> cst.BaseCompoundStatement:
    cases = []
    for each in node.cases:
        pattern, guard = builder.pattern(each.pattern), optional(builder, each.guard)
        cases.append(_case(pattern, guard, _suite(builder, each.body)))
        builder.origins[id(cases[-1])] = each.pattern
    return _match(builder.expression(node.subject), cases)


# What builds a statement, by its kind; a function takes just that kind, which no type can say.
SMALL: dict[type[ast.stmt], Callable[[Builder, Any], _Small]] = {
    ast.Expr: _evaluated,
    ast.Assign: _assigned,
    ast.AnnAssign: _assigned_with_type,
    ast.AugAssign: _assigned_in_place,
    ast.Delete: _deleted,
    ast.Return: _returned,
    ast.Raise: _raised,
    ast.Assert: _asserted,
    ast.Pass: _passed,
    ast.Break: _broken_off,
    ast.Continue: _continued,
    ast.Global: _global_names,
    ast.Nonlocal: _nonlocal_names,
    ast.Import: _imported,
    ast.ImportFrom: _imported_from,
}
COMPOUND: dict[type[ast.stmt], Callable[[Builder, Any], cst.BaseCompoundStatement]] = {
    ast.If: _conditional,
    ast.While: _while_loop,
    ast.For: _for_loop,
    ast.AsyncFor: _for_loop,
    ast.With: _with_block,
    ast.AsyncWith: _with_block,
    ast.Try: _attempted,
    ast.FunctionDef: _function_definition,
    ast.AsyncFunctionDef: _function_definition,
    ast.ClassDef: _class_definition,
    ast.Match: _matched,
}
if sys.version_info >= (3, 11):
    COMPOUND[ast.TryStar] = _attempted_group
if sys.version_info >= (3, 12):
    SMALL[ast.TypeAlias] = _type_alias
