"""The flake8 plugin: a thin shell that no exception leaves."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

from flake8_joinqueue import __version__
from flake8_joinqueue.findings import Finding, not_analysed
from flake8_joinqueue.options import DEFAULTS, OFF_BY_DEFAULT, Options

_USAGE_ERROR = 2


class OptionManager(Protocol):
    """What the plugin needs of flake8's class of that name."""

    parser: argparse.ArgumentParser

    def extend_default_ignore(self, error_codes: Sequence[str]) -> None:
        """Add codes to those that are ignored unless the user says otherwise."""

    def add_option(self, *names: str, **how: object) -> None:
        """Add an option to the command line and, where wanted, to the configuration."""


def _also(namespace: argparse.Namespace) -> frozenset[str]:
    """Return the codes off by default that flake8 may print, given its own options.

    The others need not be looked for. `ignore` replaces the list of what is off by default.
    """
    if getattr(namespace, "ignore", None) is not None:
        return frozenset(OFF_BY_DEFAULT)
    selected = (
        *(getattr(namespace, "select", None) or ()),
        *(getattr(namespace, "extend_select", None) or ()),
    )
    return frozenset(code for code in OFF_BY_DEFAULT if code.startswith(tuple(selected)))


class Plugin:
    """What flake8 makes for each file.

    ``tree`` and ``lines`` are the file as flake8 has read and parsed it, from disk or from
    standard input; the plugin never opens ``filename`` itself.
    """

    name: ClassVar[str] = "flake8-joinqueue"
    version: ClassVar[str] = __version__
    options: ClassVar[Options] = DEFAULTS

    def __init__(self, tree: ast.Module, lines: Sequence[str], filename: str) -> None:
        self._tree = tree
        self._lines = lines
        self._filename = filename

    @staticmethod
    def add_options(manager: OptionManager) -> None:
        """Switch off the rules that are off by default, and announce the options.

        flake8 shows them in a group with the name of this package. All are read as text here:
        values from a configuration file pass argparse by, so they are checked in one place,
        `parse_options`.
        """
        # Importing the plugin stays cheap.
        from flake8_joinqueue import settings  # noqa: PLC0415

        manager.extend_default_ignore(sorted(OFF_BY_DEFAULT))
        for setting in settings.SETTINGS:
            # A switch is no `store_true`: flake8 would die of a bad value in a configuration file.
            how = (
                {"metavar": setting.metavar}
                if setting.metavar
                else {"action": "store_const", "const": "true"}
            )
            manager.add_option(
                f"--{setting.name}",
                default=setting.default,
                help=setting.help,
                parse_from_config=True,
                **how,
            )

    @classmethod
    def parse_options(
        cls, manager: OptionManager, namespace: argparse.Namespace, _filenames: Sequence[str]
    ) -> None:
        """Note what the user has set; a bad value ends flake8 as any bad usage does."""
        from flake8_joinqueue import settings  # noqa: PLC0415 (keep import cheap)

        given = {
            name.removeprefix("joinqueue_"): value
            for name, value in vars(namespace).items()
            if name.startswith("joinqueue_")
        }
        try:
            options = settings.options_from(given)
        except ValueError as error:
            manager.parser.exit(_USAGE_ERROR, f"flake8: error: {error}\n")
        else:
            cls.options = replace(options, also=_also(namespace))

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

            return check_source("".join(self._lines), self._filename, self._tree, self.options)
        except Exception as error:  # noqa: BLE001 (the boundary)
            return [not_analysed(f"internal error {type(error).__name__} {error}")]
