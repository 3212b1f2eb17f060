"""Tasks: coroutines started, awaited alone or together, for a time or to their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import Count
from flake8_joinqueue.facts import tasks as facts
from flake8_joinqueue.facts.tasks import ActorFamily, Role, Told
from flake8_joinqueue.protocol import (
    ActorKind,
    Branch,
    Call,
    Get,
    Hunch,
    JoinActor,
    Stop,
    Synchronise,
    operations_in,
)
from flake8_joinqueue.reading import actors, calls, crews, functions, iteration, queues, values
from flake8_joinqueue.reading.values import Arguments, Const, Library, Segment, Unknown, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_OVER_TIME = Hunch("it takes too long")


def call(
    machine: Machine,
    known: facts.StartsActor | facts.RunsNow | facts.TaskCall,
    callee: Library,
    arguments: Arguments,
    node: cst.CSTNode,
) -> Value:
    """Call a function of a library that starts actors, runs or awaits them."""
    if isinstance(known, facts.TaskCall):
        return _ROLES[known.role](machine, callee, arguments, node)
    if isinstance(known, facts.RunsNow):
        return _run_now(machine, known, arguments, node)
    given = replace(
        arguments,
        positional=arguments.positional[known.skip :],
        nodes=arguments.nodes[known.skip :],
    )
    told = arguments.positional[0] if arguments.positional else None
    if known.skip and isinstance(told, values.Crew):
        # `run_in_executor(executor, …)`
        return _waking(machine, crews.submit(machine, told, Told.FUNCTION, given, node))
    return _waking(machine, start_told(machine, known.family, known.told, given, node))


def _waking(machine: Machine, started: Value) -> Value:
    """Note that an event loop is told when a thread of its own has ended."""
    if isinstance(started, values.ActorRef):
        machine.actors[started.index].wakes = True
    return started


def start_told(
    machine: Machine, family: ActorFamily, told: Told, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Start an actor that is told what to do as `told` says."""
    first = arguments.positional[0] if arguments.positional else None
    if first is None:
        first = next(iter(arguments.keywords.values()), machine.unknown())
    if told is Told.COROUTINE:
        return start(machine, first, node)
    made = actors.draft(machine, family, node, actors.name_of(first))
    made.target = first
    made.arguments = Arguments(arguments.positional[1:], arguments.keywords)
    actors.set_going(machine, made, node)
    return values.ActorRef(made.index)


def start(machine: Machine, value: Value, node: cst.CSTNode) -> Value:
    """Start what can be awaited; return what to wait for."""
    if isinstance(value, values.Either):
        return _by_cases(machine, value, lambda part: start(machine, part, node), node)
    if isinstance(value, values.Coroutine):
        family = ActorFamily.TASK
        if isinstance(value.function, Library):  # `to_thread(f, …)`
            family = ActorFamily.THREAD
        made = actors.draft(machine, family, node, actors.name_of(value.function))
        made.target = value
        made.wakes = family is ActorFamily.THREAD
        actors.set_going(machine, made, node)
        return values.ActorRef(made.index)
    if isinstance(value, values.TimeLimit) and value.value is not None:
        return start(machine, value.value, node)
    if isinstance(value, (values.ActorRef, values.Gathering)):
        return value
    calls.leak(machine, value, node, "run as a task")
    return machine.unknown("task", value)


def begun(machine: Machine, value: Value, node: cst.CSTNode) -> Value:
    """Return a value that nobody awaits where it is made; coroutines that do not wait to begin."""
    eager = isinstance(value, values.Coroutine) and isinstance(value.function, values.Function)
    if eager and value.function.is_eager:  # type: ignore[union-attr]
        return start(machine, value, node)
    return value


def _by_cases(
    machine: Machine, value: values.Either, run: Callable[[Value], Value], node: cst.CSTNode
) -> Value:
    found: list[Value] = []
    machine.branch(
        value.condition,
        lambda: found.append(run(value.then)),
        lambda: found.append(run(value.otherwise)),
        node,
    )
    return values.Either(value.condition, found[0], found[1])


# --- waiting -------------------------------------------------------------------------------------


def awaited(machine: Machine, value: Value, node: cst.CSTNode) -> Value:
    """Return what awaiting `value` brings; a coroutine runs now, in who awaits it."""
    if isinstance(value, values.Either):
        return _by_cases(machine, value, lambda part: awaited(machine, part, node), node)
    if isinstance(value, values.Coroutine):
        return run_coroutine(machine, value, node)
    if isinstance(value, values.ActorRef):
        wait(machine, value.index, node)
        return _result(machine)
    if isinstance(value, values.Gathering):
        return _await_all(machine, value)
    if isinstance(value, values.TimeLimit) and value.value is not None:
        inner = value.value
        found: list[Value] = []
        in_time(machine, lambda: found.append(awaited(machine, inner, node)), node)
        return found[0]
    return value.value if isinstance(value, values.Awaited) else value


