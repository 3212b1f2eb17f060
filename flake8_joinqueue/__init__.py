"""Find programs with joinable queues that hang, die or lose work.

The Python API is `check_source`, with the `Finding`s (and their `Related` places) it returns and
the `Options` it takes. They are loaded when first asked for: flake8 imports this package for every
run, and most runs never meet a queue.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_joinqueue.check import check_source
    from flake8_joinqueue.findings import Finding, Related
    from flake8_joinqueue.options import Options, StartMethod

__version__ = "0.1.0"
__all__ = ["Finding", "Options", "Related", "StartMethod", "__version__", "check_source"]

_HOMES = {
    "Finding": "findings",
    "Options": "options",
    "Related": "findings",
    "StartMethod": "options",
    "check_source": "check",
}


# A type checker would take this for leave to ask for anything.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
