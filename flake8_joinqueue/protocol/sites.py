"""Places in the source."""

from __future__ import annotations

from collections.abc import Callable

from flake8_joinqueue.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of source text.

    Lines are 1-based, columns 0-based code points, the end is exclusive.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Site:
    """A place an operation stands at.

    Working out positions costs more than reading the program, so the span is found only when
    somebody asks. A reader hands out one `Site` for one node: two sites are the same place if,
    and only if, they are the same object. `file` is the name of the file, where that is not the one
    under analysis.
    """

    __slots__ = ("_resolve", "_span", "file")

    def __init__(self, resolve: Callable[[], Span], file: str = "") -> None:
        self.file = file
        self._resolve = resolve
        self._span: Span | None = None

    @classmethod
    def at(cls, line: int, column: int = 0, end_line: int = 0, end_column: int = 0) -> Site:
        """Return a site whose span is known (lines 1-based, columns 0-based code points)."""
        span = Span(line, column, end_line or line, end_column or column)
        return cls(lambda: span)

    @property
    def span(self) -> Span:
        """The stretch of source text."""
        if self._span is None:
            self._span = self._resolve()
        return self._span

    @property
    def line(self) -> int:
        """The 1-based line the place starts on."""
        return self.span.line

    def __repr__(self) -> str:
        return f"Site({self.span.line}:{self.span.column})"
