"""The peers: how each is run over all programs with all it has, and what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_TIME_LIMIT = 600


@dataclass(frozen=True)
class Message:
    """What a tool says of a program, on a line."""

    program: str
    line: int
    code: str
    text: str


Tool = Callable[[Path, Path, list[str]], Iterator[Message]]


def _run(command: Iterable[str | Path], folder: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_TIME_LIMIT,
        check=False,
        env={**os.environ, "NO_COLOR": "1", "PYLINTHOME": str(folder / ".pylint")},
    )
    if done.returncode < 0 or "Traceback (most recent call last)" in done.stderr:
        raise RuntimeError(done.stderr)
    return done.stdout


def pylint(programs: Path, folder: Path, files: list[str]) -> Iterator[Message]:
    """Every check and extension but the one that compares files with each other."""
    switches = ["--enable-all-extensions", "--enable=all", "--disable=duplicate-code,I"]
    said = _run([programs / "pylint", *switches, "--output-format=json2", *files], folder)
    for each in json.loads(said)["messages"]:
        code = f"{each['messageId']} {each['symbol']}"
        yield Message(each["path"], each["line"], code, each["message"])


def ruff(programs: Path, folder: Path, files: list[str]) -> Iterator[Message]:
    """All rules, those in preview included."""
    switches = ["--isolated", "--select=ALL", "--preview", "--no-cache"]
    said = _run([programs / "ruff", "check", *switches, "--output-format=json", *files], folder)
    for each in json.loads(said):
        name, line = Path(each["filename"]).name, each["location"]["row"]
        yield Message(name, line, each["code"], each["message"])


def _flake8(plugin: str) -> Tool:
    def run(programs: Path, folder: Path, files: list[str]) -> Iterator[Message]:
        switches = ["--isolated", f"--select={plugin}", "--ignore=X"]
        for line in _run([programs / "flake8", *switches, *files], folder).splitlines():
            found = re.match(r"(.*?):(\d+):\d+: (\w+) (.*)", line)
            assert found is not None, line
            yield Message(found[1], int(found[2]), found[3], found[4])

    run.__doc__ = f"flake8 with all that the plugin has under {plugin}."
    return run


def mypy(programs: Path, folder: Path, files: list[str]) -> Iterator[Message]:
    """Strict, and everything that is off by default."""
    codes = "truthy-bool redundant-expr ignore-without-code unused-awaitable possibly-undefined"
    switches = [
        "--strict",
        "--warn-unreachable",
        *(f"--enable-error-code={c}" for c in codes.split()),
    ]
    for line in _run([programs / "mypy", *switches, "--output=json", *files], folder).splitlines():
        each = json.loads(line)
        yield Message(each["file"], each["line"], each["code"] or "", each["message"])


def pyright(programs: Path, folder: Path, files: list[str]) -> Iterator[Message]:
    """Strict."""
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    said: dict[str, Any] = json.loads(_run([programs / "pyright", "--outputjson"], folder))
    assert said["summary"]["filesAnalyzed"] == len(files)
    for each in said["generalDiagnostics"]:
        line = each["range"]["start"]["line"] + 1
        yield Message(Path(each["file"]).name, line, each.get("rule", ""), each["message"])


TOOLS: Final[dict[str, Tool]] = {
    "pylint": pylint,
    "ruff": ruff,
    "flake8-bugbear": _flake8("B"),
    "flake8-async": _flake8("ASYNC"),
    "mypy": mypy,
    "pyright": pyright,
}
