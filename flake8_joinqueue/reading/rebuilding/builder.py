"""The way from a node of an `ast` to the one of LibCST that says the same."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import libcst as cst

from flake8_joinqueue.reading.rebuilding.expressions import EXPRESSIONS
from flake8_joinqueue.reading.rebuilding.nodes import maker
from flake8_joinqueue.reading.rebuilding.patterns import PATTERNS
from flake8_joinqueue.reading.rebuilding.statements import COMPOUND, SMALL
from flake8_joinqueue.records import dataclass

# The nodes of an `ast` that know where they stand.
Placed: TypeAlias = (
    "ast.stmt | ast.expr | ast.excepthandler | ast.arg | ast.alias | ast.keyword | ast.pattern"
)

_line = maker(cst.SimpleStatementLine, "body")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A module of LibCST; by the `id` of its nodes, what they were made of.

    `binding` are the `id`s of the functions, classes and of the module in which some expression
    binds a name, or yields.
    """

    module: cst.Module
    origins: Mapping[int, Placed]
    binding: frozenset[int]


def rebuild(statements: Iterable[ast.stmt]) -> Rebuilt:
    """Return a module that consists of these statements.

    Raises `RecursionError` where they are nested too deep, and `KeyError` where something
    in them is of a kind that is not known.
    """
    builder = Builder()
    body = [builder.statement(each) for each in statements]
    module = cst.Module(body)
    if builder.bindings:
        builder.binding.add(id(module))
    return Rebuilt(module, builder.origins, frozenset(builder.binding))


def rebuild_expression(node: ast.expr) -> cst.BaseExpression:
    """Return an expression that stands in no text; raises what `rebuild` does."""
    return Builder().expression(node)


class Builder:
    """Makes nodes, and keeps what they were made of."""

    def __init__(self) -> None:
        self.origins: dict[int, Placed] = {}
        # How many expressions so far bind or yield, and what they stand in.
        self.bindings = 0
        self.binding: set[int] = set()

    def statement(self, node: ast.stmt) -> cst.SimpleStatementLine | cst.BaseCompoundStatement:
        """Return a statement, on a line of its own if it is a small one."""
        kind = type(node)
        made: cst.SimpleStatementLine | cst.BaseCompoundStatement
        if kind in SMALL:
            small = SMALL[kind](self, node)
            self.origins[id(small)] = node
            made = _line([small])
        else:
            made = COMPOUND[kind](self, node)
        self.origins[id(made)] = node
        return made

    def holding(self, before: int, made: cst.CSTNode) -> None:
        """Note that `made` was built since there were `before` expressions that bind or yield."""
        if self.bindings > before:
            self.binding.add(id(made))

    def expression(self, node: ast.expr) -> cst.BaseExpression:
        """Return an expression."""
        made = EXPRESSIONS[type(node)](self, node)
        self.origins[id(made)] = node
        return made

    def pattern(self, node: ast.pattern) -> cst.MatchPattern:
        """Return a pattern of a `match` statement."""
        made = PATTERNS[type(node)](self, node)
        self.origins[id(made)] = node
        return made
