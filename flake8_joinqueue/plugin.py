"""The flake8 plugin: a thin shell that no exception leaves."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol

from flake8_joinqueue import __version__
from flake8_joinqueue.findings import Finding, not_analysed


class OptionManager(Protocol):
    """What the plugin needs of flake8's class of that name."""

    def extend_default_ignore(self, error_codes: Sequence[str]) -> None:
        """Add codes to those that are ignored unless the user says otherwise."""


class Plugin:
    """What flake8 makes for each file.

    ``tree`` and ``lines`` are the file as flake8 has read and parsed it, from disk or from
    standard input; the plugin never opens ``filename`` itself.
    """

    name: ClassVar[str] = "flake8-joinqueue"
    version: ClassVar[str] = __version__

    def __init__(self, tree: ast.Module, lines: Sequence[str], filename: str) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @staticmethod
    def add_options(parser: OptionManager) -> None:
        """Switch off the rules that are off by default."""
        from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT  # noqa: PLC0415 (keep import cheap)

        parser.extend_default_ignore(sorted(OFF_BY_DEFAULT))

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Yield line (1-based), column (0-based), text and type of each finding."""
        for finding in self._findings():
            yield finding.line, finding.column, finding.text, type(self)

    def _findings(self) -> list[Finding]:
        """The findings; whatever goes wrong becomes one itself.

        An exception here would abort the whole flake8 run and lose the findings of every other
        plugin, so this is the one place that catches everything. (``RecursionError`` and
        ``MemoryError`` are exceptions like others; an interrupt is not, and passes.)
        """
        try:
            from flake8_joinqueue.check import check_source  # noqa: PLC0415 (keep import cheap)

            return check_source("".join(self._lines), self._filename, self._tree)
        except Exception as error:  # noqa: BLE001 (the boundary)
            return [not_analysed(f"internal error {type(error).__name__} {error}")]
