"""Functions of Python and its library that make, or go over, iterables, such as `zip`."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE, Count, smallest, total
from flake8_joinqueue.reading import (
    calls,
    conditions,
    elements,
    generators,
    items,
    iteration,
    values,
)
from flake8_joinqueue.reading.values import (
    Arguments,
    Const,
    Content,
    Library,
    Segment,
    Unknown,
    Value,
)
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


_MANY_NUMBERS = 30


def _range(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    bounds = [items.as_count(machine, value) for value in arguments.positional]
    exact = _numbers(bounds)
    times: Count | None = None
    if exact is not None:
        times = Count.of(len(exact))
    elif len(bounds) == 1:
        times = bounds[0]
    elif len(bounds) >= 2 and bounds[0] is not None and bounds[1] is not None:
        step = Count.of(1) if len(bounds) == 2 else bounds[2]
        if step == Count.of(1):
            times = bounds[1] - bounds[0]
        elif step == Count.of(-1):
            times = bounds[0] - bounds[1]
    if times is None:
        times = Count.fresh("range()")
    if times.number is not None and times.number < 0:
        times = Count.of(0)
    index = machine.one_of("i", True, *_indices(exact))
    last = arguments.positional[0] if len(bounds) == 1 else None
    rounds = last.cell if isinstance(last, values.Number) else None
    known_empty = times.number == 0 and rounds is None
    return values.Series(() if known_empty else (Segment(index, times),), rounds=rounds)


def _numbers(bounds: list[Count | None]) -> range | None:
    """Return a range whose bounds are all known."""
    numbers = [bound.number for bound in bounds if bound is not None]
    known = [number for number in numbers if number is not None]
    if not known or len(known) < len(bounds) or (len(known) == 3 and known[2] == 0):
        return None
    return range(*known)


def _indices(found: range | None) -> list[Value]:
    """Return the numbers of a short range."""
    if found is None:
        return []
    return [Const(number) for number in (*found[:_MANY_NUMBERS], *found[_MANY_NUMBERS:][-2:])]


def _list(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "iterable")
    if value is None:
        return elements.new_container(machine, Content())
    if isinstance(value, values.Container) and value.kind != "dict":
        return elements.new_container(machine, items.content_of(machine, value))
    return elements.new_container(machine, Content(iteration.segments(machine, value)))


def _set(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    if arguments.positional and not isinstance(
        arguments.positional[0], (values.Container, *iteration.LAZY)
    ):
        return machine.unknown("set()", *arguments.every())
    return _list(machine, arguments, node)


def _sorted(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`sorted(x)`: the same elements in another order, which for plain numbers is known."""
    value = arguments.get(0, "iterable")
    if value is None:
        return machine.unknown()
    if not isinstance(value, (values.Tuple, values.Container, values.Series, *iteration.LAZY)):
        return value
    found = iteration.segments(machine, value)
    numbers = [part.value.value for part in found if isinstance(part.value, Const)]
    if not arguments.keywords and len(numbers) == len(found):
        whole = [number for number in numbers if isinstance(number, int)]
        if len(whole) == len(found):
            ordered = (Segment(Const(number), ONE) for number in sorted(whole))
            return elements.new_container(machine, Content(tuple(ordered)))
    return elements.new_container(machine, Content(found))


def _reversed(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "sequence")
    if isinstance(value, (values.Tuple, values.Container, values.Series)):
        return values.Series(tuple(reversed(iteration.segments(machine, value))))
    return machine.unknown() if value is None else value


