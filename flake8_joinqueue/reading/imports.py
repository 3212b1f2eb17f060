"""Imports: names of libraries, never the libraries themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.reading import trees, variables
from flake8_joinqueue.reading.values import Library

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def run_import(machine: Machine, node: cst.Import) -> None:
    """Run `import a.b` or `import a.b as c`."""
    for alias in node.names:
        name = trees.dotted(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            variables.write_name(machine, alias.asname.name.value, Library(name), node)
        else:
            first = name.partition(".")[0]
            variables.write_name(machine, first, Library(first), node)


def run_import_from(machine: Machine, node: cst.ImportFrom) -> None:
    """Run `from a import b` or `from a import *`; a relative module's name starts with dots."""
    module = "." * len(node.relative) + trees.dotted(node.module)
    if isinstance(node.names, cst.ImportStar):
        machine.star_modules.append(module)
        return
    for alias in node.names:
        name = trees.dotted(alias.name)
        bound = name
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            bound = alias.asname.name.value
        variables.write_name(
            machine, bound, Library(machine.options.behaves_like(f"{module}.{name}")), node
        )
