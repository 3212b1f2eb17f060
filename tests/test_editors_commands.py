"""What editors run, and how they read what comes back.

Command lines and patterns are those of the editors' own sources: microsoft/vscode-flake8
(`bundled/tool/lsp_server.py`), dense-analysis/ale (`ale_linters/python/flake8.vim`, its Vim
pattern written for `re`) and mfussenegger/nvim-lint (`lua/lint/linters/flake8.lua`, its Lua pattern
written for `re`), as of summer 2026. `nvim-lint` before 2024 and the VS Code extension give flake8
the file on disk, the others their buffer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from flake8_joinqueue.check import check_source
from flake8_joinqueue.options import Options
from flake8_joinqueue.rules.registry import codes
from tests.hosts import Outcome, flake8
from tests.test_fixtures import FIXTURES, expected
from tests.test_plugin import HANGS

VSCODE_FORMAT = "--format='%(row)d,%(col)d,%(code).1s,%(code)s:%(text)s'"
VSCODE_LINE = re.compile(
    r"(?P<line>\d+),(?P<column>-?\d+),(?P<type>\w+),(?P<code>\w+\d+):(?P<message>[^\r\n]*)"
)
ALE_LINE = re.compile(
    r"^[a-zA-Z]?:?[^:]+:(?P<line>\d+):?(?P<column>\d+)?: (?P<code>[a-zA-Z0-9]+):? (?P<message>.*)$"
)
NVIM_LINT_FORMAT = "--format=%(path)s:%(row)d:%(col)d:%(code)s:%(text)s"
NVIM_LINT_LINE = re.compile(
    r"[^:]+:(?P<line>\d+):(?P<column>\d+):(?P<code>[a-zA-Z0-9]+):(?P<message>.+)"
)
# Emacs' flycheck (`flycheck.el`, checker python-flake8).
FLYCHECK_LINE = re.compile(
    r"^(?P<file>.+):(?P<line>\d+):(?P<column>\d+): (?P<code>[A-Z]+[0-9]+) (?P<message>.*)$"
)


@dataclass(frozen=True)
class Shown:
    """What an editor shows: where (1-based), which code, and the text after it."""

    line: int
    column: int
    code: str
    message: str


def vscode(name: str, folder: Path) -> Outcome:
    """The VS Code extension reads the file on disk, on opening and on saving."""
    return flake8(VSCODE_FORMAT, folder / name, folder=folder)


def ale(name: str, folder: Path) -> Outcome:
    """ALE hands over its buffer, by default from the file's folder."""
    buffer = (folder / name).read_bytes()
    where = str(folder / name)
    return flake8(
        "--format=default", "--stdin-display-name", where, "-", folder=folder, stdin=buffer
    )


def nvim_lint(name: str, folder: Path) -> Outcome:
    """Likewise nvim-lint, with a format of its own."""
    buffer = (folder / name).read_bytes()
    return flake8(
        NVIM_LINT_FORMAT,
        "--no-show-source",
        "--stdin-display-name",
        str(folder / name),
        "-",
        folder=folder,
        stdin=buffer,
    )


def flycheck(name: str, folder: Path) -> Outcome:
    """Flycheck hands over its buffer too."""
    buffer = (folder / name).read_bytes()
    where = str(folder / name)
    return flake8(
        "--format=default", f"--stdin-display-name={where}", "-", folder=folder, stdin=buffer
    )


EDITORS = {
    "vscode": (vscode, VSCODE_LINE),
    "ale": (ale, ALE_LINE),
    "nvim-lint": (nvim_lint, NVIM_LINT_LINE),
    "flycheck": (flycheck, FLYCHECK_LINE),
}
everywhere = pytest.mark.parametrize("editor", EDITORS)


def show(editor: str, name: str, folder: Path) -> list[Shown]:
    """Our findings in a file as an editor shows them."""
    run, pattern = EDITORS[editor]
    shown: list[Shown] = []
    for printed in run(name, folder).lines:
        line = printed[1:-1] if printed.startswith("'") else printed
        found = pattern.match(line)
        assert found is not None, f"{editor} cannot read {line!r}"
        place = int(found["line"]), int(found["column"])
        shown.append(Shown(*place, found["code"], found["message"]))
    return [each for each in shown if each.code.startswith("JQ")]


def test_the_tests_program_has_one_finding() -> None:
    assert [finding.code for finding in check_source(HANGS)] == ["JQ201"]


@everywhere
def test_the_finding_is_shown_where_it_is(editor: str, tmp_path: Path) -> None:
    (tmp_path / "hangs.py").write_text(HANGS)
    [finding] = check_source(HANGS)
    expected_here = Shown(finding.line, finding.column + 1, finding.code, finding.message)
    assert show(editor, "hangs.py", tmp_path) == [expected_here]


@everywhere
def test_nothing_is_shown_for_a_good_program(editor: str, tmp_path: Path) -> None:
    good = HANGS.replace(
        "            break\n", "            tasks.task_done()\n            break\n"
    )
    (tmp_path / "ends.py").write_text(good)
    assert show(editor, "ends.py", tmp_path) == []


@everywhere
def test_a_syntax_error_is_shown_as_flake8_says_it(editor: str, tmp_path: Path) -> None:
    """In the middle of typing: flake8's own E999, nothing of ours, and no traceback."""
    (tmp_path / "hangs.py").write_text(HANGS.replace("while True:", "while True"))
    run, pattern = EDITORS[editor]
    outcome = run("hangs.py", tmp_path)
    assert any("E999" in line for line in outcome.lines)
    assert all(pattern.match(line.strip("'")) for line in outcome.lines)
    assert outcome.about_queues() == []


@pytest.mark.skipif("os.name == 'nt'", reason="no such names there")
@everywhere
def test_file_names_with_blanks(editor: str, tmp_path: Path) -> None:
    (tmp_path / "a program.py").write_text(HANGS)
    assert [each.code for each in show(editor, "a program.py", tmp_path)] == ["JQ201"]


def _one_bad_fixture_a_rule() -> list[Path]:
    found: list[Path] = []
    for code in codes():
        bad = [
            path for path in sorted((FIXTURES / code).glob("*.py")) if expected(path.read_text())
        ]
        found += bad[:1]
    return found


@pytest.mark.parametrize("path", _one_bad_fixture_a_rule(), ids=lambda path: path.parent.name)
def test_no_message_of_any_rule_confuses_a_pattern(path: Path) -> None:
    """Whatever a message says, each pattern takes it apart in the right places."""
    wanted = Options(also=frozenset({path.parent.name}))
    findings = check_source(path.read_text(), options=wanted)
    assert path.parent.name in {finding.code for finding in findings}
    for finding in findings:
        place, text = f"{finding.line}:{finding.column + 1}", finding.message
        as_printed = {
            VSCODE_LINE: f"{place.replace(':', ',')},J,{finding.code}:{text}",
            ALE_LINE: f"some/file.py:{place}: {finding.text}",
            NVIM_LINT_LINE: f"some/file.py:{place}:{finding.code}:{text}",
            FLYCHECK_LINE: f"some/file.py:{place}: {finding.text}",
        }
        for pattern, line in as_printed.items():
            found = pattern.match(line)
            assert found is not None, line
            assert f"{found['line']}:{found['column']}" == place
            assert (found["code"], found["message"]) == (finding.code, text)
