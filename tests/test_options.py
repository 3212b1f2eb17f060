"""What users may set: read from texts, in flake8's configuration and on its command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from flake8_joinqueue.options import (
    DEFAULTS,
    StartMethod,
    parse_classes,
    parse_python,
    parse_start_method,
    parse_switch,
)
from flake8_joinqueue.plugin import Plugin
from flake8_joinqueue.settings import SETTINGS, options_from
from tests.hosts import flake8

BAD = {
    "joinqueue-start-method": ("frok", "'frok' is no start method"),
    "joinqueue-python": ("3", "'3' is no version of Python 3"),
    "joinqueue-queue-classes": ("app.Jobs", "'app.Jobs' does not say"),
    "joinqueue-worker-classes": ("app.Crew=queue.Queue", "no known class of processes or threads"),
}
GOOD = {
    "joinqueue-start-method": "spawn",
    "joinqueue-python": "3.11",
    "joinqueue-queue-classes": "app.Jobs=queue.Queue,app.Others=multiprocessing.JoinableQueue",
    "joinqueue-worker-classes": "app.Crew=threading.Thread",
}


def test_start_method() -> None:
    assert parse_start_method(" Spawn ") is StartMethod.SPAWN


def test_python() -> None:
    assert parse_python("3.10") == (3, 10)
    assert parse_python(" 3.9 ") == (3, 9)


@pytest.mark.parametrize("text", ["", "3", "2.7", "3.x", "3.10.2", "py310"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match=r"write it like 3\.10"):
        parse_python(text)


def test_classes() -> None:
    text = "app.Jobs = queue.Queue,\n  app.Others=multiprocessing.JoinableQueue,"
    assert parse_classes(text) == {
        "app.Jobs": "queue.Queue",
        "app.Others": "multiprocessing.JoinableQueue",
    }
    assert parse_classes("") == {}


@pytest.mark.parametrize("text", ["app.Jobs", "=queue.Queue", "app.Jobs=", "a b=queue.Queue"])
def test_what_is_no_class(text: str) -> None:
    with pytest.raises(ValueError, match="does not say what a class behaves like"):
        parse_classes(text)


@pytest.mark.parametrize(("text", "state"), [("Yes", True), ("true", True), ("off", False)])
def test_switch(text: str, state: bool) -> None:
    assert parse_switch(text) is state


def test_options_that_nobody_sets_have_their_defaults() -> None:
    assert options_from({}) == options_from({s.field: s.default for s in SETTINGS})
    assert options_from({}).python == sys.version_info[:2]


def test_a_class_may_only_behave_like_one_that_is_known() -> None:
    with pytest.raises(ValueError, match=r"'queue\.Que', which is no known queue class"):
        options_from({"queue_classes": "app.Jobs=queue.Que"})


@pytest.mark.parametrize("name", BAD)
def test_bad_value_on_the_command_line(tmp_path: Path, name: str) -> None:
    value, complaint = BAD[name]
    outcome = flake8(f"--{name}={value}", ".", folder=tmp_path)
    _is_bad_usage(outcome.status, outcome.errors, name, complaint)


@pytest.mark.parametrize("name", [*BAD, "joinqueue-follow-imports"])
def test_bad_value_in_the_configuration(tmp_path: Path, name: str) -> None:
    value, complaint = BAD.get(name, ("maybe", "'maybe' is neither true nor false"))
    (tmp_path / "setup.cfg").write_text(f"[flake8]\n{name} = {value}\n")
    outcome = flake8(".", "--config=setup.cfg", folder=tmp_path)
    _is_bad_usage(outcome.status, outcome.errors, name, complaint)


def _is_bad_usage(status: int, errors: str, name: str, complaint: str) -> None:
    assert status == 2
    assert errors.startswith(f"flake8: error: {name}: ")
    assert complaint in errors


@pytest.mark.parametrize("configured", [False, True])
def test_good_values_pass(tmp_path: Path, configured: bool) -> None:
    if configured:
        lines = [f"{name} = {value}" for name, value in GOOD.items()]
        lines.append("joinqueue_follow_imports = yes")
        (tmp_path / "setup.cfg").write_text("\n".join(["[flake8]", *lines, ""]))
        arguments = ["--config=setup.cfg"]
    else:
        arguments = [f"--{name}={value}" for name, value in GOOD.items()]
        arguments.append("--joinqueue-follow-imports")
    (tmp_path / "any.py").write_text("")
    outcome = flake8(*arguments, "any.py", folder=tmp_path)
    assert (outcome.status, outcome.errors) == (0, "")


def test_options_have_a_group_of_their_own(tmp_path: Path) -> None:
    shown = flake8("--help", folder=tmp_path).lines
    start = shown.index("flake8-joinqueue:")
    group = shown[start : shown.index("", start)]
    for setting in SETTINGS:
        assert any(line.strip().startswith(f"--{setting.name}") for line in group)


class NoManager:
    """Stands in for flake8's manager of options, where no bad value needs it."""

    parser = argparse.ArgumentParser()

    def extend_default_ignore(self, error_codes: Sequence[str]) -> None:
        raise NotImplementedError

    def add_option(self, *names: str, **how: object) -> None:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("given", "also"),
    [
        ({}, set()),
        ({"extend_select": ["JQ204"]}, {"JQ204"}),
        ({"select": ["JQ2"]}, {"JQ204", "JQ206"}),
        ({"select": ["E"]}, set()),
        ({"ignore": ["E501"]}, {"JQ000", "JQ204", "JQ206", "JQ501"}),
    ],
)
def test_rules_off_by_default_run_only_where_they_may_be_shown(
    given: dict[str, list[str]], also: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Plugin, "options", DEFAULTS)
    namespace = argparse.Namespace(**{"ignore": None, "select": None, **given})
    Plugin.parse_options(NoManager(), namespace, [])
    assert Plugin.options.also == also


GLOBAL = Path(__file__).parent.parent / "fixtures" / "JQ406" / "under_main_guard_bad.py"
MIXED = """\
import multiprocessing
def work(q): q.get()
def main():
    q = multiprocessing.Queue()
    p = multiprocessing.get_context("spawn").Process(target=work, args=(q,))
    p.start()
    q.put(1)
    p.join()
"""


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [([], ["JQ406"]), (["--joinqueue-start-method=fork"], [])],
)
def test_start_method_reaches_the_rules(
    tmp_path: Path, arguments: list[str], codes: list[str]
) -> None:
    outcome = flake8("--select=JQ", *arguments, GLOBAL, folder=tmp_path)
    assert outcome.codes() == codes


@pytest.mark.parametrize(("version", "codes"), [("3.10", ["JQ407"]), ("3.14", [])])
def test_python_reaches_the_rules(tmp_path: Path, version: str, codes: list[str]) -> None:
    """From Python 3.14 on the default context does not fork."""
    (tmp_path / "mixed.py").write_text(MIXED)
    outcome = flake8("--select=JQ", f"--joinqueue-python={version}", "mixed.py", folder=tmp_path)
    assert outcome.codes() == codes
