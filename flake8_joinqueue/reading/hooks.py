"""Hooks: functions that the interpreter calls by itself, where something ends or a signal comes.

`atexit`, `weakref.finalize`, `__del__`, signal handlers. When a hook runs, if it does, is not to be
seen in the program: whatever it does with a queue or a worker may be done, or not, at any time. So
what it touches counts as used out of sight, and what it puts is never held against anybody.

Only what the module's own run registers with `atexit`, once and for good, is run where it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.protocol import Block, operations_in
from flake8_joinqueue.reading import actors, calls, classes, values
from flake8_joinqueue.reading.values import Arguments, Value
from flake8_joinqueue.records import dataclass

if TYPE_CHECKING:
    from flake8_joinqueue.facts.names import RegistersHook
    from flake8_joinqueue.reading.machine import Machine

_MOST = 40  # hooks looked at once more where a run ends
_FINALIZER = "__del__"


@dataclass(frozen=True, slots=True)
class Hook:
    """A function that will be called some time, with what, and where that is said."""

    function: Value
    arguments: Arguments
    node: cst.CSTNode
    name: str


def register(
    machine: Machine, known: RegistersHook, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call what registers a hook; as a decorator it gives the function back."""
    function = arguments.get(known.function, known.keyword)
    if function is None:
        return machine.unknown("a hook")
    hook = Hook(function, _given(machine, known, arguments), node, known.name)
    if known.at_exit and _is_for_good(machine):
        machine.at_exit.append(hook)
    else:
        _note(machine, hook)
    return function if known.at_exit else machine.unknown("a hook")


def _is_for_good(machine: Machine) -> bool:
    """Say whether what is done now is done once in every run of the program."""
    doubtful = machine.called_at_any_time is not None or machine.heap.changed() is not None
    return machine.actor.index == 0 and not machine.loops and not doubtful


def run_at_exit(machine: Machine) -> None:
    """Run what has been registered for the end of the program, the last first."""
    for hook in reversed(machine.at_exit):
        machine.ended = False
        calls.call(machine, hook.function, hook.arguments, hook.node)


def _given(machine: Machine, known: RegistersHook, arguments: Arguments) -> Arguments:
    """Return the arguments that the hook will be called with."""
    if known.packed:
        packed = arguments.get(known.function + 1, "args")
        return Arguments([] if packed is None else actors.spread(machine, packed))
    if known.own_arguments:
        return Arguments(open=True)
    keywords = {k: v for k, v in arguments.keywords.items() if k != known.keyword}
    return Arguments(arguments.positional[known.function + 1 :], keywords, [], arguments.open)


def note_instance(machine: Machine, instance: values.Instance, node: cst.CSTNode) -> None:
    """Note that an instance may do something where it is thrown away."""
    if instance.cls in machine.used_in_any_order:
        return  # its finaliser is one of the methods
    function = classes.find(machine, instance.cls, _FINALIZER)
    if isinstance(function, values.Function):
        bound = values.BoundFunction(function, instance)
        _note(machine, Hook(bound, Arguments(), node, _FINALIZER))


def _note(machine: Machine, hook: Hook) -> None:
    if machine.looking_at_hooks:
        return
    if len(machine.hooks) < _MOST:
        machine.hooks.append(hook)
    _touch(machine, hook)


def touched_at_the_end(machine: Machine) -> Block:
    """Return what gets out of sight by the hooks of a run, by what they would do where it ends."""
    with machine.block() as operations:
        for hook in machine.hooks:
            _touch(machine, hook)
    return tuple(operations)


def _touch(machine: Machine, hook: Hook) -> None:
    """Note that what a hook may do something with gets out of sight."""
    reason = f"used by a hook ({hook.name})"
    for value in hook.arguments.every():
        calls.leak(machine, value, hook.node, reason)
    function = hook.function
    if isinstance(function, values.Method):
        calls.leak(machine, function.receiver, hook.node, reason)
        return
    before, machine.looking_at_hooks = machine.looking_at_hooks, True
    ended, machine.ended = machine.ended, False
    try:
        attempt = machine.attempt_at_any_time(
            lambda: calls.call(machine, function, hook.arguments, hook.node)
        )
    finally:
        machine.looking_at_hooks = before
        machine.ended = ended
    touched: dict[Value, None] = {}
    for operation in operations_in(attempt.operations):
        queue, actor = getattr(operation, "queue", None), getattr(operation, "actor", None)
        if isinstance(queue, int):
            touched[values.QueueRef(queue)] = None
        if isinstance(actor, int):
            touched[values.ActorRef(actor)] = None
    for value in touched:
        machine.escape(value, hook.node, reason)
