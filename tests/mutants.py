"""Spoils correct programs in small ways, to see whether the judge notices."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

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


def names(node: ast.AST, kind: type[ast.expr_context]) -> set[str]:
    """The names a statement reads (``ast.Load``) or binds (``ast.Store``)."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, kind)}
    attributes = {
        ast.unparse(n)
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and isinstance(n.ctx, kind)
    }
    return found | attributes


def highest(block: list[ast.stmt], at: int) -> int:
    """How far up a statement can go: behind whatever binds a name that it reads, or starts it."""
    reads = names(block[at], ast.Load)
    while at and not reads & (names(block[at - 1], ast.Store) | started(block[at - 1])):
        at -= 1
    return at


def started(node: ast.stmt) -> set[str]:
    """What a statement starts, and what it goes over to do so."""
    if isinstance(node, ast.For) and any(started(inner) for inner in node.body):
        return names(node.iter, ast.Load)
    call = method_of(node)
    return names(node, ast.Load) if call is not None and call[0] == "start" else set()


def waits(node: ast.stmt) -> bool:
    """Whether a statement is a ``join()``, or a loop of nothing else."""
    if isinstance(node, ast.For):
        return len(node.body) == 1 and waits(node.body[0])
    call = method_of(node)
    return call is not None and call[0] == "join" and not call[1]


def stops(node: ast.stmt) -> bool:
    """Whether a statement puts a sentinel, or is a loop that does nothing else."""
    if isinstance(node, ast.For):
        return len(node.body) == 1 and stops(node.body[0])
    call = method_of(node)
    return call is not None and call[0] in ("put", "put_nowait") and any(map(is_sentinel, call[1]))


Change = Callable[[list[ast.stmt], int], None]


def drop(block: list[ast.stmt], at: int) -> None:
    """Take a statement out."""
    block[at] = ast.copy_location(ast.Pass(), block[at])


def double(block: list[ast.stmt], at: int) -> None:
    """Do it twice."""
    block.insert(at, block[at])


def move_to_top(block: list[ast.stmt], at: int) -> None:
    """Do it as early as the names allow."""
    block.insert(highest(block, at), block.pop(at))


def move_up(block: list[ast.stmt], at: int) -> None:
    """Do it one statement earlier."""
    block.insert(at - 1, block.pop(at))


def sites(tree: ast.AST) -> Iterator[tuple[str, Change, list[ast.stmt], int]]:
    """Where a program can be spoilt: how, in which block, at which statement."""
    for block in blocks(tree):
        for at, statement in enumerate(block):
            for what, change in changes(statement):
                yield what, change, block, at
            movable = waits(statement) or stops(statement)
            top = highest(block, at) if movable else at
            kind = "join" if waits(statement) else "sentinel"
            if top < at:
                yield f"move {kind} up", move_to_top, block, at
            if top < at - 1:
                yield f"move {kind} up by one", move_up, block, at


def changes(statement: ast.stmt) -> Iterator[tuple[str, Change]]:
    """What may be done to a statement where it stands."""
    call = method_of(statement)
    if call is None:
        return
    method, arguments = call
    if method == "task_done":
        yield "drop task_done", drop
        yield "double task_done", double
    elif method in ("put", "put_nowait") and arguments and is_sentinel(arguments[0]):
        yield "drop sentinel", drop
        yield "double sentinel", double
    elif method in ("shutdown", "set") and not arguments:
        yield "drop stop", drop
    elif method == "join" and not arguments:
        yield "drop join", drop


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Each way to spoil a program once: what was done on which line, and the new text."""
    count = len(list(sites(ast.parse(source))))
    for number in range(count):
        tree = ast.parse(source)
        what, change, block, at = list(sites(tree))[number]
        line = block[at].lineno
        change(block, at)
        yield f"{what} on line {line}", ast.unparse(ast.fix_missing_locations(tree))
