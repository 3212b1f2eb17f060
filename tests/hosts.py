"""Run real flake8 in a process of its own, with this plugin or as if it were not installed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# flake8 finds its plugins among the installed distributions; this hides one of them.
_HIDE_PLUGIN = """
import importlib.metadata
everything = importlib.metadata.distributions
importlib.metadata.distributions = lambda **how: (
    each for each in everything(**how) if each.metadata["Name"] != "flake8-joinqueue"
)
"""
# Pyflakes runs out of stack on deeply nested code and takes flake8 with it.
_SILENCE_PYFLAKES = """
from flake8.plugins.pyflakes import FlakesChecker
FlakesChecker.__init__ = lambda self, tree, filename: None
FlakesChecker.run = lambda self: iter(())
"""
_MAIN = """
import sys
from flake8.main.cli import main
sys.exit(main(sys.argv[1:]))
"""
_TIME_LIMIT = 60


@dataclass(frozen=True)
class Outcome:
    """The exit status of flake8, the lines it printed, and the last line of its errors."""

    status: int
    lines: list[str]
    errors: str

    def codes(self) -> list[str]:
        """The codes of the findings, in the order printed."""
        return [line.split(": ", 1)[-1].split()[0] for line in self.lines]

    def about_queues(self) -> list[str]:
        """The lines with a finding of this plugin."""
        return [line for line in self.lines if ": JQ" in line]

    def others(self) -> list[str]:
        """The lines with a finding of somebody else."""
        return [line for line in self.lines if ": JQ" not in line]


def flake8(
    *arguments: str | Path,
    folder: Path,
    stdin: bytes = b"",
    plugin: bool = True,
    pyflakes: bool = True,
) -> Outcome:
    """Run flake8 in a folder, where wanted as if this plugin, or pyflakes, were not installed."""
    changes = ("" if plugin else _HIDE_PLUGIN) + ("" if pyflakes else _SILENCE_PYFLAKES)
    start = ["-c", changes + _MAIN] if changes else ["-m", "flake8"]
    # A configuration of a folder above must not reach the test.
    command = [sys.executable, *start, "--jobs=1", *map(str, arguments)]
    if not any(str(argument).startswith("--config") for argument in arguments):
        command.append("--isolated")
    done = subprocess.run(
        command,
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=_TIME_LIMIT,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    lines = done.stdout.decode().splitlines()
    # Of a traceback the last line: those above show how flake8 was started.
    errors = done.stderr.decode().splitlines()[-1:]
    return Outcome(done.returncode, lines, "".join(errors))
