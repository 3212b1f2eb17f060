"""Records: what `dataclasses` makes, made in a fraction of the time.

The standard library compiles seven methods for each frozen class with slots, which takes three
times as long as all that is left of the import of this package: some 150 classes, a third of a
second, of which most runs of a linter have nothing. Here it is three methods at a time, and
`__init__` sets attributes plainly: that nobody changes a frozen record is what the type checker
says, for which these are dataclasses like any others.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, field, make_dataclass
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["dataclass", "field", "replace"]

_FIELDS, _PARAMETERS = "__dataclass_fields__", "__dataclass_params__"
# Python takes the one for the other where the operands change places.
_COMPARING = {"==": "__eq__", "<": "__lt__"}

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from dataclasses import dataclass, replace
else:
    _T = TypeVar("_T")

    def dataclass(
        *, frozen: bool = False, slots: bool = True, eq: bool = True, order: bool = False
    ) -> Callable[[type], type]:
        """Return what makes a record of a class: one with slots, which are the annotated names."""
        assert slots
        compared = ("==", "<") if order else ("==",) if eq else ()
        return lambda made: _made(made, hashed=frozen, compared=compared)

    def replace(record: _T, /, **changes: object) -> _T:
        """Return a record like another one but for some of its fields."""
        made = type(record)
        for name in made.__match_args__:
            if name not in changes:
                changes[name] = getattr(record, name)
        return made(**changes)


def _made(made: type, *, hashed: bool, compared: Collection[str]) -> type:
    """Return a class like `made` that has slots and the methods of a record."""
    own = get_annotations(made)
    fields: dict[str, Any] = {}
    for base in reversed(made.__mro__[1:]):
        assert _FIELDS not in base.__dict__ or "_defaults" in base.__dict__, "one or the other"
        fields.update(base.__dict__.get("_defaults", {}))
    inherited = frozenset(fields)
    namespace = dict(made.__dict__)
    fields |= {name: namespace.pop(name, MISSING) for name in own}
    namespace["__slots__"] = tuple(name for name in own if name not in inherited)
    namespace["__match_args__"] = tuple(fields)
    namespace["_defaults"] = fields
    for name in (_FIELDS, _PARAMETERS):
        namespace[name] = _AsKnown(name, frozen=hashed)
    for name in ("__dict__", "__weakref__"):
        namespace.pop(name, None)
    methods = _methods(fields, hashed=hashed, compared=compared)
    for name, method in {**methods, "__repr__": _shown}.items():
        namespace.setdefault(name, method)
    return type(made)(made.__name__, made.__bases__, namespace)


def _methods(fields: dict[str, Any], *, hashed: bool, compared: Collection[str]) -> dict[str, Any]:
    """Return the methods of a record with these fields, compiled in one go."""
    known: dict[str, Any] = {"MISSING": MISSING}
    parameters, lines, names = ["self"], [], []
    for name, default in fields.items():
        value = name
        declared = default if isinstance(default, Field) else field(default=default)
        if declared.default_factory is not MISSING:
            known[f"_{name}"] = declared.default_factory
            parameters.append(f"{name}=MISSING")
            value = f"_{name}() if {name} is MISSING else {name}"
        elif declared.default is not MISSING:
            known[f"_{name}"] = declared.default
            parameters.append(f"{name}=_{name}")
        else:
            parameters.append(name)
        lines.append(f"    self.{name} = {value}\n")
        if declared.compare:
            names.append(name)
    source = f"def __init__({', '.join(parameters)}):\n{''.join(lines) or '    pass'}\n"
    own = "".join(f"self.{name}," for name in names)
    other = "".join(f"other.{name}," for name in names)
    for operator in compared:
        source += (
            f"def {_COMPARING[operator]}(self, other):\n"
            "    if other.__class__ is not self.__class__:\n        return NotImplemented\n"
            f"    return ({own}) {operator} ({other})\n"
        )
    if compared:
        hashing = f"def __hash__(self):\n    return hash(({own}))\n"
        source += hashing if hashed else "__hash__ = None\n"
    found: dict[str, Any] = {}
    exec(source, known, found)  # noqa: S102 (as `dataclasses` does)
    return found


class _AsKnown:
    """What functions of `dataclasses` look for in a class; worked out where one does."""

    def __init__(self, name: str, *, frozen: bool) -> None:
        self._name = name
        self._frozen = frozen

    def __get__(self, record: object, made: type) -> object:
        defaults: dict[str, Any] = made.__dict__["_defaults"]
        declared = [
            (name, Any, field(compare=value.compare if isinstance(value, Field) else True))
            for name, value in defaults.items()
        ]
        known = make_dataclass(made.__name__, declared, frozen=self._frozen)
        return getattr(known, self._name)


def _shown(self: Any) -> str:  # noqa: ANN401 (any record)
    values = ", ".join(
        f"{name}={getattr(self, name)!r}"
        for name, default in self._defaults.items()
        if not isinstance(default, Field) or default.repr
    )
    return f"{type(self).__qualname__}({values})"
