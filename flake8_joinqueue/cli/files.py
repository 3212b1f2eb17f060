"""Which files are checked: flake8's `exclude` and `filename`, and `.gitignore`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from flake8_joinqueue.cli import gitignore

DEFAULT_EXCLUDE = (
    ".svn",
    "CVS",
    ".bzr",
    ".hg",
    ".git",
    "__pycache__",
    ".tox",
    ".nox",
    ".eggs",
    "*.egg",
)
DEFAULT_FILENAME = ("*.py",)
STANDARD_INPUT = "-"
_HERE = os.path.join(os.curdir, "")  # noqa: PTH118


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of the files in a folder are checked."""

    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    filename: tuple[str, ...] = DEFAULT_FILENAME
    gitignore: bool = True

    def files(self, paths: Sequence[str]) -> list[str]:
        """Return the files that are meant by paths, each once, sorted.

        What is named itself is checked whatever it is called, and though git ignores it, but not
        where `exclude` names it: pre-commit relies on that.
        """
        found: dict[str, None] = {}
        for path in paths or (os.curdir,):
            if path == STANDARD_INPUT:
                continue
            if not self.excludes(path):
                found.update(dict.fromkeys(self._below(path) if os.path.isdir(path) else [path]))  # noqa: PTH112
        return sorted({path.removeprefix(_HERE) for path in found})

    def excludes(self, path: str) -> bool:
        """Say whether `exclude` names a path."""
        return matches(path, self.exclude)

    def _below(self, top: str) -> Iterator[str]:
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(
                name for name in folders if not self._leaves_out(folder, name, is_folder=True)
            )
            for name in files:
                if self._is_named(folder, name) and not self._leaves_out(
                    folder, name, is_folder=False
                ):
                    yield os.path.join(folder, name)  # noqa: PTH118

    def _is_named(self, folder: str, name: str) -> bool:
        path = os.path.join(folder, name)  # noqa: PTH118 (as flake8 spells it)
        return not self.filename or any(fnmatch(path, pattern) for pattern in self.filename)

    def _leaves_out(self, folder: str, name: str, *, is_folder: bool) -> bool:
        path = os.path.join(folder, name)  # noqa: PTH118 (as flake8 spells it)
        if self.excludes(path):
            return True
        return self.gitignore and gitignore.is_ignored(
            gitignore.absolute(path), is_folder=is_folder
        )


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Say whether a path is meant by one of the patterns: by its last name, or as a whole."""
    name = os.path.basename(path)  # noqa: PTH119 (as flake8 has it: `a/` has none)
    if name not in {".", ".."} and any(fnmatch(name, pattern) for pattern in patterns):
        return True
    whole = os.path.abspath(path)  # noqa: PTH100 (links are not followed)
    return any(fnmatch(whole, pattern) for pattern in patterns)
