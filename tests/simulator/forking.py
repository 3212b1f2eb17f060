"""What ``fork`` does to memory: a copy of everything the program can reach, in one go.

Functions without a closure, classes and modules stay the same objects: their code cannot change,
and the globals that functions see are exchanged when the turn passes to another process (see
``program.Image``). Objects the processes really share copy themselves to themselves.
"""

from __future__ import annotations

import contextlib
import copyreg
import functools
import types
from collections.abc import Callable
from typing import Any

ATOMIC: tuple[type, ...] = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    type,
    type(...),
    type(NotImplemented),
    types.BuiltinFunctionType,
    types.ModuleType,
    types.CodeType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.FrameType,
    types.TracebackType,
    property,
)


class Copier:
    """Copies object graphs; one copier a fork, so that what was one object stays one object."""

    def __init__(self) -> None:
        self.memo: dict[int, Any] = {}
        self.keep: list[Any] = []
        self.after: list[Callable[[], None]] = []
        """What copies want to do in the child, before anything else."""

    def copy(self, value: Any) -> Any:
        """The child's version of a value of the parent."""
        kind = type(value)
        if kind in ATOMIC or isinstance(value, type):
            return value
        known = self.memo.get(id(value), self)
        if known is not self:
            return known
        self.keep.append(value)
        made = self.build(kind, value)
        self.memo[id(value)] = made
        return made

    def build(self, kind: type, value: Any) -> Any:
        """A new object; containers are entered in the memo before their contents are copied."""
        if kind is list:
            made: Any = []
            self.memo[id(value)] = made
            made.extend(self.copy(x) for x in value)
            return made
        if kind is dict:
            made = {}
            self.memo[id(value)] = made
            for key, item in list(value.items()):
                made[self.copy(key)] = self.copy(item)
            return made
        if kind is tuple:
            copied = tuple([self.copy(x) for x in value])
            same = all(new is old for new, old in zip(copied, value, strict=True))
            return value if same else copied
        if kind in (set, frozenset):
            return kind(self.copy(x) for x in value)
        if kind is types.FunctionType:
            return self.function(value)
        if kind is types.MethodType:
            return types.MethodType(self.copy(value.__func__), self.copy(value.__self__))
        if kind is functools.partial:
            return functools.partial(
                self.copy(value.func), *self.copy(value.args), **self.copy(value.keywords)
            )
        own = getattr(kind, "__simulator_copy__", None)
        if own is not None:
            return own(value, self)
        try:
            return self.instance(kind, value)
        except Exception:  # what cannot be copied is shared: better than nothing
            return value

    def function(self, value: types.FunctionType) -> Any:
        """A function; only one with a closure needs a copy."""
        if not value.__closure__:
            return value
        fresh = [cell for cell in value.__closure__ if id(cell) not in self.memo]
        for cell in fresh:
            self.memo[id(cell)] = types.CellType()
        made = types.FunctionType(
            value.__code__,
            value.__globals__,
            value.__name__,
            value.__defaults__,
            tuple(self.memo[id(cell)] for cell in value.__closure__),
        )
        made.__kwdefaults__ = value.__kwdefaults__
        made.__qualname__ = value.__qualname__
        made.__module__ = value.__module__
        made.__dict__.update(value.__dict__)
        self.memo[id(value)] = made
        self.keep += fresh
        for cell in fresh:
            with contextlib.suppress(ValueError):  # an empty cell stays empty
                self.memo[id(cell)].cell_contents = self.copy(cell.cell_contents)
        return made

    def instance(self, kind: type, value: Any) -> Any:
        """An object of a class: its attributes, or what it says about itself for pickling."""
        make: Any = kind.__new__
        if make is object.__new__ and hasattr(value, "__dict__"):
            made: Any = object.__new__(kind)
            self.memo[id(value)] = made
            for name, item in list(value.__dict__.items()):
                made.__dict__[name] = self.copy(item)
            for name in copyreg._slotnames(kind):  # type: ignore[attr-defined]
                if hasattr(value, name):
                    object.__setattr__(made, name, self.copy(getattr(value, name)))
            return made
        return self.reduced(value)

    def reduced(self, value: Any) -> Any:
        """An object that has to be taken apart and put together again."""
        parts = value.__reduce_ex__(4)
        if isinstance(parts, str):
            return value
        make, arguments, state, items, pairs = (*parts, None, None, None)[:5]
        made = make(*(self.copy(a) for a in arguments))
        self.memo[id(value)] = made
        if state is not None:
            state = self.copy(state)
            if hasattr(made, "__setstate__"):
                made.__setstate__(state)
            else:
                inner, slots = state if isinstance(state, tuple) else (state, None)
                made.__dict__.update(inner or {})
                for name, item in (slots or {}).items():
                    setattr(made, name, item)
        for item in items or ():
            made.append(self.copy(item))
        for key, item in pairs or ():
            made[self.copy(key)] = self.copy(item)
        return made