def in_time(machine: Machine, run: Callable[[], object], node: cst.CSTNode) -> None:
    """Run something of which every wait is for a time only, and may raise `TimeoutError`."""
    with machine.time_limit(expires=True), machine.block() as operations:
        run()
    for operation in operations:
        machine.emit(operation)
    # A `get` tells itself what it may raise.
    if not any(isinstance(inner, Get) for inner in operations_in(tuple(operations))):
        machine.emit(Call(machine.site(node), "a wait that may time out"))


def run_coroutine(machine: Machine, value: values.Coroutine, node: cst.CSTNode) -> Value:
    """Run a coroutine here and now."""
    given = Arguments(list(value.arguments), dict(value.keywords))
    function = value.function
    if isinstance(function, values.Function):
        return functions.enter(machine, function, given, value.node or node)
    if isinstance(function, values.Method) and isinstance(function.receiver, values.QueueRef):
        index, name = function.receiver.index, function.name
        return queues.perform(machine, index, name, given, value.node or node)
    if isinstance(function, values.Method) and isinstance(function.receiver, values.SomeQueue):
        among, where = function.receiver.among, value.node or node
        return queues.put_on_some(machine, among, function.name, given, where)
    made = start_told(machine, ActorFamily.THREAD, Told.FUNCTION, given, node)
    return awaited(machine, _waking(machine, made), node)


def _result(machine: Machine) -> Unknown:
    """What an actor returns may differ from actor to actor."""
    return Unknown(machine.fresh_key(), "result", free=True)


def wait(
    machine: Machine, index: int, node: cst.CSTNode, timed: bool = False, leaving: bool = False
) -> None:
    """Wait for an actor; where the time is limited, it is cancelled when that is over.

    `leaving` says that the whole crew of the actor ends.
    """
    site = machine.site(node)
    exits = leaving or not machine.actors[index].pooled
    machine.emit(JoinActor(index, site, timed or machine.hurried, exits))
    if machine.hurried and machine.actors[index].kind is ActorKind.TASK:
        stop = Stop(index, site, "cancel")
        machine.emit(Branch(_OVER_TIME, (stop,), (), site))


def each(
    machine: Machine,
    segments: tuple[Segment, ...],
    node: cst.CSTNode,
    run: Callable[[int], object],
) -> None:
    """Do something with each of the actors among some values."""

    def one(value: Value) -> None:
        if isinstance(value, values.ActorRef):
            run(value.index)
        elif isinstance(value, values.Instance) and value.serial in machine.instance_actors:
            run(machine.instance_actors[value.serial])
        elif isinstance(value, values.Gathering):
            each(machine, value.segments, node, run)
        elif isinstance(value, values.Either):
            machine.branch(
                value.condition, lambda: one(value.then), lambda: one(value.otherwise), node
            )

    for segment in segments:
        iteration.repeated(machine, segment, node, lambda part: one(part.value))


def wait_all(
    machine: Machine,
    segments: tuple[Segment, ...],
    node: cst.CSTNode,
    timed: bool = False,
    leaving: bool = False,
) -> None:
    """Wait for all actors among some values, all of a crew where it is `leaving`."""
    each(machine, segments, node, lambda index: wait(machine, index, node, timed, leaving))


def stop_all(
    machine: Machine, segments: tuple[Segment, ...], node: cst.CSTNode, method: str
) -> None:
    """Stop all actors among some values."""
    site = machine.site(node)
    each(machine, segments, node, lambda index: machine.emit(Stop(index, site, method)))


def _await_all(machine: Machine, group: values.Gathering) -> Value:
    wait_all(machine, group.segments, group.node, group.timed)
    if not group.splits:
        return machine.unknown("results", _result(machine))
    left = group.segments
    if group.timed:
        left = tuple(Segment(part.value, Count.fresh("some"), part.key) for part in left)
    pending = values.Series(left if group.timed else ())
    return values.Tuple((values.Series(left), pending))


def gone_over(machine: Machine, group: values.Gathering) -> tuple[Segment, ...]:
    """Go over results as they come in, which waits for them."""
    wait_all(machine, group.segments, group.node, group.timed)
    return tuple(Segment(_result(machine), part.times) for part in group.segments)


def of_gathering(
    machine: Machine,
    group: values.Gathering,
    name: str,
    arguments: Arguments,
    node: cst.CSTNode,
) -> Value:
    """Call a method of what waits for several: `cancel()`, `get()`, `wait()`."""
    if name == "cancel":
        stop_all(machine, group.segments, node, name)
    elif name in ("get", "wait", "join"):
        timeout = arguments.get(0, "timeout")
        wait_all(machine, group.segments, node, timeout not in (None, values.NONE))
    elif name == "add_done_callback":
        actors.leak_callback(machine, arguments, node)
    return machine.unknown(name, _result(machine))


