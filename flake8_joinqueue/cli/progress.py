"""A line on the terminal that says how far a long run is."""

from __future__ import annotations

import os
import sys
import time
from typing import Final

_FIRST: Final = 1.0  # seconds: what is over sooner needs no line
_AGAIN: Final = 0.1
_ERASE: Final = "\r\033[K"


class Progress:
    """Counts files that are done, and shows the count on a terminal until `close`."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._next = time.monotonic() + _FIRST
        self._shown = False
        self._wanted = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def close(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def advance(self) -> None:
        """Count one more."""
        self._done += 1
        now = time.monotonic()
        if self._wanted and now >= self._next and self._done < self._total:
            self._next = now + _AGAIN
            self._shown = True
            sys.stderr.write(f"{_ERASE}checked {self._done:,} of {self._total:,} files")
            sys.stderr.flush()
