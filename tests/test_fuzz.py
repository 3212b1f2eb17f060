"""No text does harm: no exception, no endless work, no file touched, nothing imported or run.

A fixed number of cases; `--long=HOURS` goes on with fresh ones (see `conftest.py`).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import hypothesmith
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some

from flake8_joinqueue.check import check_source
from tests.commands import joinqueue

FIXTURES = Path(__file__).parent.parent / "fixtures"
# Seconds for one text: far more than any takes, and far less than for ever.
BUDGET = 60
CASES = 200
# So that the text is not put aside at the first look.
QUEUES = "from multiprocessing import JoinableQueue, Process\ntasks = JoinableQueue()\n"
_NASTY = (
    "\0",
    "\r",
    "\r\n",
    "\f",
    "\x1a",
    "\ufeff",
    "\u2028",
    "\x85",
    "\ud800",
    "\U0001f40d",
    "\t",
    " " * 40,
    "\\\n",
    '"""',
    "(" * 60,
    "await ",
    "async ",
    "yield ",
    "*",
    "lambda: ",
    "not " * 50,
    "global tasks\n",
    "del tasks\n",
    "with ",
    "match tasks:\n",
    "else:\n",
    "finally:\n",
    "f'{tasks!r:{tasks}}'",
    "break\n",
    "return\n",
    "class ",
    ":= ",
    "0x",
    "1" * 5000,
)


@contextmanager
def within_budget(what: str) -> Iterator[None]:
    """Fail where the block takes too long."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {BUDGET} seconds for {what!r}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(BUDGET)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def survives(text: str) -> None:
    """Check a text; whatever it is, it has findings, each of them within it."""
    with within_budget(text):
        findings = check_source(text, "fuzzed.py")
    lines = text.count("\n") + text.count("\r") + 2
    for finding in findings:
        assert 1 <= finding.line <= finding.end_line <= lines
        assert finding.column >= 0
        assert "\n" not in finding.message


@settings(
    max_examples=CASES // 2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(hypothesmith.from_node())
def test_programs_that_nobody_would_write(code: str) -> None:
    survives(QUEUES + code)


@settings(max_examples=CASES, deadline=None, derandomize=True, phases=[Phase.generate])
@given(some.text())
def test_any_text(text: str) -> None:
    survives(text)
    survives(QUEUES + text)


def _programs() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(FIXTURES.glob("*/*.py"))]


def spoilt(text: str, chance: random.Random, others: list[str]) -> str:
    """Spoil a program: cut, double, move, splice with another, or put something nasty in."""
    for _ in range(chance.randint(1, 3)):
        lines = text.splitlines(keepends=True) or [""]
        first, last = sorted(chance.choices(range(len(lines) + 1), k=2))
        at = chance.randint(0, len(text))
        match chance.randint(0, 8):
            case 0:
                text = text[:at]
            case 1:
                text = text[at:] + text[:at]
            case 2:
                text = "".join(lines[:first] + lines[last:])
            case 3:
                text = "".join(lines[:last] + lines[first:])
            case 4:
                other = chance.choice(others).splitlines(keepends=True)
                text = "".join(lines[:first] + other[chance.randint(0, len(other)) :])
            case 5:
                nasty = chance.choice(_NASTY)
                text = text[:at] + nasty + text[at:]
            case 6:
                indent = " " * chance.randint(1, 8)
                text = "".join(
                    indent + line if first <= number < last else line
                    for number, line in enumerate(lines)
                )
            case 7:
                words = text.split(" ")
                one, two = chance.choices(range(len(words)), k=2)
                words[one], words[two] = words[two], words[one]
                text = " ".join(words)
            case _:
                middle = lines[first:last]
                chance.shuffle(middle)
                text = "".join(lines[:first] + middle + lines[last:])
    return text


def test_spoilt_programs() -> None:
    chance = random.Random(7)  # noqa: S311 (not for secrets)
    programs = _programs()
    for _ in range(5 * CASES):
        survives(spoilt(chance.choice(programs), chance, programs))


@pytest.mark.slow
def test_spoilt_programs_for_hours(request: pytest.FixtureRequest) -> None:
    """With `--long=HOURS`, as many as there is time for; else some thousands."""
    hours = float(request.config.getoption("--long"))
    start = random.SystemRandom().randrange(10**9)
    chance = random.Random(start)  # noqa: S311
    programs = _programs()
    until = time.monotonic() + hours * 3600
    cases = 0
    while cases < 3000 or time.monotonic() < until:
        text = spoilt(chance.choice(programs), chance, programs)
        cases += 1
        try:
            survives(text)
        except BaseException:
            print(f"seed {start}, case {cases}:\n{text!r}")  # noqa: T201 (shown where it fails)
            raise


@pytest.mark.slow
def test_programs_that_nobody_would_write_for_hours(request: pytest.FixtureRequest) -> None:
    hours = float(request.config.getoption("--long"))
    until = time.monotonic() + hours * 3600

    @seed(random.SystemRandom().randrange(10**9))
    @settings(
        max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(hypothesmith.from_grammar())
    def check(code: str) -> None:
        survives(QUEUES + code)

    check()
    while time.monotonic() < until:
        check()


_DEEP = {
    "brackets": "x = " + "(" * 150 + "tasks" + ")" * 150,
    "calls": "x = tasks" + ".get()" * 2000,
    "sums": "x = " + " + ".join(["tasks.get()"] * 5000),
    "conditions": "x = " + " if tasks else ".join(["1"] * 500),
    "not": "x = " + "not " * 3000 + "tasks",
    "elif": "if tasks:\n    tasks.get()\n" + "elif tasks:\n    tasks.put(1)\n" * 1500,
    "functions": "".join(f"{' ' * n}def f{n}():\n" for n in range(90)) + " " * 90 + "tasks.get()",
    "loops": "".join(f"{' ' * n}for i in tasks:\n" for n in range(19)) + " " * 19 + "tasks.get()",
    "branches": "".join(
        f"if x{n}:\n    tasks.put({n})\nelse:\n    tasks.get()\n" for n in range(90)
    ),
    "mutual calls": "".join(
        f"def f{n}():\n    f{(n + 1) % 60}()\n    f{n // 2}()\n" for n in range(60)
    )
    + "f0()",
    "doubling": "def f0():\n    tasks.put(1)\n"
    + "".join(f"def f{n}():\n    f{n - 1}()\n    f{n - 1}()\n" for n in range(1, 40))
    + "f39()",
    "strings": "x = '''" + "task_done JoinableQueue\n" * 20000 + "'''",
    "lambdas": "x = " + "lambda: " * 400 + "tasks.get()",
    "workers": "".join(f"Process(target=tasks.get, args=({n},)).start()\n" for n in range(300)),
}


@pytest.mark.parametrize("text", _DEEP.values(), ids=_DEEP)
def test_deep_and_large(text: str) -> None:
    survives(QUEUES + text + "\n")


_BYTES = {
    "utf-16": QUEUES.encode("utf-16"),
    "utf-7 cookie": b"# coding: utf-7\n" + QUEUES.encode() + b"+AD0-\n",
    "rot13 cookie": b"# coding: rot13\n" + QUEUES.encode(),
    "idna cookie": b"# coding: idna\n" + QUEUES.encode() + b"\xff\n",
    "undefined cookie": b"# coding: undefined\n" + QUEUES.encode(),
    "unicode_escape cookie": b"# coding: unicode_escape\n" + QUEUES.encode() + b"x = '\\ud800'\n",
    "zlib cookie": b"# coding: zlib\n" + QUEUES.encode(),
    "two cookies": b"# coding: latin-1\n# coding: utf-8\n" + QUEUES.encode() + b"\xe9\n",
    "BOM in the middle": QUEUES.encode() + b"\xef\xbb\xbfx = 1\n",
    "NUL": QUEUES.encode() + b"x = '\0'\n",
    "all bytes": bytes(range(256)) + QUEUES.encode(),
    "not a character": QUEUES.encode() + b"x = '\xed\xa0\x80'\n",
    "old Mac": QUEUES.replace("\n", "\r").encode(),
    "a mixture": QUEUES.replace("\n", "\r\n\f\r").encode(),
}


def test_odd_encodings(tmp_path: Path) -> None:
    for number, content in enumerate(_BYTES.values()):
        (tmp_path / f"odd{number:02}.py").write_bytes(content)
    outcome = joinqueue("check", "--extend-select=JQ000", folder=tmp_path)
    assert outcome.errors == ""
    assert outcome.status in {0, 1}
    assert "internal error" not in outcome.output


def _snapshot(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        state = path.stat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = state.st_mode, state.st_mtime_ns, content
    return found


_SCRIPTS = Path(sys.executable).parent
_TRAP = """\
import os, pathlib
pathlib.Path(os.environ["TRAP"]).write_text("sprung")
"""
_TRAPPED = """\
import booby_trap
from booby_trap import work
from package import trap
from . import booby_trap as again
import multiprocessing, os, pathlib

