"""Runs a program on the real modules, in a process group of its own that is killed afterwards."""

from __future__ import annotations

import contextlib
import enum
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .outcome import Judgement, OutcomeKind

SITE = """\
import multiprocessing.context as _context
_context._default_context._default_context = _context._concrete_contexts[{method!r}]
"""


class RealKind(enum.Enum):
    """How a program ended on the real modules."""

    FINISHES = "finishes"
    HANGS = "hangs"
    RAISES = "raises"


@dataclass(frozen=True)
class RealOutcome:
    """One real run; ``exit_code`` is None where the program was killed for taking too long."""

    kind: RealKind
    exit_code: int | None
    stdout: str
    stderr: str


def run_real(
    source: str,
    timeout: float = 10.0,
    *,
    filename: str = "program.py",
    start_method: str = "fork",
    python: str = sys.executable,
) -> RealOutcome:
    """Run a program's text for real; nothing of it is left running when this returns.

    It *hangs* if it is not over after ``timeout`` seconds, *raises* if it ends with an exit status
    or if any traceback was printed, and *finishes* otherwise.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, filename)
        program.write_text(source, encoding="utf-8")
        Path(folder, "sitecustomize.py").write_text(SITE.format(method=start_method))
        out, err = Path(folder, "out.txt"), Path(folder, "err.txt")
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONUNBUFFERED": "1"}
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [python, str(program)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            code: int | None = None
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                kill_group(process)
        texts = [p.read_text(encoding="utf-8", errors="replace") for p in (out, err)]
    if code is None:
        kind = RealKind.HANGS
    elif code != 0 or "Traceback (most recent call last)" in texts[1]:
        kind = RealKind.RAISES
    else:
        kind = RealKind.FINISHES
    return RealOutcome(kind, code, texts[0], texts[1])


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of a process group and wait for its leader."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def expected_real(judgement: Judgement) -> frozenset[RealKind] | None:
    """How a real run may end, if the judgement speaks for every schedule; else None.

    Lost items, and exceptions in work whose result nobody reads, cannot be seen from outside.
    """
    if judgement.finishes:
        return frozenset({RealKind.FINISHES})
    if not judgement.always_fails:
        return None
    kinds = {o.kind for o in judgement.outcomes}
    if kinds == {OutcomeKind.HANGS}:
        return frozenset({RealKind.HANGS})
    if OutcomeKind.LOSES_ITEMS in kinds:
        return None
    raising = [o for o in judgement.outcomes if o.kind is OutcomeKind.RAISES]
    if not all(any(not e.silent for e in o.errors) for o in raising):
        return None
    allowed = {RealKind.RAISES}
    if OutcomeKind.HANGS in kinds:
        allowed.add(RealKind.HANGS)
    return frozenset(allowed)
