"""Spoils correct programs in small ways, to see whether the judge notices."""

from __future__ import annotations

import ast
from collections.abc import Iterator

SENTINEL_NAMES = ("STOP", "SENTINEL", "DONE", "END", "POISON", "QUIT", "EXIT")


def method_of(node: ast.stmt) -> tuple[str, list[ast.expr]] | None:
    """The method called by a statement that is nothing but a call, and its arguments."""
    if not isinstance(node, ast.Expr):
        return None
    value = node.value.value if isinstance(node.value, ast.Await) else node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return value.func.attr, value.args
    return None


def is_sentinel(node: ast.expr) -> bool:
    """Whether an argument looks like a sentinel."""
    if isinstance(node, ast.Constant):
        return node.value is None or node.value is ...
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return any(word in name.upper() for word in SENTINEL_NAMES)


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements in a program."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block:
                yield block


def sites(tree: ast.AST) -> Iterator[tuple[str, list[ast.stmt], int]]:
    """Where a program can be spoilt: how, in which block, at which statement."""
    for block in blocks(tree):
        for at, statement in enumerate(block):
            call = method_of(statement)
            if call is None:
                continue
            method, arguments = call
            if method == "task_done":
                yield "drop task_done", block, at
            elif method in ("put", "put_nowait") and arguments and is_sentinel(arguments[0]):
                yield "drop sentinel", block, at
            elif method in ("shutdown", "set") and not arguments:
                yield "drop stop", block, at
            elif method == "join" and not arguments and at:
                yield "move join up", block, at


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Each way to spoil a program once: what was done on which line, and the new text."""
    count = len(list(sites(ast.parse(source))))
    for number in range(count):
        tree = ast.parse(source)
        what, block, at = list(sites(tree))[number]
        line = block[at].lineno
        if what == "move join up":
            block.insert(0, block.pop(at))
        else:
            block[at] = ast.copy_location(ast.Pass(), block[at])
        yield f"{what} on line {line}", ast.unparse(ast.fix_missing_locations(tree))
