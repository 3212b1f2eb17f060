"""Modules of the same source tree: where they are, and whether they speak of queues.

Asked only where the user wants imports followed. A module that a file imports is looked for from
that file's own directory upwards, to the root of the project.
"""

from __future__ import annotations

import ast
import itertools
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

MOST_MODULES = 24
MOST_BYTES = 64_000
MOST_LEVELS = 8
_DEEPEST = 2
_ROOTS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", "tox.ini")
_WORDS = (b"Queue", b"task_done")


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
        if any((directory / root).exists() for root in _ROOTS):
            return
        directory = directory.parent


def names_of_queues(tree: ast.Module, filename: str) -> frozenset[str]:
    """Return the names that a file imports from modules of its tree that speak of queues.

    Modules that only pass on what others make are asked for it too.
    """
    return frozenset(_names(tree, directory_of(filename), _DEEPEST))


def _names(tree: ast.Module, directory: Path, depth: int) -> Iterator[str]:
    imports = (each for node in ast.walk(tree) for each in _imports(node))
    for module, name in itertools.islice(imports, MOST_MODULES):
        path = locate(module, directory)
        if path is not None and _speaks(path, depth):
            yield name


def _imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the modules that a statement imports, with the names that it binds."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                continue
            bound = alias.asname or alias.name
            if node.module:
                yield module, bound
            yield f"{module}{'' if module.endswith('.') else '.'}{alias.name}", bound


def _speaks(path: Path, depth: int) -> bool:
    try:
        state = path.stat()
        if state.st_size > MOST_BYTES:
            return False
        return _speaks_as(path, state.st_mtime_ns, state.st_size, depth)
    except OSError:
        return False


@lru_cache(maxsize=256)
def _speaks_as(path: Path, _changed: int, _size: int, depth: int) -> bool:
    text = path.read_bytes()
    if any(word in text for word in _WORDS):
        return True
    try:
        return depth > 0 and any(_names(ast.parse(text), path.parent, depth - 1))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
