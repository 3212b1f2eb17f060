"""The patterns of `match` statements, kind by kind."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_joinqueue.reading.rebuilding.literals import name
from flake8_joinqueue.reading.rebuilding.nodes import maker

if TYPE_CHECKING:
    from flake8_joinqueue.reading.rebuilding.builder import Builder

_value = maker(cst.MatchValue, "value")
_singleton = maker(cst.MatchSingleton, "value")
_list = maker(cst.MatchList, "patterns")
_element = maker(cst.MatchSequenceElement, "value")
_star = maker(cst.MatchStar, "name")
_mapping = maker(cst.MatchMapping, "elements", "rest")
_pair = maker(cst.MatchMappingElement, "key", "pattern")
_class = maker(cst.MatchClass, "cls", "patterns", "kwds")
_keyword = maker(cst.MatchKeywordElement, "key", "pattern")
_as = maker(cst.MatchAs, "pattern", "name")
_or = maker(cst.MatchOr, "patterns")
_alternative = maker(cst.MatchOrElement, "pattern")


def _optional_name(text: str | None) -> cst.Name | None:
    return None if text is None else name(text)


def _matched_value(builder: Builder, node: ast.MatchValue) -> cst.MatchValue:
    return _value(builder.expression(node.value))


def _matched_singleton(_: Builder, node: ast.MatchSingleton) -> cst.MatchSingleton:
    return _singleton(name(str(node.value)))


def _matched_sequence(builder: Builder, node: ast.MatchSequence) -> cst.MatchList:
    return _list(
        [
            _star(_optional_name(each.name))
            if isinstance(each, ast.MatchStar)
            else _element(builder.pattern(each))
            for each in node.patterns
        ]
    )


def _matched_mapping(builder: Builder, node: ast.MatchMapping) -> cst.MatchMapping:
    pairs = zip(node.keys, node.patterns, strict=True)
    return _mapping(
        [_pair(builder.expression(key), builder.pattern(each)) for key, each in pairs],
        _optional_name(node.rest),
    )


def _matched_class(builder: Builder, node: ast.MatchClass) -> cst.MatchClass:
    keywords = zip(node.kwd_attrs, node.kwd_patterns, strict=True)
    return _class(
        builder.expression(node.cls),
        [_element(builder.pattern(each)) for each in node.patterns],
        [_keyword(name(key), builder.pattern(each)) for key, each in keywords],
    )


def _matched_as(builder: Builder, node: ast.MatchAs) -> cst.MatchAs:
    within = None if node.pattern is None else builder.pattern(node.pattern)
    return _as(within, _optional_name(node.name))


def _matched_or(builder: Builder, node: ast.MatchOr) -> cst.MatchOr:
    return _or([_alternative(builder.pattern(each)) for each in node.patterns])


# What builds a pattern, by its kind; a function takes just that kind, which no type can say.
PATTERNS: Mapping[type[ast.pattern], Callable[[Builder, Any], cst.MatchPattern]] = {
    ast.MatchValue: _matched_value,
    ast.MatchSingleton: _matched_singleton,
    ast.MatchSequence: _matched_sequence,
    ast.MatchMapping: _matched_mapping,
    ast.MatchClass: _matched_class,
    ast.MatchAs: _matched_as,
    ast.MatchOr: _matched_or,
}
