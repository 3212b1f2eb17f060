"""Makers of LibCST nodes that leave out what nobody here asks for.

What comes from an `ast` has been checked by Python already. LibCST's constructors check it again,
and set every field of a frozen class by way of `object.__setattr__`: ten times the work of setting
the slots themselves, of those fields alone that hold code. White space, commas and brackets stay
unset.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import libcst as cst

_Node = TypeVar("_Node", bound=cst.CSTNode)
_Maker = Callable[..., _Node]
_new = object.__new__


def maker(kind: type[_Node], *names: str) -> _Maker[_Node]:
    """Return what makes nodes of a kind, given the values of the fields `names` in that order."""
    # The slots of a frozen class can be set themselves.
    setters = [getattr(kind, name).__set__ for name in names]
    # Nearly all nodes have few fields: no loop for those, as they are made by the thousand.
    match setters:
        case [first]:
            return _of_one(kind, first)
        case [first, second]:
            return _of_two(kind, first, second)
        case [first, second, third]:
            return _of_three(kind, first, second, third)
        case _:
            return _of_many(kind, setters)


_Setter = Callable[[Any, Any], None]


def _of_one(kind: type[_Node], first: _Setter) -> _Maker[_Node]:
    def make(one: object) -> _Node:
        node = _new(kind)
        first(node, one)
        return node

    return make


def _of_two(kind: type[_Node], first: _Setter, second: _Setter) -> _Maker[_Node]:
    def make(one: object, two: object) -> _Node:
        node = _new(kind)
        first(node, one)
        second(node, two)
        return node

    return make


def _of_three(kind: type[_Node], first: _Setter, second: _Setter, third: _Setter) -> _Maker[_Node]:
    def make(one: object, two: object, three: object) -> _Node:
        node = _new(kind)
        first(node, one)
        second(node, two)
        third(node, three)
        return node

    return make


def _of_many(kind: type[_Node], setters: list[_Setter]) -> _Maker[_Node]:
    def make(*values: object) -> _Node:
        node = _new(kind)
        for set_field, value in zip(setters, values, strict=True):
            set_field(node, value)
        return node

    return make
