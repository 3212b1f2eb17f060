"""Reading source files, as flake8 does."""

from __future__ import annotations

import io
import sys
import tokenize
from pathlib import Path

_BOMS = ("\ufeff", "\xef\xbb\xbf")  # the second is what latin-1 makes of the first


def read_file(path: str) -> list[str]:
    """Return the lines of a file, with their ends. Raises `OSError` where it cannot be read.

    The encoding is what the file says; where that fails, latin-1, which never does.
    """
    content = Path(path).read_bytes()
    try:
        return _without_bom(_decoded(content))
    except (LookupError, SyntaxError, UnicodeError):
        return _without_bom(_lines(content, "latin-1"))


def read_standard_input() -> list[str]:
    """Return the lines of standard input. Raises `OSError` where it cannot be decoded."""
    content = sys.stdin.buffer.read()
    try:
        return _without_bom(_decoded(content))
    except (LookupError, SyntaxError, UnicodeError):
        try:
            return _without_bom(_lines(content, "utf-8"))
        except UnicodeError as error:
            raise OSError(f"cannot be decoded as UTF-8 ({error.args[-1]})") from error


def _decoded(content: bytes) -> list[str]:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return _lines(content, encoding)


def _lines(content: bytes, encoding: str) -> list[str]:
    return io.TextIOWrapper(io.BytesIO(content), encoding).readlines()


def _without_bom(lines: list[str]) -> list[str]:
    if lines:
        for bom in _BOMS:
            if lines[0].startswith(bom):
                return [lines[0].removeprefix(bom), *lines[1:]]
    return lines