# --- functions of libraries ----------------------------------------------------------------------


def _run_now(
    machine: Machine, known: facts.RunsNow, arguments: Arguments, node: cst.CSTNode
) -> Value:
    if not arguments.positional:
        return calls.unknown_call(machine, machine.unknown(), arguments, node)
    value = arguments.positional[0]
    if known.told is Told.FUNCTION:
        value = calls.call(machine, value, Arguments(), node)
    awaitable = (
        values.Coroutine,
        values.ActorRef,
        values.Gathering,
        values.Either,
        values.TimeLimit,
    )
    if isinstance(value, awaitable):
        return awaited(machine, value, node)
    return calls.unknown_call(machine, machine.unknown(), Arguments([value]), node)


def _gather(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    given = tuple(Segment(value, _one()) for value in arguments.positional)
    return _started(machine, (*given, *arguments.stars), node)


def _gather_list(
    machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode
) -> Value:
    return _started(machine, _collection(machine, arguments), node)


def gathered(machine: Machine, collection: Value, node: cst.CSTNode) -> values.Gathering:
    """Start all in a collection, to be awaited together."""
    return _started(machine, iteration.segments(machine, collection), node)


def _started(
    machine: Machine,
    segments: tuple[Segment, ...],
    node: cst.CSTNode,
    timed: bool = False,
    splits: bool = False,
) -> values.Gathering:
    found: list[Segment] = []

    def one(part: Segment) -> None:
        found.append(Segment(start(machine, part.value, node), part.times))

    for segment in segments:
        iteration.repeated(machine, segment, node, one)
    return values.Gathering(tuple(found), node, timed, splits)


def _one() -> Count:
    return Count.of(1)


def _collection(machine: Machine, arguments: Arguments) -> tuple[Segment, ...]:
    """Return what is in the first argument, whatever its name."""
    given = arguments.every()
    if not given:
        return ()
    return iteration.segments(machine, given[0])


def _is_timed(arguments: Arguments, position: int) -> bool:
    """Say whether a wait may come back before all have ended."""
    timeout = arguments.get(position, "timeout")
    if timeout not in (None, values.NONE):
        return True
    return any(_is_partial(value) for value in arguments.every()) or "count" in arguments.keywords


def _is_partial(value: Value) -> bool:
    if isinstance(value, Const):
        return value.value in facts.NOT_FOR_ALL
    return isinstance(value, Library) and value.name.rpartition(".")[2] in facts.NOT_FOR_ALL


def _wait(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    timed = _is_timed(arguments, -1)
    return _started(machine, _collection(machine, arguments), node, timed, splits=True)


def _wait_now(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    found = _collection(machine, arguments)
    group = values.Gathering(found, node, _is_timed(arguments, 1), splits=True)
    return _await_all(machine, group)


def _wait_for(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "fut")
    if value is None:
        return machine.unknown()
    if arguments.get(1, "timeout") in (None, values.NONE):
        return value
    return values.TimeLimit(value)


def _time_limit(
    machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode
) -> Value:
    if arguments.every() == [values.NONE]:
        return machine.unknown()
    return values.TimeLimit()


def _as_completed(
    machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode
) -> Value:
    timed = arguments.get(1, "timeout") not in (None, values.NONE)
    return _started(machine, _collection(machine, arguments), node, timed)


def _shield(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    return (
        start(machine, arguments.positional[0], node) if arguments.positional else _result(machine)
    )


def _to_thread(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    positional = tuple(arguments.positional)
    return values.Coroutine(callee, positional, tuple(arguments.keywords.items()), node)


def _stop_all(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    stop_all(machine, _collection(machine, arguments), node, "kill")
    return values.NONE


def _sleep(machine: Machine, callee: Library, arguments: Arguments, node: cst.CSTNode) -> Value:
    machine.emit(Synchronise(machine.site(node), callee.name))
    return values.NONE


_Role = Callable[["Machine", Library, Arguments, cst.CSTNode], Value]
_ROLES: dict[Role, _Role] = {
    Role.GATHER: _gather,
    Role.GATHER_LIST: _gather_list,
    Role.WAIT: _wait,
    Role.WAIT_NOW: _wait_now,
    Role.WAIT_FOR: _wait_for,
    Role.AS_COMPLETED: _as_completed,
    Role.SHIELD: _shield,
    Role.TO_THREAD: _to_thread,
    Role.STOP_ALL: _stop_all,
    Role.TIME_LIMIT: _time_limit,
    Role.SLEEP: _sleep,
}
