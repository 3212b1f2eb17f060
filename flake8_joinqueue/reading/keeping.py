"""What a method keeps in `self`, for the methods of the class that others call after it.

The methods of a class that nothing in the file makes are run one by one. What queues and actors
one of them puts into attributes is there when the others run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import NoneType
from typing import TYPE_CHECKING

from flake8_joinqueue.reading import calls, owning, trees, values
from flake8_joinqueue.reading.values import Function
from flake8_joinqueue.records import dataclass

if TYPE_CHECKING:
    from flake8_joinqueue.reading.drafts import Attempt
    from flake8_joinqueue.reading.machine import Machine
    from flake8_joinqueue.reading.scopes import Place

# How many queues, managers and actors there are at first.
_FIRST = (0, 0, 1)


@dataclass(frozen=True, slots=True)
class Before:
    """What there was before a method was run: so many drafts, and no serial number above.

    `ran` are the methods that were run before, `others` all but this one.
    """

    drafts: tuple[int, int, int]
    serial: int
    ran: Sequence[Function]
    others: Sequence[Function]


def keep(machine: Machine, instance: values.Value, attempt: Attempt, before: Before) -> None:
    """Let the methods that come after know what queues and actors this one keeps in `self`.

    What others may come to, or what another method has put there too, is used out of sight.
    """
    if not isinstance(instance, values.Instance) or machine.drafts() == before.drafts:
        return
    for place, value in attempt.changes.items():
        if place[0] >= before.serial:
            machine.heap.set(place, value)
        elif isinstance(value, values.Content):
            _keep_collected(machine, instance, place, value, before)
    for place, value in attempt.changes.items():
        if place[0] != instance.serial or isinstance(value, values.Content):
            continue
        if not owning.holds_drafts(machine, value, before.drafts):
            continue
        name, old = place[1], machine.heap.get(place)
        taken = not isinstance(old, (values.Content, NoneType)) and owning.holds_drafts(
            machine, old, _FIRST
        )
        if not taken:
            machine.heap.set(place, value)
        if not name.startswith("_"):
            _leak(machine, value, f"the public attribute {name!r}")
        elif taken or any(trees.mentions(each.node, name) for each in before.ran):
            _leak(machine, value, f"one of several things the attribute {name!r} may stand for")


def leave_behind(machine: Machine, attempt: Attempt, before: Before) -> None:
    """Let others have what a function that they call has kept where it outlives the function.

    A variable of the module is theirs only where a function that was not run with it speaks of it.
    """
    for place, value in attempt.changes.items():
        if place[0] >= before.serial or not owning.holds_drafts(machine, value, before.drafts):
            continue
        if isinstance(value, values.Content):
            for segment in value.segments:
                _leak(machine, segment.value, "kept where others may find it")
        elif any(place[1] in trees.all_names(each.node) for each in before.others):
            _leak(machine, value, f"kept in {place[1]!r} for others")


def _keep_collected(
    machine: Machine,
    instance: values.Instance,
    place: Place,
    content: values.Content,
    before: Before,
) -> None:
    """Let the methods that come after know what this one, and no other, adds to a collection.

    As they know what it assigns to an attribute, so they know what it makes of an empty list, where
    those out of sight leave that alone.
    """
    name = next((n for n, held in _collections(machine, instance) if held.serial == place[0]), "")
    old = machine.heap.get(place)
    if (
        name.startswith("_")
        and isinstance(old, values.Content)
        and not old.segments
        and owning.holds_drafts(machine, content, before.drafts)
        and not any(trees.mentions(each.node, name) for each in before.ran)
        and not any(trees.changes_collection(each.node, name) for each in before.others)
    ):
        machine.heap.set(place, values.Content(content.segments))


def _collections(
    machine: Machine, instance: values.Instance
) -> Iterator[tuple[str, values.Container]]:
    """Yield the collections that an instance holds, with the names of the attributes."""
    for name in machine.heap.names(instance.serial):
        held = machine.heap.get((instance.serial, name))
        if isinstance(held, values.Container):
            yield name, held


def _leak(machine: Machine, value: values.Value, reason: str) -> None:
    calls.leak(machine, value, machine.last_node, reason)
