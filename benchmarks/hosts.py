"""Whole flake8 runs: bare, with this plugin, with its neighbours, each in its own environment.

The runs alternate, so that a machine that slows down slows all of them; what counts is processor
time, as the operating system has it of the finished process, and the ratio to the bare run of the
same round.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parent.parent
ENVIRONMENTS: Mapping[str, tuple[str, ...]] = {
    "bare": ("flake8",),
    "flake8-joinqueue": ("flake8", str(_ROOT)),
    "flake8-bugbear": ("flake8", "flake8-bugbear"),
    "flake8-async": ("flake8", "flake8-async"),
}
BARE = "bare"


@dataclass(frozen=True, slots=True)
class Run:
    """A finished process: seconds of processor time, seconds of a clock, bytes at the most."""

    processor: float
    clock: float
    memory: int


def cache() -> Path:
    """Return where the environments are kept between runs."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "flake8-joinqueue" / "benchmarks"


def prepare(name: str) -> Path:
    """Make or bring up to date an environment, and return its Python."""
    folder = cache() / name
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True, clear=True)
    fresh = ["--force-reinstall", "--no-deps"] if str(_ROOT) in ENVIRONMENTS[name] else []
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *ENVIRONMENTS[name]], check=True)
    if fresh:
        subprocess.run([*install, *fresh, str(_ROOT)], check=True)
    return python


def run(command: Sequence[str]) -> Run:
    """Run a command and return what it took. Raises `RuntimeError` where it fails."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        errors = process.stderr.read() if process.stderr is not None else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed: {errors.decode(errors='replace')[-500:]}")
    clock = time.perf_counter() - begun
    # On macOS the size is in bytes, elsewhere in KiB.
    memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(usage.ru_utime + usage.ru_stime, clock, memory)


def alternate(
    pythons: Mapping[str, Path], arguments: Sequence[str], rounds: int
) -> dict[str, list[Run]]:
    """Run flake8 in each environment in turn, so many times."""
    runs: dict[str, list[Run]] = {name: [] for name in pythons}
    for _ in range(rounds):
        for name, python in pythons.items():
            runs[name].append(run([str(python), "-m", "flake8", *arguments]))
    return runs


def ratio(runs: Mapping[str, Sequence[Run]], name: str) -> float:
    """Return the median, over the rounds, of the processor time by that of the bare run."""
    pairs = zip(runs[name], runs[BARE], strict=True)
    return statistics.median(ours.processor / bare.processor for ours, bare in pairs)
