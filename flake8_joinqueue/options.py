"""What a user may set: facts about the code under analysis that the code does not say itself.

Options come as text, from flake8's configuration or from a command line; the functions `parse_…`
turn a text into a value, and raise `ValueError` with a sentence for the user where they cannot.
"""

from __future__ import annotations

import enum
import re
import sys
from collections.abc import Mapping
from configparser import ConfigParser
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

# The rules that are off unless asked for; here, since flake8 asks before any rule is imported.
OFF_BY_DEFAULT: Final = ("JQ000", "JQ204", "JQ206", "JQ501")


class StartMethod(enum.Enum):
    """How processes of the default context are started."""

    ANY = "any"
    FORK = "fork"
    SPAWN = "spawn"
    FORKSERVER = "forkserver"


def _none() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a run.

    `start_method` is that of the default context. `python` is the lowest version the code must run
    on. `queue_classes` and `worker_classes` map a dotted name of the user's own to the dotted name
    of what it behaves like (`app.jobs.Jobs` to `queue.Queue`). `follow_imports`: functions and
    classes imported from the same source tree are read too. `also` are the codes of rules that are
    off by default and wanted all the same.
    """

    start_method: StartMethod = StartMethod.ANY
    python: tuple[int, int] = sys.version_info[:2]
    queue_classes: Mapping[str, str] = field(default_factory=_none)
    worker_classes: Mapping[str, str] = field(default_factory=_none)
    follow_imports: bool = False
    also: frozenset[str] = frozenset()

    def behaves_like(self, name: str) -> str:
        """Return the known class that a dotted name of the user's own stands for, or the name.

        A relative import's name starts with dots and lacks the package: `.jobs.Jobs`.
        """
        for classes in (self.queue_classes, self.worker_classes):
            known = classes.get(name)
            if known is None and name.startswith("."):
                ending = "." + name.lstrip(".")
                known = next((classes[own] for own in classes if f".{own}".endswith(ending)), None)
            if known is not None:
                return known
        return name

    @property
    def own_names(self) -> frozenset[str]:
        """The names, without modules, of the user's own classes of queues."""
        return frozenset(name.rpartition(".")[2] for name in self.queue_classes)


DEFAULTS = Options()

_VERSION: Final = re.compile(r"3\.(\d{1,3})")
_DOTTED: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def parse_start_method(text: str) -> StartMethod:
    """Return the start method that a text names."""
    try:
        return StartMethod(text.strip().lower())
    except ValueError:
        known = ", ".join(method.value for method in StartMethod)
        raise ValueError(f"{text!r} is no start method (choose from {known})") from None


def parse_python(text: str) -> tuple[int, int]:
    """Return the version of Python 3 that a text such as `3.10` names."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no version of Python 3 (write it like 3.10)")
    return 3, int(found[1])


def parse_switch(text: str) -> bool:
    """Return what a text such as `yes` or `false` says, as configuration files know them."""
    state = ConfigParser.BOOLEAN_STATES.get(text.strip().lower())
    if state is None:
        raise ValueError(f"{text!r} is neither true nor false")
    return state


def parse_classes(texts: str) -> Mapping[str, str]:
    """Return what classes behave like.

    `texts` are assignments such as `app.jobs.Jobs=queue.Queue`, with commas or line ends between.
    """
    classes: dict[str, str] = {}
    for text in filter(None, map(str.strip, re.split(r"[,\n]", texts))):
        own, equals, known = (part.strip() for part in text.partition("="))
        if not (equals and _DOTTED.fullmatch(own) and _DOTTED.fullmatch(known)):
            raise ValueError(
                f"{text!r} does not say what a class behaves like "
                "(write it like app.jobs.Jobs=queue.Queue)"
            )
        classes[own] = known
    return MappingProxyType(classes)
