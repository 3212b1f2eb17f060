"""Modules of the same source tree: where they are.

Asked only where the user wants imports followed. A module that a file imports is looked for from
that file's own directory upwards, to the root of the project, and in a folder `src` there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_MODULES = 24
MOST_BYTES = 64_000
MOST_LEVELS = 8
_SOURCES = "src"
_ROOTS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", "tox.ini")


def directory_of(filename: str) -> Path:
    """Return the directory in which a file stands."""
    return Path(os.path.abspath(filename)).parent  # noqa: PTH100 (links are followed no further)


def locate(name: str, directory: Path) -> Path | None:
    """Return the file of a module that is imported by a file in `directory`, where it is found.

    Dots in front of the name say that it is relative.
    """
    rest = name.lstrip(".")
    dots, parts = len(name) - len(rest), [part for part in rest.split(".") if part]
    if not dots and parts[0] in sys.stdlib_module_names:
        return None
    for start in _starts(directory, dots):
        base = start.joinpath(*parts)
        for path in (base.with_suffix(".py") if parts else base, base / "__init__.py"):
            if path.is_file():
                return path
    return None


def _starts(directory: Path, dots: int) -> Iterator[Path]:
    """Yield the directories in which to look."""
    if dots:
        for _ in range(dots - 1):
            directory = directory.parent
        yield directory
        return
    for _ in range(MOST_LEVELS):
        yield directory
        # Tests stand beside it, and import what is in it.
        if (directory / _SOURCES).is_dir():
            yield directory / _SOURCES
        if any((directory / root).exists() for root in _ROOTS):
            return
        directory = directory.parent
