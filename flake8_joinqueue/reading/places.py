"""Where nodes stand in the source, worked out only for what somebody asks about."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypeAlias

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from flake8_joinqueue.protocol import Site, Span
from flake8_joinqueue.reading.trees import parts

# The kinds of node that both trees have one for one, in the same order. Of a statement that has a
# body `ast` and LibCST agree on the start only, so those are not among them.
_TWINS: Mapping[type[cst.CSTNode], type[ast.AST]] = {
    cst.Call: ast.Call,
    cst.Attribute: ast.Attribute,
    cst.Return: ast.Return,
    cst.Break: ast.Break,
    cst.Continue: ast.Continue,
    cst.Raise: ast.Raise,
}
_TWIN_TYPES = frozenset(_TWINS.values())
# Before Python 3.12 `ast` does not know where the expressions in an f-string stand.
_STRINGS = tuple(
    getattr(cst, name)
    for name in ("FormattedString", "ConcatenatedString", "TemplatedString")
    if hasattr(cst, name)
)
# Where nothing is looked for; in imports, dotted names are attributes to LibCST alone.
_PASSED_OVER = frozenset({*_STRINGS, cst.Import, cst.ImportFrom})
_AST_STRINGS = frozenset(
    getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name)
)

LINE_END = re.compile(r"\r\n|\r|\n")
# More than a module has top-level statements.
_ROOM = 1_000_000

_Twins: TypeAlias = "dict[int, ast.stmt | ast.expr]"


class Places:
    """The positions of a module's nodes, one top-level statement at a time.

    LibCST nodes do not know where they stand, and asking its position provider for a whole module
    costs twice its parse. Of the nodes that are asked for most, the `ast` knows: the same statement
    has the same calls in the same order. Others are found by rendering their statement alone; the
    line it starts on is known from the `ast` too.

    `lines` is the text by lines, as `ast` counts them; `file` its name, where it is not the one
    under analysis.
    """

    def __init__(
        self,
        module: cst.Module,
        statements: Sequence[ast.stmt],
        lines: Sequence[str],
        file: str = "",
    ) -> None:
        self.module = module
        self._file = file
        self._others: list[Places] = []
        self._source = lines
        self._statements = _grouped(module, statements)
        self._twins: dict[int, _Twins] = {}
        self._positions: dict[int, Mapping[cst.CSTNode, CodeRange]] = {}
        self._sites: dict[int, Site] = {}

    def site(self, node: cst.CSTNode, top: int) -> Site:
        """Return the place of `node`, which is part of the top-level statement number `top`."""
        if top >= _ROOM:
            other, top = divmod(top, _ROOM)
            return self._others[other - 1].site(node, top)
        site = self._sites.get(id(node))
        if site is None:
            site = self._sites[id(node)] = Site(lambda: self._span(node, top), self._file)
        return site

    def forget(self) -> None:
        """Let go of the places given out, which hold this: no more are asked for."""
        for each in (self, *self._others):
            each._sites.clear()  # noqa: SLF001 (of its own kind)

    def add(self, places: Places) -> int:
        """Take in those of another module; return the number of its first top-level statement."""
        self._others.append(places)
        return len(self._others) * _ROOM

    def _span(self, node: cst.CSTNode, top: int) -> Span:
        if node is self.module:
            return Span(1, 0, 1, 0)
        if type(node) in _TWINS:
            twin = self._twins_in(top).get(id(node))
            if twin is not None:
                return self._span_of(twin)
        place = self._within(top).get(node)
        if place is None:
            # Seen from elsewhere (a default argument, say): look through the others.
            found = (index for index in range(len(self.module.body)) if node in self._within(index))
            top = next(found, -1)
            if top < 0:
                return Span(1, 0, 1, 0)  # of another module
            place = self._within(top)[node]
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)) and node.lpar:
            # The brackets are part of it, as `ast` has it.
            within = self._within(top)
            place = CodeRange(within[node.lpar[-1]].start, within[node.rpar[0]].end)
        first = self._statements[top][0].lineno if self._statements[top] else 1
        shift = first - self._within(top)[self.module.body[top]].start.line
        return Span(
            place.start.line + shift,
            place.start.column,
            place.end.line + shift,
            place.end.column,
        )

    def _span_of(self, node: ast.stmt | ast.expr) -> Span:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return Span(
            node.lineno,
            self._code_points(node.lineno, node.col_offset),
            end_line,
            self._code_points(end_line, end_column),
        )

    def _code_points(self, line: int, column: int) -> int:
        """Return a column of a line (1-based) in code points, given in bytes of UTF-8."""
        text = self._source[line - 1]
        return column if text.isascii() else len(text.encode()[:column].decode(errors="replace"))

    def _twins_in(self, top: int) -> _Twins:
        """Return the `ast` nodes of a top-level statement by the `id` of their twins of LibCST."""
        known = self._twins.get(top)
        if known is None:
            known = self._twins[top] = _paired(self.module.body[top], self._statements[top])
        return known

    def _within(self, top: int) -> Mapping[cst.CSTNode, CodeRange]:
        """Return the positions within a top-level statement, as if it stood alone."""
        known = self._positions.get(top)
        if known is None:
            statement = self.module.body[top]
            alone = self.module.with_changes(body=[statement], header=[], footer=[])
            wrapper = MetadataWrapper(alone, unsafe_skip_copy=True)
            known = self._positions[top] = wrapper.resolve(PositionProvider)
        return known


def _grouped(module: cst.Module, statements: Sequence[ast.stmt]) -> list[Sequence[ast.stmt]]:
    """Return the statements of `ast` for each of LibCST, to which `a; b` is one statement."""
    groups: list[Sequence[ast.stmt]] = []
    index = 0
    for statement in module.body:
        count = len(statement.body) if isinstance(statement, cst.SimpleStatementLine) else 1
        groups.append(statements[index : index + count])
        index += count
    return groups


def _paired(statement: cst.CSTNode, statements: Sequence[ast.stmt]) -> _Twins:
    """Pair the nodes of one kind in source order; none of a kind where their numbers differ."""
    ours: dict[type[ast.AST], list[cst.CSTNode]] = {kind: [] for kind in _TWIN_TYPES}
    stack = [statement]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in _PASSED_OVER:
            continue
        twin = _TWINS.get(kind)
        if twin is not None:
            ours[twin].append(node)
        stack += reversed(parts(node))
    theirs = _of_ast(statements)
    return {
        id(node): twin
        for kind in _TWIN_TYPES
        if len(ours[kind]) == len(theirs[kind])
        for node, twin in zip(ours[kind], theirs[kind], strict=True)
    }


def _of_ast(statements: Sequence[ast.stmt]) -> dict[type[ast.AST], list[ast.stmt | ast.expr]]:
    found: dict[type[ast.AST], list[ast.stmt | ast.expr]] = {kind: [] for kind in _TWIN_TYPES}
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind is ast.Name or kind is ast.Constant or kind in _AST_STRINGS:
            continue
        if kind in _TWIN_TYPES:
            found[kind].append(node)  # type: ignore[arg-type]  # as its kind says
        for name in _code_fields(kind):  # type: ignore[arg-type]  # a class can be hashed
            value = getattr(node, name, None)
            if type(value) is list:
                pending += [each for each in value if each is not None]
            elif isinstance(value, ast.AST):
                pending.append(value)
    for nodes in found.values():
        nodes.sort(
            key=lambda node: (
                node.lineno,
                node.col_offset,
                -(node.end_lineno or 0),
                -(node.end_col_offset or 0),
            )
        )
    return found


@cache
def _code_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields that hold nodes, but for what LibCST's `parts` leaves out too."""
    return tuple(name for name in kind._fields if name not in _NO_CODE)


_NO_CODE = frozenset(
    {"annotation", "returns", "type_params", "ctx", "op", "ops", "id", "attr", "name", "names"}
    | {"asname", "arg", "type_comment", "kind", "conversion", "is_async", "simple", "level"}
    | {"module", "rest", "kwd_attrs"}
)
