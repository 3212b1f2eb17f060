"""The command line in long runs: against flake8, over many files, in every form."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import joinqueue, on_a_terminal
from tests.hosts import flake8
from tests.test_cli_formats import validate
from tests.test_plugin import HANGS

FIXTURES = Path(__file__).parent.parent / "fixtures"


_OPTIONS = {
    "nothing": "",
    "select ours": "select = JQ",
    "select another": "select = JQ1",
    "select nothing of ours": "select = E,F,W",
    "ignore": "ignore = E1,JQ201",
    "extend-ignore": "extend-ignore = JQ2",
    "select and ignore": "select = JQ201\nignore = JQ2",
    "per file": "per-file-ignores =\n    hangs.py: E1,JQ201\n    other.py: JQ1",
    "per folder": "per-file-ignores = sub/*:JQ",
    "exclude": "exclude = sub,other.py",
    "exclude a path": "exclude = sub/hangs.py",
    "extend-exclude": "extend-exclude = *angs.py",
    "filename": "filename = *.txt,o*.py",
    "noqa is off": "disable-noqa = true",
    "others' options": "max-line-length = 99\nstrange-option = 1",
    "start method": "joinqueue-start-method = spawn\njoinqueue-follow-imports = no",
}


@pytest.mark.parametrize(
    ("name", "content"),
    [*zip(itertools.cycle(["setup.cfg", "tox.ini", ".flake8"]), _OPTIONS.values(), strict=False)],
    ids=_OPTIONS,
)
def test_findings_are_those_of_flake8(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / "sub").mkdir()
    quiet = HANGS.replace("break\n", "break  # noqa: JQ201\n")
    for path, text in {
        "hangs.py": HANGS,
        "other.py": HANGS,
        "sub/hangs.py": HANGS,
        "quiet.py": quiet,
        "silent.py": "# flake8: noqa\n" + HANGS,
        "named.txt": HANGS,
    }.items():
        (tmp_path / path).write_text(text)
    (tmp_path / name).write_text(f"[flake8]\n{content}\n")
    # flake8 stays out of the configuration of the folders above only if there is one here.
    theirs = flake8(".", f"--config={name}", folder=tmp_path)
    ours = joinqueue("check", "--no-source", ".", folder=tmp_path)
    expected = [line.removeprefix("./") for line in theirs.about_queues()]
    assert sorted(ours.output.splitlines()) == sorted(expected)
    assert ours.errors == ""


def _many(folder: Path, count: int) -> None:
    """Make files that take long enough together to be interrupted."""
    for number in range(count):
        (folder / f"many{number:04}.py").write_text(HANGS)


def test_many_files_in_several_processes(tmp_path: Path) -> None:
    _many(tmp_path, 70)
    one = joinqueue("check", "--jobs=1", folder=tmp_path)
    two = joinqueue("check", "--jobs=2", folder=tmp_path)
    assert one == two
    assert one.output.count("JQ201") == 70


def test_ctrl_c_leaves_no_mess(tmp_path: Path) -> None:
    _many(tmp_path, 6000)
    status, printed = on_a_terminal(
        "check", "--jobs=2", folder=tmp_path, interrupt_after=b"checked "
    )
    assert status == 130, printed[-2000:]
    assert b"Traceback" not in printed
    assert b" of 6,000 files" in printed
    assert printed.endswith(b"\r\033[K")  # the progress line is gone


def test_a_reader_that_has_had_enough(tmp_path: Path) -> None:
    _many(tmp_path, 300)
    command = f"{sys.executable} -m flake8_joinqueue check --jobs=1 | head -n 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, check=False, timeout=60
    )
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


@pytest.mark.parametrize("form", ["json", "sarif", "github", "gitlab"])
def test_fixtures_in_every_form(form: str) -> None:
    """The same findings in each, and nothing that a reader would stumble over."""
    folders = [f"fixtures/{code}" for code in ("JQ103", "JQ201", "JQ301", "JQ402")]
    told = joinqueue("check", "--no-source", *folders, folder=FIXTURES.parent)
    expected = [tuple(line.split(":")[:2]) for line in told.output.splitlines()]
    assert len(expected) > 20
    outcome = joinqueue("check", f"--output-format={form}", *folders, folder=FIXTURES.parent)
    assert (outcome.status, outcome.errors) == (1, "")
    if form == "github":
        found = re.findall(r"^::error [^:]*file=(.*?),line=(\d+)", outcome.output, re.MULTILINE)
    elif form == "sarif":
        log = json.loads(outcome.output)
        validate(log)
        places = [each["locations"][0]["physicalLocation"] for each in log["runs"][0]["results"]]
        found = [
            (place["artifactLocation"]["uri"], str(place["region"]["startLine"]))
            for place in places
        ]
    elif form == "gitlab":
        places = [each["location"] for each in json.loads(outcome.output)]
        found = [(place["path"], str(place["lines"]["begin"])) for place in places]
    else:
        places = json.loads(outcome.output)["findings"]
        found = [(place["path"], str(place["line"])) for place in places]
    assert found == expected
