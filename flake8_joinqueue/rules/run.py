"""From Protocols to findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from flake8_joinqueue.analysis.handing import with_what_is_handed_on
from flake8_joinqueue.analysis.known import Known
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.variants import variants
from flake8_joinqueue.findings import Finding, NotAnalysed, Related, not_analysed
from flake8_joinqueue.options import DEFAULTS, Options
from flake8_joinqueue.protocol import (
    Operation,
    Protocol,
    SetAttribute,
    Site,
    Try,
    operations_in,
)
from flake8_joinqueue.records import replace
from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT, Rule, load
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.standing import Findable

# One cause, one report: the first says it better than the second, for the same worker and queue.
BETTER: Final = (
    ("JQ105", "JQ101"),
    # The worker never leaves on this sentinel, so nothing else can come of its leaving.
    *(("JQ106", code) for code in ("JQ101", "JQ102", "JQ103", "JQ104", "JQ107", "JQ201", "JQ302")),
    ("JQ108", "JQ101"),
    ("JQ102", "JQ101"),
    ("JQ302", "JQ101"),
    ("JQ301", "JQ104"),
    ("JQ413", "JQ101"),
)
# Rules compare every worker with every item: time grows with the square of their number.
MOST_ACTORS: Final = 200
# Those that may speak of a program without queues, and of what operation there. All else that any
# rule says is said of a queue.
WITHOUT_QUEUES: Final[Mapping[str, type[Operation]]] = {"JQ405": Try, "JQ413": SetAttribute}
_OF_QUEUES: Final = ("Empty", "Full")
BETTER_AT_SITE: Final = (("JQ205", "JQ203"), ("JQ104", "JQ103"), ("JQ303", "JQ306"))


def run(
    protocols: Iterable[Protocol], options: Options = DEFAULTS, given_up: Iterable[str] = ()
) -> list[Finding]:
    """Return the findings in Protocols, sorted, each place and code once.

    Where a limit is reached, there is the finding JQ000, and those of the rules that did not come
    to it; `given_up` says where the reading came to one.
    """
    findings: dict[tuple[str, int, int], Finding] = {}
    for reason in given_up:
        findings.setdefault(("JQ000", 1, 0), not_analysed(reason))
    for protocol in protocols:
        limits: list[NotAnalysed] = []
        found = [
            _finding(report)
            for report in map(_at_home, reports(protocol, options, limits))
            if report is not None
        ]
        found.extend(not_analysed(limit.reason) for limit in limits)
        for finding in found:
            findings.setdefault((finding.code, finding.line, finding.column), finding)
    return sorted(findings.values())


def reports(
    protocol: Protocol, options: Options = DEFAULTS, limits: list[NotAnalysed] | None = None
) -> list[Report]:
    """Return what holds in a Protocol however its settings go.

    The limits that were reached are added to `limits`.
    """
    limits = [] if limits is None else limits
    wanted = _wanted(protocol, options)
    if not wanted:
        return []
    known = Known()
    if len(protocol.actors) > MOST_ACTORS:
        reason = f"{len(protocol.actors)} actors are too many to compare with one another"
        limits.append(NotAnalysed(reason))
        return []
    protocol = with_what_is_handed_on(protocol, known)
    try:
        programs = (Program(variant, options, known) for variant in variants(protocol))
        # Where there are too many, the first is not made either.
        findable = Findable(wanted, programs, limits, Program(protocol, options, known))
    except NotAnalysed as limit:
        limits.append(limit)
        return []
    standing = findable.standing()
    return most_specific(each for each in standing if protocol.concerns(each.queue))


def _wanted(protocol: Protocol, options: Options) -> list[Rule]:
    """Return the rules that may have something to say of a Protocol."""
    codes: Collection[str] | None = None
    if not protocol.queues:
        done = {
            type(each)
            for actor in protocol.actors
            for each in operations_in(actor.body)
            if not isinstance(each, Try) or _handles_a_queues(each)
        }
        codes = [code for code, kind in WITHOUT_QUEUES.items() if kind in done]
        if not codes:
            return []
    return [
        rule
        for rule in load()
        if (rule.code not in OFF_BY_DEFAULT or rule.code in options.also)
        and (codes is None or rule.code in codes)
    ]


def _handles_a_queues(operation: Try) -> bool:
    """Say whether a handler names an exception that is, or is meant to be, one of a queue."""
    return any(
        exception.name.endswith(_OF_QUEUES)
        for handler in operation.handlers
        for exception in handler.exceptions
    )


def most_specific(every: Iterable[Report]) -> list[Report]:
    """Return the reports without those that another says better."""
    every = list(every)
    return [report for report in every if not any(_silences(other, report) for other in every)]


def _silences(better: Report, report: Report) -> bool:
    pair = better.code, report.code
    if pair in BETTER_AT_SITE:
        return better.site is report.site
    return pair in BETTER and better.queue == report.queue and bool(better.actors & report.actors)


def _at_home(report: Report) -> Report | None:
    """Return a report at a place of the file at hand, `None` where it has to do with none.

    What stands in another file is said where this one comes to harm by it: at the `join()` that
    hangs, where the queue is made.
    """
    away = report.site
    if not away.file:
        return report
    home = next((site for site, _ in report.related if not site.file), None)
    if home is None:
        return None  # that file's own
    message = f"{report.message} (line {away.line} of {away.file})"
    return replace(report, site=home, message=message)


def _finding(report: Report) -> Finding:
    span = report.site.span
    related = tuple(
        _related(site, message)
        for site, message in report.related
        if site is not report.site and not site.file
    )
    return Finding(
        report.code, report.message, span.line, span.column, span.end_line, span.end_column, related
    )


def _related(site: Site, message: str) -> Related:
    span = site.span
    return Related(message, span.line, span.column, span.end_line, span.end_column)
