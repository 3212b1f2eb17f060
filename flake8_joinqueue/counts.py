"""Symbolic counts: how many workers, sentinels, rounds.

A count is a polynomial with integer coefficients over symbols, so that `n - 1`, `2 * n` and
`len(workers)` are compared by arithmetic. What cannot be decided is `None`, never a guess.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from flake8_joinqueue.records import dataclass, replace

_serials = itertools.count()


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """An unknown whole number of at least `low`. Equal symbols are the same number."""

    name: str
    serial: int = 0
    low: int = 0
    # What a number worked out from others is made of, so that equal expressions are equal symbols.
    structure: str = ""

    def __str__(self) -> str:
        return self.name


Monomial = tuple[Symbol, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A sum of products of symbols: `terms` holds (sorted symbols, coefficient), none of them 0."""

    terms: tuple[tuple[Monomial, int], ...] = ()

    @classmethod
    def of(cls, number: int) -> Count:
        """Return the count that is `number`."""
        return cls((((), number),)) if number else cls()

    @classmethod
    def symbol(cls, name: str, serial: int = 0, low: int = 0) -> Count:
        """Return the count that is the symbol of that name and serial, at least `low`."""
        return cls((((Symbol(name, serial, low),), 1),))

    @classmethod
    def fresh(cls, name: str, low: int = 0) -> Count:
        """Return a count equal to no other."""
        return cls.symbol(name, next(_serials) + 1, low)

    @property
    def measures_data(self) -> bool:
        """Whether it is a length of data, or made of such: it may be any number."""
        names = [symbol.name for symbols, _ in self.terms for symbol in symbols]
        return bool(names) and all(name.startswith("len(") for name in names)

    @property
    def number(self) -> int | None:
        """The number, where it is known."""
        if not self.terms:
            return 0
        if len(self.terms) == 1 and not self.terms[0][0]:
            return self.terms[0][1]
        return None

    def __add__(self, other: Count) -> Count:
        if not self.terms or not other.terms:
            return self if self.terms else other
        return _collect(itertools.chain(self.terms, other.terms))

    def __neg__(self) -> Count:
        return Count(tuple((symbols, -factor) for symbols, factor in self.terms))

    def __sub__(self, other: Count) -> Count:
        return self + -other

    def __mul__(self, other: Count) -> Count:
        if self.terms == _ONE:
            return other
        if other.terms == _ONE:
            return self
        return _collect(
            (tuple(sorted(left + right)), a * b)
            for left, a in self.terms
            for right, b in other.terms
        )

    def __str__(self) -> str:
        if not self.terms:
            return "0"
        text = ""
        for symbols, factor in self.terms:
            sign = "-" if factor < 0 else "+"
            text += f" {sign} " if text else ("-" if factor < 0 else "")
            names = [str(symbol) for symbol in symbols]
            text += " * ".join(
                [str(abs(factor)), *names] if abs(factor) != 1 or not names else names
            )
        return text

    @property
    def low(self) -> int | None:
        """The least the count can be, `None` where it can be anything."""
        low = 0
        for symbols, factor in self.terms:
            if symbols and factor < 0:
                return None
            if len(symbols) > 1 and any(symbol.low < 0 for symbol in symbols):
                return None
            least = factor
            for symbol in symbols:
                least *= symbol.low
            low += least
        return low


_ONE: tuple[tuple[Monomial, int], ...] = (((), 1),)

# The low of a symbol that may be anything: lower than any number of workers is large.
_ANYTHING = -(1 << 40)

ZERO = Count()
ONE = Count.of(1)


def total(counts: Iterable[Count]) -> Count:
    """Return the sum of counts."""
    return sum(counts, ZERO)


def equal(left: Count, right: Count) -> bool | None:
    """Say whether two counts are the same number; `None` if that depends on the symbols."""
    if left == right:
        return True
    if less(left, right) or less(right, left):
        return False
    return None


def less(left: Count, right: Count) -> bool | None:
    """Say whether `left` is less than `right` whatever the symbols are; `None` if that depends."""
    if left.number is not None and right.number is not None:
        return left.number < right.number
    difference = right - left
    low = difference.low
    if low is not None and low > 0:
        return True
    high = (-difference).low
    if high is not None and high >= 0:
        return False
    return None


def comparable(left: Count, right: Count) -> bool:
    """Say whether two counts speak of the same symbols, so that comparing them means something."""
    return less(left, right) is not None or equal(left, right) is not None


def populated(count: Count) -> Count:
    """Return the count with every symbol taken to be at least 1.

    For numbers of workers and rounds: that there may be none at all is no news.
    """
    if not count.terms or count.number is not None:
        return count
    return _collect(
        (tuple(replace(symbol, low=max(1, symbol.low)) for symbol in symbols), factor)
        for symbols, factor in count.terms
    )


def largest(left: Count, right: Count) -> Count:
    """Return `max(left, right)`."""
    if less(left, right) is not None:
        return right if less(left, right) else left
    if less(right, left) is False:
        return right
    lows = [low for low in (left.low, right.low) if low is not None]
    return _derived("max", left, right, max(lows, default=_ANYTHING))


def smallest(left: Count, right: Count) -> Count:
    """Return `min(left, right)`."""
    if less(left, right) is not None:
        return left if less(left, right) else right
    if less(right, left) is False:
        return left
    lows = [_ANYTHING if low is None else low for low in (left.low, right.low)]
    return _derived("min", left, right, min(lows))


def quotient(left: Count, right: Count) -> Count | None:
    """Return `left // right`, `None` where that would divide by 0."""
    if right.number == 0:
        return None
    if left.number is not None and right.number is not None:
        return Count.of(left.number // right.number)
    if right.number == 1:
        return left
    least, divisor = left.low, right.low
    positive = least is not None and least >= 0 and divisor is not None and divisor >= 1
    return _derived("//", left, right, 0 if positive else _ANYTHING)


def _derived(operator: str, left: Count, right: Count, low: int) -> Count:
    if operator != "//":
        # The order of the arguments makes no difference.
        left, right = sorted((left, right), key=repr)
    name = f"({left}) // ({right})" if operator == "//" else f"{operator}({left}, {right})"
    symbol = Symbol(name, low=low, structure=f"{operator} {left!r} {right!r}")
    return Count((((symbol,), 1),))


def _collect(terms: Iterable[tuple[Monomial, int]]) -> Count:
    factors: dict[Monomial, int] = {}
    for symbols, factor in terms:
        factors[symbols] = factors.get(symbols, 0) + factor
    return _sorted(factors)


def _sorted(factors: Mapping[Monomial, int]) -> Count:
    # Symbols first, as people write `n - 1`.
    ordered = sorted(factors.items(), key=lambda term: (-len(term[0]), term[0]))
    return Count(tuple((symbols, factor) for symbols, factor in ordered if factor))


_OPERATORS: Final[dict[str, Callable[[int, int], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compare(left: Count, sign: str, right: Count) -> bool | None:
    """Say whether two counts compare so; `None` where it depends."""
    if left.number is not None and right.number is not None:
        return _OPERATORS[sign](left.number, right.number)
    match sign:
        case "==":
            return equal(left, right)
        case "!=":
            return _opposite(equal(left, right))
        case "<":
            return less(left, right)
        case ">=":
            return _opposite(less(left, right))
        case ">":
            return less(right, left)
        case "<=":
            return _opposite(less(right, left))
    return None


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
