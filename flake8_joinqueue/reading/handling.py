"""`try`: a body that may be left anywhere, its handlers, and what is done in any case."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import names as facts
from flake8_joinqueue.protocol import ExceptionName, Handler, Operation, Raise, Try
from flake8_joinqueue.reading import expressions, merging, statements, trees, values, variables
from flake8_joinqueue.reading.drafts import Attempt
from flake8_joinqueue.reading.scopes import Place
from flake8_joinqueue.reading.values import Content, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError"})


def run_try(machine: Machine, node: cst.Try | cst.TryStar) -> None:
    """Run a `try` statement."""
    site = machine.site(node)
    orelse: list[Operation] = []
    body: list[Operation] = []
    middle: Attempt | None = None

    def succeed() -> None:
        nonlocal orelse, body
        with machine.block() as body:
            statements.run(machine, node.body)
        if node.orelse is not None and not machine.ended:
            with machine.block() as orelse:
                statements.run(machine, node.orelse.body)

    success = machine.attempt(succeed)
    middle = success
    handlers: list[Handler] = []
    ways = [success]
    for clause in node.handlers:
        exceptions = _exceptions(machine, clause.type)
        attempt = _handler(machine, clause, middle)
        ways.append(attempt)
        handlers.append(Handler(exceptions, attempt.operations, machine.site(clause)))
        if exceptions and all(known.name in _IMPORT_ERRORS for known in exceptions):
            # Imports are taken to succeed.
            ways.pop()
    doubtful = _doubtful(machine, ways) if node.finalbody is not None else {}
    _merge(machine, ways)
    final = _final(machine, node.finalbody, doubtful) if node.finalbody is not None else ()
    machine.emit(Try(tuple(body), tuple(handlers), tuple(orelse), final, site))


def _doubtful(machine: Machine, ways: list[Attempt]) -> dict[Place, Value | Content]:
    """Return the variables that a `finally` may find as they were, or as some way has left them."""
    found: dict[Place, Value | Content] = {}
    for place, value in (change for way in ways for change in way.changes.items()):
        before = found.get(place, machine.heap.get(place))
        if isinstance(before, merging.PLAIN) and isinstance(value, merging.PLAIN):
            merged = merging.merge(machine, None, value, before)
            if merged is not None and merged != value:
                found[place] = merged
    return found


def _final(
    machine: Machine, node: cst.Finally, doubtful: dict[Place, Value | Content]
) -> tuple[Operation, ...]:
    """Run a `finally`, which comes behind each way, and return what it does."""
    ended = machine.ended

    def run() -> None:
        machine.ended = False
        for place, value in doubtful.items():
            machine.heap.set(place, value)
        statements.run(machine, node.body)

    attempt = machine.attempt(run)
    for place, value in attempt.changes.items():
        if doubtful.get(place) is not value:
            machine.heap.set(place, value)
    machine.ended = attempt.ended or ended
    return attempt.operations


def _handler(
    machine: Machine, clause: cst.ExceptHandler | cst.ExceptStarHandler, body: Attempt
) -> Attempt:
    def run() -> None:
        # The body may have come to any point.
        for place, value in body.changes.items():
            current = machine.heap.get(place)
            merged = merging.merge(machine, None, value, current)
            if merged is not None:
                machine.heap.set(place, merged)
        if clause.name is not None and isinstance(clause.name.name, cst.Name):
            caught = Unknown(machine.fresh_key(), clause.name.name.value, free=True)
            variables.write_name(machine, clause.name.name.value, caught, clause)
        statements.run(machine, clause.body)

    return machine.attempt(run)


def _merge(machine: Machine, ways: list[Attempt]) -> None:
    going_on = [way for way in ways if not way.ended]
    if not going_on:
        machine.ended = True
        return
    places = {place: None for way in going_on for place in way.changes}
    for place in places:
        current = machine.heap.get(place)
        merged = going_on[0].changes.get(place, current)
        for way in going_on[1:]:
            other = way.changes.get(place, current)
            merged = merging.merge(machine, None, merged, other)
        if merged is not None:
            machine.heap.set(place, merged)


def swallow(machine: Machine, node: cst.Call, run: Callable[[], object]) -> None:
    """Run the block of a context such as `suppress(Empty)`: its exceptions end it, and no more."""
    site = machine.site(node)
    given = [argument.value for argument in node.args if argument.keyword is None]
    if not trees.dotted(node.func).endswith("suppress"):
        given = given[:1]  # a message may follow
    names = tuple(name for value in given for name in _exceptions(machine, value))
    body = machine.attempt(run)
    # The block may have come to any point.
    caught = machine.attempt(lambda: None)
    orelse: tuple[Operation, ...] = ()
    if trees.dotted(node.func).endswith("suppress"):
        _merge(machine, [body, caught])
    else:
        # It is an error if nothing is raised: nobody gets past the block in good order.
        orelse = (Raise("AssertionError", site),)
        _merge(machine, [caught])
    machine.emit(Try(body.operations, (Handler(names, (), site),), orelse, (), site))


def swallows(node: cst.BaseExpression) -> bool:
    """Say whether a context swallows exceptions that it is given."""
    if not isinstance(node, cst.Call) or not node.args:
        return False
    return trees.dotted(node.func).rpartition(".")[2] in facts.SWALLOWING


# --- exceptions ----------------------------------------------------------------------------------


def _exceptions(machine: Machine, node: cst.BaseExpression | None) -> tuple[ExceptionName, ...]:
    if node is None:
        return ()
    if isinstance(node, cst.Tuple):
        return tuple(
            name for element in node.elements for name in _exceptions(machine, element.value)
        )
    value = expressions.evaluate(machine, node)
    if isinstance(value, values.Tuple):
        return tuple(
            ExceptionName(exception_name(machine, part), machine.site(node))
            for part in value.values
        )
    return (ExceptionName(exception_name(machine, value), machine.site(node)),)


def exception_name(machine: Machine, value: Value) -> str:
    """Return the dotted name of an exception class (or of an instance's class), "" if unknown."""
    if isinstance(value, values.Library):
        return value.name
    if isinstance(value, values.Method) and isinstance(value.receiver, values.QueueRef):
        # `except q.Empty`: no queue has it.
        return f"{machine.queues[value.receiver.index].kind.constructor}.{value.name}"
    if isinstance(value, values.Class):
        return value.name
    if isinstance(value, values.Instance):
        return value.cls.name
    return ""
