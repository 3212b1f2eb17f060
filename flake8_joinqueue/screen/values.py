"""What kind of value an expression has, where that can be told by looking at it alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_joinqueue.screen import words

# Builtin functions that only read their arguments: a list handed to one stays as it is.
READING_FUNCTIONS = frozenset(
    {
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "frozenset",
        "isinstance",
        "len",
        "list",
        "max",
        "min",
        "print",
        "range",
        "repr",
        "reversed",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
    }
)
# Methods of lists, sets and dicts that only read.
READING_METHODS = frozenset({"copy", "count", "get", "index", "items", "keys", "values"})

# Builtin functions whose result cannot be changed.
_MAKES_CONSTANT = frozenset(
    {"bool", "bytes", "complex", "float", "frozenset", "int", "len", "object", "range", "str"}
)
# Modules besides those of the queues whose functions the reading may know.
_KNOWN_MODULES = words.MODULES | {
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "enum",
    "functools",
    "itertools",
    "operator",
    "types",
    "weakref",
}


def root(target: ast.expr) -> ast.Name | None:
    """The name at the left end of a chain of attributes, items and calls, if there is one."""
    node = target
    while True:
        match node:
            case ast.Name():
                return node
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
                node = inner
            case _:
                return None


def foreign_names(body: Iterable[ast.stmt]) -> frozenset[str]:
    """The names a module imports, at its top level, from modules of which nothing is known."""
    return frozenset(
        alias.asname or alias.name.partition(".")[0]
        for node in _imports(body)
        for alias in node.names
        if _package(node, alias) not in _KNOWN_MODULES
    )


def _imports(body: Iterable[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in body:
        match node:
            case ast.Import() | ast.ImportFrom():
                yield node
            case ast.Try(body=inner) | ast.If(body=inner):
                yield from (each for each in inner if isinstance(each, ast.Import | ast.ImportFrom))
            case _:
                pass


def _package(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    module = alias.name if isinstance(node, ast.Import) else node.module or ""
    return module.partition(".")[0]


def is_constant(value: ast.expr, foreign: frozenset[str]) -> bool:
    """Whether a value cannot be changed, or nothing is known about it.

    ``foreign`` are the names of modules, and of things from modules, of which nothing is known.
    """
    pending = [value]
    while pending:
        match pending.pop():
            case ast.Constant() | ast.Lambda() | ast.JoinedStr() | ast.Compare():
                pass
            case ast.Name(id=name) if name.startswith("__"):
                pass
            case ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
                pending.extend(parts)
            case ast.UnaryOp(operand=part):
                pending.append(part)
            case ast.BinOp(left=left, right=right):
                pending.extend((left, right))
            case ast.Attribute() | ast.Call() as part if _is_opaque(part, foreign):
                pass
            case _:
                return False
    return True


def _is_opaque(value: ast.Attribute | ast.Call, foreign: frozenset[str]) -> bool:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in _MAKES_CONSTANT or value.func.id in foreign
    start = root(value)
    return start is not None and start.id in foreign


def is_table(value: ast.expr, foreign: frozenset[str]) -> bool:
    """Whether a value is a list, set or dict of constants, or a tuple with such in it."""
    pending = [value]
    while pending:
        match pending.pop():
            case ast.List(elts=parts) | ast.Set(elts=parts) | ast.Tuple(elts=parts):
                pending.extend(parts)
            case ast.Dict(keys=keys, values=parts):
                pending.extend(key for key in keys if key is not None)
                pending.extend(parts)
            case part if not is_constant(part, foreign):
                return False
    return True
