"""What a scope binds: which names, how often, and in which loops.

One walk over a function's body before it is run abstractly. A name that is bound at one place is
what it was bound to; one bound at several is followed as a variable whose value paths decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import libcst as cst

from flake8_joinqueue.reading.trees import parts
from flake8_joinqueue.records import dataclass, field

_DECLARATIONS = frozenset({cst.Global, cst.Nonlocal})
_LOOPS = frozenset({cst.For, cst.While})
_SCOPES = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef})
# The kinds of node that `_note` has anything to say about, and those below which there are none.
_NOTED = frozenset(
    {
        *_LOOPS,
        *_SCOPES,
        cst.Global,
        cst.Nonlocal,
        cst.Yield,
        cst.Assign,
        cst.AnnAssign,
        cst.AugAssign,
        cst.NamedExpr,
        cst.AsName,
        cst.MatchAs,
        cst.MatchStar,
        cst.MatchMapping,
        cst.ImportAlias,
        cst.Del,
    }
)
_LEAVES = frozenset({cst.Name, cst.Integer, cst.SimpleString, cst.Break, cst.Continue, cst.Pass})


@dataclass(slots=True)
class Survey:
    """The names a scope binds.

    `bindings` counts the places that bind a name, those of inner functions that declare it
    `global` or `nonlocal` among them (`shared`); `own` are the names it binds itself. `loops`
    holds, by the `id` of a loop node, the names and the attributes that are bound in that loop.
    """

    bindings: Counter[str] = field(default_factory=Counter)
    own: set[str] = field(default_factory=set)
    loops: dict[int, set[str]] = field(default_factory=dict)
    loop_attributes: dict[int, set[str]] = field(default_factory=dict)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    is_generator: bool = False


def survey(
    body: Iterable[cst.CSTNode],
    parameters: Iterable[str] = (),
    *,
    deep: bool = True,
    expressions: bool = True,
) -> Survey:
    """Return what `body` binds, with the `parameters` bound once already.

    Without `deep`, inner functions and classes are not entered: nothing in the file declares a name
    `global` or `nonlocal`, so that they bind nothing of this scope. Without `expressions`, those
    are not looked at: none of them binds a name, or yields.
    """
    inside = parts if expressions else _statements
    surveyed = Survey()
    surveyed.bindings.update(parameters)
    surveyed.own.update(surveyed.bindings)
    # An explicit stack: programs may be nested deeper than Python's own stack allows.
    stack: list[tuple[cst.CSTNode, tuple[int, ...], bool]] = [(node, (), False) for node in body]
    stack.reverse()
    while stack:
        node, loops, nested = stack.pop()
        kind = type(node)
        if kind in _NOTED:
            _note(surveyed, node, loops, nested)
            if kind in _LOOPS:
                surveyed.loops.setdefault(id(node), set())
                surveyed.loop_attributes.setdefault(id(node), set())
                loops = (*loops, id(node))
            elif kind in _SCOPES:
                nested = True
                if not deep:
                    continue
        children = inside(node)
        if children:
            children.reverse()
            stack += [(child, loops, nested) for child in children if type(child) not in _LEAVES]
    return surveyed


def _statements(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the children of a node that may bind names, where no expression does."""
    found: list[cst.CSTNode] = []
    for name in _HOLDING.get(type(node), ()):
        value = getattr(node, name)
        if type(value) is list:
            found += value
        elif value is not None:
            found.append(value)
    return found


