"""Every fixture has exactly the findings that its comments announce."""

from __future__ import annotations

import ast
import re
import sys
import tokenize
from pathlib import Path

import pytest

from flake8_joinqueue.check import check_source
from flake8_joinqueue.options import Options
from flake8_joinqueue.rules import OFF_BY_DEFAULT

FIXTURES = Path(__file__).parent.parent / "fixtures"
_EXPECTED = re.compile(r"#[ ]((?:JQ\d{3}:[ ]\d+(?:,[ ])?)+)$")
_ONE = re.compile(r"(JQ\d{3}): (\d+)")
_NEEDS = re.compile(r"# python: 3\.(\d+)\b")


def read(path: Path) -> str:
    """A fixture's text, decoded as Python would."""
    with tokenize.open(path) as file:
        return file.read()


def expected(text: str) -> set[tuple[int, str, int]]:
    """The announced findings: line (1-based), code, column (0-based)."""
    return {
        (number, code, int(column))
        for number, line in enumerate(text.split("\n"), 1)
        if (comment := _EXPECTED.search(line))
        for code, column in _ONE.findall(comment[1])
    }


def options(path: Path) -> Options:
    """How a fixture is linted: rules off by default only find something in their own folder."""
    return Options(also=frozenset({path.parent.name} & set(OFF_BY_DEFAULT)))


def too_new(text: str) -> bool:
    """Whether this Python cannot parse a fixture that says it needs a newer one."""
    needs = _NEEDS.match(text)
    if needs is None or sys.version_info >= (3, int(needs[1])):
        return False
    try:
        ast.parse(text)
    except SyntaxError:
        return True
    return False


# What is wrong stands at one place; of the others, the findings name the other half as well.
_WHOLE = {"JQ205", "JQ402", "JQ405", "JQ408", "JQ413"}
PATHS = sorted(FIXTURES.rglob("*.py"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_findings_are_those_announced(path: Path) -> None:
    text = read(path)
    if too_new(text):
        pytest.skip("syntax newer than this Python")
    found = check_source(text, str(path), options=options(path))
    findings = {(each.line, each.code, each.column) for each in found}
    assert findings == expected(text)
    assert {each.code for each in found if not each.related} <= _WHOLE


def test_there_are_fixtures() -> None:
    """A folder that moved away would leave nothing to fail."""
    assert any(expected(read(path)) for path in PATHS)
    assert not all(expected(read(path)) for path in PATHS)


@pytest.mark.parametrize(
    ("line", "findings"),
    [
        ("break  # JQ201: 8", {(1, "JQ201", 8)}),
        ("with f():  # JQ401: 9, JQ405: 15", {(1, "JQ401", 9), (1, "JQ405", 15)}),
        ("q.put(None)  # note  # JQ105: 12", {(1, "JQ105", 12)}),
        ("q.put(None)  # see JQ105: 12", set()),
        ("x = 1", set()),
    ],
)
def test_expectations_are_read(line: str, findings: set[tuple[int, str, int]]) -> None:
    assert expected(line) == findings


def test_no_comment_that_looks_like_an_expectation_is_overlooked() -> None:
    for path in PATHS:
        for number, line in enumerate(read(path).split("\n"), 1):
            if re.search(r"#\s*JQ\d+\s*:", line):
                assert _EXPECTED.search(line), f"{path}:{number}"