pathlib.Path(os.environ["TRAP"]).write_text("sprung")
q = multiprocessing.JoinableQueue()
multiprocessing.Process(target=work, args=(q,)).start()
q.put(None)
q.join()
"""


@pytest.mark.parametrize("follow", [[], ["--joinqueue-follow-imports"]], ids=["", "follow"])
@pytest.mark.parametrize(
    "command",
    [
        [_SCRIPTS / "flake8-joinqueue", "check", "."],
        [_SCRIPTS / "flake8-joinqueue", "check", "--jobs=2", "."],
        [_SCRIPTS / "flake8-joinqueue", "show", "trapped.py"],
        [sys.executable, "-m", "flake8_joinqueue", "check", "."],
        [_SCRIPTS / "flake8", "--isolated", "."],
    ],
    ids=["check", "check in processes", "show", "module", "flake8"],
)
def test_a_booby_trap_is_not_sprung(
    tmp_path: Path, command: list[str | Path], follow: list[str]
) -> None:
    """Nothing of the code under analysis is imported or run, and no file is written.

    The modules that the linter itself imports have traps of the same name here: `python -m` looks
    for modules in the current folder first.
    """
    code = tmp_path / "code"
    (code / "package").mkdir(parents=True)
    modules = ("libcst", "flake8", "argparse", "json", "multiprocessing", "queue", "tokenize")
    for name in (
        *(f"{module}.py" for module in modules),
        "booby_trap.py",
        "package/__init__.py",
        "package/trap.py",
        "conftest.py",
    ):
        (code / name).write_text(_TRAP)
    (code / "trapped.py").write_text(_TRAPPED)
    before = _snapshot(code)
    sprung = tmp_path / "sprung"
    done = subprocess.run(
        [*command, *follow],
        cwd=code,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "TRAP": str(sprung), "PYTHONDONTWRITEBYTECODE": ""},
    )
    assert done.returncode in {0, 1}
    assert "Traceback" not in done.stderr
    assert not sprung.exists()
    assert _snapshot(code) == before
