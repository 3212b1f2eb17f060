"""Who put what where, who took it, and what was left: the books of one run.

*Lost work* is an item of work that was put on a queue and not done when the program ended:

- it still lies in the queue (or in the buffer of a feeder that was cut off), and somebody takes
  from that queue on some schedule: a queue nobody ever takes from is a drop box, not work; or
- an actor took it from a queue on which ``task_done`` is called, and was killed (as a daemon, or
  by ``terminate``) before it called ``task_done``; or
- a task took it, and was cancelled with the item in hand though a ``join`` of the queue had
  returned. Where none had, whoever cancels it means to cut it off.

Sentinels are no work, so a sentinel left over is never lost. An item counts as a sentinel if it is
``None``, ``...``, ``NotImplemented``, a class, a function with a name, an exception, a bare
``object()``, an enum member or instance whose name speaks of stopping, a string that does, or equal
to a module global whose name does (``STOP = -1``); a tuple or list counts if its first one does.
"""

from __future__ import annotations

import contextlib
import enum
import re
import types
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from .outcome import EarlyJoin, Error, Lost

SENTINEL_NAME = re.compile(
    r"(^|_)(stop|sentinel|done|end|poison|pill|quit|exit|finish(ed)?|terminate|shutdown|eof|close)"
    r"(_|$|ped|ing)",
    re.IGNORECASE,
)


def speaks_of_stopping(name: str) -> bool:
    """Whether a name or text is one that people give to sentinels."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return len(name) < 40 and SENTINEL_NAME.search(re.sub(r"\W+", "_", spaced)) is not None


def is_sentinel(value: object, namespace: Mapping[str, Any], depth: int = 0) -> bool:
    """Whether an item tells a worker to stop instead of being work; see the module's text."""
    if value is None or value is ... or value is NotImplemented:
        return True
    if isinstance(value, types.FunctionType) and value.__name__ == "<lambda>":
        return False
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType, BaseException)):
        return True
    if type(value) is object:
        return True
    if isinstance(value, enum.Enum):
        return speaks_of_stopping(value.name)
    if isinstance(value, str) and speaks_of_stopping(value):
        return True
    if isinstance(value, (tuple, list)) and value and depth < 2:
        return is_sentinel(value[0], namespace, depth + 1)
    if type(value).__module__ in ("__main__", "__mp_main__") and speaks_of_stopping(
        type(value).__name__
    ):
        return True
    return equals_named_sentinel(value, namespace)


def equals_named_sentinel(value: object, namespace: Mapping[str, Any]) -> bool:
    """Whether a module global with a sentinel's name holds this value."""
    for name, other in namespace.items():
        if type(other) is type(value) and speaks_of_stopping(name):
            with contextlib.suppress(Exception):  # a program's own __eq__ may do anything
                if other is value or bool(other == value):
                    return True
    return False


@dataclass(eq=False)
class Entry:
    """One item on its way: the value (or its pickled bytes) and what the books need to know."""

    value: Any
    mark: int
    work: bool
    text: str
    putter: str
    line: int = 0
    size: int = 0
    passed: bool = False
    """A join of its queue returned though it was taken and not done."""


@dataclass(eq=False)
class Account:
    """The books of one queue."""

    label: str
    takers: set[str] = field(default_factory=set)
    acknowledged: bool = False
    held: dict[int, list[Entry]] = field(default_factory=dict)
    """By whom it was taken; who has accounted for all that he took is there as well."""
    puts: list[tuple[int, str, int, bool]] = field(default_factory=list)
    joins: list[tuple[int, str, int, int]] = field(default_factory=list)
    inside: Any = None
    """Called at the end; gives the entries that are still in the queue."""

    def left(self) -> list[Entry]:
        """The work still lying in the queue."""
        return [e for e in (self.inside() if self.inside else ()) if e.work]


class Ledger:
    """The books of one run."""

    def __init__(self) -> None:
        self.accounts: list[Account] = []
        self.errors: list[Error] = []
        self.kinds: dict[str, int] = {}

    def label(self, kind: str, line: int) -> str:
        """A name for a new object: its kind, a number and the line it was made on."""
        number = self.kinds.get(kind, 0) + 1
        self.kinds[kind] = number
        return f"{kind}#{number} (line {line})" if line else f"{kind}#{number}"

    def open(self, label: str) -> Account:
        """Books for a new queue."""
        account = Account(label)
        self.accounts.append(account)
        return account

    def put(self, account: Account, entry: Entry, step: int, actor: int) -> None:
        """An item was counted in."""
        account.puts.append((step, entry.putter, actor, entry.work))

    def looks(self, account: Account, actor: str) -> None:
        """Somebody tries to take."""
        account.takers.add(actor)

    def take(self, account: Account, entry: Entry, actor: int) -> None:
        """Somebody has taken an item."""
        account.held.setdefault(actor, []).append(entry)

    def done(self, account: Account, actor: int) -> None:
        """``task_done``: the oldest item the actor holds is finished.

        Where he never took any, it is somebody else's. Called once too often by who takes himself,
        it finishes nothing.
        """
        account.acknowledged = True
        if actor in account.held:
            mine = account.held[actor]
        else:
            mine = next((held for held in account.held.values() if held), [])
        if mine:
            mine.pop(0)

    def joined(self, account: Account, step: int, actor: str, line: int, index: int) -> None:
        """A ``join`` of the queue has returned."""
        account.joins.append((step, actor, line, index))
        for held in account.held.values():
            for entry in held:
                entry.passed = True

    def lost(
        self, killed: set[int], cancelled: AbstractSet[int] = frozenset()
    ) -> tuple[tuple[Lost, ...], frozenset[str]]:
        """What was lost, with the labels of the queues somebody takes from."""
        lost: list[Lost] = []
        takers: set[str] = set()
        for account in self.accounts:
            if account.takers:
                takers.add(account.label)
            left = account.left()
            if left:
                lost.append(Lost(account.label, tuple(e.text for e in left)))
            if account.acknowledged:
                held = [
                    e.text
                    for who in sorted(killed | cancelled)
                    for e in account.held.get(who, ())
                    if e.work and (who in killed or e.passed)
                ]
                if held:
                    lost.append(Lost(account.label, tuple(held), held=True))
        return tuple(lost), frozenset(takers)

    def early_joins(self, born: list[int]) -> tuple[EarlyJoin, ...]:
        """The joins after which others still put work on the queue.

        A put counts if its actor was already alive when the join returned, and if whoever
        joined has not put work on the queue, or joined it, again before (that is a new batch).
        """
        found: list[EarlyJoin] = []
        for account in self.accounts:
            for step, actor, line, index in account.joins:
                own = [p[0] for p in account.puts if p[2] == index and p[0] > step and p[3]]
                own += [j[0] for j in account.joins if j[3] == index and j[0] > step]
                until = min(own, default=float("inf"))
                late = [
                    who
                    for when, who, which, work in account.puts
                    if step < when < until and which != index and work and born[which] < step
                ]
                if late:
                    found.append(
                        EarlyJoin(actor, account.label, line, len(late), tuple(sorted(set(late))))
                    )
        return tuple(found)
