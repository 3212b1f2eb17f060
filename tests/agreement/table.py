"""The table of a run, and the files for its disagreements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from .compare import Agreement, Comparison, Verdict


def table(comparisons: Sequence[Comparison], seconds: float) -> str:
    """Everything a run has shown, as text."""
    count = Counter(c.agreement for c in comparisons)
    verdicts = Counter(c.verdict for c in comparisons)
    total, bad = len(comparisons), verdicts[Verdict.BAD]
    lines = [f"{total} programs, {bad} bad, {per_hour(total, seconds)} programs an hour", ""]
    lines += [f"{kind.value:<14}{count[kind]:>7}" for kind in Agreement if count[kind]]
    if verdicts[Verdict.MIXED]:
        lines.append(f"(of these, {verdicts[Verdict.MIXED]} depend on a setting)")
    spoken_for = bad - count[Agreement.NO_RULE]
    share = 100 * count[Agreement.MISSED] / spoken_for if spoken_for else 0.0
    lines += ["", f"missed: {share:.1f} % of the bad ones for which there are rules", ""]
    lines += by_rule(comparisons)
    for kind in (Agreement.MISSED, Agreement.NO_RULE, Agreement.UNDECIDED, Agreement.FAILED):
        causes = Counter(c.cause for c in comparisons if c.agreement is kind)
        if causes:
            lines += ["", f"{kind.value}, by cause"]
            lines += [f"{n:>6}  {cause}" for cause, n in causes.most_common()]
    linted = sum(c.seconds[0] for c in comparisons)
    ran = sum(c.seconds[1] for c in comparisons)
    if total:
        times = f"{1000 * linted / total:.0f} ms linter, {1000 * ran / total:.0f} ms simulator"
        lines += ["", f"a program: {times}"]
    return "\n".join(lines)


def per_hour(total: int, seconds: float) -> int:
    """Programs an hour."""
    return round(3600 * total / seconds) if seconds else 0


def by_rule(comparisons: Iterable[Comparison]) -> list[str]:
    """One line a rule: programs with a finding of it, by what they are."""
    kinds = (Agreement.AGREE_BAD, Agreement.WRONG_CODE, Agreement.FALSE_ALARM)
    counts: Counter[tuple[str, object]] = Counter()
    for comparison in comparisons:
        for code in set(comparison.codes):
            counts[code, comparison.agreement] += 1
            counts[code, "unconfirmed"] += code in comparison.unconfirmed
    lines = [
        f"{'rule':<8}{'agree-bad':>11}{'wrong code':>12}{'false alarm':>13}{'unconfirmed':>13}"
    ]
    for code in sorted({code for code, _ in counts}):
        numbers = [counts[code, kind] for kind in kinds] + [counts[code, "unconfirmed"]]
        lines.append(f"{code:<8}{numbers[0]:>11}{numbers[1]:>12}{numbers[2]:>13}{numbers[3]:>13}")
    return lines


def representatives(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The smallest disagreeing program of each kind."""
    best: dict[str, Comparison] = {}
    for comparison in comparisons:
        if comparison.disagrees:
            known = best.get(comparison.label)
            if known is None or size(comparison) < size(known):
                best[comparison.label] = comparison
    return [best[label] for label in sorted(best)]


def size(comparison: Comparison) -> tuple[int, int]:
    """What makes one program smaller than another one."""
    return len(comparison.recipe.departures), comparison.source.count("\n")


def report(comparison: Comparison) -> str:
    """A program with all that is known about it in comments on top."""
    about = [
        comparison.label,
        f"verdict: {comparison.verdict.value}",
        f"choices: {', '.join(comparison.recipe.departures)}",
        "findings (lines of the program without these comments):",
        *(f"  {finding}" for finding in comparison.findings or ("none",)),
        "seen:",
        *(f"  {line}" for line in comparison.account.splitlines()),
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in about) + "\n" + comparison.source


def file_name(comparison: Comparison) -> str:
    """A file name for a disagreement, from its label."""
    return re.sub(r"\W+", "_", comparison.label.lower()).strip("_")[:80] + ".py"


def write_reports(
    comparisons: Iterable[Comparison], folder: Path, *, numbered: bool = False
) -> list[Path]:
    """Write each program with its report to the folder; the paths come back."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number, comparison in enumerate(comparisons):
        path = folder / (f"{number:03}_" * numbered + file_name(comparison))
        path.write_text(report(comparison), encoding="utf-8")
        paths.append(path)
    return paths
