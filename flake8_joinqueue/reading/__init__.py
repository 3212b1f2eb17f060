"""Source text to Protocols: the program is run abstractly, never really.

`rebuilding` makes a tree of LibCST from the `ast`. `entries` runs it from each of its entry points
on the `machine`. `statements`, `expressions`, `conditions` and `loops` say what Python does;
`calls`, `functions`, `classes`, `library`, `methods`, `queues` and `actors` what calls do;
`finishing` turns what was emitted into Protocols. This is the only package that knows LibCST.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial

from flake8_joinqueue.facts import evidence
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.options import DEFAULTS, Options
from flake8_joinqueue.protocol import Protocol
from flake8_joinqueue.reading.rebuilding import Rebuilt, rebuild
from flake8_joinqueue.records import dataclass

_DEFINITIONS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign,
)  # fmt: skip
_LASTING = (ast.Expr, ast.While, ast.For, ast.With, ast.Try)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a file: one Protocol an entry point; and what was given up, and why."""

    protocols: tuple[Protocol, ...]
    given_up: tuple[str, ...] = ()


def read(  # noqa: PLR0913 (a file, what is known of it, and how it is read)
    source: str,
    tree: ast.Module,
    options: Options = DEFAULTS,
    filename: str = "",
    *,
    core: Collection[str] | None = None,
    by_use: Mapping[str, QueueKind] | None = None,
    inside: bool = True,
) -> Reading:
    """Read a program.

    `source` is its text, of which top-level statements may have been blanked line for line; `tree`
    is the `ast` of the whole text; `options` is what the user has set, `filename` where
    the text comes from, for imports to be followed; `core` are the functions and classes that may
    come to do something with a queue, `None` if any may; `by_use` the names that must be queues by
    their use, `None` if that is still to be found out. `inside`: not only the top level has to do
    with queues. Raises `NotAnalysed` where nothing of it can be followed.
    """
    from flake8_joinqueue.reading import entries, places  # noqa: PLC0415 (a cycle by nature)

    # As `ast` counts lines: `str.splitlines` splits at form feeds and others as well.
    lines = places.LINE_END.split(source)
    kept = [
        statement
        for statement in tree.body
        if statement.lineno <= len(lines) and lines[statement.lineno - 1].strip()
    ]
    rebuilt = _rebuilt(kept)
    lingers = _lingers(tree, kept)
    found = places.Places(rebuilt, lines)
    try:
        return Reading(
            *entries.run(
                found,
                source,
                options,
                filename,
                core=core,
                lingers=lingers,
                inside=inside,
                setters=cache(partial(_setters, tree)),
                by_use=evidence.queues_by_use(source, tree) if by_use is None else by_use,
            )
        )
    except RecursionError as error:
        raise NotAnalysed("the program is nested too deeply") from error


def _setters(tree: ast.Module) -> int:
    """Return at how many places of a file something is set, in what was blanked as well."""
    return sum(isinstance(node, ast.Attribute) and node.attr == "set" for node in ast.walk(tree))


def _lingers(tree: ast.Module, kept: list[ast.stmt]) -> tuple[int, ...]:
    """Return the lines of blanked statements behind kept ones that do something that may last.

    They have nothing to do with queues, but the workers go on meanwhile.
    """
    begun = [node.lineno for node in kept if not isinstance(node, _DEFINITIONS)]
    blanked = set(tree.body) - set(kept)
    if not begun:
        return ()
    lasting = (node for node in blanked if isinstance(node, _LASTING) and not _prints(node))
    return tuple(sorted(node.lineno for node in lasting if node.lineno > begun[0]))


def _prints(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Expr):
        return False
    call = node.value
    if not isinstance(call, ast.Call):
        return True  # a docstring
    return isinstance(call.func, ast.Name) and call.func.id == "print"


def _rebuilt(statements: Sequence[ast.stmt]) -> Rebuilt:
    try:
        return rebuild(statements)
    except RecursionError as error:
        raise NotAnalysed("the program is nested too deeply") from error
    except KeyError as error:
        raise NotAnalysed(f"a new kind of syntax, {error}") from error
