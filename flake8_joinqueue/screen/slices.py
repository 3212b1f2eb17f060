"""Cut a module down to the statements that have to do with its queues."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from flake8_joinqueue.facts import evidence
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.screen import signs, words
from flake8_joinqueue.screen.statements import Binding, Statement, describe

# The lines as Python counts them: a form feed or a Unicode line separator ends none.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_LINE_END = "\r\n"


def relevant(text: str, tree: ast.Module, own: frozenset[str] = frozenset()) -> str:
    """The text with every top-level statement blanked that has nothing to do with queues.

    ``tree`` is the text's ``ast``. What is kept keeps its lines and columns. The result is empty
    where the module does nothing with queues. ``own`` are names of the user's own for queues.
    """
    return cut(text, tree, own).text


class Cut(NamedTuple):
    """A module cut down.

    `core` are the names its statements bind that do something with queues, `by_use` those that must
    be queues by what is done with them. `inside`: a function or class may make a queue, or be given
    one; else the top level alone does, and the rest of the core may only change what it works with.
    """

    text: str = ""
    core: frozenset[str] = frozenset()
    by_use: Mapping[str, QueueKind] = MappingProxyType({})
    inside: bool = True


def cut(
    text: str,
    tree: ast.Module,
    own: frozenset[str] = frozenset(),
    *,
    followed: bool = False,
) -> Cut:
    """Cut a module down as `relevant` says; what is kept and not core only serves the core.

    `followed`: what it imports may be read, too, and make queues.
    """
    uses = evidence.Uses() if words.TASK_DONE in text else None
    statements = describe(tree.body, own, uses)
    by_use = {} if uses is None else uses.queues()
    if not (followed or by_use or _may_say_something(statements)):
        return Cut()
    selection = _Selection(statements, by_name=followed and bool(own))
    kept = selection.kept()
    if not kept:
        return Cut()
    return Cut(keep_only(text, tree, kept), selection.core, by_use, selection.inside)


def _may_say_something(statements: Sequence[Statement]) -> bool:
    """Whether a queue may be made in a module, or there is what a rule speaks of without one."""
    return signs.any_of((each.signs for each in statements), (each.mentions for each in statements))


def keep_only(text: str, tree: ast.Module, kept: set[int]) -> str:
    """The text with all top-level statements blanked but those at the places ``kept``.

    A statement that shares a line with a kept one stays too.
    """
    lines: list[str] = _LINE.findall(text)
    for first, last, members in _groups(lines, tree.body):
        if kept.isdisjoint(members):
            for number in range(first, last):
                lines[number] = _blank(lines[number], lines[number - 1] if number else "")
    return "".join(lines)


def _blank(line: str, before: str) -> str:
    """What stays of a line: its end. No two ends may come to be one, as CR before LF would."""
    end = line[len(line.rstrip(_LINE_END)) :]
    if end in {"", "\r\n"}:
        return end
    return " \n" if before.endswith("\r") else "\n"


def _groups(
    lines: Sequence[str], body: Sequence[ast.stmt]
) -> Iterator[tuple[int, int, Sequence[int]]]:
    """The statements that can only be blanked together, as they share a line.

    Gives the first line and the line after the last (0-based), and the statements' places. What
    stands before a statement (comments, decorators, whose position says nothing of the ``@``)
    goes with it.
    """
    first, start = 0, 0
    for place, node in enumerate(body):
        end = node.end_lineno or node.lineno
        following = body[place + 1] if place + 1 < len(body) else None
        joined = lines[end - 1].rstrip(_LINE_END).endswith("\\")
        if following is None or not (following.lineno <= end or joined):
            yield first, end, range(start, place + 1)
            first, start = end, place + 1


class _Selection:
    """Which statements to keep.

    *Core* statements do something with queues. Whatever mentions what a core statement binds is
    core too: a function that calls a worker, the call of that function, the guard around it.
    *Kept* are further the statements that core and kept ones need: what they mention, and what
    may change the objects they mention.
    """

    def __init__(self, statements: Sequence[Statement], *, by_name: bool = False) -> None:
        self._statements = statements
        self._by_name = by_name
        self._core: set[int] = set()
        self._kept: set[int] = set()
        self._pending: list[int] = []
        self._bound_by: dict[str, list[int]] = defaultdict(list)
        self._mentioned_by: dict[str, list[int]] = defaultdict(list)
        self._altered_by: dict[str, list[int]] = defaultdict(list)
        self._handled_by: dict[str, list[int]] = defaultdict(list)
        for place, statement in enumerate(statements):
            for index, names in (
                (self._bound_by, statement.binds),
                (self._mentioned_by, statement.mentions),
                (self._altered_by, statement.alters),
                (self._handled_by, statement.handles),
            ):
                for name in names:
                    index[name].append(place)
        self._concurrent: set[str] = set().union(*(each.concurrent for each in statements))
        self._seen_names: set[str] = set()
        self.inside = True

    def kept(self) -> set[int]:
        """The places of the statements to keep; none where nothing does anything with queues."""
        if not (self._concurrent or self._by_name) and not any(
            each.accounts for each in self._statements
        ):
            # A queue of a library that is not known, or the word for something else.
            return set()
        aliases: set[str] = set().union(*(each.queue_aliases for each in self._statements))
        for place, statement in enumerate(self._statements):
            if statement.speaks or statement.signs.sure or aliases & statement.mentions:
                self._add_core(place)
        if not self._core:
            return set()
        self.inside = bool(self.core)
        for place, statement in enumerate(self._statements):
            runs = not statement.is_definition
            if statement.stays or (runs and self._concurrent & statement.mentions):
                self._add(place)
        while self._pending:
            self._follow(self._statements[self._pending.pop()])
        return self._kept

    @property
    def core(self) -> frozenset[str]:
        """The names that core statements bind."""
        return frozenset(name for place in self._core for name in self._statements[place].binds)

    def _add(self, place: int) -> None:
        if place not in self._kept:
            self._kept.add(place)
            self._pending.append(place)

    def _add_core(self, place: int) -> None:
        """Keep a statement and, step by step, all that mention what it binds."""
        todo = [place]
        while todo:
            place = todo.pop()
            self._add(place)
            if place in self._core:
                continue
            self._core.add(place)
            for name, binding in self._statements[place].binds.items():
                if binding is not Binding.IMPORT:
                    todo.extend(self._mentioned_by[name])

    def _follow(self, statement: Statement) -> None:
        for name in statement.mentions - self._seen_names:
            self._seen_names.add(name)
            bindings = set()
            for place in self._bound_by[name]:
                self._add(place)
                bindings.add(self._statements[place].binds[name])
            self._follow_changes(name, bindings)

    def _follow_changes(self, name: str, bindings: set[Binding]) -> None:
        """Keep what may change the object that a kept statement mentions."""
        if not bindings or (bindings == {Binding.IMPORT} and name not in self._concurrent):
            # Not of this module: nothing is known about it, so nothing can change.
            return
        changed_by = list(self._altered_by[name])
        if Binding.OBJECT in bindings:
            changed_by += self._mentioned_by[name]
        elif Binding.TABLE in bindings:
            changed_by += self._handled_by[name]
        for place in changed_by:
            self._add_core(place)
