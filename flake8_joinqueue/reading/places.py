"""Where nodes stand in the source, worked out only for what somebody asks about."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from flake8_joinqueue.protocol import Site, Span


class Places:
    """The positions of a module's nodes, one top-level statement at a time.

    LibCST nodes do not know where they stand, and asking its position provider for a whole module
    costs twice its parse. The positions within a statement are found by rendering it alone; the
    line it starts on is known from the `ast` of the same statement.
    """

    def __init__(self, module: cst.Module, statements: Sequence[ast.stmt]) -> None:
        self.module = module
        self._lines = _first_lines(module, statements)
        self._positions: dict[int, Mapping[cst.CSTNode, CodeRange]] = {}
        self._sites: dict[int, Site] = {}

    def site(self, node: cst.CSTNode, top: int) -> Site:
        """Return the place of `node`, which is part of the top-level statement number `top`."""
        site = self._sites.get(id(node))
        if site is None:
            site = self._sites[id(node)] = Site(lambda: self._span(node, top))
        return site

    def _span(self, node: cst.CSTNode, top: int) -> Span:
        if node is self.module:
            return Span(1, 0, 1, 0)
        place = self._within(top).get(node)
        if place is None:
            # Seen from elsewhere (a default argument, say): look through the others.
            top = next(
                index for index in range(len(self.module.body)) if node in self._within(index)
            )
            place = self._within(top)[node]
        shift = self._lines[top] - self._within(top)[self.module.body[top]].start.line
        return Span(
            place.start.line + shift,
            place.start.column,
            place.end.line + shift,
            place.end.column,
        )

    def _within(self, top: int) -> Mapping[cst.CSTNode, CodeRange]:
        """Return the positions within a top-level statement, as if it stood alone."""
        known = self._positions.get(top)
        if known is None:
            statement = self.module.body[top]
            alone = self.module.with_changes(body=[statement], header=[], footer=[])
            wrapper = MetadataWrapper(alone, unsafe_skip_copy=True)
            known = self._positions[top] = wrapper.resolve(PositionProvider)
        return known


def _first_lines(module: cst.Module, statements: Sequence[ast.stmt]) -> list[int]:
    """Return the line each top-level statement starts on; `a; b` is one statement to LibCST."""
    lines: list[int] = []
    index = 0
    for statement in module.body:
        lines.append(statements[index].lineno if index < len(statements) else 1)
        index += len(statement.body) if isinstance(statement, cst.SimpleStatementLine) else 1
    return lines
