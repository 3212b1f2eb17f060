"""Hold findings against the verdicts that somebody gave after reading the code."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import tomli

from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT

from .linting import Outcome
from .packages import FOLDER

# False alarms a hundred findings at most.
ALLOWED = 5

_FIELDS = {"package", "file", "line", "code", "verdict", "reason"}


class Verdict(enum.Enum):
    """What a reader of the code thinks of a finding."""

    RIGHT = "right"
    FALSE_ALARM = "false alarm"
    DEBATABLE = "debatable"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A finding's place: package, file within it, line, and the code."""

    package: str
    file: str
    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.package} {self.file}:{self.line} {self.code}"


@dataclass(frozen=True, slots=True)
class Opinion:
    """A verdict on the finding at a place, and why."""

    place: Place
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings held against opinions.

    `new` are findings with no opinion, `vanished` opinions with no finding. `ungated` counts the
    findings of rules that are off by default, by package and code; nobody reviews them.
    """

    new: list[tuple[Place, str]] = field(default_factory=list)
    vanished: list[Opinion] = field(default_factory=list)
    standing: list[Opinion] = field(default_factory=list)
    ungated: Counter[tuple[str, str]] = field(default_factory=Counter)

    def number(self, verdict: Verdict) -> int:
        """How many of the findings have that verdict."""
        return sum(opinion.verdict is verdict for opinion in self.standing)

    @property
    def passes(self) -> bool:
        """Whether all is as reviewed, with few enough false alarms."""
        alarms = self.number(Verdict.FALSE_ALARM)
        return not self.new and not self.vanished and 100 * alarms <= ALLOWED * len(self.standing)


def load(path: Path = FOLDER / "expected.toml") -> list[Opinion]:
    """Read the reviewed list. Raises `ValueError` where an entry is not as it should be."""
    document = tomli.loads(path.read_text(encoding="utf-8"))
    opinions = [_opinion(entry) for entry in document.get("finding", [])]
    places = [opinion.place for opinion in opinions]
    if places != sorted(places):
        raise ValueError("the findings are not sorted by package, file, line and code")
    if len(places) != len(set(places)):
        raise ValueError("a finding is reviewed twice")
    return opinions


def _opinion(entry: dict[str, object]) -> Opinion:
    if set(entry) != _FIELDS:
        raise ValueError(f"{entry} has not just the keys {', '.join(sorted(_FIELDS))}")
    reason, line = entry["reason"], entry["line"]
    if not isinstance(reason, str) or not reason.strip() or "\n" in reason:
        raise ValueError(f"{entry} has no reason on one line")
    if not isinstance(line, int):
        raise ValueError(f"{entry} has no number of a line")
    place = Place(str(entry["package"]), str(entry["file"]), line, str(entry["code"]))
    return Opinion(place, Verdict(entry["verdict"]), reason)


def compare(outcomes: Iterable[Outcome], opinions: Iterable[Opinion]) -> Comparison:
    """Hold what was found against what is expected. Findings of one code on one line are one."""
    result = Comparison()
    found: dict[Place, str] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            if finding.code in OFF_BY_DEFAULT:
                result.ungated[outcome.source.package, finding.code] += 1
                continue
            source = outcome.source
            place = Place(source.package, source.file, finding.line, finding.code)
            found.setdefault(place, finding.message)
    reviewed = {opinion.place: opinion for opinion in opinions}
    for place in sorted(found.keys() | reviewed.keys()):
        if place not in reviewed:
            result.new.append((place, found[place]))
        elif place not in found:
            result.vanished.append(reviewed[place])
        else:
            result.standing.append(reviewed[place])
    return result
