"""Small helpers over LibCST trees: children that are code, dotted names, literal strings."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from functools import cache

import libcst as cst

# Fields that hold white space, commas, brackets: a third of a tree, none of it code.
_TRIVIA = ("whitespace", "comma", "lpar", "rpar", "lbracket", "rbracket", "semicolon", "header",
           "footer", "leading_lines", "lines_after_decorators", "equal", "operator", "colon", "dot",
           "indent", "newline", "lbrace", "rbrace", "annotation", "returns", "trailing",
           "type_parameters", "arrow", "star_etc")  # fmt: skip


@cache
def _code_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(
        field.name for field in dataclasses.fields(kind) if not field.name.startswith(_TRIVIA)
    )


def parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield the direct children of `node` that are code, in source order."""
    for name in _code_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (list, tuple)):
            for element in value:
                if isinstance(element, cst.CSTNode):
                    yield element


def dotted(node: cst.BaseExpression | None) -> str:
    """Return `a.b.c` for names and attributes, "" for anything else."""
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    names.append(node.value)
    return ".".join(reversed(names))


def literal(node: cst.BaseExpression) -> object:
    """Return the value of a number or string literal.

    Raises `ValueError` where it has none (an f-string), or one that Python refuses.
    """
    if isinstance(node, (cst.SimpleString, cst.Integer, cst.Float, cst.Imaginary)):
        try:
            return ast.literal_eval(node.value)
        except (SyntaxError, MemoryError) as error:
            raise ValueError(str(error)) from error
    if isinstance(node, cst.ConcatenatedString):
        left, right = literal(node.left), literal(node.right)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, bytes) and isinstance(right, bytes):
            return left + right
    raise ValueError("not a literal")
