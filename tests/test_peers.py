"""The comparison with other linters: its programs are what they say, its measure is fair."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.__main__ import REQUIREMENTS, install
from tests.peers.comparing import about_the_bug, compare
from tests.peers.pairs import FOLDER, Pair, pairs
from tests.peers.tools import Message
from tests.peers.writing import PAGE, write
from tests.test_fixtures_judged import shows_here

each_pair = pytest.mark.parametrize("pair", pairs(), ids=lambda pair: pair.code)


@each_pair
def test_we_report_the_bug_and_nothing_else(pair: Pair) -> None:
    assert pair.found == ({pair.code}, set())


@each_pair
def test_running_the_programs_shows_the_bug(pair: Pair) -> None:
    shows_here(pair.code)
    assert pair.confirmed()


@each_pair
def test_the_bug_is_in_the_table(pair: Pair) -> None:
    assert f"| [{pair.code}](rules/{pair.code}.md) | {pair.summary} |" in PAGE.read_text()


def test_every_program_has_its_twin() -> None:
    names = {path.name for path in FOLDER.glob("*.py")}
    codes = {name[:5] for name in names}
    assert names == {f"{code}_{how}.py" for code in codes for how in ("bad", "good")}
    assert len(codes) >= 25


def _said(*about: tuple[str, int, str, str]) -> list[Message]:
    return [Message(f"JQ101_{how}.py", line, code, text) for how, line, code, text in about]


def test_a_message_that_the_twin_gets_too_is_not_about_the_bug() -> None:
    said = _said(
        ("bad", 3, "C1", "line 3 of JQ101_bad is long"),
        ("good", 4, "C1", "line 4 of JQ101_good is long"),
        ("bad", 5, "C2", "no such method"),
    )
    assert about_the_bug("any", Pair("JQ101"), said) == [said[2]]


def test_one_more_of_the_same_message_is_about_the_bug() -> None:
    said = _said(("bad", 3, "C1", "a"), ("good", 3, "C1", "a"), ("bad", 9, "C1", "a"))
    assert about_the_bug("any", Pair("JQ101"), said) == [said[2]]


def test_style_is_not_about_the_bug() -> None:
    assert about_the_bug("ruff", Pair("JQ101"), _said(("bad", 3, "TC003", "move it"))) == []


@pytest.mark.slow
def test_the_page_is_what_the_peers_say_today(tmp_path: Path) -> None:
    """In an environment of their own, with the pinned versions."""
    programs = install(tmp_path / "peers")
    assert PAGE.read_text() == write(compare(programs), REQUIREMENTS.read_text())
