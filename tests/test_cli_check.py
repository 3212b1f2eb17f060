"""`flake8-joinqueue check`: the real program, as a user calls it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import joinqueue, on_a_terminal
from tests.test_plugin import HANGS

SHOWN = """\
hangs.py:9:13: JQ201 'work' leaves on the sentinel of 'tasks' without task_done(): join() on line \
19 waits for it for ever, call task_done() first
  9 |             break
    |             ^^^^^
 18 | tasks.put(None)
    | --------------- the sentinel is put here
 19 | tasks.join()
    | ------------ join() waits here

"""


@pytest.fixture
def hangs(tmp_path: Path) -> Path:
    """A folder with one program, `hangs.py`, that has exactly one finding, JQ201."""
    (tmp_path / "hangs.py").write_text(HANGS)
    return tmp_path


def test_a_finding_with_its_source_and_the_other_half(hangs: Path) -> None:
    outcome = joinqueue("check", "hangs.py", folder=hangs)
    assert (outcome.status, outcome.output, outcome.errors) == (1, SHOWN, "")


def test_clean(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    outcome = joinqueue("check", folder=tmp_path)
    assert (outcome.status, outcome.output, outcome.errors) == (0, "", "")


def test_a_line_a_finding(hangs: Path) -> None:
    outcome = joinqueue("check", "--no-source", "hangs.py", folder=hangs)
    assert outcome.output == SHOWN.splitlines(keepends=True)[0]


@pytest.mark.parametrize("arguments", [["."], [], ["../hangs"], ["hangs.py", "."]])
def test_paths(tmp_path: Path, arguments: list[str]) -> None:
    folder = tmp_path / "hangs"
    (folder / "inner").mkdir(parents=True)
    (folder / "hangs.py").write_text(HANGS)
    (folder / "inner" / "more.py").write_text(HANGS)
    (folder / "notes.txt").write_text(HANGS)
    outcome = joinqueue("check", "--no-source", *arguments, folder=folder)
    paths = [line.split(":")[0].removeprefix("../hangs/") for line in outcome.output.splitlines()]
    assert paths == ["hangs.py", "inner/more.py"]


def test_standard_input(tmp_path: Path) -> None:
    options = ["check", "-", "--stdin-filename=shown.py", "--no-source"]
    outcome = joinqueue(*options, folder=tmp_path, stdin=HANGS.encode())
    assert outcome.status == 1
    assert outcome.output.startswith("shown.py:9:13: JQ201 ")
    assert joinqueue("check", "-", folder=tmp_path, stdin=b"x = 1\n").status == 0


def test_exit_zero(hangs: Path) -> None:
    outcome = joinqueue("check", "--exit-zero", folder=hangs)
    assert (outcome.status, outcome.output) == (0, SHOWN)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "missing.py"], "missing.py: No such file or directory"),
        (["check", "--select=JQ999"], "--select: no rule has the code JQ999"),
        (["check", "--extend-select=E501"], "--extend-select: no rule has the code E501"),
        (["check", "--ignore", "JQ1,nonsense"], "--ignore: no rule has the code nonsense"),
        (["check", "--frobnicate"], "unrecognized arguments: --frobnicate"),
        (["check", "--output-format=xml"], "invalid choice: 'xml'"),
        (["check", "--jobs=none"], "'none' is no number of processes"),
        (["check", "--config=missing.cfg"], "missing.cfg: no such configuration file"),
        (["check", "--config=broken.cfg"], "broken.cfg: File contains no section headers"),
        (["check", "--config=codes.cfg"], "codes.cfg: ignore: '#' is no code"),
        (["check", "--config=switch.cfg"], "disable-noqa: 'perhaps' is neither true nor false"),
        (["check", "--per-file-ignores=a.py"], "'a.py' is no `files:codes` list"),
        (["check", "--joinqueue-python=old"], "joinqueue-python: 'old' is no version"),
        (["explain", "JQ999"], "no rule is called JQ999"),
        (["show", "missing.py"], "missing.py: No such file or directory"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_trouble_is_one_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "broken.cfg").write_text("nonsense")
    (tmp_path / "codes.cfg").write_text("[flake8]\nignore = E1, # why\n")
    (tmp_path / "switch.cfg").write_text("[flake8]\ndisable-noqa = perhaps\n")
    outcome = joinqueue(*arguments, folder=tmp_path)
    assert outcome.status == 2
    assert outcome.output == ""
    assert outcome.errors.startswith("flake8-joinqueue: error: ")
    assert said in outcome.errors
    assert outcome.errors.count("\n") == 1


def test_a_file_that_cannot_be_read_keeps_none_from_being_checked(hangs: Path) -> None:
    outcome = joinqueue("check", "hangs.py", "gone.py", folder=hangs)
    assert (outcome.status, outcome.output) == (2, SHOWN)
    assert "gone.py: No such file" in outcome.errors


def test_configuration_is_found_above(tmp_path: Path) -> None:
    (tmp_path / "tox.ini").write_text("[flake8]\nper-file-ignores = inner/hangs.py:JQ2\n")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "hangs.py").write_text(HANGS)
    (tmp_path / "inner" / "setup.cfg").write_text("[metadata]\nname = nothing\n")
    assert joinqueue("check", "inner", folder=tmp_path).status == 0
    # As flake8 has it, such a pattern counts from where it is called.
    assert joinqueue("check", "hangs.py", folder=tmp_path / "inner").status == 1
    (tmp_path / "tox.ini").write_text("[flake8]\nexclude = inner/hangs.py\n")
    assert joinqueue("check", "hangs.py", folder=tmp_path / "inner").status == 0
    assert joinqueue("check", "--isolated", "hangs.py", folder=tmp_path / "inner").status == 1


def test_the_command_line_comes_before_the_configuration(hangs: Path) -> None:
    (hangs / "setup.cfg").write_text("[flake8]\nignore = JQ201\nexclude = hangs.py\n")
    assert joinqueue("check", folder=hangs).status == 0
    assert joinqueue("check", "--exclude=x", folder=hangs).status == 0
    assert joinqueue("check", "--ignore=JQ1", folder=hangs).status == 0
    assert joinqueue("check", "--exclude=x", "--ignore=JQ1", folder=hangs).status == 1


def test_not_analysed_is_off(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("from queue import Queue\ndef broken(:\n")
    assert joinqueue("check", folder=tmp_path).status == 0
    outcome = joinqueue("check", "--extend-select=JQ000", folder=tmp_path)
    assert outcome.status == 1
    assert outcome.output.startswith("broken.py:1:1: JQ000 not analysed, syntax error on line 2")


def test_gitignore(hangs: Path) -> None:
    (hangs / ".gitignore").write_text("/hangs.py\n")
    assert joinqueue("check", folder=hangs).status == 0
    assert joinqueue("check", "hangs.py", folder=hangs).status == 1
    assert joinqueue("check", "--no-gitignore", folder=hangs).status == 1


def test_colour_is_for_terminals(hangs: Path) -> None:
    def coloured(*options: str, **environment: str) -> bool:
        outcome = joinqueue("check", *options, folder=hangs, environment=environment)
        assert outcome.status == 1
        return "\033[" in outcome.output

    assert not coloured()
    assert coloured("--color=always")
    assert coloured(FORCE_COLOR="1")
    assert not coloured("--color=never", FORCE_COLOR="1")
    assert not coloured(NO_COLOR="1", FORCE_COLOR="1")
    assert coloured("--color=always", NO_COLOR="1")


def test_on_a_terminal(hangs: Path) -> None:
    status, printed = on_a_terminal("check", folder=hangs)
    assert status == 1
    assert b"\033[1;31mJQ201\033[0m" in printed
    assert printed.endswith(b"1 finding in 1 file\r\n")
    _, printed = on_a_terminal("check", folder=hangs, NO_COLOR="1")
    assert b"\033[1;" not in printed


def test_nothing_steers_the_terminal(tmp_path: Path) -> None:
    name = "evil\033[2J\u202e.py"
    text = HANGS.replace("break\n", "break  # \033[31m \u202e \u2066 \x07 \x9b\n")
    (tmp_path / name).write_text(text)
    for options in ([], ["--output-format=github"]):
        outcome = joinqueue("check", *options, folder=tmp_path)
        assert outcome.status == 1
        assert all(char.isprintable() or char == "\n" for char in outcome.output)
    assert "evil\\x1b[2J\\u202e.py" in outcome.output
    missing = joinqueue("check", "gone\033[2J", folder=tmp_path)
    assert all(char.isprintable() or char == "\n" for char in missing.errors)


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.py"
    Path(os.fsdecode(path)).write_text(HANGS)
    for form in ("text", "json", "sarif", "github", "gitlab"):
        outcome = joinqueue("check", f"--output-format={form}", folder=tmp_path)
        assert (outcome.status, outcome.errors) == (1, "")


def test_a_terminal_that_knows_ascii_only(tmp_path: Path) -> None:
    (tmp_path / "größe.py").write_text(HANGS.replace("tasks", "größe"), encoding="utf-8")
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    outcome = joinqueue("check", folder=tmp_path, environment=environment)
    assert outcome.status == 1
    assert "gr\\xf6" in outcome.output


def test_an_import_of_the_program_is_cheap(tmp_path: Path) -> None:
    script = "import sys, flake8_joinqueue; print(len([n for n in sys.modules if 'joinq' in n]))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_where_processes_are_not_forked(hangs: Path, method: str) -> None:
    """As on macOS and Windows, and on Linux from Python 3.14 on."""
    program = hangs / "program.py"
    program.write_text(
        "import multiprocessing, sys\n"
        "from flake8_joinqueue.cli import main\n"
        "if __name__ == '__main__':\n"
        "    multiprocessing.set_start_method(sys.argv[1])\n"
        "    sys.exit(main(sys.argv[2:]))\n"
    )
    (hangs / "too.py").write_text(HANGS)
    command = [sys.executable, str(program), method, "check", "--no-source", "--jobs", "2"]
    command += ["--joinqueue-queue-classes=app.Jobs=queue.Queue", "."]
    done = subprocess.run(command, cwd=hangs, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["hangs.py", "too.py"]