# The fields of statements and their parts in which names may be bound.
_HOLDING: Mapping[type[cst.CSTNode], tuple[str, ...]] = {
    cst.SimpleStatementLine: ("body",),
    cst.IndentedBlock: ("body",),
    cst.FunctionDef: ("body",),
    cst.ClassDef: ("body",),
    cst.If: ("body", "orelse"),
    cst.Else: ("body",),
    cst.While: ("body", "orelse"),
    cst.For: ("body", "orelse"),
    cst.With: ("items", "body"),
    cst.WithItem: ("asname",),
    cst.Try: ("body", "handlers", "orelse", "finalbody"),
    cst.TryStar: ("body", "handlers", "orelse", "finalbody"),
    cst.ExceptHandler: ("name", "body"),
    cst.ExceptStarHandler: ("name", "body"),
    cst.Finally: ("body",),
    cst.Import: ("names",),
    cst.ImportFrom: ("names",),
    cst.ImportAlias: ("asname",),
    cst.Match: ("cases",),
    cst.MatchCase: ("pattern", "body"),
    cst.MatchAs: ("pattern",),
    cst.MatchList: ("patterns",),
    cst.MatchSequenceElement: ("value",),
    cst.MatchMapping: ("elements",),
    cst.MatchMappingElement: ("pattern",),
    cst.MatchClass: ("patterns", "kwds"),
    cst.MatchKeywordElement: ("pattern",),
    cst.MatchOr: ("patterns",),
    cst.MatchOrElement: ("pattern",),
}


def _note(surveyed: Survey, node: cst.CSTNode, loops: tuple[int, ...], nested: bool) -> None:
    kind = type(node)
    if kind in _DECLARATIONS:
        _declare(surveyed, node, nested)  # type: ignore[arg-type]  # as its kind says
        return
    if nested:
        return
    if kind is cst.Yield:
        surveyed.is_generator = True
        return
    how = _BINDING.get(kind)
    for target in _names_and_attributes(how(node)) if how is not None else ():
        if type(target) is cst.Name:
            surveyed.bindings[target.value] += 1
            surveyed.own.add(target.value)
            for loop in loops:
                surveyed.loops[loop].add(target.value)
        elif type(target) is cst.Attribute:
            for loop in loops:
                surveyed.loop_attributes[loop].add(target.attr.value)


def _declare(surveyed: Survey, node: cst.Global | cst.Nonlocal, nested: bool) -> None:
    names = [item.name.value for item in node.names]
    if nested:
        # An inner function binds a name of this scope.
        for name in names:
            surveyed.bindings[name] += 2
        surveyed.shared.update(names)
    elif isinstance(node, cst.Global):
        surveyed.global_names.update(names)
    else:
        surveyed.nonlocal_names.update(names)


def _named(
    node: cst.FunctionDef | cst.ClassDef | cst.AsName | cst.MatchAs | cst.MatchStar,
) -> list[cst.BaseExpression]:
    return [] if node.name is None else [node.name]


def _imported(node: cst.ImportAlias) -> list[cst.BaseExpression]:
    if node.asname is not None:
        return []  # that binds it
    name: cst.BaseExpression = node.name
    while isinstance(name, cst.Attribute):
        name = name.value
    return [name]


# What a node of a kind binds itself. By the kind: `isinstance` is dear for LibCST's classes.
_BINDING: Mapping[type[cst.CSTNode], Callable[[Any], list[cst.BaseExpression]]] = {
    cst.Assign: lambda node: [target.target for target in node.targets],
    cst.AnnAssign: lambda node: [node.target],
    cst.AugAssign: lambda node: [node.target],
    cst.For: lambda node: [node.target],
    cst.NamedExpr: lambda node: [node.target],
    cst.FunctionDef: _named,
    cst.ClassDef: _named,
    cst.AsName: _named,
    cst.MatchAs: _named,
    cst.MatchStar: _named,
    cst.MatchMapping: lambda node: [] if node.rest is None else [node.rest],
    cst.ImportAlias: _imported,
    cst.Del: lambda node: [node.target],
}


def _names_and_attributes(targets: list[cst.BaseExpression]) -> list[cst.BaseExpression]:
    """Return the names and attributes in targets, those in tuples and lists included."""
    found: list[cst.BaseExpression] = []
    pending = targets
    while pending:
        target = pending.pop()
        if type(target) is cst.Name:
            found.append(target)
        elif isinstance(target, (cst.Tuple, cst.List)):
            pending += [element.value for element in target.elements]
        elif isinstance(target, cst.StarredElement):
            pending.append(target.value)
        else:
            found.append(target)
    return found
