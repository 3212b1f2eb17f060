"""Text on a terminal: colours, the width of characters, and nothing that steers the terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

_TAB: Final = 4
_STYLES: Final = {"bold": "1", "red": "1;31", "blue": "1;34", "cyan": "36", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours text, or leaves it as it is."""

    colour: bool = False

    def __call__(self, style: str, text: str) -> str:
        """Return a text in a style: bold, red, blue, cyan, dim."""
        return f"\033[{_STYLES[style]}m{text}\033[0m" if self.colour and text else text


def harmless(text: str) -> str:
    """Return a text with all that is not seen, or steers a terminal, written as an escape.

    File names and source text are anybody's: an escape sequence in them could move the cursor or
    hide a finding, and marks of writing direction could show code in another order than it runs.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cells(line: str) -> list[str]:
    """Return how each character of a source line is shown."""
    return [" " * _TAB if char == "\t" else harmless(char) for char in line]


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
