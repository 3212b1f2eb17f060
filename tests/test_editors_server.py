"""A session with python-lsp-server, as an editor holds it: open, type, save."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flake8_joinqueue.check import check_source
from tests.languageserver import Session
from tests.test_plugin import HANGS

pytest.importorskip("pylsp")

# What docs/editors.md tells people to set.
SETTINGS = {
    "pylsp": {
        "plugins": {
            "flake8": {"enabled": True, "executable": f"{Path(sys.executable).parent}/flake8"},
            "pycodestyle": {"enabled": False},
            "pyflakes": {"enabled": False},
            "mccabe": {"enabled": False},
        }
    }
}
MENDED = HANGS.replace("            break\n", "            tasks.task_done()\n            break\n")
BROKEN = HANGS.replace("while True:", "while True")


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A file in a folder of its own, not yet written."""
    return tmp_path / "hangs.py"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Session]:
    """A session in that folder."""
    with Session([sys.executable, "-m", "pylsp"], tmp_path, SETTINGS) as session:
        yield session


def ours(diagnostics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The diagnostics of this plugin."""
    return [each for each in diagnostics if str(each.get("code", "")).startswith("JQ")]


def test_open_type_save(editor: Session, program: Path) -> None:
    """One session through all that happens to a file in an editor."""
    program.write_text(HANGS)
    editor.open(program, HANGS)
    [diagnostic] = ours(editor.diagnostics(program))
    [finding] = check_source(HANGS)
    assert diagnostic["code"] == "JQ201"
    assert diagnostic["source"] == "flake8"
    assert diagnostic["message"] == finding.text
    start = {"line": finding.line - 1, "character": finding.column}
    assert diagnostic["range"]["start"] == start

    editor.change(program, MENDED)
    assert ours(editor.diagnostics(program)) == [], "mended in the buffer, not yet on disk"

    editor.change(program, BROKEN)
    during = editor.diagnostics(program)
    assert ours(during) == []
    assert any(each.get("code") == "E999" for each in during)

    editor.change(program, f"# A line above.\n{HANGS}")
    [back] = ours(editor.diagnostics(program))
    assert back["range"]["start"] == {**start, "line": start["line"] + 1}

    editor.save(program, MENDED)
    editor.diagnostics(program)
    editor.change(program, MENDED)
    assert ours(editor.diagnostics(program)) == []


def test_a_file_that_was_never_saved(editor: Session, program: Path) -> None:
    editor.open(program, HANGS)
    assert [each["code"] for each in ours(editor.diagnostics(program))] == ["JQ201"]
    assert not program.exists()


def test_letters_outside_of_ascii_before_the_finding(editor: Session, program: Path) -> None:
    """Columns are characters, not bytes."""
    text = HANGS.replace("            break\n", "            print('früh'); break\n")
    editor.open(program, text)
    [diagnostic] = ours(editor.diagnostics(program))
    assert diagnostic["range"]["start"] == {"line": 8, "character": 27}
