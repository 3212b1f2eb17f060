"""Which reports hold in every variant of a Protocol.

A rule is asked about a variant only where the answer can matter: most find nothing in the first,
and then nothing of theirs can hold in all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.rules.registry import Rule
from flake8_joinqueue.rules.report import Report

_Place: TypeAlias = "int"  # of a report of one rule: the `id` of its site
_Found: TypeAlias = "dict[_Place, Report]"


class Findable:
    """What some rules find in the variants of one Protocol.

    `programs` are the variants; all but the first need not be made where `whole`, the Protocol
    itself, says that they have nothing to add. `limits` takes the limits that a rule comes to; it
    has nothing to say of that variant then.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        programs: Iterable[Program],
        limits: list[NotAnalysed],
        whole: Program | None = None,
    ) -> None:
        self._rules = rules
        self._rest = iter(programs)
        self._programs = list(itertools.islice(self._rest, 1))
        self._limits = limits
        self._whole = whole
        self._found: dict[tuple[str, int], _Found] = {}

    def standing(self) -> Iterator[Report]:
        """Yield the reports that stand, those first found in the first variants before others."""
        if self._first_says_all():
            return
        self._programs.extend(self._rest)
        seen: set[tuple[str, _Place]] = set()
        for variant in range(len(self._programs)):
            for rule in self._rules:
                if not self._may_add(rule, variant):
                    continue
                for place, report in self._of(rule, variant).items():
                    if (rule.code, place) not in seen and self._stands(rule, place, report):
                        seen.add((rule.code, place))
                        yield report

    def _first_says_all(self) -> bool:
        """Say whether nothing is found in the first variant, and so in none.

        In no variant anybody does what nobody does in the Protocol itself: where the first has all
        of that, no other `_may_add` anything.
        """
        if self._whole is None or not self._programs:
            return False
        if any(self._of(rule, 0) for rule in self._rules):
            return False
        return self._whole.involved <= self._programs[0].involved

    def _of(self, rule: Rule, variant: int) -> _Found:
        key = rule.code, variant
        if key not in self._found:
            found: _Found = {}
            try:
                for report in rule.check(self._programs[variant]):
                    found[id(report.site)] = report
            except NotAnalysed as limit:
                found = {}
                self._limits.append(limit)
            self._found[key] = found
        return self._found[key]

    def _may_add(self, rule: Rule, variant: int) -> bool:
        """Say whether a rule may find something in a variant that stands.

        A report is about what is done in its own variant. Where all of that is done in an earlier
        one too, the report must be found there.
        """
        involved = self._programs[variant].involved
        places: set[_Place] | None = None
        for earlier in range(variant):
            found = self._found.get((rule.code, earlier))
            if found is not None and involved <= self._programs[earlier].involved:
                places = set(found) if places is None else places & set(found)
                if not places:
                    return False
        return True

    def _stands(self, rule: Rule, place: _Place, report: Report) -> bool:
        """Say whether a report is found in every variant that has to do with it."""
        return all(
            _is_vacuous(report, program) or place in self._of(rule, variant)
            for variant, program in enumerate(self._programs)
        )


def _is_vacuous(report: Report, program: Program) -> bool:
    """Say whether a variant has nothing to do with a report."""
    every: Iterable[tuple[int, int | None]] = ((actor, None) for actor in report.actors)
    if report.queue is not None:
        every = [pair for actor in report.actors for pair in ((actor, None), (actor, report.queue))]
    return not program.involved.issuperset(every)
