"""Small helpers over LibCST trees: children that are code, dotted names, literal strings."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from functools import cache, lru_cache

import libcst as cst

# Fields that hold white space, commas, brackets or marks: none of it code.
_TRIVIA = ("whitespace", "comma", "lpar", "rpar", "lbracket", "rbracket", "semicolon", "header",
           "footer", "leading_lines", "lines_after_decorators", "equal", "operator", "colon", "dot",
           "indent", "newline", "lbrace", "rbrace", "annotation", "returns", "trailing",
           "type_parameters", "arrow", "star", "start", "end", "conversion", "asynchronous",
           "relative", "separator", "first_colon", "second_colon", "encoding", "default_indent",
           "default_newline", "has_trailing_newline")  # fmt: skip


# Where the fields of a class are not declared in the order they stand in.
_IN_ORDER: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.FunctionDef: ("decorators", "name", "params", "body"),
    cst.ClassDef: ("decorators", "name", "bases", "keywords", "body"),
    cst.Parameters: ("posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg"),
    cst.IfExp: ("body", "test", "orelse"),
    cst.ExceptHandler: ("type", "name", "body"),
    cst.ExceptStarHandler: ("type", "name", "body"),
    cst.MatchCase: ("pattern", "guard", "body"),
}
_NO_NODES = frozenset({type(None), str, bool, int, cst.MaybeSentinel})


class _CodeFields(dict[type[cst.CSTNode], tuple[str, ...]]):
    """The fields that may hold code, by the kind of node; looked up of every node, many times."""

    def __missing__(self, kind: type[cst.CSTNode]) -> tuple[str, ...]:
        found = _IN_ORDER.get(kind) or tuple(
            field.name for field in dataclasses.fields(kind) if not field.name.startswith(_TRIVIA)
        )
        self[kind] = () if kind is cst.Name else found
        return self[kind]


_CODE_FIELDS = _CodeFields()


def parts(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the direct children of `node` that are code, in source order."""
    # `isinstance` is dear for LibCST's abstract classes, and this is asked of every node.
    found: list[cst.CSTNode] = []
    for name in _CODE_FIELDS[type(node)]:
        value = getattr(node, name)
        kind = type(value)
        if kind is tuple or kind is list:
            found += value
        elif kind not in _NO_NODES:
            found.append(value)
    return found


# `isinstance` is dear for LibCST's abstract classes; what is rebuilt is of just these.
_SCOPES = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef})


def contains(node: cst.CSTNode, kind: type[cst.CSTNode]) -> bool:
    """Say whether a node of that kind is among those of `node`, inner functions left aside."""
    pending = [node]
    while pending:
        found = pending.pop()
        if type(found) is kind:
            return True
        if type(found) not in _SCOPES:
            pending += parts(found)
    return False


def mentions(node: cst.CSTNode, attribute: str) -> bool:
    """Say whether an attribute of that name is spoken of in `node`."""
    pending = [node]
    while pending:
        found = pending.pop()
        if type(found) is cst.Attribute and found.attr.value == attribute:
            return True
        pending += parts(found)
    return False


def all_names(node: cst.CSTNode) -> Iterator[str]:
    """Yield the names of the variables and attributes that are spoken of in `node`."""
    pending = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, cst.Name):
            yield found.value
        pending += parts(found)


_ADDING = ("append", "add", "appendleft")
_CHANGING = (*_ADDING, "extend", "insert", "remove", "discard", "pop", "popleft", "update")
# By what a method is known that subclasses are to override.
_ABSTRACT = frozenset({"abstractmethod", "abstractproperty"})
_TO_OVERRIDE = "NotImplementedError"
_MADE = frozenset({cst.Call, cst.ListComp, cst.IfExp})
_STATEMENTS = (
    cst.BaseCompoundStatement, cst.BaseSuite, cst.SimpleStatementLine, cst.Else, cst.Finally,
    cst.ExceptHandler,
)  # fmt: skip


@cache
def _is_statement(kind: type[cst.CSTNode]) -> bool:
    return issubclass(kind, _STATEMENTS)


def fills_attributes(node: cst.CSTNode) -> bool:
    """Say whether a function sets attributes to what calls return, or adds to what they hold."""
    pending = [node]
    while pending:
        found = pending.pop()
        if type(found) is cst.Assign:
            target, value = found.targets[0].target, found.value
            if type(target) is cst.Attribute and type(value) in _MADE:
                return True
        elif isinstance(found, cst.Expr) and _adds(found.value):
            return True
        elif _is_statement(type(found)):
            pending += parts(found)
    return False


def code_of(node: cst.FunctionDef) -> list[cst.CSTNode]:
    """Return the statements of a function, without the docstring."""
    code: list[cst.CSTNode] = [
        statement
        for line in node.body.body
        for statement in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))
    ]
    documented = isinstance(code[0], cst.Expr) and isinstance(code[0].value, cst.SimpleString)
    return code[1:] if documented else code


def is_placeholder(node: cst.CSTNode) -> bool:
    """Say whether a method is there for subclasses to override, and does nothing itself."""
    if not isinstance(node, cst.FunctionDef):
        return False
    if any(_last_name(each.decorator) in _ABSTRACT for each in node.decorators):
        return True
    code = code_of(node)
    if len(code) != 1 or not isinstance(code[0], cst.Raise) or code[0].exc is None:
        return False
    raised = code[0].exc
    return _last_name(raised.func if isinstance(raised, cst.Call) else raised) == _TO_OVERRIDE


def _last_name(node: cst.BaseExpression) -> str:
    return dotted(node).rpartition(".")[2]


def _adds(node: cst.CSTNode, attribute: str = "", by: tuple[str, ...] = _ADDING) -> bool:
    """Say whether a node is `x.attribute.append(…)` or the like; of any attribute without one."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and isinstance(node.func.value, cst.Attribute)
        and node.func.attr.value in by
        and attribute in ("", node.func.value.attr.value)
    )


def changes_collection(node: cst.CSTNode, attribute: str) -> bool:
    """Say whether a function adds to what an attribute holds, or takes out of it one by one."""
    pending = [node]
    while pending:
        found = pending.pop()
        if _adds(found, attribute, _CHANGING):
            return True
        pending += parts(found)
    return False


_LITERALS = frozenset({cst.SimpleString, cst.Integer, cst.Float, cst.Imaginary})


def dotted(node: cst.BaseExpression | None) -> str:
    """Return `a.b.c` for names and attributes, "" for anything else."""
    names: list[str] = []
    # `isinstance` is dear for LibCST's classes.
    while type(node) is cst.Attribute:
        names.append(node.attr.value)
        node = node.value
    if type(node) is not cst.Name:
        return ""
    names.append(node.value)
    return ".".join(reversed(names))


@lru_cache(maxsize=4096)
def _evaluated(text: str) -> object:
    """Return the value of one literal; a file says the same again and again, and runs it often."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, MemoryError) as error:
        raise ValueError(str(error)) from error


def literal(node: cst.BaseExpression) -> object:
    """Return the value of a number or string literal.

    Raises `ValueError` where it has none (an f-string), or one that Python refuses.
    """
    if type(node) in _LITERALS:
        return _evaluated(node.value)  # type: ignore[attr-defined]  # as its kind says
    raise ValueError("not a literal")
