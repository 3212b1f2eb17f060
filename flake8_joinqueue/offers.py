"""What modules of the same source tree offer: which of their names have to do with queues.

A file that speaks of no queue itself may use one by what it imports. Most of what a package offers
has nothing to do with the queue that it uses inside, and then nothing need be read for it.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from flake8_joinqueue import siblings

_DEEPEST = 2
_WORDS = ("Queue", "task_done")


def names_of_queues(tree: ast.Module, filename: str) -> frozenset[str]:
    """Return the names by which a file comes to queues of modules of its tree.

    Modules that only pass on what others make are asked for it too.
    """
    return frozenset(_names(tree, siblings.directory_of(filename)))


def _names(tree: ast.Module, directory: Path) -> Iterator[str]:
    uses = _uses(tree)
    imports = (each for node in ast.walk(tree) for each in _imports(node))
    for found in itertools.islice(imports, siblings.MOST_MODULES):
        if _comes_to_queues(found, uses.get(found.bound, frozenset()), directory, _DEEPEST):
            yield found.bound


@dataclass(frozen=True, slots=True)
class _Import:
    """A name `bound` to a module, or to what has the name `taken` in it, which may be a module."""

    bound: str
    module: str
    taken: str = ""
    under: str = ""  # the way from `bound` to the module: `b.c` where `import a.b.c` binds `a`


def _imports(node: ast.AST) -> Iterator[_Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            first, _, rest = alias.name.partition(".")
            if alias.asname:
                yield _Import(alias.asname, alias.name)
            else:
                yield _Import(first, alias.name, under=rest)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name != "*":
                yield _Import(alias.asname or alias.name, module, alias.name)


def _uses(tree: ast.AST) -> Mapping[str, Collection[str]]:
    """Return, by variable, the attributes of it that are used, dotted; "" for the variable itself.

    What is used of a module tells what of it matters.
    """
    uses: dict[str, set[str]] = {}
    inner: set[int] = set()
    for node in ast.walk(tree):  # the outer ones first
        path: list[str] = []
        part: ast.AST = node
        while isinstance(part, ast.Attribute):
            path.append(part.attr)
            part = part.value
            inner.add(id(part))
        if isinstance(part, ast.Name) and (path or id(part) not in inner) and id(node) not in inner:
            uses.setdefault(part.id, set()).add(".".join(reversed(path)))
    return uses


def _comes_to_queues(found: _Import, uses: Collection[str], directory: Path, depth: int) -> bool:
    path = siblings.locate(found.module, directory)
    if not found.taken:
        return path is not None and _used_for_queues(path, found.under, uses, depth)
    if path is not None and _offers(path, found.taken, depth):
        return True
    dot = "" if found.module.endswith(".") else "."
    inner = siblings.locate(f"{found.module}{dot}{found.taken}", directory)
    return inner is not None and _used_for_queues(inner, "", uses, depth)


def _used_for_queues(path: Path, under: str, uses: Collection[str], depth: int) -> bool:
    """Say whether what is used of a module, or of what leads to it, has to do with queues."""
    start = f"{under}." if under else ""
    for use in uses:
        if not use.startswith(start) or use == under:
            # The module itself is handed about, unless it is something else of its package.
            if (use == under or not use) and _speaks(path, depth):
                return True
            continue
        if _offers(path, use[len(start) :].partition(".")[0], depth):
            return True
    return False


# --- what a module binds --------------------------------------------------------------------------


@dataclass(slots=True)
class _Module:
    """What is known of a module by looking at its text.

    `speaks`: the names bound by statements that use a word of queues; `mentions`: by each name, all
    that are used where it is bound; `imports`: where what is imported comes from; `stars`: the
    modules of which all is taken.
    """

    words: bool
    speaks: set[str] = field(default_factory=set)
    mentions: dict[str, set[str]] = field(default_factory=dict)
    imports: dict[str, list[_Import]] = field(default_factory=dict)
    uses: Mapping[str, Collection[str]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)


def _offers(path: Path, name: str, depth: int) -> bool:
    """Say whether what a module calls `name` has to do with queues."""
    module = _described(path)
    if module is None or not (module.words or depth):
        return False
    todo, seen = [name], {name}
    while todo:
        name = todo.pop()
        if name in module.speaks:
            return True
        if depth and _brings(module, name, path, depth - 1):
            return True
        for mentioned in module.mentions.get(name, ()):
            if mentioned not in seen:
                seen.add(mentioned)
                todo.append(mentioned)
    return False


def _brings(module: _Module, name: str, path: Path, depth: int) -> bool:
    """Say whether a module imports a name, by which it comes to queues."""
    known = module.imports.get(name, ())
    if known:
        uses = module.uses.get(name, ()) or ("",)
        return any(_comes_to_queues(each, uses, path.parent, depth) for each in known)
    if name in module.mentions:
        return False
    for star in module.stars:
        inner = siblings.locate(star, path.parent)
        if inner is not None and inner != path and _offers(inner, name, depth):
            return True
    inner = siblings.locate(f".{name}", path.parent) if path.name == "__init__.py" else None
    return inner is not None and inner != path and _speaks(inner, depth)


def _speaks(path: Path, depth: int) -> bool:
    """Say whether anything in a module has to do with queues."""
    module = _described(path)
    if module is None:
        return False
    return module.words or (
        bool(depth)
        and any(
            _comes_to_queues(each, module.uses.get(name, ()) or ("",), path.parent, depth - 1)
            for name, found in module.imports.items()
            for each in found
        )
    )


def _described(path: Path) -> _Module | None:
    try:
        state = path.stat()
        if state.st_size > siblings.MOST_BYTES:
            return None
        return _described_as(path, state.st_mtime_ns, state.st_size)
    except OSError:
        return None


@lru_cache(maxsize=1024)
def _described_as(path: Path, _changed: int, _size: int) -> _Module | None:
    text = path.read_bytes()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = text.decode(errors="replace").splitlines()
    words = any(word.encode() in text for word in _WORDS)
    module = _Module(words, uses=_uses(tree))
    count = 0
    for statement in tree.body:
        nodes = list(ast.walk(statement))
        bound = set(_bound(statement, nodes))
        mentioned = {node.id for node in nodes if isinstance(node, ast.Name)}
        for name in bound:
            module.mentions.setdefault(name, set()).update(mentioned)
        if words and _says(lines[statement.lineno - 1 : statement.end_lineno]):
            module.speaks |= bound
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                module.stars.append("." * node.level + (node.module or ""))
            for found in _imports(node):
                count += 1
                if count <= siblings.MOST_MODULES:
                    module.imports.setdefault(found.bound, []).append(found)
    return module


def _says(lines: Iterable[str]) -> bool:
    return any(word in line for line in lines for word in _WORDS)


def _bound(statement: ast.stmt, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield what a statement at the top level binds; of one with a body, what anything in it does.

    Of a function, what it declares to be global is among it.
    """
    definition = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    for node in nodes:
        if isinstance(node, ast.Global):
            yield from node.names
        elif definition:
            continue
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
