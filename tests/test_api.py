"""The Python API, as another program uses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import flake8_joinqueue
from flake8_joinqueue.check import study
from tests.test_plugin import HANGS


def test_check_source() -> None:
    [finding] = flake8_joinqueue.check_source(HANGS, "hangs.py")
    assert isinstance(finding, flake8_joinqueue.Finding)
    assert (finding.code, finding.line, finding.column) == ("JQ201", 9, 12)
    assert (finding.end_line, finding.end_column) == (9, 17)
    assert finding.text == f"JQ201 {finding.message}"
    assert [(each.message, each.line) for each in finding.related] == [
        ("the sentinel is put here", 18),
        ("join() waits here", 19),
    ]


def test_options() -> None:
    options = flake8_joinqueue.Options(queue_classes={"app.Jobs": "queue.Queue"})
    assert flake8_joinqueue.check_source("x = 1\n", "some.py", options=options) == []


def test_what_cannot_be_parsed_is_said() -> None:
    [finding] = flake8_joinqueue.check_source("from queue import Queue\ndef broken(:\n", "b.py")
    assert finding.code == "JQ000"


def test_names() -> None:
    for name in flake8_joinqueue.__all__:
        assert getattr(flake8_joinqueue, name)
        assert name in dir(flake8_joinqueue)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = flake8_joinqueue.nonsense  # type: ignore[attr-defined]


def test_what_is_shown_is_what_is_checked() -> None:
    """A class of one's own is known to `study` as it is to `check_source`."""
    text = "from app import Jobs\n\njobs = Jobs()\njobs.join(5)\n"
    options = flake8_joinqueue.Options(queue_classes={"app.Jobs": "queue.Queue"})
    assert [f.code for f in flake8_joinqueue.check_source(text, options=options)] == ["JQ408"]
    [protocol] = study(text, options=options).protocols
    assert [queue.name for queue in protocol.queues] == ["jobs"]
    assert study(text).protocols == ()


def test_nothing_is_imported_until_it_is_needed(tmp_path: Path) -> None:
    script = """\
import sys
import flake8_joinqueue
ours = lambda: {name for name in sys.modules if name.startswith(("flake8_joinqueue.", "libcst"))}
assert not ours(), ours()
flake8_joinqueue.check_source("x = 1", "some.py")
assert "libcst" not in ours() and "argparse" not in sys.modules
assert not any(name.startswith("flake8.") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=60)


def test_other_programs_see_the_types(tmp_path: Path) -> None:
    (tmp_path / "uses.py").write_text(
        "import flake8_joinqueue\n"
        "found: list[flake8_joinqueue.Finding] = flake8_joinqueue.check_source('x', 'x.py')\n"
        "wrong: int = found[0].code\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null", "uses.py"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert 'has type "str"' in done.stdout
    assert "Found 1 error" in done.stdout
