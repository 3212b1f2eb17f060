"""Lint many files, each with a time limit, and note what became of it."""

from __future__ import annotations

import multiprocessing
import signal
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from flake8_joinqueue.check import check_source, study
from flake8_joinqueue.findings import Finding
from flake8_joinqueue.options import Options
from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT

from .understanding import Understood, understood

TIME_LIMIT = 60.0  # seconds for one file

# Those that are off by default are run too: that they crash nothing, and how often they speak.
EVERY_RULE = Options(also=frozenset(OFF_BY_DEFAULT))


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A Python file of a package."""

    package: str
    file: str
    path: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `crash` says how the linter failed on it, "" where it did not."""

    source: Source
    seconds: float
    findings: tuple[Finding, ...] = ()
    queues: tuple[Understood, ...] = ()
    crash: str = ""


class _TooLong(BaseException):
    """The time limit is reached. No exception that the linter could catch by the way."""


def lint_all(
    sources: Iterable[Source], jobs: int, limit: float = TIME_LIMIT, *, follow: bool = False
) -> Iterator[Outcome]:
    """Lint files in parallel; yield outcomes as they come. `follow`: what they import is read."""
    # Spawned, so that a limit in one process is nobody else's.
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        tasks = ((source, limit, follow) for source in sources)
        yield from pool.imap_unordered(_lint_one, tasks, chunksize=16)


def _lint_one(task: tuple[Source, float, bool]) -> Outcome:
    source, limit, follow = task
    return lint(source, limit, follow=follow)


def lint(source: Source, limit: float = TIME_LIMIT, *, follow: bool = False) -> Outcome:
    """Lint one file, within a time limit in seconds. Must be called in a main thread."""
    start = time.monotonic()
    findings: tuple[Finding, ...] = ()
    queues: tuple[Understood, ...] = ()
    crash = ""
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        text = source.path.read_text(encoding="utf-8", errors="replace")
        options = replace(EVERY_RULE, follow_imports=follow)
        name = str(source.path) if follow else source.file
        findings = tuple(check_source(text, name, options=options))
        if not follow:  # where imports are, nobody asks how much of them is understood
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of old escapes in other people's strings
                queues = tuple(understood(study(text, name, options).protocols))
    except _TooLong:
        crash = f"takes more than {limit:g} s"
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what we look for)
        where = traceback.extract_tb(error.__traceback__)[-1]
        crash = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    return Outcome(source, time.monotonic() - start, findings, queues, crash)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong
