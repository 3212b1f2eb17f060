"""Modules of the same source tree, read where the user wants imports followed.

The top level of a module that the file under analysis imports, where `siblings` finds it, is run
abstractly, as the file's own is: its functions, classes and constants become known, and nothing is
ever executed or imported. What cannot be found, read or parsed, or comes to a limit, stays a name
of a library, as without following.

Queues that a module makes where it is imported, and what it starts there, belong to the run, as if
they were made at the import. This holds for imports at the top level only, as functions are run
more than once.

A finding is said at a line of the file at hand, where `noqa`, editors and baselines look. Where
its anchor stands in another file (a worker's `get` there), it is said at the first other place of
its story that stands in this one: the `join()` that hangs, the sentinel that is put. Where there is
none, it is the other file's own affair, which is linted for itself.
"""

from __future__ import annotations

import ast
import os
import re
import tokenize
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flake8_joinqueue import siblings
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.reading import calls, functions, lengths, statements, values, wording
from flake8_joinqueue.reading.drafts import Frame
from flake8_joinqueue.reading.places import LINE_END
from flake8_joinqueue.reading.rebuilding import Rebuilt, rebuild
from flake8_joinqueue.reading.scopes import Scope
from flake8_joinqueue.reading.survey import survey
from flake8_joinqueue.records import dataclass

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_ASSIGNED = re.compile(r"\.(\w+)\s*(?::[^=\n]+)?(?:[-+*/|&^%@]|//|>>|<<|\*\*)?=(?!=)")


@dataclass(frozen=True, slots=True)
class _Source:
    """A file, read."""

    rebuilt: Rebuilt
    text: str


class Follower:
    """Finds and runs the modules that a file imports, each once."""

    def __init__(self, filename: str) -> None:
        own = Path(os.path.abspath(filename))  # noqa: PTH100 (links are followed no further)
        self._directory = own.parent
        self._modules: dict[Path, values.Module | None] = {own: None}
        self._inside: list[Path] = [own.parent]
        self._top_level = True
        self._scopes: list[Scope] = []

    def module(self, machine: Machine, name: str) -> values.Module | None:
        """Return a module by its name, with dots in front where it is relative, if it is found."""
        path = siblings.locate(name, self._inside[-1])
        if path is None:
            return None
        if path not in self._modules:
            if len(self._modules) > siblings.MOST_MODULES:
                return None
            self._modules[path] = None  # what imports itself finds nothing yet
            self._modules[path] = self._read(machine, name, path)
        return self._modules[path]

    # --- what it holds ---------------------------------------------------------------------------

    def _read(self, machine: Machine, name: str, path: Path) -> values.Module | None:
        source = _parsed(path)
        if source is None:
            return None
        made = values.Module(name, Scope(None, survey(source.rebuilt.module.body), "module"))
        # An attribute that more than one file assigns is a variable.
        machine.assigned_attributes |= frozenset(_ASSIGNED.findall(source.text))
        _learn(machine, source.text)
        machine.places.add(source.rebuilt, LINE_END.split(source.text), path.name)
        drafts, known = machine.drafts(), set(self._modules)
        before = self._top_level
        self._top_level = before and machine.at_top_level and len(machine.frames) == 1
        self._inside.append(path.parent)
        try:
            with machine.elsewhere(Frame(made.scope)) as operations:
                machine.heap.set(
                    (made.scope.serial, "__name__"), values.Const(name.lstrip(".") or "package")
                )
                for statement in source.rebuilt.module.body:
                    if not machine.ended:
                        statements.run_one(machine, statement)
        except (NotAnalysed, RecursionError):
            self._forget(machine, drafts, known)
            return None
        else:
            if machine.drafts() != drafts:
                # What is made where a function is run is made again with every run.
                if not self._top_level:
                    self._forget(machine, drafts, known)
                    return None
                for operation in operations:
                    machine.emit(operation)
            self._scopes.append(made.scope)
            return made
        finally:
            self._inside.pop()
            self._top_level = before

    def _forget(self, machine: Machine, drafts: tuple[int, int, int], known: set[Path]) -> None:
        """Forget a module that cannot be followed, and all that was followed for it."""
        machine.forget(drafts)
        for path in self._modules.keys() - known:
            self._modules[path] = None

    # --- what is left of it ----------------------------------------------------------------------

    def leak_unused(self, machine: Machine) -> None:
        """Note that functions which nothing here calls may use the queues of their modules.

        A queue that a module makes for itself is there for all its functions. Those that the file
        at hand does not call, another one may.
        """
        for scope in self._scopes:
            spoken = {
                word
                for function in machine.defined
                if function.scope.module is scope and id(function.node) not in machine.entered
                for word in functions.surveyed_names(machine, function)
            }
            for name in machine.heap.names(scope.serial) if spoken else ():
                value = machine.heap.get((scope.serial, name))
                if value is None or isinstance(value, values.Content):
                    continue
                held = [machine.queues[index].name for index in calls.queues_in(machine, value)]
                if not spoken.isdisjoint([name, *held]):
                    calls.leak(machine, value, machine.last_node, "used by functions of its module")


def _learn(machine: Machine, text: str) -> None:
    """Take in what the wording of another file says of its variables."""
    machine.declares_outer |= wording.declares_outer(text)
    machine.measured |= lengths.measured(text)
    machine.keys_stored += wording.keys_stored(text)
    machine.collections_changed |= wording.collections_changed(text)


def _parsed(path: Path) -> _Source | None:
    """Return a file's text and trees, `None` where it cannot be read or is too large."""
    try:
        state = path.stat()
        if state.st_size > siblings.MOST_BYTES:
            return None
        return _parsed_as(path, state.st_mtime_ns, state.st_size)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _parsed_as(path: Path, changed: int, size: int) -> _Source | None:
    try:
        with tokenize.open(path) as file:
            text = file.read()
        return _Source(rebuild(ast.parse(text).body), text)
    except (OSError, SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return None
