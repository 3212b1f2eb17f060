"""Which codes are reported: what flake8 makes of `select`, `ignore` and their kin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# What flake8 selects by default is the prefix under which the plugin is registered.
_OUR_PREFIX = "JQ"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user selects and ignores; `None` where nothing is said, which is not `()`.

    `off` are the codes that are ignored unless the user says otherwise.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] | None = None
    extend_ignore: tuple[str, ...] = ()
    off: tuple[str, ...] = ()

    def reports(self, code: str, also_ignored: Iterable[str] = ()) -> bool:
        """Say whether a code is reported, `also_ignored` being what one file ignores besides."""
        extend_ignore = (*self.extend_ignore, *also_ignored)
        chosen = _longest(code, (*(self.select or ()), *self.extend_select))
        barred = _longest(code, (*(self.ignore or ()), *extend_ignore))
        selected = chosen if self.select is not None else max(chosen, _by_default(code))
        ignored = barred if self.ignore is not None else max(barred, _longest(code, self.off))
        if not selected or not ignored:
            return bool(selected)
        if bool(chosen) != bool(barred):
            return bool(chosen)
        return selected > ignored


def _longest(code: str, prefixes: Iterable[str]) -> int:
    """Return the length of the longest prefix of a code, 0 where there is none."""
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=0)


def _by_default(code: str) -> int:
    return _longest(code, (_OUR_PREFIX,))
