"""`while` loops that count: how often they run, where a counter or a list says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE, ZERO, Count, total
from flake8_joinqueue.reading import expressions, items, trees, values, variables
from flake8_joinqueue.reading.scopes import Place
from flake8_joinqueue.reading.values import Content, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_SYMBOLS: dict[type[cst.BaseCompOp], str] = {
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.NotEqual: "!=",
}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}
_STEPS: dict[type[cst.CSTNode], int] = {
    cst.AddAssign: 1,
    cst.SubtractAssign: -1,
    cst.Add: 1,
    cst.Subtract: -1,
}
_SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


# How often a loop runs, and what its counter, or the content of its list, is behind it.
_Rounds = tuple[Count, "Place | None", "Value | Content"]


def rounds(machine: Machine, node: cst.While) -> _Rounds | None:
    """Return how often a `while` loop runs, and what its counter (a place) holds behind it.

    `None` where that is not known: the counter must grow or shrink by one in each round, whatever
    happens, and nothing else may change it or what it is compared with. `None` as well where the
    counter matters within the loop, so that paths follow it.
    """
    if _has_own(node.body, cst.Continue):
        return None
    return _by_taking(machine, node) or _compared_with(machine, node, followed=False)


def times(machine: Machine, node: cst.While) -> Count | None:
    """Return how often a `while` loop runs of which paths follow the counter, if that is known."""
    if _has_own(node.body, cst.Continue):
        return None
    found = _compared_with(machine, node, followed=True)
    return None if found is None else found[0]


def _compared_with(machine: Machine, node: cst.While, *, followed: bool) -> _Rounds | None:
    """Return how often a loop runs that compares a counter, which paths follow or do not."""
    for counter, symbol, bound in _compared(node.test):
        if isinstance(counter, cst.Name):
            if _tested(node.body, counter.value) is not followed:
                continue
            found = _by_number(machine, node, counter.value, symbol, bound)
        else:
            # What is collected from a queue is counted path by path.
            if any(map(_takes, _nodes(node.body))) is not followed:
                continue
            found = _by_length(machine, node, counter, symbol, bound)
        if found is not None:
            return found
    return None


_Side = tuple[cst.BaseExpression, str, "cst.BaseExpression | None"]


def _compared(test: cst.BaseExpression) -> list[_Side]:
    """Return what may be the counter, how it is compared, and with what."""
    if isinstance(test, cst.Name):
        return [(test, ">", None)]
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return []
    symbol = _SYMBOLS.get(type(test.comparisons[0].operator))
    if symbol is None:
        return []
    left, right = test.left, test.comparisons[0].comparator
    return [(left, symbol, right), (right, _MIRRORED[symbol], left)]


def _by_number(
    machine: Machine, node: cst.While, name: str, symbol: str, bound: cst.BaseExpression | None
) -> _Rounds | None:
    """`while i < n: …; i += 1`."""
    scope = machine.scope
    if scope.holder(name) is not scope or name in scope.survey.shared:
        return None
    step = _step(node, name)
    if step is None:
        return None
    start = items.as_count(machine, variables.read_name(machine, name))
    end = ZERO if bound is None else _unchanging(machine, node, bound)
    if start is None or end is None:
        return None
    times = _times(start, symbol, end, step)
    if times is None:
        return None
    behind = start + times if step > 0 else start - times
    place = None if _has_own(node.body, cst.Break) else (scope.serial, name)
    return times, place, values.Number(behind)


def _by_length(
    machine: Machine,
    node: cst.While,
    counter: cst.BaseExpression,
    symbol: str,
    bound: cst.BaseExpression | None,
) -> _Rounds | None:
    """`while len(threads) < n: …; threads.append(t)`."""
    name = _measured(counter)
    if not name or bound is None or not _appends_once(node, name):
        return None
    if _has_own(node.body, cst.Break):
        return None
    assert isinstance(counter, cst.Call)
    with machine.block():
        value = expressions.evaluate(machine, counter.args[0].value)
    if not isinstance(value, values.Container):
        return None
    content = items.content_of(machine, value)
    end = _unchanging(machine, node, bound)
    if content.open or end is None:
        return None
    times = _times(total(part.times for part in content.segments), symbol, end, 1)
    return None if times is None else (times, None, Content())


def _by_taking(machine: Machine, node: cst.While) -> _Rounds | None:
    """`while threads: threads.pop().join()`: one round for each of what a list holds."""
    test = node.test
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        above = test.comparisons[0]
        zero = isinstance(above.comparator, cst.Integer) and above.comparator.value == "0"
        test = test.left if zero and _SYMBOLS.get(type(above.operator)) in (">", "!=") else test
    name = _measured(test) or trees.dotted(test)
    if not name or not _takes_once(node, name) or _has_own(node.body, cst.Break):
        return None
    looked_at = test.args[0].value if isinstance(test, cst.Call) else test
    with machine.block():
        value = expressions.evaluate(machine, looked_at)
    if not isinstance(value, values.Container) or value.serial in machine.lengths:
        return None
    segments = items.content_of(machine, value).segments
    if items.content_of(machine, value).open or len(segments) != 1:
        return None
    return segments[0].times, (value.serial, "content"), Content()


def _times(start: Count, symbol: str, end: Count, step: int) -> Count | None:
    if symbol not in (("<", "<=", "!=") if step > 0 else (">", ">=", "!=")):
        return None
    times = end - start if step > 0 else start - end
    times = times + ONE if symbol.endswith("=") and symbol != "!=" else times
    if times.number is None or times.number >= 0:
        return times
    return None if symbol == "!=" else ZERO


# --- what stands in the loop ---------------------------------------------------------------------


def _unchanging(machine: Machine, node: cst.While, bound: cst.BaseExpression) -> Count | None:
    """Return the number that a counter is compared with, `None` where the loop may change it."""
    survey = machine.scope.survey
    bound_here = survey.loops.get(id(node), set()) | survey.loop_attributes.get(id(node), set())
    for part in _nodes(bound):
        if isinstance(part, cst.Name) and part.value in bound_here:
            return None
        if _measured(part) and any(
            trees.dotted(each.value) == _measured(part)
            for each in _nodes(node.body)
            if isinstance(each, cst.Attribute)
        ):
            return None
    with machine.block() as operations:
        value = expressions.evaluate(machine, bound)
    return None if operations else items.as_count(machine, value)


def _step(node: cst.While, name: str) -> int | None:
    """Return by how much each round changes a counter, where that is one."""
    found = [step for small in _own_statements(node) if (step := _counts(small, name))]
    if len(found) != 1:
        return None
    bound = sum(_binds(part, name) for part in _nodes(node.body))
    return found[0] if bound == 1 else None


def _counts(small: cst.BaseSmallStatement, name: str) -> int | None:
    if isinstance(small, cst.AugAssign) and trees.dotted(small.target) == name:
        return _STEPS.get(type(small.operator)) if _is_one(small.value) else None
    if isinstance(small, cst.Assign) and isinstance(small.value, cst.BinaryOperation):
        targets = [trees.dotted(target.target) for target in small.targets]
        grown = small.value
        if targets == [name] and trees.dotted(grown.left) == name and _is_one(grown.right):
            return _STEPS.get(type(grown.operator))
    return None


def _is_one(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Integer) and node.value == "1"


# By their exact types: `isinstance` is dear for LibCST's classes.
_WITH_TARGET = frozenset({cst.AugAssign, cst.AnnAssign, cst.For, cst.NamedExpr, cst.Del})
_WITH_NAME = frozenset({cst.AsName, cst.ImportAlias, cst.FunctionDef, cst.ClassDef})
_WITH_TEST = frozenset({cst.If, cst.While, cst.IfExp})
_TESTS = frozenset({*_WITH_TEST, cst.Comparison, cst.BooleanOperation})


def _binds(node: cst.CSTNode, name: str) -> bool:
    targets: list[cst.CSTNode] = []
    kind = type(node)
    if kind in _WITH_TARGET:
        targets = [node.target]  # type: ignore[attr-defined]  # as its kind says
    elif kind is cst.Assign:
        targets = [target.target for target in node.targets]  # type: ignore[attr-defined]
    elif kind in _WITH_NAME:
        targets = [node.name]  # type: ignore[attr-defined]
    return any(
        type(part) is cst.Name and part.value == name
        for target in targets
        for part in _nodes(target)
    )


def looks_at(node: cst.For, name: str) -> bool:
    """Say whether a loop looks at the number of its round, which nothing else changes."""
    return _tested(node.body, name) and not any(_binds(part, name) for part in _nodes(node.body))


def _tested(body: cst.BaseSuite, name: str) -> bool:
    """Say whether a loop looks at its counter: then paths follow it."""
    tests = (
        part.test if type(part) in _WITH_TEST else part  # type: ignore[attr-defined]
        for part in _nodes(body)
        if type(part) in _TESTS
    )
    return any(
        type(part) is cst.Name and part.value == name for test in tests for part in _nodes(test)
    )


def _measured(node: cst.CSTNode) -> str:
    """Return `x` for `len(x)`, "" for anything else."""
    if not isinstance(node, cst.Call) or trees.dotted(node.func) != "len" or len(node.args) != 1:
        return ""
    return trees.dotted(node.args[0].value)


def _appends_once(node: cst.While, name: str) -> bool:
    """Say whether each round adds one element to a list, and does nothing else with it."""
    added = sum(_is_append(small, name) for small in _own_statements(node))
    seen = sum(
        trees.dotted(part) == name
        for part in _nodes(node.body)
        if isinstance(part, (cst.Name, cst.Attribute))
    )
    looked = sum(_measured(part) == name for part in _nodes(node.body))
    return added == 1 and seen == 1 + looked


def _takes_once(node: cst.While, name: str) -> bool:
    """Say whether each round takes one element from a list, and does nothing else with it."""
    taken = sum(_is_pop(part, name) for small in _own_statements(node) for part in _at_once(small))
    seen = sum(
        trees.dotted(part) == name
        for part in _nodes(node.body)
        if isinstance(part, (cst.Name, cst.Attribute))
    )
    return taken == 1 and seen == 1


def _is_pop(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Call) and trees.dotted(node.func) in (
        f"{name}.pop",
        f"{name}.popleft",
    )


_PERHAPS = frozenset({*_SCOPES, cst.IfExp, cst.BooleanOperation, cst.ListComp, cst.GeneratorExp})


def _at_once(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and all below it that is surely evaluated with it, once."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in _PERHAPS:
            stack.extend(trees.parts(node))


def _takes(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value in ("get", "get_nowait")


def _is_append(small: cst.BaseSmallStatement, name: str) -> bool:
    if not isinstance(small, cst.Expr) or not isinstance(small.value, cst.Call):
        return False
    return trees.dotted(small.value.func) in (f"{name}.append", f"{name}.add")


def _own_statements(node: cst.While) -> Iterator[cst.BaseSmallStatement]:
    """Yield the statements that each round comes to."""
    if isinstance(node.body, cst.IndentedBlock):
        for line in node.body.body:
            if isinstance(line, cst.SimpleStatementLine):
                yield from line.body


_OF_THEIR_OWN = frozenset({*_SCOPES, cst.For, cst.While})


def _has_own(body: cst.BaseSuite, kind: type[cst.CSTNode]) -> bool:
    """Say whether a `break` or `continue` in a loop is its own."""
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if type(node) is kind:
            return True
        if type(node) not in _OF_THEIR_OWN:
            stack.extend(trees.parts(node))
    return False


def _nodes(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and all below it."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(trees.parts(node))
