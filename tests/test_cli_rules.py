"""`flake8-joinqueue explain` and `flake8-joinqueue rules`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flake8_joinqueue.rules.documentation import HEADINGS, documentation
from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT, codes
from tests.commands import joinqueue

EXPLAINED = """\
JQ402 queue-as-context-manager

A queue in a `with` statement.

What it does
  Reports a queue used in `with`, or handed to `enter_context()`.

Why is this bad
  Queues have no `__enter__`: `TypeError`, or `AttributeError` before Python 3.11.

Example
      with JoinableQueue() as tasks:
          ...

Use instead
      tasks = JoinableQueue()

Known limits
  Silent in a `try` that names the very error, and for a queue of which nothing but its use is seen.

Fix
  None.
"""


@pytest.mark.parametrize("word", ["JQ402", "jq402", "queue-as-context-manager"])
def test_explain(tmp_path: Path, word: str) -> None:
    outcome = joinqueue("explain", word, folder=tmp_path)
    assert (outcome.status, outcome.output, outcome.errors) == (0, EXPLAINED, "")


@pytest.mark.parametrize("code", ["JQ000", *codes()])
def test_every_rule_is_explained(code: str) -> None:
    [rule] = [each for each in documentation() if each.code == code]
    assert tuple(rule.sections) == HEADINGS
    assert rule.summary
    assert all(rule.sections.values())
    assert "```python" in rule.sections["Example"]
    assert rule.on == (code not in OFF_BY_DEFAULT)


def test_explain_in_colour(tmp_path: Path) -> None:
    outcome = joinqueue("explain", "JQ402", "--color=always", folder=tmp_path)
    assert "\033[1;31mJQ402\033[0m" in outcome.output
    assert "\033[36mwith\033[0m statement" in outcome.output
    assert "`" not in outcome.output


def test_a_rule_that_is_off_says_how_to_switch_it_on(tmp_path: Path) -> None:
    outcome = joinqueue("explain", "JQ000", folder=tmp_path)
    assert "--extend-select=JQ000" in outcome.output


@pytest.mark.parametrize("option", ["--json", "--output-format=json"])
def test_explain_as_json(tmp_path: Path, option: str) -> None:
    content = json.loads(joinqueue("explain", "JQ402", option, folder=tmp_path).output)
    sections = content.pop("sections")
    assert content == {
        "code": "JQ402",
        "name": "queue-as-context-manager",
        "summary": "A queue in a `with` statement.",
        "default": True,
        "fix": "None.",
    }
    assert list(sections) == list(HEADINGS)
    assert sections["Use instead"] == "```python\ntasks = JoinableQueue()\n```"


def test_rules(tmp_path: Path) -> None:
    outcome = joinqueue("rules", folder=tmp_path)
    assert (outcome.status, outcome.errors) == (0, "")
    lines = outcome.output.splitlines()
    assert [line[:5] for line in lines] == ["JQ000", *codes()]
    assert [line[7:10] == "off" for line in lines] == [not rule.on for rule in documentation()]


def test_rules_as_json(tmp_path: Path) -> None:
    content = json.loads(joinqueue("rules", "--json", folder=tmp_path).output)
    assert [each["code"] for each in content] == ["JQ000", *codes()]
    assert {tuple(each) for each in content} == {("code", "name", "summary", "default", "fix")}


def test_the_sign_of_a_comment_is_no_heading() -> None:
    """A line with a sign in an example is a comment, whatever it says."""
    for rule in documentation():
        assert set(rule.sections) <= set(HEADINGS)
