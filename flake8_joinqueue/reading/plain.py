"""Functions that only work something out: what they do does not depend on how often they are run.

A function that turns a date into a text, or goes through whatever is in a message, is called many
times and calls itself, and each run takes its share of the steps. Nothing that it does concerns a
queue, so after a few runs another one is a call of code that nobody need see into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.reading import calls, limits, values
from flake8_joinqueue.reading.trees import dotted, parts
from flake8_joinqueue.reading.values import Function, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine
    from flake8_joinqueue.reading.scopes import Scope

# What may do more than work something out, or be run more than once itself.
_MORE = frozenset(
    {
        cst.FunctionDef, cst.ClassDef, cst.Lambda, cst.With, cst.Del, cst.Import, cst.ImportFrom,
        cst.Global, cst.Nonlocal, cst.Yield, cst.Await, cst.NamedExpr, cst.Match,
        cst.StarredElement,
    }
)  # fmt: skip
_OWN = frozenset(
    {
        cst.Dict, cst.List, cst.Set, cst.DictComp, cst.ListComp, cst.SetComp, cst.SimpleString,
        cst.FormattedString, cst.Integer, cst.Float,
    }
)  # fmt: skip
# What a method of that name changes is its object; or it may, of a queue or an actor.
_CHANGING = frozenset(
    {
        "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem",
        "popleft", "put", "put_nowait", "remove", "reverse", "setdefault", "sort", "start",
        "update",
    }
)  # fmt: skip
_REFLECTING = frozenset({"delattr", "eval", "exec", "globals", "locals", "setattr", "vars"})
_INERT = (values.Const, values.Library, values.Truth, values.Number)


def learnt(machine: Machine, function: Function, arguments: values.Arguments) -> bool:
    """Say whether a function need not be run once more, with these arguments."""
    runs = machine.runs[id(function.node)] = machine.runs.get(id(function.node), 0) + 1
    if runs <= limits.RUNS_OF_PLAIN or arguments.open or function.is_async:
        return False
    return all(_holds_nothing(machine, each) for each in arguments.every()) and _is_plain(
        machine, function, frozenset()
    )


def answer(machine: Machine, function: Function, arguments: values.Arguments) -> Value:
    """Return what a function returns that is not run once more, going by what it did before."""
    known = machine.answers.get(id(function.node), [])
    if len(known) == 1 and isinstance(known[0], values.Const):
        return known[0]
    return machine.one_of(function.name, True, *known, *arguments.every())


def _holds_nothing(machine: Machine, value: Value, depth: int = 0) -> bool:
    """Say whether a value has to do with no queue, and is none that a queue has brought."""
    if isinstance(value, _INERT):
        return True
    if isinstance(value, values.Unknown):
        known = value.key in machine.declared or value.key in machine.class_of
        return not (known or value.key in machine.handed_over)
    if isinstance(value, (values.Tuple, values.Container)) and depth < limits.RUNS_OF_PLAIN:
        return all(
            _holds_nothing(machine, part, depth + 1) for part in calls.reachable(machine, value)
        )
    return False


def _is_plain(machine: Machine, function: Function, under: frozenset[int]) -> bool:
    """Say whether a function only works something out; `under` are those that call it."""
    key = id(function.node)
    if key in under:
        return True
    known = machine.plain.get(key)
    if known is None:
        known = _Body(machine, function, under | {key}).is_plain()
        if not under:  # of those in a circle, each is only known with the others
            machine.plain[key] = known
    return known


class _Body:
    """A look at all that a function does."""

    def __init__(self, machine: Machine, function: Function, under: frozenset[int]) -> None:
        self._machine = machine
        self._function = function
        self._under = under
        self._nodes = list(_all(function.node.body))
        self._bound = {
            each.name.value
            for each in _all(function.node.params)
            if isinstance(each, cst.Param) and isinstance(each.name, cst.Name)
        }
        self._own = self._made()
        self._raised = {
            id(node.exc) for node in self._nodes if isinstance(node, cst.Raise) and node.exc
        }

    def is_plain(self) -> bool:
        """Say whether it only works something out."""
        if self._function.is_generator or self._function.kind not in ("function", "staticmethod"):
            return False
        return all(
            type(node) not in _MORE
            and all(map(self._may_store, _stored(node)))
            and (type(node) is not cst.Call or self._is_plain_call(node))
            for node in self._nodes
        )

    def _made(self) -> set[str]:
        """Return the variables that hold nothing but what the function makes itself."""
        made: set[str] = set()
        others = set(self._bound)
        for node in self._nodes:
            if isinstance(node, cst.AugAssign):
                continue
            value = getattr(node, "value", None)
            own = isinstance(node, (cst.Assign, cst.AnnAssign)) and type(value) in _OWN
            for target in _stored(node):
                if isinstance(target, cst.Name):
                    (made if own else others).add(target.value)
                    self._bound.add(target.value)
        return made - others

    def _may_store(self, target: cst.CSTNode) -> bool:
        if isinstance(target, cst.Name):
            return True
        return isinstance(target, cst.Subscript) and self._is_own(target.value)

    def _is_own(self, node: cst.CSTNode) -> bool:
        return isinstance(node, cst.Name) and node.value in self._own

    def _is_plain_call(self, node: cst.Call) -> bool:
        if id(node) in self._raised:
            return True
        function = node.func
        if isinstance(function, cst.Attribute):
            if function.attr.value in _CHANGING and not self._is_own(function.value):
                return False
            path = dotted(function)
            first, _, rest = path.partition(".")
            if not path or first in self._bound:
                return not path or "." not in rest  # of an argument, or of what a call returns
            return self._is_harmless(self._global(first), rest)
        if not isinstance(function, cst.Name) or function.value in self._bound:
            return False
        return self._is_harmless(self._global(function.value), "")

    def _global(self, name: str) -> Value:
        scope: Scope | None = self._function.scope
        while scope is not None:
            value = self._machine.heap.get((scope.serial, name))
            if scope.kind != "class" and value is not None:
                return values.NONE if isinstance(value, values.Content) else value
            scope = scope.parent
        return values.Library(name)

    def _is_harmless(self, value: Value, path: str) -> bool:
        """Say whether what is called by a path of attributes from a value works something out."""
        first, _, rest = path.partition(".")
        if isinstance(value, values.Function):
            return not path and _is_plain(self._machine, value, self._under)
        if isinstance(value, values.Module):
            inner = self._machine.heap.get((value.scope.serial, first))
            if inner is None or isinstance(inner, values.Content):
                return False
            return self._is_harmless(inner, rest)
        if isinstance(value, values.Library):
            name = f"{value.name}.{path}" if path else value.name
            return names.fact(name) is None and name not in _REFLECTING
        return isinstance(value, values.Unknown) and _holds_nothing(self._machine, value)


def _all(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    pending = [node]
    while pending:
        found = pending.pop()
        yield found
        pending += parts(found)


def _stored(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield what a statement, or a part of it, assigns."""
    pending: list[cst.CSTNode]
    match node:
        case cst.Assign(targets=targets):
            pending = [each.target for each in targets]
        case (
            cst.AugAssign(target=target)
            | cst.AnnAssign(target=target)
            | cst.For(target=target)
            | cst.CompFor(target=target)
        ):
            pending = [target]
        case cst.AsName(name=name):
            pending = [name]
        case _:
            return
    while pending:
        stored = pending.pop()
        if isinstance(stored, (cst.Tuple, cst.List)):
            pending += [each.value for each in stored.elements]
        else:
            yield stored
