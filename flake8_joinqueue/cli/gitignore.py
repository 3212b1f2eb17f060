"""What `.gitignore` files leave out, without asking git.

git is not started: it may be missing, and the configuration of a repository that one only wants to
look at can make it run programs. Read are the `.gitignore` files from the top of the repository
down, and its `.git/info/exclude`; a user's own list of patterns is not. As git has it, what is
ignored as a folder cannot be taken back for a file inside it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One line of a file: what it matches, from `folder` on."""

    regex: re.Pattern[str]
    negated: bool
    folders_only: bool

    def matches(self, path: str, *, is_folder: bool) -> bool:
        return (is_folder or not self.folders_only) and bool(self.regex.fullmatch(path))


def is_ignored(path: Path, *, is_folder: bool) -> bool:
    """Say whether a path, made absolute, is ignored itself; of the folders above nothing is said.

    The last pattern that matches decides, those of the nearest file before those further up.
    """
    for folder in path.parents:
        for pattern in reversed(_patterns(folder)):
            if pattern.matches(path.relative_to(folder).as_posix(), is_folder=is_folder):
                return not pattern.negated
        if _is_top(folder):
            return False
    return False


@cache
def _is_top(folder: Path) -> bool:
    return (folder / ".git").exists()


@cache
def _patterns(folder: Path) -> tuple[_Pattern, ...]:
    files = [folder / ".gitignore"]
    if _is_top(folder):
        files.insert(0, folder / ".git" / "info" / "exclude")
    found: list[_Pattern] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            continue
        for line in text.removeprefix("\ufeff").split("\n"):
            pattern = _parse(line.removesuffix("\r"))
            if pattern is not None:
                found.append(pattern)
    return tuple(found)


def _parse(line: str) -> _Pattern | None:
    # Blanks at the end do not count, unless escaped.
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    line = stripped + " " if backslashes % 2 and stripped != line else stripped
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    line = line.removeprefix("!") if negated else line
    folders_only = line.endswith("/")
    line = line.removesuffix("/")
    anchored = "/" in line
    line = line.removeprefix("/")
    if not line:
        return None
    try:
        translated = _translate(line)
        prefix = "" if anchored else "(?:.*/)?"
        return _Pattern(re.compile(prefix + translated, re.DOTALL), negated, folders_only)
    except (ValueError, re.error):
        return None  # git matches nothing with what is malformed


def _translate(glob: str) -> str:
    """Return the regular expression of a pattern. Raises `ValueError` where it is malformed."""
    out: list[str] = []
    at = 0
    while at < len(glob):
        char = glob[at]
        if glob.startswith("**/", at) and (at == 0 or glob[at - 1] == "/"):
            out.append("(?:.*/)?")
            at += 3
        elif glob.startswith("**", at) and at and glob[at - 1] == "/" and at + 2 == len(glob):
            out.append(".+")
            at += 2
        elif char == "*":
            out.append("[^/]*")
            at += 1
        elif char == "?":
            out.append("[^/]")
            at += 1
        elif char == "[":
            text, at = _bracket(glob, at)
            out.append(text)
        else:
            if char == "\\":
                at += 1
                if at == len(glob):
                    raise ValueError(glob)
                char = glob[at]
            out.append(re.escape(char))
            at += 1
    return "".join(out)


_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "blank": r" \t",
    "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "xdigit": "0-9a-fA-F",
    "cntrl": r"\x00-\x1f\x7f",
    "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}


def _bracket(glob: str, at: int) -> tuple[str, int]:
    """Return the expression of the bracket that starts at `at`, and where it ends."""
    at += 1
    negated = glob[at : at + 1] in {"!", "^"}
    at += negated
    parts: list[str] = []
    first = True
    while True:
        char = glob[at : at + 1]
        if not char:
            raise ValueError(glob)
        if char == "]" and not first:
            break
        first = False
        if char == "[" and glob.startswith("[:", at):
            end = glob.find(":]", at + 2)
            if end < 0 or glob[at + 2 : end] not in _CLASSES:
                raise ValueError(glob)
            parts.append(_CLASSES[glob[at + 2 : end]])
            at = end + 2
            continue
        low, at = _member(glob, at)
        if glob[at : at + 1] == "-" and glob[at + 1 : at + 2] not in {"", "]"}:
            high, at = _member(glob, at + 1)
            if low <= high:
                parts.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            parts.append(re.escape(low))
    inside = "".join(parts)
    if negated:
        return f"[^/{inside}]", at + 1
    # Nothing in a bracket matches a slash.
    return (f"(?!/)[{inside}]" if inside else "(?!)"), at + 1


def _member(glob: str, at: int) -> tuple[str, int]:
    if glob[at : at + 1] == "\\":
        at += 1
    char = glob[at : at + 1]
    if not char:
        raise ValueError(glob)
    return char, at + 1


def absolute(path: str) -> Path:
    """Return a path from the root on, links and `..` left out of play."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (links are not followed)


def forget() -> None:
    """Forget what was read: the files may have changed."""
    _is_top.cache_clear()
    _patterns.cache_clear()
