"""A run that ends before it does anything that matters says nothing of what comes after."""

from __future__ import annotations

import pytest

from flake8_joinqueue.analysis.beginning import without_early_ends
from flake8_joinqueue.protocol import Block, Exit, Hunch, Operation, Raise, operations_in
from tests.protocols import at, attempt, back, call, handler, put, repeat, scope, when

LOOK = Hunch("look()")


def fails(line: int) -> Raise:
    return Raise("ValueError", at(line))


def ends(line: int) -> Exit:
    return Exit(at(line))


def left(*body: Operation) -> list[int]:
    """Lines of what is left of a body."""
    return [operation.site.line for operation in operations_in(without_early_ends(body))]


@pytest.mark.parametrize(
    "early",
    [
        (when(1, LOOK, back(2)),),
        (when(1, LOOK, call(2), ends(3)),),
        (when(1, LOOK, when(2, LOOK, fails(3)), back(4)),),
    ],
)
def test_a_check_that_leaves_is_left_out(early: Block) -> None:
    assert left(*early, put(9)) == [9]


def test_what_is_done_on_the_other_side_stays() -> None:
    assert left(when(1, LOOK, back(2), otherwise=(call(3),)), put(9)) == [3, 9]
    assert left(when(1, LOOK, when(2, LOOK, back(3)), call(4)), put(9)) == [1, 4, 9]


def test_within_loops_and_blocks() -> None:
    assert left(repeat(1, None, when(2, LOOK, fails(3))), put(9)) == [1, 9]
    assert left(attempt(1, when(2, LOOK, back(3))), put(9)) == [1, 9]


def test_nothing_is_left_out_behind_what_matters() -> None:
    body = (put(1), when(2, LOOK, back(3)), put(9))
    assert left(*body) == [1, 2, 3, 9]
    inside = repeat(1, 3, when(2, LOOK, back(3)), put(4))
    assert left(inside, put(9)) == [1, 2, 3, 4, 9]


def test_a_function_that_returns_goes_on_behind_it() -> None:
    early = scope(1, when(2, LOOK, back(3)), put(4))
    assert left(early) == [1, 4]
    assert left(early, put(9)) == [1, 2, 3, 4, 9]
    assert left(scope(1, when(2, LOOK, ends(3)), put(4)), put(9)) == [1, 4, 9]
    assert left(scope(1, when(2, LOOK, back(3))), put(9)) == [1, 2, 3, 9]


def test_what_is_caught_goes_on_behind_it() -> None:
    tried = attempt(1, when(2, LOOK, fails(3)), put(4), handlers=(handler(5, "", call(6)),))
    assert left(tried) == [1, 4, 6]
    assert left(tried, put(9)) == [1, 2, 3, 4, 6, 9]
    told = attempt(1, when(2, LOOK, fails(3)), put(4), handlers=(handler(5, "", put(6)),))
    assert left(told) == [1, 2, 3, 4, 6]
    finished = attempt(1, when(2, LOOK, back(3)), put(4), final=(put(5),))
    assert left(finished) == [1, 2, 3, 4, 5]


def test_all_within_one_side_is_all_there_is() -> None:
    assert left(when(1, LOOK, put(2))) == [2]
    assert left(when(1, LOOK, put(2)), put(9)) == [1, 2, 9]
    assert left(when(1, LOOK, put(2), otherwise=(call(3), ends(4))), put(9)) == [2, 9]
    assert left(when(1, LOOK, put(2), otherwise=(put(3),))) == [1, 2, 3]
