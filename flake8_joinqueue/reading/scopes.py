"""Names and the heap: where values live while a program is run abstractly."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from flake8_joinqueue.records import dataclass, field

if TYPE_CHECKING:
    from flake8_joinqueue.reading.survey import Survey
    from flake8_joinqueue.reading.values import Content, Value

_serials = itertools.count(1)

Place: TypeAlias = "tuple[int, str]"


def new_serial() -> int:
    """Return a number that no scope, instance or container has yet."""
    return next(_serials)


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module, a class or one run of a function; their values are on the heap.

    `survey` says which names it binds, how often and in which loops.
    """

    parent: Scope | None
    survey: Survey
    kind: str  # "module", "class", "function"
    serial: int = field(default_factory=new_serial)

    @property
    def module(self) -> Scope:
        """The module's scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def holder(self, name: str) -> Scope:
        """Return the scope that an assignment to `name` in this scope writes to."""
        if name in self.survey.global_names:
            return self.module
        if name in self.survey.nonlocal_names:
            scope = self.parent
            while scope is not None and scope.parent is not None:
                survey = scope.survey
                if scope.kind == "function" and name in survey.own - survey.nonlocal_names:
                    return scope
                scope = scope.parent
        return self


class Heap:
    """Places and their values, with changes that can be taken back.

    A place is the serial number of a scope, an instance or a container, and a name.
    """

    def __init__(self) -> None:
        self._values: dict[Place, Value | Content] = {}
        self._names: dict[int, dict[str, None]] = {}
        self._journals: list[dict[Place, Value | Content | None]] = []

    def get(self, place: Place) -> Value | Content | None:
        """Return what is at `place`, `None` where nothing is."""
        return self._values.get(place)

    def set(self, place: Place, value: Value | Content) -> None:
        """Put `value` at `place`."""
        before = self._values.get(place)
        if self._journals:
            self._journals[-1].setdefault(place, before)
        if before is None:
            self._names.setdefault(place[0], {})[place[1]] = None
        self._values[place] = value

    def names(self, serial: int) -> list[str]:
        """Return the names at which something is for that serial number."""
        return list(self._names.get(serial, ()))

    def changed(self) -> list[Place] | None:
        """Return the places whose changes will be taken back first; `None` where none will."""
        return list(self._journals[-1]) if self._journals else None

    @contextmanager
    def for_good(self) -> Iterator[None]:
        """Let what is set in the block stay, whatever is taken back around it."""
        journals = self._journals[:]
        self._journals.clear()
        try:
            yield
        finally:
            self._journals[:] = journals

    def trial(self) -> _Trial:
        """Take back, at the end of the block, all changes made in it.

        The dictionary given out holds the new values after the block.
        """
        return _Trial(self._values, self._names, self._journals)


class _Trial:
    """A block whose changes of a heap are taken back; a class, since there are many."""

    __slots__ = ("_changes", "_journals", "_names", "_values")

    def __init__(
        self,
        values: dict[Place, Value | Content],
        names: dict[int, dict[str, None]],
        journals: list[dict[Place, Value | Content | None]],
    ) -> None:
        self._values = values
        self._names = names
        self._journals = journals
        self._changes: dict[Place, Value | Content] = {}

    def __enter__(self) -> dict[Place, Value | Content]:
        self._journals.append({})
        return self._changes

    def __exit__(self, *_: object) -> None:
        for place, old in self._journals.pop().items():
            self._changes[place] = self._values[place]
            if old is None:
                del self._values[place]
                del self._names[place[0]][place[1]]
            else:
                self._values[place] = old
