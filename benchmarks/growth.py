"""How time and memory grow with the size of a file."""

from __future__ import annotations

import ast
import math
import statistics
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.floor import least
from benchmarks.inputs import program
from flake8_joinqueue.check import check_source

SIZES = ((100, 2), (300, 4), (1000, 10), (3000, 30), (10_000, 100), (50_000, 500))


@dataclass(frozen=True, slots=True)
class Point:
    """A made file: its lines and queues, the seconds it takes, the bytes it takes at the most."""

    lines: int
    queues: int
    seconds: float
    memory: int


def measure(sizes: Sequence[tuple[int, int]] = SIZES, rounds: int = 3) -> list[Point]:
    """Measure made files of some sizes (lines, queues). The first run of all is not counted."""
    points: list[Point] = []
    check_source(program(*sizes[0]))
    for lines, queues in sizes:
        text = program(lines, queues)
        tree = ast.parse(text)
        seconds = least(lambda: check_source(text, "made.py", tree), rounds)  # noqa: B023
        tracemalloc.start()
        check_source(text, "made.py", tree)
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        points.append(Point(text.count("\n"), queues, seconds, memory))
    return points


def exponent(points: Sequence[Point]) -> float:
    """Return the exponent of the power of the lines that fits the times best."""
    slope = statistics.linear_regression(
        [math.log(point.lines) for point in points], [math.log(point.seconds) for point in points]
    )
    return slope.slope
