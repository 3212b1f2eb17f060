"""Crews: pools, executors and task groups, which start actors and know them all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE
from flake8_joinqueue.facts.queues import MANAGER_QUEUE
from flake8_joinqueue.facts.tasks import (
    CREW_METHODS,
    SPAWNED,
    ActorFamily,
    CrewMethod,
    Leaving,
    MakesCrew,
    SpawnsCrew,
    Told,
)
from flake8_joinqueue.protocol import Daemon, Get, JoinQueue, Pass, Put, TaskDone, operations_in
from flake8_joinqueue.reading import (
    actors,
    calls,
    elements,
    items,
    iterables,
    iteration,
    queues,
    tasks,
    values,
    variables,
)
from flake8_joinqueue.reading.drafts import ActorDraft
from flake8_joinqueue.reading.values import Arguments, Content, Crew, Segment, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_WORK = (Get, Put, TaskDone, JoinQueue)


def make(
    machine: Machine,
    known: MakesCrew | SpawnsCrew,
    arguments: Arguments,
    node: cst.CSTNode,
    context: str = "",
) -> Value:
    """Make a pool, an executor or a task group; its initializer may be a worker itself."""
    if isinstance(known, SpawnsCrew):
        return _spawn(machine, arguments, node)
    context = queues.named_context(arguments.keywords.get("mp_context"), context)
    members = elements.new_container(machine, Content(), "crew")
    initializer = initargs = None
    if known.initializer >= 0:
        initializer = arguments.get(known.initializer, "initializer")
        initargs = arguments.get(known.initializer + 1, "initargs")
    if initializer in (None, values.NONE):
        return Crew(known, members, context=context)
    given = actors.spread(machine, initargs) if initargs is not None else []
    crew = Crew(known, members, initializer, tuple(given), context)
    _start_initializers(machine, crew, arguments, node)
    return crew


def _start_initializers(
    machine: Machine, crew: Crew, arguments: Arguments, node: cst.CSTNode
) -> None:
    """Each process or thread of a crew calls the initializer, whatever it is given to do later."""
    assert crew.initializer is not None
    if crew.kind.family is ActorFamily.PROCESS:
        for queue, argument in _initial_queues(machine, crew, arguments):
            method = queues.start_method(crew.context)
            machine.emit(Pass(queue, machine.site(argument), crew=True, method=method))
    size = items.as_count(machine, next(iter(arguments.positional), None))
    size = size or items.as_count(machine, arguments.keywords.get("processes"))
    size = size or items.as_count(machine, arguments.keywords.get("max_workers"))
    if size is None or arguments.positional[:1] == [values.NONE]:
        size = machine.symbol("cpu_count()", "cpu_count()", 1)
    told = Arguments([crew.initializer, *crew.initargs])

    def one(part: Segment) -> None:
        made = _draft(machine, crew, crew.initializer, node)
        made.arguments = Arguments(told.positional[1:])
        actors.run_body(machine, made, node)
        if any(isinstance(done, _WORK) for done in operations_in(made.body or ())):
            actors.set_going(machine, made, node)
            elements.append(machine, crew.members, values.ActorRef(made.index))
        elif made is machine.actors[-1]:
            machine.actors.pop()  # it only sets variables

    iteration.repeated(machine, Segment(values.NONE, size), node, one)


def _initial_queues(
    machine: Machine, crew: Crew, arguments: Arguments
) -> Iterator[tuple[int, cst.BaseExpression]]:
    """Yield the queues that the processes of a pool start with, and where they stand."""
    known = crew.kind.initializer
    node = arguments.node(known + 1, "initargs")
    given = arguments.get(known + 1, "initargs")
    if node is not None and given is not None:
        yield from actors.queues_given(machine, Arguments([given], nodes=[node]))


def _draft(machine: Machine, crew: Crew, target: Value | None, node: cst.CSTNode) -> ActorDraft:
    name = actors.name_of(target) if target is not None else ""
    made = actors.draft(machine, crew.kind.family, node, name)
    made.target = target
    made.daemon = Daemon.YES if crew.kind.daemon else Daemon.NO
    made.start_method = queues.start_method(crew.context)
    made.pooled = True
    return made


def _spawn(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Start processes as `torch.multiprocessing.spawn` does, and wait for them unless told not."""
    target = arguments.get(0, "fn")
    crew = Crew(SPAWNED, elements.new_container(machine, Content(), "crew"))
    number = arguments.get(2, "nprocs")
    size = ONE if number is None else items.as_count(machine, number)
    if size is None:
        label = number.label if isinstance(number, values.Unknown) else "nprocs"
        key = number.key if isinstance(number, values.Unknown) else machine.fresh_key()
        size = machine.symbol(key, label or "nprocs", 1)
    given = arguments.get(1, "args")
    method = arguments.get(5, "start_method")
    named = method.value if isinstance(method, values.Const) else "?"
    context = "spawn" if method is None else str(named)

    def one(part: Segment) -> None:
        made = actors.draft(
            machine, ActorFamily.PROCESS, node, actors.name_of(target) if target else ""
        )
        actors.note_given(machine, made, arguments)
        made.target = target
        told = actors.spread(machine, given) if given is not None else []
        made.arguments = Arguments([machine.unknown("rank"), *told])
        made.daemon = variables.daemon_of(arguments.get(4, "daemon"))
        made.start_method = queues.start_method(context)
        actors.method(machine, made.index, "start", Arguments(), node)
        elements.append(machine, crew.members, values.ActorRef(made.index))

    iteration.repeated(machine, Segment(values.NONE, size), node, one)
    waits = arguments.get(3, "join")
    if waits is None or waits == values.TRUE:
        tasks.wait_all(machine, members(machine, crew), node)
        return values.NONE
    if waits != values.FALSE:
        calls.leak(machine, crew, node, "perhaps waited for where it is started")
    return crew


