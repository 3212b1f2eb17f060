"""Options of the test suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Announce how long the fuzzing that is marked slow goes on."""
    parser.addoption("--long", default="0", metavar="HOURS", help="fuzz for so long, with -m slow")
