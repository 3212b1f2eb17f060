"""Functions of the file: defining them, binding their arguments, entering them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE
from flake8_joinqueue.protocol import Scope as ScopeOperation
from flake8_joinqueue.reading import (
    calls,
    declarations,
    elements,
    expressions,
    iteration,
    limits,
    owning,
    plain,
    statements,
    trees,
    values,
    variables,
)
from flake8_joinqueue.reading.drafts import Audience, Frame
from flake8_joinqueue.reading.scopes import Scope
from flake8_joinqueue.reading.survey import Survey
from flake8_joinqueue.reading.values import Arguments, Content, Function, Segment, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def define(
    machine: Machine,
    node: cst.FunctionDef | cst.Lambda,
    name: str,
    owner: values.Class | None = None,
    kind: str = "function",
) -> Function:
    """Return the function that a `def` or `lambda` makes where the machine is."""
    defaults = {
        parameter.name.value: expressions.evaluate(machine, parameter.default)
        for parameter in _all_parameters(node.params)
        if parameter.default is not None
    }
    is_async = isinstance(node, cst.FunctionDef) and node.asynchronous is not None
    return Function(
        node,
        name,
        machine.scope,
        defaults,
        owner,
        kind,
        is_async,
        surveyed(machine, node).is_generator,
    )


def surveyed(machine: Machine, node: cst.FunctionDef | cst.Lambda) -> Survey:
    """Return what a function binds; looked up once a function."""
    known = machine.surveys.get(id(node))
    if known is None:
        names = [parameter.name.value for parameter in _all_parameters(node.params)]
        names += [star.name.value for star in _stars(node.params)]
        known = machine.surveys[id(node)] = machine.survey(node, names)
    return known


def surveyed_names(machine: Machine, function: Function) -> frozenset[str]:
    """Return the names that a function speaks of; looked up once a function."""
    known = machine.spoken_of.get(id(function.node))
    if known is None:
        known = machine.spoken_of[id(function.node)] = frozenset(trees.all_names(function.node))
    return known


def _all_parameters(params: cst.Parameters) -> list[cst.Param]:
    return [*params.posonly_params, *params.params, *params.kwonly_params]


def _stars(params: cst.Parameters) -> list[cst.Param]:
    stars = [params.star_arg] if isinstance(params.star_arg, cst.Param) else []
    return stars + ([params.star_kwarg] if params.star_kwarg is not None else [])


def unknown_arguments(
    machine: Machine, function: Function, receiver: Value | None = None
) -> Arguments:
    """Return arguments of which nothing is known, named like the parameters."""
    arguments = Arguments()
    params = _all_parameters(function.node.params)
    if receiver is not None:
        arguments.positional.append(receiver)
        params = params[1:]
    for parameter in params:
        name = parameter.name.value
        value = Unknown(_key(function, name), name)
        machine.chosen_elsewhere.add(value.key)
        arguments.keywords[name] = value
    return arguments


def _key(function: Function, name: str) -> str:
    """Return the key of what is not known of a parameter: another one for every class."""
    owner = "" if function.owner is None else f"{function.owner.name}."
    return f"{owner}{function.name}({name})"


def enter(
    machine: Machine,
    function: Function,
    arguments: Arguments,
    node: cst.CSTNode,
    audience: Audience | None = None,
) -> Value:
    """Run a function of the file and return what it returns.

    `audience` goes over what it yields. A function that is being run twice already is not entered
    again: what queues it is given escape. Beyond a limit, all queues do.
    """
    machine.step()
    reason = f"handed on in a recursion of {function.name}"
    if sum(each is function for each in machine.entering) >= limits.MAX_RECURSION:
        for value in arguments.every():
            calls.leak(machine, value, node, reason)
        return machine.unknown(function.name, *arguments.every())
    if _is_too_deep(machine, function):
        return machine.give_up(node, reason)
    if machine.spent:
        return machine.give_up(node, "used by functions that are too much to follow")
    machine.entered.add(id(function.node))
    if _is_overridden(machine, function, arguments):
        return calls.overridden(machine, function, arguments, node)
    if plain.learnt(machine, function, arguments):
        calls.unknown_call(machine, function, arguments, node)
        return plain.answer(machine, function, arguments)
    site = machine.site(node)
    drafts = machine.drafts()
    scope = Scope(function.scope, surveyed(machine, function.node), "function")
    frame = Frame(scope, function, arguments.positional[0] if arguments.positional else None)
    frame.cell = machine.new_cell(f"{function.name}()")
    frame.audience = audience
    machine.frames.append(frame)
    machine.entering.append(function)
    try:
        with machine.block() as operations:
            _bind(machine, function, arguments)
            _run(machine, function)
    finally:
        machine.frames.pop()
        machine.entering.pop()
    if operations:
        own = owning.own(machine, drafts, scope.serial, frame.returned)
        rounds = machine.multiplicity() if own else ONE
        machine.emit(ScopeOperation(function.name, tuple(operations), site, own, rounds))
    return _returned(machine, frame, arguments)


def _is_overridden(machine: Machine, function: Function, arguments: Arguments) -> bool:
    """Say whether the object is of a subclass out of sight, and so is what its method does."""
    receiver = arguments.positional[0] if arguments.positional else None
    return (
        isinstance(receiver, values.Instance)
        and function.owner is not None
        and receiver.cls in machine.used_in_any_order
        and trees.is_placeholder(function.node)
    )


def _is_too_deep(machine: Machine, function: Function) -> bool:
    runs = sum(each.node is function.node for each in machine.entering)
    return (
        runs >= limits.MAX_RECURSION_OF_DEF
        or len(machine.frames) > limits.MAX_DEPTH
        or machine.depth > limits.MAX_NESTING
    )


def _run(machine: Machine, function: Function) -> None:
    if isinstance(function.node, cst.Lambda):
        machine.frame.returned.append(expressions.evaluate(machine, function.node.body))
        return
    statements.run(machine, function.node.body)
    frame = machine.frame
    if not machine.ended:
        if frame.returned:
            statements.note_return(machine, values.NONE, function.node)
        else:
            frame.returned.append(values.NONE)
    # It comes back if any way through it does.
    machine.ended = machine.ended and not frame.returned


def _returned(machine: Machine, frame: Frame, arguments: Arguments) -> Value:
    distinct = list(dict.fromkeys(frame.returned))
    if frame.function is not None:
        machine.answers[id(frame.function.node)] = distinct
    if len(distinct) == 1:
        return distinct[0]
    if not distinct:
        return machine.unknown()
    label = frame.function.name if frame.function is not None else ""
    for value in distinct:
        if not isinstance(value, (Unknown, values.Const, values.Taken, values.Truth)):
            calls.leak(machine, value, None, f"one of several results of {label}")
    return machine.one_of(label, True, *distinct, cell=frame.cell)


# --- arguments -----------------------------------------------------------------------------------


def _bind(machine: Machine, function: Function, arguments: Arguments) -> None:
    params = function.node.params
    positional = list(arguments.positional)
    keywords = dict(arguments.keywords)
    for parameter in [*params.posonly_params, *params.params]:
        name = parameter.name.value
        value = positional.pop(0) if positional else keywords.pop(name, None)
        _bind_one(machine, function, parameter, value, arguments.open)
    for parameter in params.kwonly_params:
        value = keywords.pop(parameter.name.value, None)
        _bind_one(machine, function, parameter, value, arguments.open)
    if isinstance(params.star_arg, cst.Param):
        rest = values.Tuple(tuple(positional))
        variables.write_name(machine, params.star_arg.name.value, rest, params.star_arg)
    if params.star_kwarg is not None:
        segments = tuple(Segment(value, ONE, name) for name, value in keywords.items())
        container = elements.new_container(machine, Content(segments, arguments.open), "dict")
        variables.write_name(machine, params.star_kwarg.name.value, container, params.star_kwarg)


def _bind_one(
    machine: Machine,
    function: Function,
    parameter: cst.Param,
    value: Value | None,
    is_open: bool,
) -> None:
    name = parameter.name.value
    if value is None and not is_open:
        value = function.defaults.get(name)
    if value is None:
        value = Unknown(_key(function, name), name)
    value = declarations.declared(machine, value, parameter.annotation, name, parameter.name)
    if parameter.annotation is None and parameter.default is None:
        value = declarations.by_use(machine, value, name, parameter.name)
    variables.write_name(machine, name, value, function.node)


def star_arguments(machine: Machine, found: Arguments, value: Value) -> None:
    """Add `*value` to arguments."""
    if isinstance(value, (values.Tuple, values.Container, values.Series, values.Generator)):
        segments: Sequence[Segment] = iteration.segments(machine, value)
        if all(segment.times.number == 1 for segment in segments):
            found.positional.extend(segment.value for segment in segments)
            return
        found.stars.extend(segments)
    found.open = True
