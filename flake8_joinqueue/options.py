"""What a user may set: facts about the code under analysis that the code does not say itself."""

from __future__ import annotations

import enum
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


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
    classes imported from the same source tree are read too.
    """

    start_method: StartMethod = StartMethod.ANY
    python: tuple[int, int] = sys.version_info[:2]
    queue_classes: Mapping[str, str] = field(default_factory=_none)
    worker_classes: Mapping[str, str] = field(default_factory=_none)
    follow_imports: bool = False


DEFAULTS = Options()
