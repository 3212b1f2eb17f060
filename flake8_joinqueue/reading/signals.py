"""Events that nobody ever sets: whoever asks for one is always told the same.

That is known of an event that never gets into hands out of sight, where every place of the file
that sets anything has been run, is known to set something else, and did not set this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from flake8_joinqueue.protocol import (
    Block,
    Branch,
    Loop,
    Setting,
    Unset,
    atoms_in,
    operations_in,
)
from flake8_joinqueue.reading import values
from flake8_joinqueue.reading.scopes import new_serial
from flake8_joinqueue.reading.values import Arguments, Unknown, Value
from flake8_joinqueue.records import dataclass, field, replace

if TYPE_CHECKING:
    import libcst as cst

    from flake8_joinqueue.protocol import Site
    from flake8_joinqueue.reading.machine import Machine
    from flake8_joinqueue.reading.scopes import Scope

SETTING: Final = "set"
_EVENT: Final = "Event"
_ASKING: Final = frozenset({"is_set", "isSet"})


@dataclass(slots=True)
class Signals:
    """What is known of the events of a file.

    `mentions` counts the places of the file at which something is set; `run`: which of them have
    been run, by the `id` of the node; `unclear`: at which it is not known what. `made`: where
    events are made, by their serial numbers, `names` what they are called first; `lost` are those
    that somebody sets, or that others may set. `asked`: which event an answer speaks of, by the key
    of the answer.
    """

    mentions: Callable[[], int] = int
    run: set[int] = field(default_factory=set)
    unclear: set[int] = field(default_factory=set)
    made: dict[int, Site] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)


def make(machine: Machine, name: str, node: cst.CSTNode) -> values.Synchroniser:
    """Make an event or its like, and note it if it is an event of this very file."""
    made, site = values.Synchroniser(new_serial(), name), machine.site(node)
    if name == _EVENT and not site.file:
        machine.signals.made[made.serial] = site
    return made


def set_by(machine: Machine, base: Value, node: cst.CSTNode) -> None:
    """Note that the method of something is asked for that sets it, if it is an event."""
    if not machine.site(node).file:
        machine.signals.run.add(id(node))
        if _may_be_any(base):
            machine.signals.unclear.add(id(node))
    lose(machine, base)


def _may_be_any(value: Value) -> bool:
    if isinstance(value, values.Either):
        return _may_be_any(value.then) or _may_be_any(value.otherwise)
    return isinstance(value, (Unknown, values.Taken))


def lose(machine: Machine, value: Value) -> None:
    """Note that an event, if it is one, is set or may be."""
    if isinstance(value, values.Synchroniser):
        machine.signals.lost.add(value.serial)
    elif isinstance(value, values.Either):
        lose(machine, value.then)
        lose(machine, value.otherwise)


def answer(
    machine: Machine, event: values.Synchroniser, name: str, arguments: Arguments
) -> Unknown:
    """Return what a method of an event says: whether it is set, some of them."""
    value = machine.unknown(f"{event.name}.{name}()")
    timeout = arguments.get(0, "timeout")
    if name in _ASKING or (name == "wait" and timeout is not None and timeout != values.NONE):
        machine.signals.asked[value.key] = event.serial
    return value


def never_set(machine: Machine, module: Scope, *, alone: bool) -> dict[str, Unset]:
    """Return, by the keys of what was answered, the events that nobody sets.

    `alone`: the file is all there is, and nobody uses what it has at its top level.
    """
    signals = machine.signals
    if not signals.asked or signals.mentions() > len(signals.run - signals.unclear):
        return {}
    scopes = [module, *(made.scope for made in machine.defined_classes)]
    public = {
        value.serial
        for scope in scopes
        for name in machine.heap.names(scope.serial)
        if not (alone or name.startswith("_"))
        and isinstance(value := machine.heap.get((scope.serial, name)), values.Synchroniser)
    }
    return {
        key: Unset(signals.names.get(serial, "the event"), signals.made[serial])
        for key, serial in signals.asked.items()
        if serial in signals.made and serial not in signals.lost and serial not in public
    }


def asked(bodies: list[Block], unset: Mapping[str, Unset]) -> tuple[Unset, ...]:
    """Return the events that nobody sets, with those who ask for them."""
    found: dict[Unset, set[int]] = {}
    for index, body in enumerate(bodies) if unset else ():
        for operation in operations_in(body):
            if isinstance(operation, (Branch, Loop)):
                for atom in atoms_in(operation.condition):
                    if isinstance(atom, Setting) and atom.key in unset:
                        found.setdefault(unset[atom.key], set()).add(index)
    return tuple(replace(each, actors=frozenset(actors)) for each, actors in found.items())
