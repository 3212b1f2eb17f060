"""What is asked for, from the command line and the configuration together."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

from flake8_joinqueue.cli import configuration
from flake8_joinqueue.cli.configuration import Configuration
from flake8_joinqueue.cli.decisions import Choice
from flake8_joinqueue.cli.files import DEFAULT_EXCLUDE, DEFAULT_FILENAME, Filter, matches
from flake8_joinqueue.cli.trouble import Trouble
from flake8_joinqueue.options import Options
from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT, codes
from flake8_joinqueue.settings import SETTINGS, options_from


@dataclass(frozen=True, slots=True)
class Plan:
    """Which files are checked, what is reported of them, and what holds of the code."""

    files: Filter
    choice: Choice
    per_file: tuple[tuple[str, tuple[str, ...]], ...]
    noqa: bool
    options: Options

    def reports(self, code: str, path: str) -> bool:
        """Say whether a code is reported in a file.

        Of several patterns that meet the file the longest counts, the first of these.
        """
        ignored: tuple[str, ...] = ()
        longest = -1
        for pattern, also in self.per_file:
            if len(pattern) > longest and matches(path, (pattern,)):
                longest, ignored = len(pattern), also
        return self.choice.reports(code, ignored)


def plan(asked: argparse.Namespace) -> Plan:
    """Return the plan for what is asked. Raises `Trouble` where something in it is wrong."""
    found = configuration.load(asked.config, asked.append_config, isolated=asked.isolated)
    choice = _choice(asked, found)
    # Rules that are off are not even asked, unless somebody wants to hear them.
    also = frozenset(code for code in OFF_BY_DEFAULT if choice.reports(code))
    return Plan(
        _filter(asked, found),
        choice,
        _per_file(asked, found),
        not (asked.disable_noqa or found.switch("disable-noqa")),
        replace(options(asked, found), also=also),
    )


def options(asked: argparse.Namespace, found: Configuration) -> Options:
    """Return what the user says of the code under analysis."""
    given: dict[str, str] = {}
    for setting in SETTINGS:
        told: str | None = getattr(asked, setting.name.replace("-", "_"))
        value = found.text(setting.name) if told is None else told
        if value is not None:
            given[setting.field] = value
    try:
        return options_from(given)
    except ValueError as error:
        raise Trouble(" ".join(str(error).split())) from error


def _filter(asked: argparse.Namespace, found: Configuration) -> Filter:
    exclude = _paths(asked.exclude, found, "exclude")
    more = _paths(asked.extend_exclude, found, "extend-exclude") or ()
    if asked.filename is not None:
        filename: tuple[str, ...] | None = configuration.split(asked.filename)
    else:
        filename = found.listed("filename")
    return Filter(
        (*(DEFAULT_EXCLUDE if exclude is None else exclude), *more),
        DEFAULT_FILENAME if filename is None else filename,
        gitignore=not asked.no_gitignore,
    )


def _paths(told: str | None, found: Configuration, name: str) -> tuple[str, ...] | None:
    if told is None:
        return found.paths(name)
    return tuple(map(configuration.anchored, configuration.split(told)))


def _choice(asked: argparse.Namespace, found: Configuration) -> Choice:
    return Choice(
        select=_told(asked.select, "--select", found.listed("select")),
        extend_select=_told(asked.extend_select, "--extend-select", found.listed("extend-select"))
        or (),
        ignore=_told(asked.ignore, "--ignore", found.codes("ignore")),
        extend_ignore=_told(asked.extend_ignore, "--extend-ignore", found.codes("extend-ignore"))
        or (),
        off=OFF_BY_DEFAULT,
    )


def _told(
    texts: list[str] | None, option: str, found: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """Return the codes of an option, or what the configuration says.

    The configuration also speaks of codes of others. Who types one here has mistyped it.
    """
    if texts is None:
        return found
    told = tuple(code for text in texts for code in configuration.split(text))
    known = ("JQ000", *codes())
    for code in told:
        if not any(each.startswith(code) for each in known):
            raise Trouble(f"{option}: no rule has the code {code} (see flake8-joinqueue rules)")
    return told


def _per_file(
    asked: argparse.Namespace, found: Configuration
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    text = asked.per_file_ignores
    if text is None:
        text = found.text("per-file-ignores") or ""
    # As flake8 has it, these count from the current folder, wherever the configuration is.
    return tuple(
        (configuration.anchored(file), also) for file, also in configuration.per_file(text)
    )
