"""Run the real command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_TIME_LIMIT = 60


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit status, and what it printed."""

    status: int
    output: str
    errors: str

    @property
    def codes(self) -> list[str]:
        """The codes of the findings in text, in the order printed."""
        return [line.split(": ", 1)[1].split()[0] for line in self.output.splitlines()]


def joinqueue(
    *arguments: str | Path,
    folder: Path,
    stdin: bytes = b"",
    environment: dict[str, str] | None = None,
) -> Outcome:
    """Run `flake8-joinqueue` in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "flake8_joinqueue", *map(str, arguments)],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=_TIME_LIMIT,
        check=False,
        env={**clean(), **(environment or {})},
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def clean() -> dict[str, str]:
    """The environment without what steers colours."""
    steering = {"NO_COLOR", "FORCE_COLOR", "PYTHONWARNINGS"}
    return {name: value for name, value in os.environ.items() if name not in steering}
