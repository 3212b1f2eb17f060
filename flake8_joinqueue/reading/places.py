"""What the source says of nodes: where they stand, worked out only for what somebody asks about."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import libcst as cst

from flake8_joinqueue.protocol import Site, Span
from flake8_joinqueue.reading.rebuilding import Placed, Rebuilt

LINE_END = re.compile(r"\r\n|\r|\n")


class _Text(NamedTuple):
    """A text, by lines, as `ast` counts them; `file` is its name where it is not at hand."""

    rebuilt: Rebuilt
    lines: Sequence[str]
    file: str


class Places:
    """The positions of nodes: those of what they were made of.

    `lines` is the text by lines, as `ast` counts them.
    """

    def __init__(self, rebuilt: Rebuilt, lines: Sequence[str]) -> None:
        self.module = rebuilt.module
        self._texts = [_Text(rebuilt, lines, "")]
        self._sites: dict[int, Site] = {}
        self._beginning = Site.at(1)

    def site(self, node: cst.CSTNode) -> Site:
        """Return the place of `node`; of what has none of its own, the first of the module."""
        site = self._sites.get(id(node))
        if site is not None:
            return site
        for text in self._texts:
            origin = text.rebuilt.origins.get(id(node))
            if origin is not None:
                site = self._sites[id(node)] = Site(partial(_span, origin, text.lines), text.file)
                return site
        return self._beginning

    def binds_in_expressions(self, node: cst.CSTNode) -> bool:
        """Say whether a name is bound in an expression of `node`, or something is yielded."""
        return any(id(node) in text.rebuilt.binding for text in self._texts)

    def forget(self) -> None:
        """Let go of the places given out: no more are asked for."""
        self._sites.clear()

    def add(self, rebuilt: Rebuilt, lines: Sequence[str], file: str) -> None:
        """Take in those of another module, which stands in `file`."""
        self._texts.append(_Text(rebuilt, lines, file))


def _span(node: Placed, lines: Sequence[str]) -> Span:
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    if isinstance(node, ast.arg):  # the name alone, without its type
        end_line, end_column = node.lineno, node.col_offset + len(node.arg.encode())
    return Span(
        node.lineno,
        _code_points(lines[node.lineno - 1], node.col_offset),
        end_line,
        _code_points(lines[end_line - 1], end_column),
    )


def _code_points(line: str, column: int) -> int:
    """Return a column in code points, given in bytes of UTF-8."""
    return column if line.isascii() else len(line.encode()[:column].decode(errors="replace"))
