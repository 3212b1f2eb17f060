"""Run the real command line in a process of its own."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
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


def on_a_terminal(
    *arguments: str, folder: Path, interrupt_after: bytes = b"", **environment: str
) -> tuple[int, bytes]:
    """Run the command with a terminal, and press Ctrl-C once it has printed something."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "flake8_joinqueue", *arguments]
    environment = {**clean(), "TERM": "xterm", **environment}
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
        # Whoever runs the tests in the background ignores interrupts, and so would the command.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    os.close(slave)
    printed = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ready, _, _ = select.select([master], [], [], 1)
        if not ready:
            continue
        try:
            chunk = os.read(master, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        printed += chunk
        if interrupt_after and interrupt_after in printed:
            interrupt_after = b""
            os.killpg(process.pid, signal.SIGINT)
    status = process.wait(timeout=10)
    os.close(master)
    assert not _is_alive(process.pid), "somebody of the group is left"
    return status, printed


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
