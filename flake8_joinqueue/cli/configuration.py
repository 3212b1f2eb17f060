"""flake8's configuration files: where they are, and what they say that concerns this program.

What flake8 finds in `setup.cfg`, `tox.ini` or `.flake8` is found here in the same order and read
in the same way, so that both say the same of a project.
"""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flake8_joinqueue.cli.trouble import Trouble

_SECTION = "flake8"
_LOCAL_PLUGINS = "flake8:local-plugins"
_FILES = ("setup.cfg", "tox.ini", ".flake8")
_SEPARATOR = re.compile(r"[,\s]")
_CODE = re.compile(r"[A-Z]{1,3}[0-9]{0,3}", re.ASCII)
_MAPPING_TOKENS = re.compile(
    r"(?P<code>[A-Z]+[0-9]*(?=$|\s|,))|(?P<file>[^\s:,]+)|(?P<colon>\s*:\s*)|(?P<separator>\s*,\s*|\s+)"
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The `[flake8]` section: names, with hyphens, and values as text; `folder` it counts from.

    `file` is where it was found, "" where there is none.
    """

    values: dict[str, str] = field(default_factory=dict)
    folder: str = "."
    file: str = ""

    def text(self, name: str) -> str | None:
        """Return a value, `None` where there is none."""
        return self.values.get(name)

    def listed(self, name: str) -> tuple[str, ...] | None:
        """Return a list of words, `None` where there is none."""
        text = self.values.get(name)
        return None if text is None else split(text)

    def codes(self, name: str) -> tuple[str, ...] | None:
        """Return a list of codes that are ignored, `None` where there is none."""
        found = self.listed(name)
        for code in found or ():
            if not _CODE.fullmatch(code):
                raise Trouble(f"{self.file}: {name}: {code!r} is no code")
        return found

    def paths(self, name: str) -> tuple[str, ...] | None:
        """Return a list of patterns of paths, `None` where there is none."""
        found = self.listed(name)
        return None if found is None else tuple(anchored(path, self.folder) for path in found)

    def switch(self, name: str) -> bool:
        """Return whether something is switched on."""
        text = self.values.get(name)
        if text is None:
            return False
        state = configparser.RawConfigParser.BOOLEAN_STATES.get(text.lower())
        if state is None:
            raise Trouble(f"{self.file}: {name}: {text!r} is neither true nor false")
        return state


def load(config: str | None, more: Sequence[str], *, isolated: bool) -> Configuration:
    """Return the configuration that holds in the current folder.

    `config` is the file to read instead of what is found, `more` those read after it. Raises
    `Trouble` where one cannot be read.
    """
    if isolated:
        return Configuration()
    here = os.path.abspath(os.curdir)  # noqa: PTH100 (as flake8 has it: links are not followed)
    found = config if config is not None else _find(here)
    parser = configparser.RawConfigParser()
    for file in [*([found] if found is not None else []), *more]:
        try:
            read = parser.read(file, encoding="UTF-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise Trouble(f"{file}: {' '.join(str(error).split())}") from error
        if not read:
            raise Trouble(f"{file}: no such configuration file")
    values = dict(parser.items(_SECTION)) if parser.has_section(_SECTION) else {}
    return Configuration(
        {name.replace("_", "-"): value for name, value in values.items()},
        os.path.dirname(found) if found is not None else here,  # noqa: PTH120
        found or (more[-1] if more else ""),
    )


def _find(folder: str) -> str | None:
    """Return the nearest configuration file that has something for flake8, from a folder up."""
    home = Path("~").expanduser()
    for place in (Path(folder), *Path(folder).parents):
        # The home folder is looked at only by who works in it.
        if str(place) != folder and _same(place, home):
            return None
        for name in _FILES:
            parser = configparser.RawConfigParser()
            try:
                parser.read(place / name, encoding="UTF-8")
            except (UnicodeDecodeError, configparser.ParsingError):
                continue
            except (configparser.Error, OSError) as error:
                raise Trouble(f"{place / name}: {' '.join(str(error).split())}") from error
            if _SECTION in parser or _LOCAL_PLUGINS in parser:
                return str(place / name)
    return None


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def split(text: str) -> tuple[str, ...]:
    """Return the words of a list, separated by commas or blanks."""
    return tuple(filter(None, _SEPARATOR.split(text)))


def anchored(path: str, folder: str = os.curdir) -> str:
    """Return a pattern as flake8 compares it: absolute where it names more than a file."""
    separators = os.path.sep + (os.path.altsep or "")
    if path == "." or any(separator in path for separator in separators):
        path = os.path.abspath(os.path.join(folder, path))  # noqa: PTH100, PTH118 (a pattern)
    return path.rstrip(separators)


def per_file(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what files ignore besides: `tests/*:JQ1 setup.py,docs.py:JQ2`, a pattern each.

    Raises `Trouble` where it is not of that form.
    """
    found: list[tuple[str, tuple[str, ...]]] = []
    files: list[str] = []
    codes: list[str] = []
    in_codes, separated = False, True
    for kind, word in _mapping_tokens(text):
        if kind == "separator":
            separated = True
        elif kind == "colon" and not in_codes:
            in_codes = separated = True
        elif not separated or kind == "colon" or (kind == "code" and not in_codes):
            raise Trouble(f"per-file-ignores: {' '.join(text.split())!r} is no `files:codes` list")
        elif kind == "code":
            codes.append(word)
            separated = False
        else:
            if in_codes:
                found.extend((file, tuple(codes)) for file in files if codes)
                files, codes, in_codes = [], [], False
            files.append(word)
            separated = False
    if text.strip() and not in_codes:
        raise Trouble(f"per-file-ignores: {' '.join(text.split())!r} is no `files:codes` list")
    found.extend((file, tuple(codes)) for file in files if codes)
    return tuple(found)


def _mapping_tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _MAPPING_TOKENS.finditer(text):
        assert match.lastgroup is not None
        yield match.lastgroup, match.group().strip()
