"""`flake8-joinqueue check`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from flake8_joinqueue import cli
from flake8_joinqueue.check import check_source
from flake8_joinqueue.cli.files import STANDARD_INPUT
from flake8_joinqueue.cli.noqa import audible
from flake8_joinqueue.cli.plan import Plan, plan
from flake8_joinqueue.cli.pool import Died, Pool
from flake8_joinqueue.cli.progress import Progress
from flake8_joinqueue.cli.sources import read_file, read_standard_input
from flake8_joinqueue.findings import Finding, not_analysed
from flake8_joinqueue.reporting import github, gitlab, json_object, sarif, text
from flake8_joinqueue.reporting.report import File, Report
from flake8_joinqueue.reporting.terminal import Paint, harmless

FORMATS: Final[dict[str, Callable[[Report], Iterator[str]]]] = {
    "text": lambda report: text.render(report, Paint()),
    "json": json_object.render,
    "sarif": sarif.render,
    "github": github.render,
    "gitlab": gitlab.render,
}
# For fewer files another process costs more than it saves.
_WORTH_A_PROCESS: Final = 32


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a file: its findings, or why it could not be read."""

    file: File
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    """Checks one file; goes to worker processes."""

    plan: Plan

    def __call__(self, path: str) -> _Outcome:
        try:
            return _checked(path, read_file(path), self.plan)
        except OSError as error:
            return _Outcome(File(path), error.strerror or str(error))


def run(asked: argparse.Namespace) -> int:
    """Check what is asked for, print what is found, and return the exit status."""
    from flake8_joinqueue.cli.arguments import colour  # noqa: PLC0415 (it imports this module)

    what = plan(asked)
    outcomes = list(_outcomes(asked, what))
    outcomes.sort(key=lambda outcome: outcome.file.path)
    report = Report(
        tuple(outcome.file for outcome in outcomes if outcome.file.findings),
        len(outcomes),
        tuple((outcome.file.path, outcome.trouble) for outcome in outcomes if outcome.trouble),
    )
    if asked.output_format == "text":
        lines = text.render(report, Paint(colour(asked.color)), source=not asked.no_source)
    else:
        lines = FORMATS[asked.output_format](report)
    for line in lines:
        sys.stdout.write(line)
    sys.stdout.flush()
    for path, reason in report.troubles:
        sys.stderr.write(f"flake8-joinqueue: error: {harmless(path)}: {harmless(reason)}\n")
    _sum_up(report)
    if report.troubles:
        return cli.TROUBLE
    return cli.FINDINGS if report.files and not asked.exit_zero else cli.CLEAN


def _outcomes(asked: argparse.Namespace, what: Plan) -> Iterator[_Outcome]:
    name = asked.stdin_filename
    if STANDARD_INPUT in asked.paths and (name == "stdin" or not what.files.excludes(name)):
        yield _standard_input(name, what)
    paths = what.files.files(asked.paths)
    jobs = min(asked.jobs or os.cpu_count() or 1, len(paths))
    work = _Work(what)
    with closing(Progress(len(paths))) as progress:
        if jobs <= 1 or (not asked.jobs and len(paths) < _WORTH_A_PROCESS):
            for path in paths:
                yield work(path)
                progress.advance()
            return
        for path, outcome in Pool(jobs, work).run(paths):
            if isinstance(outcome, Died):
                yield _Outcome(File(path), "the process that checked it died")
            else:
                yield outcome
            progress.advance()


def _standard_input(name: str, what: Plan) -> _Outcome:
    try:
        return _checked(name, read_standard_input(), what)
    except OSError as error:
        return _Outcome(File(name), str(error))


def _checked(path: str, lines: list[str], what: Plan) -> _Outcome:
    found: Iterable[Finding]
    try:
        found = check_source("".join(lines), path, options=what.options)
    except Exception as error:  # noqa: BLE001 (one file must not keep the others from being checked)
        found = [not_analysed(f"internal error {type(error).__name__} {error}")]
    found = (finding for finding in found if what.reports(finding.code, path))
    if what.noqa:
        found = audible(found, lines)
    findings = tuple(found)
    numbers = {finding.line for finding in findings}
    numbers.update(place.line for finding in findings for place in finding.related)
    shown = {number: lines[number - 1] for number in numbers if number <= len(lines)}
    return _Outcome(File(path, findings, shown))


def _sum_up(report: Report) -> None:
    """Say on a terminal how much was found; a pipe has no use for it."""
    if not sys.stderr.isatty():
        return
    found = sum(len(file.findings) for file in report.files)
    files = f"{report.checked} file" + ("" if report.checked == 1 else "s")
    number = f"{found} finding" + ("" if found == 1 else "s") if found else "nothing found"
    sys.stderr.write(f"{number} in {files}\n")