def _dict(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    segments = tuple(Segment(value, ONE, name) for name, value in arguments.keywords.items())
    is_open = bool(arguments.positional) or arguments.open
    return elements.new_container(machine, Content(segments, is_open), "dict")


def _defaultdict(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    for value in arguments.every():
        calls.leak(machine, value, node, "what a dict makes its values with")
    return elements.new_container(machine, Content((), open=True), "dict")


def _enumerate(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    over = iteration.taking(machine, arguments.get(0, "iterable") or machine.unknown(), node)
    over = generators.as_generator(machine, over, node)
    if isinstance(over, values.Generator):
        return _through(over, lambda value: _numbered(machine, value))
    found = (
        Segment(_numbered(machine, segment.value), segment.times)
        for segment in iteration.segments(machine, over)
    )
    return values.Series(tuple(found))


def _numbered(machine: Machine, value: Value) -> Value:
    return values.Tuple((Unknown(machine.fresh_key(), "i", free=True), value))


def _through(made: values.Generator, step: Callable[[Value], Value]) -> values.Generator:
    """Return a generator whose values go through one step more."""
    before = made.through
    return replace(made, through=step if before is None else lambda value: step(before(value)))


def _taken(made: values.Generator, most: Count | None) -> values.Generator:
    """Return a generator of which no more than so much is taken."""
    if most is None:
        return made
    return replace(made, most=most if made.most is None else smallest(most, made.most))


def _zip(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    if arguments.open:
        return calls.unknown_call(machine, Library("zip"), arguments, node)
    given = [generators.as_generator(machine, each, node) for each in arguments.positional]
    return zipped(machine, given)


def zipped(machine: Machine, iterables: Sequence[Value]) -> Value:
    """Return what going over `iterables` together brings."""
    lazy = [index for index, each in enumerate(iterables) if isinstance(each, values.Generator)]
    if len(lazy) == 1:
        return _zipped_lazily(machine, iterables, lazy[0])
    parts = [iteration.segments(machine, value) for value in iterables]
    if not parts:
        return values.Series(())
    known = [part for part in parts if len(part) != 1]
    if not known:
        return values.Series((_zipped([part[0] for part in parts]),))
    if len({len(part) for part in parts}) == 1 and all(
        segment.times.number == 1 for part in parts for segment in part
    ):
        return values.Series(tuple(_zipped(list(row)) for row in zip(*parts, strict=True)))
    return machine.unknown("zip()", *iterables)


def _zipped_lazily(machine: Machine, iterables: Sequence[Value], index: int) -> Value:
    """Return a generator whose values come with those of others, of which it is the only lazy."""
    made = iterables[index]
    assert isinstance(made, values.Generator)
    others = [iteration.segments(machine, each) for each in iterables if each is not made]
    parts: list[Value] = []
    for found in others:
        made = _taken(made, total(part.times for part in found))
        same = len({part.value for part in found}) == 1
        parts.append(found[0].value if same else Unknown(machine.fresh_key(), free=True))
    return _through(made, lambda value: values.Tuple((*parts[:index], value, *parts[index:])))


def _zip_longest(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`zip_longest(a, b)`: as `zip`, with something else where one has come to its end."""
    fill = Segment(arguments.keywords.get("fillvalue", values.NONE), ONE)
    parts = [iteration.segments(machine, value) for value in arguments.positional]
    if all(segment.times.number == 1 for part in parts for segment in part):
        rows = itertools.zip_longest(*parts, fillvalue=fill)
        return values.Series(tuple(_zipped(list(row)) for row in rows))
    for value in arguments.positional:
        calls.leak(machine, value, node, "one of several")
    columns = [dict.fromkeys([*(each.value for each in part), fill.value]) for part in parts]
    some = values.Tuple(tuple(machine.one_of("", True, *column) for column in columns))
    return values.Series((Segment(some, Count.fresh("zip_longest()")),))


def _zipped(row: list[Segment]) -> Segment:
    times = next((part.times for part in row if part.times.number is not None), row[0].times)
    return Segment(values.Tuple(tuple(part.value for part in row)), times)


def _chain(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    parts = [iteration.segments(machine, value) for value in arguments.positional]
    return values.Series(iteration.joined(machine, parts).segments)


def _repeat(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "object") or machine.unknown()
    given = arguments.get(1, "times")
    times = items.as_count(machine, given) or Count.fresh("repeat()")
    return values.Series((Segment(value, times),), endless=given is None and not arguments.open)


def _count(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    number = Unknown(machine.fresh_key(), "number", free=True)
    return values.Series((Segment(number, Count.fresh("count()")),), endless=True)


def _cycle(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    value = arguments.get(0, "iterable")
    if not isinstance(value, (values.Tuple, values.Container, values.Series)):
        return calls.unknown_call(machine, Library("itertools.cycle"), arguments, node)
    found = dict.fromkeys(part.value for part in iteration.segments(machine, value))
    for part in found:
        calls.leak(machine, part, node, "one of several that come again and again")
    element = machine.one_of("", True, *found)
    return values.Series((Segment(element, Count.fresh("cycle()")),), endless=bool(found))


def _islice(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    if len(arguments.positional) == 2:
        upper = items.as_count(machine, arguments.positional[1])
        over = generators.as_generator(machine, arguments.positional[0], node)
        if isinstance(over, values.Generator):
            return _taken(over, upper)
        if isinstance(over, (values.Container, values.Tuple, values.Series)):
            return elements.cut(machine, over, None, upper)
    return calls.unknown_call(machine, Library("itertools.islice"), arguments, node)


def _iter(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    if len(arguments.positional) == 2:
        named = arguments.nodes[0] if arguments.nodes else node
        return values.Repeated(arguments.positional[0], arguments.positional[1], named, node)
    return arguments.positional[0] if arguments.positional else machine.unknown()


def _map(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`map(f, xs)`: runs `f` for each."""
    if len(arguments.positional) != 2:
        return calls.unknown_call(machine, Library("map"), arguments, node)
    function, over = arguments.positional
    over = generators.as_generator(machine, over, node)
    if isinstance(over, values.Generator):
        return _through(over, lambda value: calls.call(machine, function, Arguments([value]), node))
    found: list[Segment] = []

    def run(segment: Segment) -> None:
        result = calls.call(machine, function, Arguments([segment.value]), node)
        found.append(Segment(result, segment.times))

    for segment in iteration.segments(machine, over):
        iteration.repeated(machine, segment, node, run)
    return values.Series(tuple(found))


def _some(name: str, *, found: bool) -> Callable[[Machine, Arguments, cst.CSTNode], Value]:
    """`any(xs)` and `all(xs)`, which go on until something is `found`."""

    def run(machine: Machine, arguments: Arguments, node: cst.CSTNode) -> Value:
        over = iteration.taking(machine, arguments.get(0, "iterable") or machine.unknown(), node)
        over = generators.as_generator(machine, over, node)
        if not isinstance(over, values.Generator) or generators.hides_exceptions(over):
            return calls.unknown_call(machine, Library(name), arguments, node)

        def one_round(value: Value) -> None:
            test = conditions.truth(machine, value)
            leave = functools.partial(generators.leave_loop, machine, machine.site(node))
            machine.branch(test if found else conditions.negate(test), leave, lambda: None, node)

        generators.run_for(machine, node, over, one_round, lambda: ())
        return Unknown(machine.fresh_key(), f"{name}()", free=True)

    return run


ITERABLES: dict[str, Callable[[Machine, Arguments, cst.CSTNode], Value]] = {
    "range": _range,
    "list": _list,
    "tuple": _list,
    "set": _set,
    "frozenset": _set,
    "collections.deque": _list,
    "sorted": _sorted,
    "reversed": _reversed,
    "iter": _iter,
    "dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _defaultdict,
    "enumerate": _enumerate,
    "zip": _zip,
    "itertools.zip_longest": _zip_longest,
    "itertools.chain": _chain,
    "itertools.repeat": _repeat,
    "itertools.count": _count,
    "itertools.cycle": _cycle,
    "itertools.islice": _islice,
    "map": _map,
    "any": _some("any", found=True),
    "all": _some("all", found=False),
}
