"""The program: its code with a counter in every loop, its memory, and what it may import."""

from __future__ import annotations

import ast
import builtins
import functools
import gc
import sys
import types
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .forking import Copier
from .kernel import kernel

if TYPE_CHECKING:
    from .processes import SimProcess

CLASS_DATA = (int, float, str, list, dict, set, tuple)
"""Attributes of a class that a process may change without another one seeing it."""

TICK = "__simulator_tick__"

_REAL_NAMES = """
    __future__ abc argparse array ast base64 binascii bisect calendar cmath codecs collections
    colorsys contextlib contextvars copy copyreg csv dataclasses datetime decimal difflib enum errno
    fnmatch fractions functools gc getpass graphlib hashlib heapq hmac html inspect io ipaddress
    itertools json keyword locale marshal math numbers operator pickle platform pprint re reprlib
    secrets statistics string struct textwrap token tokenize traceback types typing
    typing_extensions unicodedata uuid warnings weakref zlib
"""
REAL_MODULES = frozenset(_REAL_NAMES.split())
"""Modules that are handed out as they are: they touch nothing outside of the interpreter."""


class _Ticks(ast.NodeTransformer):
    """Puts a call of the counter in front of the body of every loop."""

    def loop(self, node: ast.While | ast.For | ast.AsyncFor) -> ast.AST:
        self.generic_visit(node)
        name = ast.Name(TICK, ast.Load())
        call = ast.Call(name, [], [])
        statement = ast.Expr(call)
        for part in (statement, call, name):
            ast.copy_location(part, node)
            part.end_lineno = node.lineno
            part.end_col_offset = node.col_offset
        node.body.insert(0, statement)
        return node

    visit_While = visit_For = visit_AsyncFor = loop


def _parse(source: str, filename: str) -> ast.Module:
    """Parse a program, without the garbage of earlier ones being collected meanwhile.

    Coroutines that they left raise as they go, and CPython's parser then loses count of its depth
    (`SystemError`, CPython issue 106905).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source, filename)
    finally:
        if collects:
            gc.enable()


@functools.lru_cache(maxsize=64)
def compile_program(source: str, filename: str) -> types.CodeType:
    """The program's code, which behaves as written and counts the turns of its loops."""
    tree = _parse(source, filename)
    return compile(_Ticks().visit(tree), filename, "exec", dont_inherit=True)


@functools.lru_cache(maxsize=64)
def writes_shared_memory(source: str) -> bool:
    """Whether threads of the program may talk through plain variables, past every operation.

    If so, two schedules only lead to the same state if the threads' steps came in the same order.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            return True
        if isinstance(node, ast.FunctionDef) and node.name not in ("__init__", "__post_init__"):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
                    return True
    return False


class Image:
    """A module's namespace, used by all processes that were forked from one another.

    The functions of the program see this one dictionary; its contents are exchanged when the turn
    passes to another process.
    """

    def __init__(self, name: str, filename: str, table: Mapping[str, types.ModuleType]) -> None:
        self.table = table
        self.module = types.ModuleType(name)
        self.namespace = self.module.__dict__
        self.namespace["__file__"] = filename
        self.namespace["__builtins__"] = program_builtins(table)
        self.loaded: SimProcess | None = None
        self.class_data: set[tuple[type, str]] = set()

    def load(self, process: SimProcess) -> None:
        """Put the memory of a process in place."""
        sys.modules["__main__"] = sys.modules["__mp_main__"] = self.module
        loaded = self.loaded
        if loaded is process:
            return
        if loaded is not None:
            loaded.saved = dict(self.namespace)
            loaded.saved_classes = {key: key[0].__dict__.get(key[1]) for key in self.class_data}
        self.loaded = process
        self.namespace.clear()
        self.namespace.update(process.saved)
        for (owner, name), value in process.saved_classes.items():
            setattr(owner, name, value)

    def fork(self, copier: Copier) -> tuple[dict[str, Any], dict[tuple[type, str], Any]]:
        """The child's globals and its data on classes, copied from the process now in place."""
        for owner in list(self.namespace.values()):
            if type(owner) is type and owner.__module__ == self.module.__name__:
                for name, value in vars(owner).items():
                    if not name.startswith("__") and isinstance(value, CLASS_DATA):
                        self.class_data.add((owner, name))
        table = self.namespace["__builtins__"]
        copier.memo[id(table)] = table
        classes = {key: copier.copy(key[0].__dict__.get(key[1])) for key in self.class_data}
        return {name: copier.copy(value) for name, value in self.namespace.items()}, classes


def program_builtins(table: Mapping[str, types.ModuleType]) -> dict[str, Any]:
    """The builtins of a program that is cut off from the world."""

    def refuse(what: str) -> Any:
        def refused(*args: object, **options: object) -> object:
            kernel().stop("undecided", f"the program uses {what}")

        return refused

    def no_input(prompt: object = "") -> str:
        raise EOFError("EOF when reading a line")

    def find(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        return import_module(table, name, tuple(fromlist or ()), level)

    names = dict(vars(builtins))
    names["__import__"] = find
    names["open"] = refuse("open()")
    names["input"] = no_input
    names["breakpoint"] = refuse("breakpoint()")
    names["exit"] = names["quit"] = sys.exit
    names[TICK] = lambda: kernel().tick()
    return names


def import_module(
    table: Mapping[str, types.ModuleType], name: str, fromlist: tuple[str, ...], level: int
) -> Any:
    """The stand-in for a module, the module itself where it is harmless, or an error."""
    if level:
        raise ImportError("attempted relative import with no known parent package")
    top, _, _ = name.partition(".")
    if top in table:
        if name not in table:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = table[name if fromlist else top]
        for wanted in fromlist:
            if wanted != "*" and not hasattr(module, wanted):
                submodule = table.get(f"{name}.{wanted}")
                if submodule is not None:
                    setattr(module, wanted, submodule)
        return module
    if top in REAL_MODULES:
        return __import__(name, None, None, list(fromlist), 0)
    if top in ("__main__", "__mp_main__"):
        return sys.modules[top]
    if top in sys.stdlib_module_names:
        kernel().stop("undecided", f"the program imports {name}")
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)
