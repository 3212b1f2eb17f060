"""Actors: processes and threads as they are made, started, waited for and stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.facts.names import MakesActor
from flake8_joinqueue.facts.tasks import ActorFamily
from flake8_joinqueue.protocol import (
    ActorKind,
    Alias,
    Item,
    Pass,
    SetCell,
    Start,
    Stop,
    Synchronise,
)
from flake8_joinqueue.reading import (
    calls,
    classes,
    elements,
    items,
    iteration,
    lengths,
    merging,
    queues,
    tasks,
    values,
    variables,
)
from flake8_joinqueue.reading.drafts import ActorDraft, Frame
from flake8_joinqueue.reading.scopes import Place, Scope, new_serial
from flake8_joinqueue.reading.survey import Survey
from flake8_joinqueue.reading.values import Arguments, Content, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_KINDS = {
    ActorFamily.PROCESS: ActorKind.PROCESS,
    ActorFamily.THREAD: ActorKind.THREAD,
    ActorFamily.TASK: ActorKind.TASK,
}
# What waits for the end of an actor: its own `join()`, or its result.
_WAITS = frozenset({"join", "result", "get", "wait", "exception"})
_STOPS = frozenset({"terminate", "kill", "cancel"})
_LOOKS = frozenset({"is_alive", "done", "ready"})


def draft(machine: Machine, family: ActorFamily, node: cst.CSTNode, name: str = "") -> ActorDraft:
    """Note a new actor, made at `node`, as often as the code being run is run."""
    made = ActorDraft(
        len(machine.actors),
        _KINDS[family],
        machine.site(node),
        machine.multiplicity(),
        machine.actor.index,
        name=name,
        assumed=machine.assumed,
    )
    machine.actors.append(made)
    return made


def make(
    machine: Machine, known: MakesActor, arguments: Arguments, node: cst.CSTNode, context: str = ""
) -> Value:
    """Make `Process(...)`, `Thread(...)` or another actor of a library."""
    made = draft(machine, known.family, node)
    made.start_method = queues.start_method(known.start_method or context)
    configure(machine, made.index, known, arguments)
    return values.ActorRef(made.index)


def configure(machine: Machine, index: int, known: MakesActor, arguments: Arguments) -> None:
    """Set an actor up as its class does: `(group, target, name, args, kwargs, *, daemon)`."""
    made = machine.actors[index]
    note_given(machine, made, arguments)
    made.target = arguments.get(known.target, known.target_name)
    given = arguments.get(known.args, "args")
    if given is not None:
        made.arguments.positional += spread(machine, given)
    if known.spread:
        made.arguments.positional += arguments.positional[known.target + 1 :]
        made.arguments.keywords.update(arguments.keywords)
    keywords = arguments.get(known.kwargs, "kwargs")
    if isinstance(keywords, values.Container):
        for part in items.content_of(machine, keywords).segments:
            if isinstance(part.key, str):
                made.arguments.keywords[part.key] = part.value
    elif keywords is not None:
        made.arguments.open = True
    if "daemon" in arguments.keywords:
        made.daemon = variables.daemon_of(arguments.keywords["daemon"])
    if arguments.open:
        made.opaque = made.target is None
        made.arguments.open = made.arguments.open or given is None
    if not made.name and made.target is not None:
        made.name = name_of(made.target)


def note_given(machine: Machine, made: ActorDraft, arguments: Arguments) -> None:
    """Note where the queues stand that an actor is given."""
    for queue, node in queues_given(machine, arguments):
        made.given_at.setdefault(queue, machine.site(node))


def queues_given(
    machine: Machine, arguments: Arguments
) -> Iterator[tuple[int, cst.BaseExpression]]:
    """Yield the queues in arguments with where they stand; of `args=(a, b)`, each by itself."""
    given = list(zip(arguments.nodes, arguments.positional, strict=False))
    given += [(node, arguments.keywords[name]) for name, node in arguments.named.items()]
    for node, value in given:
        for part, held in _elements(machine, node, value):
            for queue in calls.queues_in(machine, held):
                yield queue, part


def _elements(
    machine: Machine, node: cst.BaseExpression, value: Value
) -> list[tuple[cst.BaseExpression, Value]]:
    if isinstance(node, cst.Tuple) and isinstance(value, values.Tuple):
        parts = [element.value for element in node.elements]
        return list(zip(parts, value.values, strict=False))
    if isinstance(node, cst.Dict) and isinstance(value, values.Container):
        return list(_entries(machine, node, value))
    return [(node, value)]


def _entries(
    machine: Machine, node: cst.Dict, value: values.Container
) -> Iterator[tuple[cst.BaseExpression, Value]]:
    """Yield the values of `{"name": value}` with where they stand."""
    held = {part.key: part.value for part in items.content_of(machine, value).segments}
    for element in node.elements:
        key = getattr(element, "key", None)
        name = key.evaluated_value if isinstance(key, cst.SimpleString) else None
        if isinstance(name, str) and name in held:
            yield element.value, held.pop(name)
    yield from ((node, rest) for rest in held.values())


def _pass_queues(machine: Machine, made: ActorDraft) -> None:
    """Emit which queues are pickled where a process is started."""
    if made.kind is not ActorKind.PROCESS:
        return
    given = [*made.arguments.every(), made.target, made.instance]
    passed = [
        queue for value in given if value is not None for queue in calls.queues_in(machine, value)
    ]
    for queue in dict.fromkeys(passed):
        machine.emit(Pass(queue, made.given_at.get(queue, made.site), actor=made.index))


def spread(machine: Machine, given: Value) -> list[Value]:
    """Return the arguments in a tuple or list of them."""
    if not isinstance(given, (values.Tuple, values.Container, values.Series)):
        return []
    return [segment.value for segment in iteration.segments(machine, given)]


def running(machine: Machine, kind: ActorKind) -> Value:
    """Return all processes or threads that have been started: `threading.enumerate()`."""
    started = [made for made in machine.actors[1:] if made.kind is kind and made.body is not None]
    parts = tuple(
        values.Segment(made.instance or values.ActorRef(made.index), made.count)
        for made in started
        if made.index != machine.actor.index
    )
    return elements.new_container(machine, values.Content(parts))


def is_one(machine: Machine, value: Value) -> bool:
    """Say whether a value is a process or a thread that the program made."""
    if isinstance(value, values.Instance):
        return value.serial in machine.instance_actors
    return isinstance(value, values.ActorRef)


def name_of(target: Value) -> str:
    """Return what to call an actor that does `target`."""
    if isinstance(target, values.Coroutine):
        return name_of(target.function)
    if isinstance(target, values.BoundFunction):
        return target.function.name
    if isinstance(target, values.Partial):
        return name_of(target.function)
    return str(getattr(target, "name", "") or getattr(target, "label", "") or "")


# --- methods -------------------------------------------------------------------------------------


def method(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call the method `name` of an actor."""
    made = machine.actors[index]
    site = machine.site(node)
    if name == "start":
        _pass_queues(machine, made)
        set_going(machine, made, node)
    elif name in _WAITS and not (name in ("result", "exception") and _is_task(made)):
        timeout = arguments.get(0, "timeout")
        tasks.wait(machine, index, node, timeout not in (None, values.NONE))
    elif name in _STOPS:
        machine.emit(Stop(index, site, name))
    elif name in _LOOKS and machine.loops:
        # Who looks again and again whether it is through waits for it.
        machine.emit(Synchronise(site, f"{made.name}.{name}"))
    elif name in ("add_done_callback", "link"):
        leak_callback(machine, arguments, node)
    elif name == "setDaemon":
        made.daemon = variables.daemon_of(arguments.get(0, "daemonic"))
    elif name == "run" and not _is_task(made):
        # Called by hand: it runs here and now.
        return _call_target(machine, made, node)
    answer = machine.unknown(f"{made.name}.{name}()")
    if name == "is_alive":
        machine.alive[answer.key] = index
    return answer


