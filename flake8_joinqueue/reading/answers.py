"""What objects answer: methods and properties that do nothing but return something.

`message.is_stop()` asks what was taken as `message.stop` does; so an object that is put holds its
answers as it holds its attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.protocol import ASKED, Item, Return, Scope, SetCell, operations_in
from flake8_joinqueue.reading import classes, functions, items, trees, values
from flake8_joinqueue.reading.values import Arguments, Function, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_PLAIN = (Scope, SetCell, Return)
_MANY = 12
_DEEPEST = 3


def asked(machine: Machine, callee: Value, arguments: Arguments) -> Value | None:
    """Return what a call of a method of what was taken asks for, `None` where nobody knows."""
    if not isinstance(callee, values.Taken) or not callee.path:
        return None
    name = callee.path[-1]
    if arguments.every() or arguments.open or name not in _questions(machine):
        return None
    return values.Taken(callee.cell, (*callee.path[:-1], f"{name}{ASKED}"))


def _questions(machine: Machine) -> frozenset[str]:
    """Return the names of the methods of the file's classes that only return something."""
    known, found = machine.questions
    if known != len(machine.defined_classes):
        found = frozenset(
            method.name
            for made in machine.defined_classes
            for method in classes.methods(machine, made)
            if method.kind == "function" and _only_returns(method)
        )
        machine.questions = len(machine.defined_classes), found
    return found


def given(machine: Machine, instance: values.Instance) -> Iterator[tuple[str, Item]]:
    """Yield the questions that an object always answers the same, and its answers."""
    found = [each for each in classes.methods(machine, instance.cls) if _only_returns(each)]
    if len(machine.entering) > _DEEPEST or not found:
        return
    entered = set(machine.entered)
    for method in found[:_MANY]:
        answer = _answer(machine, method, instance)
        item = None if answer is None else items.as_constant_item(machine, answer)
        if item is not None:
            yield method.name if method.kind == "property" else f"{method.name}{ASKED}", item
    machine.entered = entered


def _answer(machine: Machine, method: Function, instance: values.Instance) -> Value | None:
    """Return what a method returns, `None` where it does more than that."""
    returned: list[Value] = []

    def run() -> None:
        bound = Arguments([instance])
        returned.append(functions.enter(machine, method, bound, method.node))

    attempt = machine.attempt(run)
    plain = all(isinstance(each, _PLAIN) for each in operations_in(attempt.operations))
    return returned[0] if plain and returned else None


def _only_returns(method: Function) -> bool:
    """Say whether all a method does is to return something, of its object alone."""
    node = method.node
    if method.kind not in ("function", "property") or method.is_async or method.is_generator:
        return False
    if not isinstance(node, cst.FunctionDef) or len(node.params.params) != 1:
        return False
    code = trees.code_of(node)
    return len(code) == 1 and isinstance(code[0], cst.Return) and code[0].value is not None
