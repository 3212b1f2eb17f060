"""Symbolic counts, held against ordinary arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_joinqueue.counts import (
    ONE,
    ZERO,
    Count,
    comparable,
    equal,
    largest,
    less,
    populated,
    quotient,
    smallest,
    total,
)

N = Count.symbol("n")
M = Count.symbol("m", low=1)

_LEAVES = st.one_of(st.integers(-4, 9).map(Count.of), st.sampled_from([N, M]))
_COUNTS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] - pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
    ),
    max_leaves=6,
)
_VALUES = st.tuples(st.integers(0, 6), st.integers(1, 6))


def value(count: Count, n: int, m: int) -> int:
    """Return the number a count is where `n` and `m` are known."""
    numbers = {"n": n, "m": m}
    result = 0
    for symbols, factor in count.terms:
        for symbol in symbols:
            factor *= numbers[symbol.name]  # noqa: PLW2901 (a product)
        result += factor
    return result


@given(_COUNTS, _COUNTS, _VALUES)
def test_arithmetic(left: Count, right: Count, values: tuple[int, int]) -> None:
    operators: list[Callable[[int, int], int]] = [operator.add, operator.sub, operator.mul]
    symbolic: list[Callable[[Count, Count], Count]] = [operator.add, operator.sub, operator.mul]
    for number, count in zip(operators, symbolic, strict=True):
        expected = number(value(left, *values), value(right, *values))
        assert value(count(left, right), *values) == expected


@given(_COUNTS, _COUNTS, _VALUES)
def test_what_is_decided_holds_for_every_number(
    left: Count, right: Count, values: tuple[int, int]
) -> None:
    a, b = value(left, *values), value(right, *values)
    assert less(left, right) in {None, a < b}
    assert equal(left, right) in {None, a == b}
    low = left.low
    assert low is None or low <= a


@given(_COUNTS, _COUNTS, _COUNTS)
def test_equal_expressions_are_equal_counts(a: Count, b: Count, c: Count) -> None:
    assert a + b == b + a
    assert a * b == b * a
    assert a * (b + c) == a * b + a * c
    assert a - a == ZERO
    assert total([a, b, c]) == a + b + c


@given(_COUNTS, _COUNTS, _VALUES)
def test_the_larger_and_the_smaller(left: Count, right: Count, values: tuple[int, int]) -> None:
    a, b = value(left, *values), value(right, *values)
    for count, expected in ((largest(left, right), max(a, b)), (smallest(left, right), min(a, b))):
        if count in {left, right}:
            assert value(count, *values) == expected


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (N - ONE, N, True),
        (N, N + ONE, True),
        (N, N, False),
        (N, N * Count.of(2), None),
        (populated(N), populated(N * Count.of(2)), True),
        (ONE, N, None),
        (ONE, populated(N), None),
        (ZERO, M, True),
        (N, M, None),
        (Count.of(2), Count.of(3), True),
    ],
)
def test_order(left: Count, right: Count, *, answer: bool | None) -> None:
    assert less(left, right) is answer


def test_unrelated_numbers_are_never_compared() -> None:
    assert less(N, M) is None
    assert equal(N, M) is None
    assert not comparable(N, M)
    assert comparable(N, N + ONE)
    assert Count.fresh("n") != Count.fresh("n")


def test_derived_numbers_are_known_again() -> None:
    assert largest(ONE, N) == largest(N, ONE)
    assert smallest(Count.of(4), N) == smallest(N, Count.of(4))
    assert smallest(Count.of(4), N) != smallest(Count.of(5), N)
    assert largest(ONE, Count.symbol("n", 1)) != largest(ONE, Count.symbol("n", 2))
    assert largest(ONE, M) == M
    assert smallest(ONE, M) == ONE
    assert largest(ONE, N).low == 1


def test_quotients() -> None:
    assert quotient(Count.of(7), Count.of(2)) == Count.of(3)
    assert quotient(N, ONE) == N
    assert quotient(N, ZERO) is None
    half = quotient(N, Count.of(2))
    assert half is not None
    assert half == quotient(N, Count.of(2))
    assert half != quotient(N, Count.of(3))
    assert str(half) == "(n) // (2)"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (ZERO, "0"),
        (Count.of(-3), "-3"),
        (N - ONE, "n - 1"),
        (ONE - N, "-n + 1"),
        (N * Count.of(2), "2 * n"),
        (N * M + ONE, "m * n + 1"),
        (largest(ONE, N), "max(1, n)"),
    ],
)
def test_text(count: Count, text: str) -> None:
    assert str(count) == text