def _is_task(made: ActorDraft) -> bool:
    return made.kind is ActorKind.TASK


def leak_callback(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> None:
    """A function to be called when an actor is done; a method of a set only forgets it."""
    for value in arguments.every():
        if not (isinstance(value, values.Method) and isinstance(value.receiver, values.Container)):
            calls.leak(machine, value, node, "a callback of a task")


def set_going(machine: Machine, made: ActorDraft, node: cst.CSTNode) -> None:
    """Start an actor."""
    run_body(machine, made, node)
    machine.emit(Start(made.index, machine.site(node)))


def run_body(machine: Machine, made: ActorDraft, node: cst.CSTNode) -> None:
    """Run what the actor does, on its own: its loops and what it emits are not the starter's."""
    if made.body is not None:
        return
    made.body = ()
    made.started_at, made.started_in, made.born = machine.tick(), machine.turn, new_serial()
    initial = tuple(_initial_cells(machine, node))
    loops, machine.loops = machine.loops, []
    frames, ended = machine.frames, machine.ended
    narrowed, assumed = machine.narrowed, machine.assumed
    module = machine.scope.module
    machine.frames = [Frame(Scope(module, Survey(), "function"))]
    machine.narrowed, machine.assumed = {}, made.assumed
    hurried, machine.hurried = machine.hurried, False
    machine.ended = False
    machine.running.append(made)
    try:
        # What a process assigns its parent never sees; what a thread does, it may see some time.
        with machine.heap.trial() as changes, machine.block() as operations:
            _call_target(machine, made, node)
    finally:
        machine.running.pop()
        machine.loops, machine.frames = loops, frames
        machine.ended = ended
        machine.narrowed, machine.assumed = narrowed, assumed
        machine.hurried = hurried
    made.body = (*initial, *operations)
    if made.kind is not ActorKind.PROCESS:
        _may_be_seen(machine, made, dict(changes), node)


def _may_be_seen(
    machine: Machine,
    made: ActorDraft,
    changes: Mapping[Place, Value | Content],
    node: cst.CSTNode,
) -> None:
    """Forget what a thread or task changes: from its start on it may be so or as it was."""
    for place, after in changes.items():
        before = machine.heap.get(place)
        if place[0] >= made.born or after == before:
            continue
        if isinstance(before, Content) and isinstance(after, Content):
            container = values.Container(place[0])
            left = {part.value for part in after.segments}
            kept = tuple(
                part if part.value in left else replace(part, value=_anything(machine, part.value))
                for part in before.segments
            )
            machine.heap.set(place, Content(kept, open=True))
            lengths.changed(machine, container, None)
        elif isinstance(after, merging.PLAIN) and (
            before is None or isinstance(before, merging.PLAIN)
        ):
            machine.heap.set(place, _anything(machine, after))
            if place in machine.cells:
                # It is not the starter that assigns it.
                machine.emit(SetCell(machine.cells[place], None, machine.site(node)))


def _anything(machine: Machine, value: Value) -> Value:
    """Return a value of which nothing is known, where it is a plain one."""
    plain = isinstance(value, merging.PLAIN)
    return values.Unknown(machine.fresh_key(), free=True) if plain else value


def _initial_cells(machine: Machine, node: cst.CSTNode) -> list[SetCell]:
    """What variables hold where the actor starts, for those whose value is known there."""
    found: list[SetCell] = []
    for place, cell in machine.cells.items():
        value = machine.heap.get(place)
        item: Item | Alias | None = None
        if value is not None and not isinstance(value, values.Content):
            item = items.as_constant_item(machine, value)
        if item is not None:
            found.append(SetCell(cell, item, machine.site(node)))
    return found


def _goes_on_itself(machine: Machine, made: ActorDraft) -> bool:
    """Say whether an actor starts another one that does the same, as a timer that is set anew."""
    bound = isinstance(made.target, (values.Function, values.BoundFunction))
    return bound and any(each.target == made.target for each in machine.running[:-1])


def _call_target(machine: Machine, made: ActorDraft, node: cst.CSTNode) -> Value:
    if made.prelude is not None:
        # What it does with queues it does once, as an actor of its own.
        with machine.block():
            calls.call(machine, made.prelude, made.prelude_arguments, node)
        machine.ended = False
    if made.instance is not None:
        known = classes.library_fact(made.instance.cls)
        name = known.run if isinstance(known, MakesActor) else "run"
        run = classes.find(machine, made.instance.cls, name)
        if isinstance(run, values.Function):
            return calls.call(machine, values.BoundFunction(run, made.instance), Arguments(), node)
    return run_of_base(machine, made, node)


def run_of_base(machine: Machine, made: ActorDraft, node: cst.CSTNode) -> Value:
    """Do what `run()` does where no class of the file says otherwise: call the target, if any."""
    if made.opaque:  # among the arguments that are not known there may be a target
        for value in made.arguments.every():
            calls.leak(machine, value, node, f"handed to whatever {made.name} does")
        return values.NONE
    if made.target is None:
        made.opaque = made.instance is None or classes.has_unknown_base(made.instance.cls)
        return values.NONE
    callables = (
        values.Function,
        values.BoundFunction,
        values.Partial,
        values.Method,
        values.Either,
        values.Instance,
        values.Class,
        values.Coroutine,
        values.Library,
    )
    if not isinstance(made.target, callables):
        made.opaque = True
    if isinstance(made.target, values.Library) and names.fact(made.target.name) is None:
        made.opaque = True
    if isinstance(made.target, values.Coroutine):
        return tasks.run_coroutine(machine, made.target, node)
    if _goes_on_itself(machine, made):
        for value in (made.target, *made.arguments.every()):
            calls.leak(machine, value, node, f"handed on by {made.name} to itself")
        return machine.unknown()
    result = calls.call(machine, made.target, made.arguments, node)
    return tasks.awaited(machine, result, node) if _is_task(made) else result
