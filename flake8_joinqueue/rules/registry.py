"""Which rules there are: the modules `jqNNN_*.py` beside this one."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from flake8_joinqueue.options import OFF_BY_DEFAULT
from flake8_joinqueue.records import dataclass

if TYPE_CHECKING:
    from flake8_joinqueue.analysis.program import Program
    from flake8_joinqueue.rules.report import Report

__all__ = ["OFF_BY_DEFAULT", "Rule", "codes", "load", "modules"]

_MODULE: Final = re.compile(r"jq\d{3}_\w+")

Check: TypeAlias = "Callable[[Program], Iterator[Report]]"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its code, its name in words, what finds it, and its documentation."""

    code: str
    name: str
    check: Check
    documentation: str


def modules() -> tuple[str, ...]:
    """Return the names of the rule modules, sorted."""
    package = importlib.import_module(__package__)
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name for name in found if _MODULE.fullmatch(name)))


def codes() -> tuple[str, ...]:
    """Return the codes of the rules, sorted, without importing one."""
    return tuple(name[:5].upper() for name in modules())


@cache
def load() -> tuple[Rule, ...]:
    """Return the rules, sorted by code."""
    rules: list[Rule] = []
    for name in modules():
        module = importlib.import_module(f"{__package__}.{name}")
        rules.append(Rule(module.CODE, module.NAME, module.check, module.__doc__ or ""))
    return tuple(rules)
