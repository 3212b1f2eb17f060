"""Calls of methods of things built in: queues, actors, managers, events, containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE, total
from flake8_joinqueue.facts import names
from flake8_joinqueue.protocol import ManagerEnds, Signal, Synchronise
from flake8_joinqueue.reading import (
    actors,
    calls,
    classes,
    contexts,
    crews,
    elements,
    generators,
    items,
    iteration,
    lengths,
    library,
    ownqueues,
    queues,
    signals,
    tasks,
    values,
)
from flake8_joinqueue.reading.values import Arguments, Const, Content, Library, Segment, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def call(  # noqa: C901, PLR0912 (one case a kind of receiver)
    machine: Machine, callee: values.Method, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """Call a method of something built in."""
    receiver, name = callee.receiver, callee.name
    if isinstance(receiver, values.QueueRef):
        return queues.method(machine, receiver.index, name, arguments, node)
    if isinstance(receiver, values.SomeQueue):
        return queues.method_of_some(machine, receiver, name, arguments, node)
    if isinstance(receiver, values.ActorRef):
        return actors.method(machine, receiver.index, name, arguments, node)
    if isinstance(receiver, values.Crew):
        return crews.method(machine, receiver, name, arguments, node)
    if isinstance(receiver, values.Gathering):
        return tasks.of_gathering(machine, receiver, name, arguments, node)
    if isinstance(receiver, values.ManagerRef):
        return _of_manager(machine, receiver.index, name, arguments, node)
    if isinstance(receiver, values.Synchroniser):
        return _of_synchroniser(machine, receiver, name, arguments, node)
    if isinstance(receiver, values.Super):
        return _of_super(machine, receiver, name, arguments, node)
    if isinstance(receiver, values.Container):
        return _of_container(machine, receiver, name, arguments, node)
    if isinstance(receiver, values.Tuple) and name == "_replace":
        parts = zip(receiver.names, receiver.values, strict=False)
        changed = tuple(arguments.keywords.get(each, part) for each, part in parts)
        return values.Tuple(changed, receiver.type_name, receiver.names)
    if isinstance(receiver, values.ExitStack) and isinstance(node, cst.BaseExpression):
        return contexts.of_exit_stack(machine, receiver, name, arguments, node)
    for value in (receiver, *arguments.every()):
        if isinstance(value, values.Generator):
            generators.run_out_of_sight(machine, value)
    if isinstance(receiver, values.Instance):
        # Inherited from a class out of sight, which may do anything with what the instance has.
        calls.leak(machine, receiver, node, f"used by {receiver.cls.name}.{name}()")
    return machine.unknown(name, receiver, *arguments.every())


def _of_manager(
    machine: Machine, index: int, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    if name == "shutdown":
        machine.emit(ManagerEnds(index, machine.site(node)))
        return values.NONE
    known = names.MANAGER.get(name)
    if known is not None:
        return library.by_fact(machine, known, Library(f"manager.{name}"), arguments, node, index)
    return machine.unknown(name)


def _of_synchroniser(
    machine: Machine,
    receiver: values.Synchroniser,
    name: str,
    arguments: Arguments,
    node: cst.CSTNode,
) -> Value:
    if name in ("wait", "wait_for", "acquire"):
        machine.emit(Synchronise(machine.site(node), f"{receiver.name}.{name}"))
    elif name in ("set", "notify", "notify_all", "release"):
        machine.emit(Signal(machine.site(node), f"{receiver.name}.{name}"))
    return signals.answer(machine, receiver, name, arguments)


def _of_super(
    machine: Machine, receiver: values.Super, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value:
    """`super().__init__(target=…)`, `super().join()` of a process or thread class of the file."""
    instance = receiver.receiver
    if isinstance(instance, values.Instance):
        index = machine.instance_actors.get(instance.serial)
        if index is not None:
            known = classes.library_fact(instance.cls)
            if name == "__init__" and isinstance(known, names.MakesActor):
                actors.configure(machine, index, known, arguments)
                return values.NONE
            if isinstance(known, names.MakesActor) and name == known.run:
                return actors.run_of_base(machine, machine.actors[index], node)
            return actors.method(machine, index, name, arguments, node)
        queue = machine.instance_queues.get(instance.serial)
        if queue is not None:
            return ownqueues.inherited(machine, queue, name, arguments, node)
        if classes.has_unknown_base(instance.cls) or name != "__init__":
            for value in arguments.every():
                calls.leak(machine, value, node, f"handed to a base of {instance.cls.name}")
        if name == "__init__":
            return values.NONE
    return machine.unknown(name, *arguments.every())


# --- containers ----------------------------------------------------------------------------------


def _of_container(
    machine: Machine,
    container: values.Container,
    name: str,
    arguments: Arguments,
    node: cst.CSTNode,
) -> Value:
    content = items.content_of(machine, container)
    first = arguments.get(0, "object")
    if name in ("append", "add", "appendleft") and first is not None:
        elements.append(machine, container, first, in_front=name == "appendleft")
        return values.NONE
    if name == "insert" and len(arguments.positional) == 2:
        index, value = arguments.positional
        elements.append(machine, container, value, in_front=index == Const(0))
        return values.NONE
    if name in ("extend", "update") and container.kind != "dict" and first is not None:
        added = iteration.segments(machine, first)
        elements.set_content(machine, container, Content((*content.segments, *added), content.open))
        lengths.changed(machine, container, total(part.times for part in added).number)
        return values.NONE
    if name == "clear":
        elements.set_content(machine, container, Content())
        lengths.emptied(machine, container)
        return values.NONE
    if name == "copy":
        return elements.new_container(machine, content, container.kind)
    if container.kind == "dict":
        generators.exhaust(machine, arguments, "", name)
        if name in _TAKE_A_KEY_AWAY:
            sure = name == "popitem" or len(arguments.every()) == 1
            lengths.changed(machine, container, -1 if sure else None)
        return _of_dict(machine, container, content, name, arguments)
    if name in ("pop", "popleft"):
        lengths.changed(machine, container, -1)
        return _pop(machine, container, content, name, first)
    if name in ("remove", "discard") and first is not None:
        lengths.changed(machine, container, -1 if name == "remove" else None)
        return _remove(machine, container, content, first)
    if name in ("sort", "reverse", "index", "count"):
        return machine.unknown()
    elements.set_content(machine, container, Content(content.segments, open=True))
    lengths.changed(machine, container, None)
    return machine.unknown("", values.Unknown("element", free=True))


def _remove(machine: Machine, container: values.Container, content: Content, value: Value) -> Value:
    """`remove(x)` takes the first away that is x, where it is known which one that is."""
    found = [index for index, part in enumerate(content.segments) if part.value == value]
    surely = not isinstance(value, values.Unknown) and not machine.loops
    if found and surely and content.segments[found[0]].times.number == 1:
        rest = [part for index, part in enumerate(content.segments) if index != found[0]]
        elements.set_content(machine, container, Content(tuple(rest), content.open))
    else:
        elements.set_content(machine, container, Content(content.segments, open=True))
    return values.NONE


def _pop(
    machine: Machine,
    container: values.Container,
    content: Content,
    name: str,
    index: Value | None,
) -> Value:
    """`pop()` of a list whose elements are known one by one takes one away."""
    position = 0 if name == "popleft" else -1
    if isinstance(index, Const) and isinstance(index.value, int):
        position = index.value
    single = all(segment.times.number == 1 for segment in content.segments)
    if single and not content.open and not machine.loops and content.segments:
        rest = list(content.segments)
        if -len(rest) <= position < len(rest):
            taken = rest.pop(position)
            elements.set_content(machine, container, Content(tuple(rest)))
            return taken.value
    value = elements.some_element(machine, container)
    changed = Content(content.segments, open=True)
    if len(content.segments) == 1 and not content.open and not machine.loops:
        # All of one kind: it does not matter which of them is taken.
        every = content.segments[0]
        if every.times.number is not None and every.times.number > 0:
            changed = Content((replace(every, times=every.times - ONE),))
    elements.set_content(machine, container, changed)
    return value


_TAKE_A_KEY_AWAY = frozenset({"pop", "popitem"})


def _of_dict(
    machine: Machine,
    container: values.Container,
    content: Content,
    name: str,
    arguments: Arguments,
) -> Value:
    first = arguments.get(0, "key")
    if name == "values":
        return values.Series(content.segments, content.open)
    if name == "keys":
        return values.Series(iteration.segments(machine, container))
    if name == "items":
        pairs = zip(iteration.segments(machine, container), content.segments, strict=False)
        found = tuple(
            Segment(values.Tuple((key.value, part.value)), part.times) for key, part in pairs
        )
        return values.Series(found, content.open)
    if name in ("get", "pop", "setdefault") and first is not None:
        if name == "setdefault" and len(arguments.positional) > 1:
            elements.append(machine, container, arguments.positional[1], first)
        if isinstance(first, Const) and isinstance(first.value, (int, str)):
            return elements.element_at(machine, container, first.value)
        picked = elements.some_element(machine, container)
        if name == "get" and isinstance(picked, (values.Function, values.BoundFunction)):
            # The only one there is, or none.
            calls.leak(machine, picked, None, "picked from a dict by an unknown key")
            return machine.unknown("", values.Unknown("element", free=True))
        return picked
    if name not in _TAKE_A_KEY_AWAY:
        lengths.changed(machine, container, None)
    if name == "update":
        _update(machine, container, content, arguments)
        return values.NONE
    elements.set_content(machine, container, Content(content.segments, open=True))
    return machine.unknown()


def _update(
    machine: Machine, container: values.Container, content: Content, arguments: Arguments
) -> None:
    for other in arguments.positional:
        content = elements.laid_over(machine, content, other)
        if not elements.is_dict(other):
            calls.leak(machine, other, None, "a dict was updated with it")
    given = tuple(Segment(value, ONE, key) for key, value in arguments.keywords.items())
    more = elements.new_container(machine, Content(given, arguments.open), "dict")
    elements.set_content(machine, container, elements.laid_over(machine, content, more))
