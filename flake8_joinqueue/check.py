"""The main job: source text in, findings out."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flake8_joinqueue import offers
from flake8_joinqueue.findings import Finding, NotAnalysed, not_analysed
from flake8_joinqueue.options import DEFAULTS, Options
from flake8_joinqueue.screen import cut, speaks_of_queues

if TYPE_CHECKING:
    from flake8_joinqueue.protocol import Protocol
    from flake8_joinqueue.reading import Reading

_BOM = "\ufeff"


def check_source(
    text: str,
    filename: str = "<unknown>",
    tree: ast.Module | None = None,
    options: Options = DEFAULTS,
) -> list[Finding]:
    """The findings in a Python source text, sorted.

    ``text`` is the whole file, decoded; ``tree`` is its ``ast`` where the caller has one already;
    ``options`` is what the user has set.
    A file that cannot be read, has one finding, JQ000; one in which something
    had to be given up, at the edge of a limit, has that too.
    """
    if not (options.follow_imports or speaks_of_queues(text, options.own_names)):
        return []
    with _without_collection():
        return _checked(text, filename, tree, options)


def _checked(text: str, filename: str, tree: ast.Module | None, options: Options) -> list[Finding]:
    """The findings in a text; all else that was made for them is gone on return."""
    try:
        reading = _read(text, filename, tree, options)
    except NotAnalysed as outcome:
        return [not_analysed(outcome.reason)]
    if reading is None:
        return []
    from flake8_joinqueue.rules import run  # noqa: PLC0415 (only who gets here pays for it)

    return run(reading.protocols, options, reading.given_up)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave the garbage collector alone while a file is analysed.

    Nearly all that is made lasts to the end and then goes at once; looking through it for garbage
    meanwhile, again and again, takes a fifth of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class Study:
    """What was understood of a file: its Protocols, or the `reason` why it was not analysed."""

    protocols: tuple[Protocol, ...] = ()
    reason: str = ""


def study(text: str, filename: str = "<unknown>", options: Options = DEFAULTS) -> Study:
    """Return what is understood of a Python source text, for those who want to see more of it."""
    try:
        reading = _read(text, filename, None, options)
        return Study(() if reading is None else reading.protocols)
    except NotAnalysed as outcome:
        return Study(reason=outcome.reason)


def _read(text: str, filename: str, tree: ast.Module | None, options: Options) -> Reading | None:
    """Return what a text does with queues, if anything.

    Raises `NotAnalysed` where it cannot be read.
    """
    text, own = text.removeprefix(_BOM), options.own_names
    if options.follow_imports:
        tree = tree or _parse(text, filename)
        own |= offers.names_of_queues(tree, filename)
    if not speaks_of_queues(text, own):
        return None
    tree = tree or _parse(text, filename)
    found = cut(text, tree, own, followed=options.follow_imports)
    if not found.text:
        return None
    # Only a file that got this far pays for the import of LibCST.
    from flake8_joinqueue.reading import read  # noqa: PLC0415

    return read(
        found.text,
        tree,
        options,
        filename,
        core=found.core,
        by_use=found.by_use,
        inside=found.inside,
    )


def _parse(text: str, filename: str) -> ast.Module:
    try:
        return ast.parse(text, filename)
    except SyntaxError as error:
        raise NotAnalysed(f"syntax error on line {error.lineno}, {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotAnalysed(f"Python cannot parse it, {error}") from error
