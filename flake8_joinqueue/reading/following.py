"""Modules of the same source tree, read where the user wants imports followed.

This is the only module that opens files. A module that the file under analysis imports is looked
for from that file's own directory upwards, to the root of the project, and its top level is run
abstractly, as the file's own is: its functions, classes and constants become known, and nothing is
ever executed or imported. What cannot be found, read or parsed, or comes to a limit, stays a name
of a library, as without following.

A finding belongs to the file its anchor stands in, and each file is linted for itself. So what is
found at a place in a followed module (a worker's `get` there) is *not* reported for the file that
imports it: `noqa`, editors and baselines look at lines of the file at hand. What stands in the file
at hand (a `put`, a `join()`) is reported with all that is known of the others.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.reading import statements, values
from flake8_joinqueue.reading.machine import Frame
from flake8_joinqueue.reading.places import LINE_END, Places
from flake8_joinqueue.reading.scopes import Scope
from flake8_joinqueue.reading.survey import survey

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

MOST_MODULES = 24
MOST_BYTES = 64_000
MOST_LEVELS = 8
_ROOTS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", "tox.ini")
_ASSIGNED = re.compile(r"\.(\w+)\s*(?::[^=\n]+)?(?:[-+*/|&^%@]|//|>>|<<|\*\*)?=(?!=)")


@dataclass(frozen=True, slots=True)
class _Source:
    """A parsed file."""

    module: cst.Module
    tree: ast.Module
    text: str


class Follower:
    """Finds and runs the modules that a file imports, each once."""

    def __init__(self, filename: str) -> None:
        own = Path(os.path.abspath(filename))  # noqa: PTH100 (links are followed no further)
        self._directory = own.parent
        self._modules: dict[Path, values.Module | None] = {own: None}
        self._inside: list[Path] = [own.parent]

    def module(self, machine: Machine, name: str) -> values.Module | None:
        """Return a module by its name, with dots in front where it is relative, if it is found."""
        path = self._locate(name)
        if path is None:
            return None
        if path not in self._modules:
            if len(self._modules) > MOST_MODULES:
                return None
            self._modules[path] = None  # what imports itself finds nothing yet
            self._modules[path] = self._read(machine, name, path)
        return self._modules[path]

    # --- where it is -----------------------------------------------------------------------------

    def _locate(self, name: str) -> Path | None:
        rest = name.lstrip(".")
        dots, parts = len(name) - len(rest), [part for part in rest.split(".") if part]
        if not dots and parts[0] in sys.stdlib_module_names:
            return None
        for start in self._starts(dots):
            base = start.joinpath(*parts)
            for path in (base.with_suffix(".py") if parts else base, base / "__init__.py"):
                if path.is_file():
                    return path
        return None

    def _starts(self, dots: int) -> Iterator[Path]:
        """Yield the directories in which to look."""
        directory = self._inside[-1]
        if dots:
            for _ in range(dots - 1):
                directory = directory.parent
            yield directory
            return
        for _ in range(MOST_LEVELS):
            yield directory
            if any((directory / root).exists() for root in _ROOTS):
                return
            directory = directory.parent

    # --- what it holds ---------------------------------------------------------------------------

    def _read(self, machine: Machine, name: str, path: Path) -> values.Module | None:
        source = _parsed(path)
        if source is None:
            return None
        made = values.Module(name, Scope(None, survey(source.module.body), "module"))
        # An attribute that more than one file assigns is a variable.
        machine.assigned_attributes |= frozenset(_ASSIGNED.findall(source.text))
        places = Places(
            source.module, source.tree.body, LINE_END.split(source.text), file=path.name
        )
        first = machine.places.add(places)
        drafts = machine.drafts()
        self._inside.append(path.parent)
        try:
            with machine.elsewhere(Frame(made.scope)):
                machine.heap.set(
                    (made.scope.serial, "__name__"), values.Const(name.lstrip(".") or "package")
                )
                for index, statement in enumerate(source.module.body):
                    machine.top = first + index
                    if not machine.ended:
                        statements.run_one(machine, statement)
                # Queues that a module makes where it is imported are everybody's.
                alone = machine.drafts() == drafts
        except (NotAnalysed, RecursionError):
            return None
        finally:
            self._inside.pop()
        return made if alone else None


def _parsed(path: Path) -> _Source | None:
    """Return a file's text and trees, `None` where it cannot be read or is too large."""
    try:
        state = path.stat()
        if state.st_size > MOST_BYTES:
            return None
        return _parsed_as(path, state.st_mtime_ns, state.st_size)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _parsed_as(path: Path, changed: int, size: int) -> _Source | None:
    try:
        with tokenize.open(path) as file:
            text = file.read()
        return _Source(cst.parse_module(text), ast.parse(text), text)
    except (OSError, SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return None
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return None
