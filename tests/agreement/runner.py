"""Runs many comparisons in processes of their own, each with a time limit."""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from .choices import Recipe
from .compare import Agreement, Comparison, Verdict, compare, compared
from .programs import Program, write
from .shrinking import shrink

_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Task:
    """Compare a recipe, or shrink what was found before.

    With a ``source``, that text is compared instead of the recipe's, by its ``start_method``.
    """

    number: int
    recipe: Recipe
    found: Comparison | None = None
    seconds: float = 60.0
    source: str = ""
    start_method: str = ""


@dataclass(eq=False)
class _Hand:
    """A process that works on one task at a time."""

    process: BaseProcess
    line: Connection
    task: Task | None = None
    until: float = 0.0


def failed(recipe: Recipe, cause: str) -> Comparison:
    """The comparison of a program on which linter or simulator broke down."""
    source = write(recipe).source
    nothing: tuple[str, ...] = ()
    return Comparison(
        recipe, source, Verdict.UNDECIDED, Agreement.FAILED, nothing, nothing, cause, nothing,
        cause, (0.0, 0.0),
    )  # fmt: skip


def perform(task: Task) -> Comparison:
    """Do one task, in this process."""
    from flake8_joinqueue.check import check_source  # noqa: PLC0415 (stubs need no linter)

    try:
        if task.source:
            program = Program(task.source, (task.source,))
            return compared(task.recipe, program, check_source, start_method=task.start_method)
        if task.found is None:
            return compare(task.recipe, check_source)
        return shrink(task.found, lambda recipe: compare(recipe, check_source), task.seconds)
    except Exception as problem:  # noqa: BLE001 (whatever it is, the run goes on)
        last = traceback.extract_tb(problem.__traceback__)[-1]
        return failed(task.recipe, f"{type(problem).__name__} in {last.name}: {problem}"[:200])


def _work(line: Connection) -> None:
    while True:
        task = line.recv()
        if task is None:
            return
        line.send(perform(task))


def _hire() -> _Hand:
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Hand(process, ours)


def run(tasks: Sequence[Task], jobs: int = 2, limit: float = 240.0) -> Iterator[Comparison]:
    """What comes of every task, as it comes; ``limit`` is in seconds a task."""
    waiting = list(reversed(tasks))
    hands = [_hire() for _ in range(min(jobs, len(tasks)))]
    left = len(tasks)
    try:
        while left:
            for at, hand in enumerate(hands):
                if hand.task is not None and time.monotonic() > hand.until:
                    hand.process.kill()
                    yield failed(hand.task.recipe, "takes too long")
                    left -= 1
                    hand = hands[at] = _hire()  # noqa: PLW2901 (the new one takes its place)
                if hand.task is None and waiting:
                    hand.task = waiting.pop()
                    hand.until = time.monotonic() + limit
                    hand.line.send(hand.task)
            busy = {hand.line: hand for hand in hands if hand.task is not None}
            first = min((hand.until for hand in busy.values()), default=0.0)
            for line in wait(list(busy), timeout=max(0.0, first - time.monotonic())):
                hand = busy[line]  # type: ignore[index]
                task, hand.task = hand.task, None
                assert task is not None
                try:
                    yield hand.line.recv()
                except EOFError:
                    yield failed(task.recipe, "the process died")
                    hands[hands.index(hand)] = _hire()
                left -= 1
    finally:
        for hand in hands:
            hand.process.kill()
