"""A tree rebuilt from an `ast` is the one that LibCST parses, and knows where its nodes stand."""

from __future__ import annotations

import ast
import inspect
import sys
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from flake8_joinqueue.reading.places import LINE_END, Places
from flake8_joinqueue.reading.rebuilding import literals, rebuild
from flake8_joinqueue.reading.rebuilding.builder import Builder
from flake8_joinqueue.reading.trees import literal, parts

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.py"))
STANDARD_LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("[a-z]*.py"))

# --- what a tree says ----------------------------------------------------------------------------

_TEXTS = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)
_NUMBERS = (cst.Integer, cst.Float, cst.Imaginary)
# What the `ast` does not tell apart.
_ALIKE = {"MatchTuple": "MatchList", "SimpleStatementSuite": "IndentedBlock"}
# What stands in a field that `parts` leaves out: a mark or a type.
_ASIDE = ("operator", "keyword", "star", "asynchronous", "annotation", "returns", "relative")


def said(node: cst.CSTNode) -> object:
    """What a node says, in tuples that can be compared."""
    if isinstance(node, _TEXTS):
        return _text(node)
    if isinstance(node, _NUMBERS):
        return literal(node)
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, (cst.BaseSuite, cst.Module)):
        return "body", *map(said, _statements(node.body))
    if isinstance(node, cst.Else):
        inside = _statements(node.body.body)
        if len(inside) == 1 and isinstance(inside[0], cst.If):
            return said(inside[0])  # the same as `elif`
    kind = type(node).__name__
    return _ALIKE.get(kind, kind), *_aside(node), *map(said, parts(node))


def _statements(body: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
    return [
        small
        for each in body
        for small in (each.body if isinstance(each, cst.SimpleStatementLine) else (each,))
    ]


def _aside(node: cst.CSTNode) -> Iterator[object]:
    for name in _ASIDE:
        value = getattr(node, name, None)
        if isinstance(node, cst.Param) and name == "star":
            continue  # the field of `Parameters` that it stands in says it
        if isinstance(value, (cst.Annotation, cst.Name, cst.BaseExpression)):
            yield name, said(value)
        elif isinstance(value, cst.CSTNode):
            yield name, type(value).__name__
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield name, len(value)
        elif value:
            yield name, value
    if isinstance(node, cst.Parameters):
        yield [len(each) for each in (node.posonly_params, node.params, node.kwonly_params)]
        yield type(node.star_arg).__name__


def _text(node: cst.CSTNode) -> object:
    """The value of a text, or the expressions in it."""
    pieces = list(_pieces(node))
    if all(isinstance(each, cst.SimpleString) for each in pieces):
        values: list[Any] = [literal(each) for each in pieces]
        return "text", b"".join(values) if isinstance(values[0], bytes) else "".join(values)
    return "formatted", *(said(inner) for each in pieces for inner in _within(each))


def _pieces(node: Any) -> Iterator[Any]:  # noqa: ANN401 (a string of any kind)
    if isinstance(node, cst.ConcatenatedString):
        yield from _pieces(node.left)
        yield from _pieces(node.right)
    else:
        yield node


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.FormattedString):
        for part in node.parts:
            if isinstance(part, cst.FormattedStringExpression):
                yield part.expression
                for inner in part.format_spec or ():
                    if isinstance(inner, cst.FormattedStringExpression):
                        yield inner.expression


def assert_same(text: str) -> None:
    """The text rebuilt says what LibCST reads in it."""
    rebuilt = rebuild(_parsed(text).body).module
    assert said(rebuilt) == said(cst.parse_module(text))


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some file writes "\d"
        return ast.parse(text)


# --- every kind of syntax ------------------------------------------------------------------------

EXPRESSIONS = """
    a.b.c(d)[e](f, *g, h=1, *i, **j)
    x[1], x[1:2], x[::3], x[:, 1], x[(1, 2)], x[1, 2], x[()]
    None, True, ..., 1, 0x1f, 1_000, 1.5, 1e400, 2j, b"b", "a" "b", 'it"s', ()
    a and b and c or d or not e
    -a ** +b - ~c * d / e // f % g @ h << i >> j | k ^ l & m
    1 < a <= b > c >= d == e != f is g is not h in i not in j
    a if b else c
    [a for b in c for d in e if f if g], {a for b in c}, (a for b in c), {a: b for c, d in e}
    {}, {a: b, **c}, {a, *b}, [*a, b], (*a, b)
    lambda: 0
    lambda a, /, b, c=1, *d, e, f=2, **g: a
    lambda *, a=1: a
    (a := b)
    f"a{b!r:>{c}}d" "e" f"{g(h)=}"
"""
STATEMENTS = """
a = b = c
a, *b = c
a: int = 1
a.b: "int"
a += 1; b -= 2; c *= 3; d @= 4; e /= 5; f %= 6; g **= 7; h <<= 8; i >>= 9; j |= 1; k ^= 1; l &= 1
m //= 2
del a
del a, b
assert a
assert a, b
import a.b.c, d as e
from a.b import c as d, e
from .. import *
from .a import (b)
if a: pass
elif b:
    pass
elif c:
    pass
else:
    if d:
        pass
    else:
        pass
while a:
    break
else:
    pass
for a, b in c:
    continue
else:
    pass
with a as b, c as (d, e), f:
    pass
try:
    raise
except A as a:
    raise b from c
except (B, C):
    pass
except:
    pass
else:
    pass
finally:
    pass
@a
@b.c(d)
class A(B, *C, metaclass=D, **E):
    x: int = 1
async def f(a, b: int = 1, /, *c: int, d, e=2, **f) -> "int":
    global g, h
    async for a in b:
        await c
    async with a as b:
        return
    return [a async for a in b]
def g():
    nonlocal_ = yield
    x = yield a
    yield from b
    def h():
        nonlocal x
        return x
match a:
    case 1 | -1 | "x" | a.b:
        pass
    case None | True:
        pass
    case [a, *_, 2] | (b, *c):
        pass
    case {"a": a, b.c: 2, **rest}:
        pass
    case A(1, b=2) as c if d:
        pass
    case _:
        pass
"""
NEWER = {
    (3, 11): "try:\n    pass\nexcept* (A, B) as a:\n    pass\n",
    (3, 12): "type A = int\nclass B[T]:\n    def f[T](self): pass\n",
    (3, 14): 't"a{b:>{c}}d"\n',
}


