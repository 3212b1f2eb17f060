"""What the check prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .linting import Outcome
from .review import Comparison, Verdict
from .understanding import commonest


def lines(outcomes: Sequence[Outcome], comparison: Comparison) -> Iterator[str]:
    """Yield the summary of a run, line by line."""
    yield from _disagreements(comparison)
    verdicts = ", ".join(f"{comparison.number(each)} {each.value}" for each in Verdict)
    yield f"findings as reviewed: {len(comparison.standing)} ({verdicts})"
    yield from _off_by_default(comparison)
    yield from _queues(outcomes)
    crashes = [outcome for outcome in outcomes if outcome.crash]
    yield f"crashes: {len(crashes)} of {len(outcomes)} files"
    for outcome in crashes:
        yield f"  {outcome.source.package} {outcome.source.file}: {outcome.crash}"
    seconds = sorted((o.seconds, f"{o.source.package} {o.source.file}") for o in outcomes)
    yield f"time: {sum(each for each, _ in seconds):.1f} s of work"
    for each, name in reversed(seconds[-3:]):
        yield f"  {each:.1f} s {name}"


def _disagreements(comparison: Comparison) -> Iterator[str]:
    for place, message in comparison.new:
        yield f"new: {place} {message}"
    for opinion in comparison.vanished:
        yield f"vanished: {opinion.place} ({opinion.verdict.value}: {opinion.reason})"


def _off_by_default(comparison: Comparison) -> Iterator[str]:
    for code in sorted({code for _, code in comparison.ungated}):
        found = {name: n for (name, other), n in comparison.ungated.items() if other == code}
        where = ", ".join(f"{name} {number}" for name, number in sorted(found.items()))
        yield f"findings of {code}, which is off by default: {sum(found.values())} ({where})"


def _queues(outcomes: Sequence[Outcome]) -> Iterator[str]:
    queues = [queue for outcome in outcomes for queue in outcome.queues]
    resolved = sum(queue.resolved for queue in queues)
    share = f"{100 * resolved / len(queues):.0f} %" if queues else "none"
    yield f"joinable queues fully resolved: {resolved} of {len(queues)} ({share})"
    staying = sum(queue.stays for queue in queues)
    yield f"of the {staying} that no code out of sight may use: {resolved}"
    reasons = [reason for queue in queues for reason in queue.reasons]
    reasons += [
        finding.message
        for outcome in outcomes
        for finding in outcome.findings
        if finding.code == "JQ000"
    ]
    yield "commonest reasons for what is not:"
    for reason, number in commonest(reasons):
        yield f"  {number:4} {reason}"
