"""What a scope binds, found in all of its nodes or in its statements alone."""

from __future__ import annotations

import ast
import sysconfig
import tokenize
import warnings
from pathlib import Path

import libcst as cst
import pytest

from flake8_joinqueue.reading.rebuilding import rebuild
from flake8_joinqueue.reading.survey import Survey, survey
from flake8_joinqueue.reading.trees import parts

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.py"))
STANDARD_LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("[a-z]*.py"))

_SCOPES = (cst.Module, cst.FunctionDef, cst.ClassDef)
_MATCHED = """
match read():
    case [first, *others] | {"a": first, **others}:
        pass
    case C(0, x=(last as end)):
        pass
"""


def surveyed(text: str) -> Survey:
    return survey(rebuild(ast.parse(text).body).module.body)


@pytest.mark.parametrize("deep", [True, False])
def test_statements_alone_say_the_same(deep: bool) -> None:
    compared = 0
    for path in [*FIXTURES[::5], *STANDARD_LIBRARY[::9]]:
        with tokenize.open(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = file.read()
            rebuilt = rebuild(ast.parse(text).body)
        module = rebuilt.module
        pending: list[cst.CSTNode] = [module]
        while pending:
            node = pending.pop()
            if isinstance(node, _SCOPES) and id(node) not in rebuilt.binding:
                body = node.body if isinstance(node, cst.Module) else [node.body]
                every = survey(body, deep=deep)
                assert survey(body, deep=deep, expressions=False) == every, path
                compared += 1
            pending += parts(node)
    assert compared > 1000


def test_names_of_patterns() -> None:
    assert surveyed(_MATCHED).own == {"first", "others", "last", "end"}


@pytest.mark.parametrize(
    ("text", "binding"),
    [
        ("if (n := f()): pass\n", {"Module"}),
        ("def f():\n    return [(yield x)]\ndef g(): pass\n", {"Module", "f"}),
        ("class C:\n    x = f'{(y := 1)}'\n", {"Module", "C"}),
        ("f(lambda: (yield))\n", {"Module", "Lambda"}),
        ("def f():\n    def g():\n        yield from h\n", {"Module", "f", "g"}),
    ],
)
def test_in_what_expressions_bind(text: str, binding: set[str]) -> None:
    rebuilt = rebuild(ast.parse(text).body)
    found = set()
    pending: list[cst.CSTNode] = [rebuilt.module]
    while pending:
        node = pending.pop()
        if id(node) in rebuilt.binding:
            if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
                found.add(node.name.value)
            else:
                found.add(type(node).__name__)
        pending += parts(node)
    assert found == binding
