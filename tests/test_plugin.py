"""The plugin inside real flake8: what the user's options do to its findings."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import flake8_joinqueue
from flake8_joinqueue import check
from flake8_joinqueue.findings import Finding
from flake8_joinqueue.options import DEFAULTS
from flake8_joinqueue.plugin import Plugin
from tests.hosts import flake8

# JQ201 on the `break`, and nothing else: the sentinel is not accounted for.
HANGS = """\
import queue
import threading


def work(tasks):
    while True:
        task = tasks.get()
        if task is None:
            break
        print(task)
        tasks.task_done()


tasks = queue.Queue()
worker = threading.Thread(target=work, args=(tasks,))
worker.start()
tasks.put(1)
tasks.put(None)
tasks.join()
worker.join()
"""
PLACE = "9:13"


@pytest.fixture
def hangs(tmp_path: Path) -> Path:
    """A folder with one program, `hangs.py`, that has exactly one finding, JQ201."""
    (tmp_path / "hangs.py").write_text(HANGS)
    return tmp_path


def test_finding_is_reported_where_the_worker_leaves(hangs: Path) -> None:
    outcome = flake8("hangs.py", folder=hangs)
    assert outcome.status == 1
    assert len(outcome.lines) == 1
    assert outcome.lines[0].startswith(f"hangs.py:{PLACE}: JQ201 ")


def test_standard_input(hangs: Path) -> None:
    outcome = flake8("-", "--stdin-display-name=shown.py", folder=hangs, stdin=HANGS.encode())
    assert [line.split(" ")[:2] for line in outcome.lines] == [[f"shown.py:{PLACE}:", "JQ201"]]


def test_the_file_on_disk_is_not_read(hangs: Path) -> None:
    """An editor sends its buffer under the name of a file that has an older text."""
    outcome = flake8("-", "--stdin-display-name=hangs.py", folder=hangs, stdin=b"x = 1\n")
    assert outcome.lines == []


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (["--select=JQ"], ["JQ201"]),
        (["--select=JQ201"], ["JQ201"]),
        (["--select=JQ102"], []),
        (["--select=E"], []),
        (["--extend-select=JQ"], ["JQ201"]),
        (["--ignore=JQ201"], []),
        (["--extend-ignore=JQ2"], []),
        (["--per-file-ignores=hangs.py:JQ201"], []),
        (["--per-file-ignores=other.py:JQ201"], ["JQ201"]),
    ],
)
def test_options_choose_codes(hangs: Path, options: list[str], codes: list[str]) -> None:
    outcome = flake8("hangs.py", *options, folder=hangs)
    assert outcome.codes() == codes
    assert outcome.status == bool(codes)


@pytest.mark.parametrize(
    ("comment", "codes"),
    [("# noqa", []), ("# noqa: JQ201", []), ("# noqa: JQ", []), ("# noqa: JQ102", ["JQ201"])],
)
def test_noqa(hangs: Path, comment: str, codes: list[str]) -> None:
    (hangs / "hangs.py").write_text(HANGS.replace("break\n", f"break  {comment}\n"))
    assert flake8("hangs.py", folder=hangs).codes() == codes


def test_configuration_file(hangs: Path) -> None:
    (hangs / "setup.cfg").write_text("[flake8]\nper-file-ignores =\n    hangs.py: JQ201\n")
    assert flake8("hangs.py", "--config=setup.cfg", folder=hangs).lines == []


def _reports_everything(*_: object) -> list[Finding]:
    codes = ("JQ000", "JQ101", "JQ204", "JQ206", "JQ501")
    return [Finding(code, "a message", 1, 0, 1, 1) for code in codes]


_MAIN_WITH_FAKE = f"""
import sys
from flake8_joinqueue import check
from tests.test_plugin import {_reports_everything.__name__}
check.check_source = {_reports_everything.__name__}
from flake8.main.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], ["JQ101"]),
        (["--extend-select=JQ204"], ["JQ101", "JQ204"]),
        (["--extend-select=JQ000,JQ501"], ["JQ000", "JQ101", "JQ501"]),
        (["--select=JQ204"], ["JQ204"]),
        (["--ignore=JQ101"], ["JQ000", "JQ204", "JQ206", "JQ501"]),
        (["--extend-ignore=JQ101"], []),
    ],
)
def test_rules_that_are_off(tmp_path: Path, options: list[str], codes: list[str]) -> None:
    """Every off code is off until selected; `--ignore` replaces the defaults, as flake8 has it."""
    path = tmp_path / "any.py"
    path.write_text("x = 1\n")
    done = subprocess.run(
        [sys.executable, "-c", _MAIN_WITH_FAKE, "--isolated", "--jobs=1", *options, str(path)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert [line.split(": ")[1].split()[0] for line in done.stdout.splitlines()] == codes


def test_version_shows_the_plugin(tmp_path: Path) -> None:
    outcome = flake8("--version", folder=tmp_path)
    shown = " ".join(outcome.lines)
    assert f"flake8-joinqueue: {flake8_joinqueue.__version__}" in shown


def _run_plugin(text: str) -> list[tuple[int, int, str, type[Plugin]]]:
    return list(Plugin(ast.parse(text), text.splitlines(keepends=True), "some.py").run())


def test_plugin_yields_what_flake8_expects(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding("JQ201", "a message", 3, 4, 3, 9)
    monkeypatch.setattr(check, "check_source", lambda *_: [finding])
    assert _run_plugin("x = 1\n") == [(3, 4, "JQ201 a message", Plugin)]


def test_plugin_hands_on_text_name_and_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def note(*what: object) -> list[Finding]:
        seen.extend(what)
        return []

    monkeypatch.setattr(check, "check_source", note)
    _run_plugin("x = 1\ny = 2\n")
    text, filename, tree, options = seen
    assert (text, filename) == ("x = 1\ny = 2\n", "some.py")
    assert isinstance(tree, ast.Module)
    assert options == DEFAULTS


@pytest.mark.parametrize("error", [KeyError("k"), RecursionError("deep"), MemoryError()])
def test_no_exception_leaves_the_plugin(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: object) -> list[Finding]:
        raise error

    monkeypatch.setattr(check, "check_source", fail)
    [(line, column, text, _)] = _run_plugin("x = 1\n")
    assert (line, column) == (1, 0)
    assert text.startswith("JQ000 not analysed, ")
    assert type(error).__name__ in text


def test_an_interrupt_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> list[Finding]:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "check_source", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _run_plugin("x = 1\n")


def test_a_reason_of_many_lines_stays_on_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[Finding]:
        raise ValueError("first\n  second\r\nthird")

    monkeypatch.setattr(check, "check_source", fail)
    [(_, _, text, _)] = _run_plugin("x = 1\n")
    assert text.endswith("first second third")