@pytest.mark.parametrize("text", EXPRESSIONS.strip().splitlines())
def test_expressions(text: str) -> None:
    assert_same(text.strip() + "\n")


def test_statements() -> None:
    assert_same(STATEMENTS)


@pytest.mark.parametrize("version", NEWER)
def test_newer_statements(version: tuple[int, int]) -> None:
    if sys.version_info < version:
        pytest.skip("newer syntax")
    assert_same(NEWER[version])


def test_a_template_has_the_parts_that_others_look_for() -> None:
    # Before Python 3.14 no `ast` says it; what it says there has the same fields.
    told = ast.parse('f"a{b!r:>{c}}{d}e"', mode="eval").body
    parsed = cst.parse_expression('t"a{b!r:>{c}}{d}e"')
    assert said(literals.template(Builder(), told)) == said(parsed)


@pytest.mark.parametrize("path", FIXTURES[::7], ids=lambda path: path.stem)
def test_fixtures(path: Path) -> None:
    assert_same(path.read_text(encoding="utf-8"))


def test_the_standard_library() -> None:
    for path in STANDARD_LIBRARY[::12]:
        with tokenize.open(path) as file:
            assert_same(file.read())


@pytest.mark.parametrize(
    "text",
    [
        f"0x{'f' * 5000}\n",
        "x = " + " + ".join(["1"] * 900) + "\n",
        "x" + ".a()[0]" * 250 + "\n",
        "if a:\n    pass\n" + "elif a:\n    pass\n" * 90,
    ],
    ids=("number", "sum", "chain", "elif"),
)
def test_what_is_long_is_no_recursion(text: str) -> None:
    """However deep the `ast` is; the parsed tree cannot be compared, for that is recursion."""
    limit = sys.getrecursionlimit()
    tree = ast.parse(text)
    sys.setrecursionlimit(len(inspect.stack(0)) + 60)
    try:
        rebuild(tree.body)
    finally:
        sys.setrecursionlimit(limit)


# --- where nodes stand ---------------------------------------------------------------------------

# Those that sites are asked of, and LibCST and `ast` agree on; of a statement with a body, on where
# it begins.
_PLACED = (cst.Call, cst.Attribute, cst.Subscript, cst.Name, cst.Await, cst.Return, cst.Break,
           cst.Raise, cst.Expr, cst.Assign)  # fmt: skip
_BEGUN = (cst.For, cst.While, cst.With, cst.FunctionDef, cst.ClassDef, cst.Match)


def _assert_places(text: str) -> None:
    parsed = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    positions = parsed.resolve(PositionProvider)
    rebuilt = rebuild(ast.parse(text).body)
    places = Places(rebuilt, LINE_END.split(text))
    asked = 0
    for kind in (*_PLACED, *_BEGUN):
        ours = [each for each in _nodes(rebuilt.module) if type(each) is kind]
        theirs = [each for each in _nodes(parsed.module) if type(each) is kind]
        for our, their in zip(ours, theirs, strict=True):
            if id(our) not in rebuilt.origins:
                continue  # the name of an attribute, or of a function
            span, expected = places.site(our).span, positions[their]
            found = [span.line, span.column, span.end_line, span.end_column]
            wanted = [
                *(expected.start.line, expected.start.column),
                *(expected.end.line, expected.end.column),
            ]
            most = 2 if kind in _BEGUN else 4
            assert found[:most] == wanted[:most], kind.__name__
            asked += 1
    assert asked


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for each in parts(node):
        yield from _nodes(each)


@pytest.mark.parametrize("path", FIXTURES[::29], ids=lambda path: path.stem)
def test_places_in_fixtures(path: Path) -> None:
    _assert_places(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "é = 'é'; q.put(é); r(é).s\n",
        "x = [\n  f(a)\n  for a in b\n]\r\ny = g(\r\n  x)\r\n",
        "@d\n@e\ndef f():\n\treturn (g)(1)\n",
        "async def f():\n    await (g(1))\n    return (\n        h\n    )\n",
    ],
)
def test_places_in_what_is_odd(text: str) -> None:
    _assert_places(text)


def test_the_places_of_what_stands_nowhere() -> None:
    rebuilt = rebuild(ast.parse("x = 1\n").body)
    places = Places(rebuilt, ["x = 1", ""])
    assert places.site(rebuilt.module).span.line == 1
    assert places.site(rebuilt.module) is places.site(rebuilt.module)
