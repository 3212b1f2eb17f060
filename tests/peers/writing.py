"""The page `docs/comparison.md`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT
from tests.peers.comparing import ABOUT_STYLE, Verdicts
from tests.peers.pairs import Pair, pairs
from tests.peers.tools import TOOLS, Message

PAGE: Final = Path(__file__).parents[2] / "docs" / "comparison.md"

_HEAD = """\
# Comparison

<!-- made by `python -m tests.peers`: edit that -->

Who else reports these bugs? For each rule there is a small program of our own that has the bug, and
a twin that differs in nothing else (`tests/peers/programs`, with full annotations, so that type
checkers see all they can). The simulator runs both: the one goes wrong as it should, the other
never does. The peers run over both with every check they have:

{versions}

**What counts** as a report of the bug is a message that the program with the bug gets and its twin
does not. The same code and text, on whatever line, is the same message; that way, messages about
style cancel out. Some are new and still not about the bug: {excluded}. What is left is quoted below
the table.

{figures}

| | what is wrong | when run | {names} | flake8-joinqueue |
|---|---|---|{columns}---|
"""
_FOOT = """
## What they say

{quotes}
## Where they are better

This is a comparison on our own ground. Type checkers find a method that does not exist, or an
argument too many, anywhere and not only on queues: for {checked}, a project that is checked
strictly needs nobody else, provided that its queues are annotated. pylint, ruff and flake8-bugbear
find hundreds of mistakes of other kinds. flake8-async is about cancellation and blocking calls in
asynchronous code, which this plugin leaves to it.
"""


def write(verdicts: Verdicts, requirements: str) -> str:
    """The page that says what the peers said."""
    here = [pair for pair in pairs() if pair.code in verdicts]
    rows = "\n".join(_row(pair, verdicts[pair.code]) for pair in here)
    quotes = "".join(_quotes(pair, verdicts[pair.code]) for pair in here)
    head = _HEAD.format(
        versions=_versions(requirements),
        excluded=_excluded(),
        figures=_figures(verdicts),
        names=" | ".join(TOOLS),
        columns="---|" * len(TOOLS),
    )
    checked = [_link(pair) for pair in here if verdicts[pair.code]["pyright"]]
    return head + rows + "\n" + _FOOT.format(quotes=quotes, checked=", ".join(checked))


def _link(pair: Pair) -> str:
    return f"[{pair.code}](rules/{pair.code}.md)"


def _versions(requirements: str) -> str:
    pins = dict(line.split("==") for line in requirements.split())
    return ", ".join(f"{name} {pins[name]}" for name in TOOLS) + "."


def _excluded() -> str:
    codes = (
        f"`{code.split()[0]}` ({tool}: {why})"
        for tool, reasons in ABOUT_STYLE.items()
        for code, why in reasons.items()
    )
    return ", ".join(codes)


def _figures(verdicts: Verdicts) -> str:
    counts = [f"{name} {sum(bool(of[name]) for of in verdicts.values())}" for name in TOOLS]
    ours = sum(pair.code in pair.found[0] for pair in map(Pair, verdicts))
    fatal = sum(Pair(code).ends in ("hangs", "dies") for code in verdicts)
    return (
        f"Of {len(verdicts)} bugs, {fatal} of which make the program hang or die, "
        f"**flake8-joinqueue reports {ours}**; " + ", ".join(counts) + "."
    )


def _row(pair: Pair, said: dict[str, list[Message]]) -> str:
    peers = " | ".join(_codes(said[name]) or "-" for name in TOOLS)
    ours = "no"
    if pair.code in pair.found[0]:
        ours = "yes, when switched on" if pair.code in OFF_BY_DEFAULT else "yes"
    return f"| {_link(pair)} | {pair.summary} | {pair.ends} | {peers} | {ours} |"


def _codes(messages: list[Message]) -> str:
    return ", ".join(dict.fromkeys(f"`{message.code.split()[0]}`" for message in messages))


def _quotes(pair: Pair, said: dict[str, list[Message]]) -> str:
    lines = [
        f"- {name}, line {message.line}: {message.code}: {_plain(message.text)}\n"
        for name in TOOLS
        for message in said[name]
    ]
    return f"{pair.code}, {pair.summary}\n\n{''.join(lines)}\n" if lines else ""


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("<", "&lt;").replace("|", "\\|").strip()
