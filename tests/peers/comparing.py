"""Which messages are about the bug: those that the twin without it does not get."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from tests.peers.pairs import Pair, pairs
from tests.peers.tools import TOOLS, Message

# New in a program with a bug, and yet not about it, with the reason; each of them was looked at.
ABOUT_STYLE: Final[Mapping[str, Mapping[str, str]]] = {
    "pylint": {"W0717 too-many-try-statements": "counts statements"},
    "ruff": {"TC003": "where to import a type from"},
    "pyright": {
        "reportUnknownArgumentType": "follows from another message, or from an annotation left out",
        "reportUnknownMemberType": "likewise",
        "reportUnknownVariableType": "likewise",
    },
}

Verdicts: TypeAlias = "dict[str, dict[str, list[Message]]]"


def compare(programs: Path) -> Verdicts:
    """For each code and each peer, what the peer says about the bug."""
    verdicts: Verdicts = {pair.code: {} for pair in pairs()}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = [path.name for pair in pairs() for path in (pair.bad, pair.good)]
        for pair in pairs():
            for path in (pair.bad, pair.good):
                shutil.copy(path, folder)
        for name, tool in TOOLS.items():
            said = list(tool(programs, folder, files))
            for pair in pairs():
                verdicts[pair.code][name] = about_the_bug(name, pair, said)
    return verdicts


def about_the_bug(tool: str, pair: Pair, said: Iterable[Message]) -> list[Message]:
    """The messages of a tool that the program with the bug gets and its twin does not.

    Two messages are the same if code and text are, wherever they stand and whatever numbers and
    file names are in the text; of equal ones, the twin has to get as many.
    """
    there = Counter(_key(message) for message in said if message.program == pair.good.name)
    style = ABOUT_STYLE.get(tool, {})
    new: list[Message] = []
    for message in said:
        if message.program != pair.bad.name or message.code in style:
            continue
        there[_key(message)] -= 1
        if there[_key(message)] < 0:
            new.append(message)
    return new


def _key(message: Message) -> tuple[str, str]:
    text = re.sub(r"JQ\d+_(bad|good)", "program", message.text)
    return message.code, re.sub(r"\d+", "0", text)
