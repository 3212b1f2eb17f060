"""What the linter says: findings, and the word for a file it could not read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Related:
    """Another half of the story of a finding: a place in the same file, and what happens there.

    Lines are 1-based, columns 0-based code points; the end is exclusive.
    """

    message: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One report about one place in a file.

    Lines are 1-based, columns 0-based code points; the end is exclusive, as in ``ast``.
    `related` are the other halves of the story: where the workers start, where the join is.
    Findings sort by where they start, then by code.
    """

    code: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    related: tuple[Related, ...] = ()

    def __lt__(self, other: Finding) -> bool:
        return self._rank() < other._rank()

    def _rank(self) -> tuple[int, int, str, int, int, str]:
        return self.line, self.column, self.code, self.end_line, self.end_column, self.message

    @property
    def text(self) -> str:
        """The code and the message, as flake8 prints them."""
        return f"{self.code} {self.message}"


class NotAnalysed(Exception):  # noqa: N818 (it names an outcome, not a fault of the program)
    """A file could not be read, or a limit was reached; ``reason`` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def not_analysed(reason: str) -> Finding:
    """The JQ000 finding that tells why a file was not analysed.

    It stands at the start of the file, and ``reason`` is brought onto one line.
    """
    return Finding("JQ000", f"not analysed, {' '.join(reason.split())}", 1, 0, 1, 0)
