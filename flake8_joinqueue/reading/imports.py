"""Imports: names of libraries, never the libraries themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.reading import trees, variables
from flake8_joinqueue.reading.values import Content, Library, Module, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def run_import(machine: Machine, node: cst.Import) -> None:
    """Run `import a.b` or `import a.b as c`."""
    for alias in node.names:
        name = trees.dotted(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            variables.write_name(machine, alias.asname.name.value, _module(machine, name), node)
            continue
        first, *rest = name.split(".")
        bound = _module(machine, first)
        variables.write_name(machine, first, bound, node)
        for part in rest:
            if not isinstance(bound, Module):
                break
            first = f"{first}.{part}"
            inner = _module(machine, first)
            machine.heap.set((bound.scope.serial, part), inner)
            bound = inner


def run_import_from(machine: Machine, node: cst.ImportFrom) -> None:
    """Run `from a import b` or `from a import *`; a relative module's name starts with dots."""
    module = "." * len(node.relative) + trees.dotted(node.module)
    if isinstance(node.names, cst.ImportStar):
        _import_star(machine, module, node)
        return
    followed = _module(machine, module)
    for alias in node.names:
        name = trees.dotted(alias.name)
        bound = name
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            bound = alias.asname.name.value
        variables.write_name(machine, bound, _member(machine, followed, module, name), node)


def _import_star(machine: Machine, module: str, node: cst.ImportFrom) -> None:
    followed = _module(machine, module)
    if not isinstance(followed, Module):
        machine.star_modules.append(module)
        return
    for name in machine.heap.names(followed.scope.serial):
        value = machine.heap.get((followed.scope.serial, name))
        if not name.startswith("_") and value is not None and not isinstance(value, Content):
            variables.write_name(machine, name, value, node)


def _module(machine: Machine, name: str) -> Value:
    """Return a module: one of the same source tree, where imports are followed, or a library."""
    if machine.follower is not None:
        followed = machine.follower.module(machine, name)
        if followed is not None:
            return followed
    return Library(name)


def _member(machine: Machine, followed: Value, module: str, name: str) -> Value:
    """Return what `from module import name` binds: something in the module, or a module of it."""
    known = machine.options.behaves_like(f"{module}.{name}")
    if known != f"{module}.{name}":
        return Library(known)
    if isinstance(followed, Module):
        value = machine.heap.get((followed.scope.serial, name))
        if value is not None and not isinstance(value, Content):
            return value
    path = f"{module}{name}" if module.endswith(".") else f"{module}.{name}"
    inner = _module(machine, path)
    return inner if isinstance(inner, Module) else Library(known)
