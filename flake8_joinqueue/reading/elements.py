"""What stands at a place of a container, or of anything else that is asked by an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeGuard

import libcst as cst

from flake8_joinqueue.counts import ONE, Count, total
from flake8_joinqueue.protocol import Call, How
from flake8_joinqueue.reading import (
    calls,
    conditions,
    expressions,
    items,
    iteration,
    lengths,
    merging,
    operators,
    trees,
    values,
)
from flake8_joinqueue.reading.scopes import new_serial
from flake8_joinqueue.reading.values import Const, Content, Segment, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.protocol import Constant
    from flake8_joinqueue.reading.machine import Machine


# Of more things than these it is not asked which one a setting chooses.
_MANY = 4
# Of so many queues it may be any that something is put on.
_MOST_QUEUES = 6


def new_container(machine: Machine, content: Content, kind: str = "list") -> values.Container:
    """Make a container that holds `content`."""
    container = values.Container(new_serial(), kind)
    machine.container_depths[container.serial] = len(machine.loops)
    machine.heap.set((container.serial, "content"), content)
    return container


def run_parts(machine: Machine, node: cst.Subscript) -> None:
    """Run what stands in the brackets of a subscript of several parts or a slice."""
    for element in node.slice:
        for part in trees.parts(element.slice):
            if isinstance(part, cst.BaseExpression):
                expressions.evaluate(machine, part)


def subscript(machine: Machine, base: Value, index: Value, node: cst.CSTNode) -> Value:
    """Return `base[index]`."""
    own = operators.method(machine, base, "__getitem__", index, node)
    if own is not None:
        return own
    if isinstance(base, values.Either):
        then = subscript(machine, base.then, index, node)
        return values.Either(base.condition, then, subscript(machine, base.otherwise, index, node))
    if isinstance(index, Const) and isinstance(index.value, (int, str)):
        if isinstance(base, values.Container) and not has_key(machine, base, index.value):
            machine.emit(Call(machine.site(node), "a subscript"))
        return element(machine, base, index.value)
    if isinstance(base, values.Container):
        machine.emit(Call(machine.site(node), "a subscript"))
        return _by_setting(machine, base, index) or some_element(machine, base)
    if isinstance(base, (values.Library, values.Class)):
        # `Queue[int]`, `JoinableQueue["Job"]`: the same, for our purposes.
        return base
    machine.emit(Call(machine.site(node), "a subscript"))
    if isinstance(base, Unknown):
        return Unknown(f"{base.key}[{index!r}]", base.label, base.free or _is_free(index))
    return machine.unknown("", base, index)


def _by_setting(machine: Machine, base: values.Container, index: Value) -> Value | None:
    """Return one of a few classes or functions, chosen by a key that is the same in a whole run."""
    content = items.content_of(machine, base)
    if base.kind != "dict" or content.open or not isinstance(index, Unknown) or index.free:
        return None
    parts = content.segments
    few = 1 < len(parts) < _MANY and len({part.key for part in parts}) == len(parts)
    if not few or any(part.key is None or not _is_made_once(part.value) for part in parts):
        return None
    found = parts[-1].value
    for part in reversed(parts[:-1]):
        known = conditions.same(machine, How.EQUAL, index, Const(part.key))
        found = merging.join(machine, known, part.value, found)
    return found


def _is_made_once(value: Value) -> bool:
    """Say whether a value is a class or a function, or a pair of them."""
    if isinstance(value, values.Tuple):
        makers = [part for part in value.values if not isinstance(part, merging.PLAIN)]
        return bool(makers) and all(map(_is_made_once, makers))
    return isinstance(value, (values.Library, values.Class, values.Function))


def _is_free(value: Value) -> bool:
    return values.depends_on_item(value) or not isinstance(value, (Unknown, Const, values.Number))


def element(machine: Machine, base: Value, index: int | str) -> Value:
    """Return the element of `base` at a known index or key."""
    if isinstance(base, values.Either):
        then, otherwise = (element(machine, each, index) for each in (base.then, base.otherwise))
        return merging.join(machine, base.condition, then, otherwise)
    if isinstance(base, values.Taken):
        return values.Taken(base.cell, (*base.path, index))
    if isinstance(base, values.Tuple) and isinstance(index, int):
        if -len(base.values) <= index < len(base.values):
            return base.values[index]
        return machine.unknown()
    if isinstance(base, values.Container):
        return element_at(machine, base, index)
    if isinstance(base, (values.Library, values.Class)):
        return Unknown(f"{base.name}[{index!r}]", base.name)
    if isinstance(base, Unknown):
        return Unknown(f"{base.key}[{index!r}]", base.label, base.free)
    return machine.unknown("", base)


def append(
    machine: Machine,
    container: values.Container,
    value: Value,
    key: Value | None = None,
    *,
    in_front: bool = False,
) -> None:
    """Add `value` to a container, as often as the code being run is run."""
    content = items.content_of(machine, container)
    depth = machine.container_depths.get(container.serial, 0)
    constant = None if key is None else constant_of(machine, key)
    times = machine.multiplicity(min(depth, len(machine.loops)))
    machine.grown_in.setdefault(container.serial, set()).update(
        loop.serial for loop in machine.loops[depth:] if loop.times != ONE
    )
    segment = Segment(value, times, constant)
    kept = content.segments
    if constant is not None:
        kept = tuple(part for part in kept if part.key != constant)
    found = (segment, *kept) if in_front else (*kept, segment)
    set_content(machine, container, Content(found, content.open))
    lengths.changed(machine, container, 1 if container.kind == "list" else None)


def constant_of(machine: Machine, key: Value) -> Constant:
    """Return a constant key of a dict; of what else is one, going over the dict tells no more."""
    if isinstance(key, Const):
        return key.value
    calls.leak(machine, key, None, "the key of a dict")
    return None


def laid_over(machine: Machine, below: Content, above: Value) -> Content:
    """Return what a dict holds with another one laid over it: `{**below, **above}`."""
    if not is_dict(above):
        return Content(below.segments, open=True)
    content = items.content_of(machine, above)
    again = {segment.key for segment in content.segments if segment.key is not None}
    kept = (segment for segment in below.segments if segment.key not in again)
    return Content((*kept, *content.segments), below.open or content.open)


def is_dict(value: Value) -> TypeGuard[values.Container]:
    """Say whether a value is a dict of which something is known."""
    return isinstance(value, values.Container) and value.kind == "dict"


def extend(machine: Machine, container: values.Container, added: Value) -> None:
    """Run `container += added`."""
    found = iteration.segments(machine, added)
    if found and all(segment.times.number == 1 for segment in found):
        for segment in found:
            append(machine, container, segment.value)
        return
    content = items.content_of(machine, container)
    set_content(machine, container, Content((*content.segments, *found), content.open))
    number = total(segment.times for segment in found).number if found else None
    lengths.changed(machine, container, number)


def set_content(machine: Machine, container: values.Container, content: Content) -> None:
    """Replace what a container holds.

    What is taken out of one that was there before has been in the hands of others meanwhile, and
    what a thread or task puts in one that was there before it gets into the hands of others.
    """
    if machine.is_seen_by_others(container.serial):
        held = [segment.value for segment in items.content_of(machine, container).segments]
        for segment in content.segments:
            if segment.value not in held:
                calls.leak(machine, segment.value, machine.last_node, "in a collection of others")
    if machine.called_at_any_time is not None and container.serial < machine.born_since_called:
        left = [segment.value for segment in content.segments]
        for segment in items.content_of(machine, container).segments:
            if segment.value not in left:
                calls.leak(machine, segment.value, machine.last_node, "in a collection of others")
    machine.heap.set((container.serial, "content"), content)


def has_key(machine: Machine, container: values.Container, key: int | str) -> bool:
    """Say whether a subscript finds something; for all but dicts that is taken for granted."""
    segments = items.content_of(machine, container).segments
    return container.kind != "dict" or any(segment.key == key for segment in segments)


def element_at(machine: Machine, container: values.Container, index: int | str) -> Value:
    """Return the element at a known index, or the value of a known key.

    A flag or a number that is kept there may be another by the next look, where the program is
    still to store one there.
    """
    found = _element_at(machine, container, index)
    if (
        not isinstance(found, (Const, values.Number))
        or len(machine.stores_run[index]) >= machine.keys_stored[index]
    ):
        return found
    if machine.actor.index == 0 and machine.called_at_any_time is None and not machine.loops:
        return found
    return Unknown(machine.fresh_key(), str(index), free=True)


def _element_at(machine: Machine, container: values.Container, index: int | str) -> Value:
    content = items.content_of(machine, container)
    if container.kind == "dict":
        found = {segment.value for segment in content.segments if segment.key == index}
        # Where it was stored on one way only, or on each another, nobody knows which it is.
        return found.pop() if len(found) == 1 else some_element(machine, container)
    single = all(segment.times.number == 1 for segment in content.segments)
    known = isinstance(index, int) and single and not content.open
    if known and -len(content.segments) <= int(index) < len(content.segments):
        return content.segments[int(index)].value
    return some_element(machine, container)


def some_element(machine: Machine, container: values.Container) -> Value:
    """Return what stands for any element of a container."""
    content = items.content_of(machine, container)
    distinct = list(dict.fromkeys(segment.value for segment in content.segments))
    if len(distinct) == 1 and not content.open:
        return distinct[0]
    refs = tuple(value for value in distinct if isinstance(value, values.QueueRef))
    if refs and len(refs) == len(distinct) <= _MOST_QUEUES and not content.open:
        return values.SomeQueue(refs)
    for value in distinct:
        calls.leak(machine, value, None, "picked from a container by an unknown index")
    found = machine.unknown("", Unknown("element", free=True))
    if container.serial in machine.class_within:
        machine.class_of[found.key] = machine.class_within[container.serial]
    return found


def unpacked(machine: Machine, value: Value, targets: Sequence[cst.BaseElement]) -> list[Value]:
    """Return what each of several targets is assigned; one with a star gets a list of the rest."""
    stars = [index for index, part in enumerate(targets) if isinstance(part, cst.StarredElement)]
    if isinstance(value, iteration.LAZY):
        value = new_container(machine, Content(iteration.segments(machine, value)))
    if not stars:
        return [element(machine, value, index) for index in range(len(targets))]
    star, behind = stars[0], len(targets) - stars[0] - 1
    upper = Count.of(-behind) if behind else None
    rest = cut(machine, value, Count.of(star), upper)
    first = [element(machine, value, index) for index in range(star)]
    last = [element(machine, value, index - behind) for index in range(behind)]
    return [*first, rest, *last]


def store(machine: Machine, target: cst.Subscript, value: Value, node: cst.CSTNode) -> None:
    """Run `base[index] = value`."""
    base = expressions.evaluate(machine, target.value)
    index: Value = machine.unknown()
    part = target.slice[0].slice
    if isinstance(part, cst.Index):
        index = expressions.evaluate(machine, part.value)
        once = len(machine.frames) == 1 and not machine.loops
        if once and isinstance(index, Const) and isinstance(index.value, (int, str)):
            machine.stores_run[index.value].add(id(target))
    else:
        run_parts(machine, target)
    if not isinstance(base, values.Container):
        calls.leak(machine, value, node, "stored in a container from elsewhere")
        return
    if base.kind == "dict":
        append(machine, base, value, index)
        return
    content = items.content_of(machine, base)
    changed = list(content.segments)
    single = all(segment.times.number == 1 for segment in changed)
    position = index.value if isinstance(index, Const) else None
    if isinstance(position, int) and single and -len(changed) <= position < len(changed):
        changed[position] = Segment(value, ONE)
        set_content(machine, base, Content(tuple(changed), content.open))
        return
    set_content(machine, base, Content((*changed, Segment(value, Count.fresh("some"))), True))
    lengths.changed(machine, base, None)


def delete(machine: Machine, target: cst.Subscript) -> None:
    """Run `del base[index]`, which takes one away, or `del base[lower:upper]`."""
    base = expressions.evaluate(machine, target.value)
    run_parts(machine, target)
    if isinstance(base, values.Container):
        one = isinstance(target.slice[0].slice, cst.Index)
        changed(machine, base, -1 if one else None)


def changed(machine: Machine, container: values.Container, by: int | None = None) -> None:
    """Note that so many elements came to a container or went, nobody knows which."""
    content = items.content_of(machine, container)
    set_content(machine, container, Content(content.segments, open=True))
    lengths.changed(machine, container, by)


def cut(machine: Machine, base: Value, lower: Count | None, upper: Count | None) -> Value:
    """Return the slice `base[lower:upper]`."""
    if not isinstance(base, (values.Container, values.Tuple, values.Series)):
        return machine.unknown("", base)
    found = iteration.segments(machine, base)
    start = lower.number if lower is not None else 0
    stop = upper.number if upper is not None else None
    # What changes from round to round is cut another way each time.
    changing = lengths.cell_of(machine, base) is not None
    known = start is not None and (upper is None or stop is not None) and not changing
    if known and all(segment.times.number == 1 for segment in found):
        return new_container(machine, Content(found[start:stop]))
    if known and len(found) == 1 and start is not None and start >= 0:
        times = found[0].times
        if stop is not None:
            times = times + Count.of(stop) if stop < 0 else Count.of(stop)
        return new_container(machine, Content((Segment(found[0].value, times - Count.of(start)),)))
    perhaps = tuple(Segment(part.value, Count.fresh("some"), part.key) for part in found)
    return new_container(machine, Content(perhaps, open=changing))
