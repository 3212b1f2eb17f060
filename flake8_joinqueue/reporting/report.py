"""What a run found, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flake8_joinqueue.findings import Finding


@dataclass(frozen=True, slots=True)
class File:
    """A file with its findings; `lines` are those of its text that findings stand on, by number."""

    path: str
    findings: tuple[Finding, ...] = ()
    lines: dict[int, str] = field(default_factory=dict)

    def line(self, number: int) -> str:
        """Return a line of the text without its end, "" where there is none."""
        return self.lines.get(number, "").rstrip("\r\n")


@dataclass(frozen=True, slots=True)
class Report:
    """The files that were checked and have findings; `checked` is how many there were in all.

    `troubles` are the files that could not be read, with the reason.
    """

    files: tuple[File, ...]
    checked: int
    troubles: tuple[tuple[str, str], ...] = ()

    def findings(self) -> Iterator[tuple[File, Finding]]:
        """Yield the findings, each with its file."""
        for file in self.files:
            for finding in file.findings:
                yield file, finding
