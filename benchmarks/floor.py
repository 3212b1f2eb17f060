"""The plugin's whole time, from text to findings, against one parse of the whole file by LibCST.

Both are measured in this process, in turn, as processor time: the floor is what any plugin on
LibCST pays before it has looked at anything.
"""

from __future__ import annotations

import ast
import statistics
import time
import timeit
import tokenize
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from flake8_joinqueue.check import check_source


@dataclass(frozen=True, slots=True)
class Ratio:
    """One file: its non-blank lines, seconds of the plugin and of one parse, least of some runs."""

    path: str
    lines: int
    plugin: float
    parse: float

    @property
    def ratio(self) -> float:
        """How many parses the plugin's time is."""
        return self.plugin / self.parse


@dataclass(frozen=True, slots=True)
class Summary:
    """The ratios of some files."""

    files: int
    median: float
    percentile95: float
    most: float


def least(run: Callable[[], object], rounds: int) -> float:
    """Return the least processor time of some runs, in seconds."""
    return min(timeit.repeat(run, number=1, repeat=rounds, timer=time.process_time))


def compare(text: str, path: str, rounds: int = 3) -> Ratio | None:
    """Measure one file; `None` where one of the two cannot read it."""
    try:
        tree = ast.parse(text)
        parse = least(lambda: cst.parse_module(text), rounds)
    except (SyntaxError, ValueError, RecursionError, cst.ParserSyntaxError):
        return None
    plugin = least(lambda: check_source(text, path, tree), rounds)
    lines = sum(1 for line in text.splitlines() if line.strip())
    return Ratio(path, lines, plugin, parse)


def measure(paths: Iterable[Path], rounds: int = 3) -> list[Ratio]:
    """Measure files, those left out that cannot be read."""
    found: list[Ratio] = []
    for path in paths:
        try:
            with tokenize.open(path) as file:
                text = file.read()
        except (OSError, SyntaxError, UnicodeDecodeError):
            continue
        ratio = compare(text, str(path), rounds)
        if ratio is not None:
            found.append(ratio)
    return found


def summary(ratios: Sequence[Ratio]) -> Summary | None:
    """Return what is said of some files; `None` of none."""
    if not ratios:
        return None
    ordered = sorted(ratio.ratio for ratio in ratios)
    highest = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return Summary(len(ordered), statistics.median(ordered), highest, ordered[-1])