def _join_spawned(machine: Machine, crew: Crew, arguments: Arguments, node: cst.CSTNode) -> Value:
    """Wait until one more of them has ended: all, for who asks until there are no more."""
    segments = members(machine, crew)
    timed = arguments.get(0, "timeout") not in (None, values.NONE)
    every = bool(machine.loops) or all(part.times == ONE for part in segments)
    tasks.wait_all(machine, segments, node, timed or not every)
    return machine.unknown("join()")


# --- methods -------------------------------------------------------------------------------------


def method(
    machine: Machine, crew: Crew, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call the method `name` of a crew."""
    if crew.kind is SPAWNED and name == "join":
        return _join_spawned(machine, crew, arguments, node)
    known = CREW_METHODS[crew.kind.kind].get(name, CrewMethod())
    if known.stops:
        tasks.stop_all(machine, members(machine, crew), node, name)
    elif known.told is not None:
        started = submit(machine, crew, known.told, arguments, node)
        if known.waits:
            return tasks.awaited(machine, started, node)
        return started
    elif known.waits and arguments.keywords.get("wait") != values.FALSE:
        timeout = arguments.get(0, "timeout")
        if timeout == values.FALSE:
            return values.NONE  # `shutdown(False)`
        tasks.wait_all(machine, members(machine, crew), node, _is_time(timeout), leaving=True)
    return machine.unknown(name)


def _is_time(timeout: Value | None) -> bool:
    return timeout not in (None, values.NONE, values.TRUE)


def members(machine: Machine, crew: Crew) -> tuple[Segment, ...]:
    """Return the actors that a crew has started."""
    return items.content_of(machine, crew.members).segments


def leave(machine: Machine, crew: Crew, node: cst.CSTNode) -> None:
    """Leave the `with` block of a crew."""
    if crew.kind.leaving is Leaving.WAIT:
        tasks.wait_all(machine, members(machine, crew), node, leaving=True)
    else:
        tasks.stop_all(machine, members(machine, crew), node, "terminate")


def submit(
    machine: Machine, crew: Crew, told: Told, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Give a crew something to do; return what to wait for."""
    for name in ("callback", "error_callback"):
        # What is called when it is done is called here, and is not pickled.
        if name in arguments.keywords and told is not Told.FUNCTION:
            calls.leak(machine, arguments.keywords.pop(name), node, f"a {name}")
            arguments.named.pop(name, None)
    if crew.kind.family is ActorFamily.PROCESS and not _can_be_pickled(machine, arguments):
        return calls.unknown_call(machine, machine.unknown("a pool"), arguments, node)
    if told is Told.COROUTINE:
        started = tasks.start_told(machine, ActorFamily.TASK, told, arguments, node)
        elements.append(machine, crew.members, started)
        return started
    target = arguments.positional[0] if arguments.positional else None
    target = target or arguments.keywords.get("func") or arguments.keywords.get("fn")
    if told is Told.FUNCTION:
        return _start(
            machine, crew, target, Arguments(arguments.positional[1:], arguments.keywords), node
        )
    if told is Told.PACKED:
        packed = arguments.get(1, "args")
        given = Arguments(actors.spread(machine, packed) if packed is not None else [])
        more = arguments.get(2, "kwds")
        if isinstance(more, values.Container):
            for part in items.content_of(machine, more).segments:
                if isinstance(part.key, str):
                    given.keywords[part.key] = part.value
        return _start(machine, crew, target, given, node)
    return _start_each(machine, crew, told, target, arguments, node)


def _can_be_pickled(machine: Machine, arguments: Arguments) -> bool:
    """Tell which queues the work of a process pool is given, and whether it gets to work at all."""
    found = list(actors.queues_given(machine, arguments))
    for passed, argument in found:
        machine.emit(Pass(passed, machine.site(argument)))
    return all(machine.queues[passed].kind is MANAGER_QUEUE for passed, _ in found)


def _start(
    machine: Machine, crew: Crew, target: Value | None, given: Arguments, node: cst.CSTNode
) -> Value:
    made = _draft(machine, crew, target, node)
    made.arguments = given
    made.prelude = crew.initializer
    made.prelude_arguments = Arguments(list(crew.initargs))
    actors.set_going(machine, made, node)
    started = values.ActorRef(made.index)
    elements.append(machine, crew.members, started)
    return started


def _start_each(  # noqa: PLR0913, PLR0917 (what to do, and for what)
    machine: Machine,
    crew: Crew,
    told: Told,
    target: Value | None,
    arguments: Arguments,
    node: cst.CSTNode,
) -> Value:
    """Start an actor for each element of an iterable."""
    over = arguments.positional[1:2] or [arguments.keywords.get("iterable") or values.NONE]
    elements = iteration.segments(machine, over[0])
    spread = told is Told.SPREAD
    if crew.kind.kind == "executor" and len(arguments.positional) > 2:
        zipped = iterables.zipped(machine, arguments.positional[1:])
        elements, spread = iteration.segments(machine, zipped), True
    found: list[Segment] = []

    def one(part: Segment) -> None:
        given = actors.spread(machine, part.value) if spread else [part.value]
        found.append(Segment(_start(machine, crew, target, Arguments(given), node), part.times))

    for segment in iteration.condensed(machine, elements):
        iteration.repeated(machine, segment, node, one)
    return values.Gathering(tuple(found), node)
