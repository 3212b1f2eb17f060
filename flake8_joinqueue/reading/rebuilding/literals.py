"""Names, numbers, texts, and strings that are put together."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_joinqueue.reading.rebuilding.nodes import maker

if TYPE_CHECKING:
    from flake8_joinqueue.reading.rebuilding.builder import Builder

name = maker(cst.Name, "value")
_text = maker(cst.SimpleString, "value")
_integer = maker(cst.Integer, "value")
_float = maker(cst.Float, "value")
_imaginary = maker(cst.Imaginary, "value")
_ellipsis = maker(cst.Ellipsis)
_formatted = maker(cst.FormattedString, "parts")
_formatted_text = maker(cst.FormattedStringText, "value")
_formatted_value = maker(cst.FormattedStringExpression, "expression", "format_spec")
_template_string = maker(cst.TemplatedString, "parts")
_template_text = maker(cst.TemplatedStringText, "value")
_template_value = maker(cst.TemplatedStringExpression, "expression", "format_spec")

# So many bits may be written in decimal digits; of thousands of those Python makes none.
_LONG = 1000


def named(_: Builder, node: ast.Name) -> cst.Name:
    """Return a name."""
    return name(node.id)


def constant(_: Builder, node: ast.Constant) -> cst.BaseExpression:
    """Return a literal, or the name of one of the constants that have one."""
    value = node.value
    if isinstance(value, (str, bytes)):
        return _text(repr(value))
    if value is None or isinstance(value, bool):
        return name(str(value))
    if isinstance(value, int):
        return _integer(str(value) if value.bit_length() < _LONG else hex(value))
    if isinstance(value, float):
        return _float(_written(value))
    if isinstance(value, complex):
        return _imaginary(f"{_written(value.imag)}j")
    return _ellipsis()


def _written(number: float) -> str:
    """Return how a number may be written; what is beyond any has no literal of its own."""
    return "1e999" if number == float("inf") else repr(number)


def formatted(builder: Builder, node: ast.JoinedStr) -> cst.FormattedString:
    """Return an f-string."""
    return _formatted(_pieces(builder, node.values, _formatted_text, _formatted_value))


def template(builder: Builder, node: Any) -> cst.TemplatedString:  # noqa: ANN401 (new in 3.14)
    """Return a template string."""
    return _template_string(_pieces(builder, node.values, _template_text, _template_value))


def _pieces(
    builder: Builder,
    nodes: Sequence[Any],
    text: Callable[..., cst.CSTNode],
    value: Callable[..., cst.CSTNode],
) -> list[cst.CSTNode]:
    """Return what a string is put together of: texts, and values with how to write them."""
    made = []
    for each in nodes:
        if isinstance(each, ast.Constant):
            if each.value:  # Python 3.12 puts an empty one behind what a format ends with
                made.append(text(each.value))
        else:
            spec = each.format_spec
            within = None if spec is None else _pieces(builder, spec.values, text, value)
            made.append(value(builder.expression(each.value), within))
    return made
