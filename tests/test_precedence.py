"""One cause, one report: which rule speaks where several see the same mistake."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_joinqueue.protocol import Site
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.run import BETTER, BETTER_AT_SITE, most_specific

PAGE = Path(__file__).parent.parent / "docs" / "what-a-report-claims.md"
HERE, THERE = Site.at(1), Site.at(2)


def report(code: str, site: Site, *actors: int, queue: int = 0) -> Report:
    return Report(code, site, "", queue, frozenset(actors))


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_for_the_same_worker_and_queue(better: str, worse: str) -> None:
    best = report(better, HERE, 1)
    assert most_specific([best, report(worse, THERE, 1, 2)]) == [best]
    for other in (report(worse, THERE, 2), report(worse, THERE, 1, queue=1)):
        assert most_specific([best, other]) == [best, other]


@pytest.mark.parametrize(("better", "worse"), BETTER_AT_SITE)
def test_at_the_same_place(better: str, worse: str) -> None:
    best = report(better, HERE, 1)
    assert most_specific([report(worse, HERE, 1), best]) == [best]
    other = report(worse, THERE, 1)
    assert most_specific([best, other]) == [best, other]


def test_what_silences_is_written_down() -> None:
    """The tables of the documentation say what the program does, and nothing else."""
    rows = re.findall(r"^\| ([JQ0-9, ]+) \| ([JQ0-9, ]+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    written = {
        (better, worse)
        for speaks, silent in rows
        for better in speaks.split(", ")
        for worse in silent.split(", ")
    }
    assert written == {*BETTER, *BETTER_AT_SITE}


def test_nothing_silences_what_silences_it() -> None:
    pairs = {*BETTER, *BETTER_AT_SITE}
    assert not {(worse, better) for better, worse in pairs} & pairs
