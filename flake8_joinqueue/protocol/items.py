"""What is put on a queue, what a variable holds, and how a program tests it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeAlias

from flake8_joinqueue.records import dataclass, field

if TYPE_CHECKING:
    from types import EllipsisType

    from flake8_joinqueue.counts import Count
    from flake8_joinqueue.protocol.sites import Site

Constant: TypeAlias = "bool | int | float | complex | str | bytes | EllipsisType | None"


# --- what is put ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: `None`, `"STOP"`, `-1`. `label` is the name it went by, if any."""

    value: Constant
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Named:
    """A value with one identity a program: a class, a function, an enum member.

    Pickling finds it again by its dotted `name`, so `is` holds across processes. `sealed` says that
    it is in sight, and equals no constant but `equals` (an `IntEnum` member equals its number).
    `raises` says that it is a function which never returns, so that who calls it is stopped.
    """

    name: str
    label: str = field(default="", compare=False)
    sealed: bool = field(default=False, compare=False)
    equals: Literal | None = field(default=None, compare=False)
    raises: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Unique:
    """A fresh object: `object()`, an instance. `serial` tells two of them apart.

    Pickling copies it, so neither `is` nor the default `==` holds across processes.
    `type_name` is the dotted name of its class, `ancestors` the names of all classes it is an
    instance of (`None` where they are not all in sight). `plain` says that it compares by identity
    and is never falsy, as objects do unless their class says otherwise. `pickles_itself` says that
    its class may decide what a copy is (`__reduce__`, `__new__`), or is not in sight. `attributes`
    are those of which something is known.
    """

    serial: int
    type_name: str
    label: str = field(default="", compare=False)
    ancestors: frozenset[str] | None = None
    plain: bool = False
    pickles_itself: bool = False
    attributes: tuple[tuple[str, Item], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A tuple, list, named tuple or dict of items.

    `type_name` is its class; `names` are those of the fields of a named tuple, the keys of a dict.
    """

    fields: tuple[Item, ...]
    type_name: str = "tuple"
    names: tuple[str, ...] = field(default=(), compare=False)
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Data:
    """Ordinary work: a value of which nothing is known, but that it is meant to be worked on.

    Pickled, it takes `size` bytes at the least. `perhaps` are values it may turn out to be. `open`
    says that it may be anything: whoever is out of sight chooses it, or the program itself tests
    what it has put. `key` tells unknown values apart.
    `taken`: it is (a part of) what was taken from a queue, as it came. `kind` says what kind of
    container it is ("dict"), if one.
    """

    label: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)
    perhaps: tuple[Item, ...] = ()
    open: bool = False
    key: str = field(default="", compare=False)
    taken: Alias | None = field(default=None, compare=False)
    kind: str = field(default="", compare=False)


Item: TypeAlias = Literal | Named | Unique | Record | Data


# --- what a variable holds -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A variable whose value on a path matters: what a `get` returned, a flag, a counter."""

    serial: int
    name: str

    def __hash__(self) -> int:
        return self.serial  # asked for by the million


@dataclass(frozen=True, slots=True)
class Alias:
    """What a cell holds when it was assigned (a part of) what another cell holds."""

    cell: Cell
    path: tuple[int | str, ...] = ()


# --- how it is tested ----------------------------------------------------------------------------


class How(enum.Enum):
    """How an item is compared with what it is tested against."""

    IS = "is"
    EQUAL = "=="
    IN = "in"
    FALSY = "is falsy"
    INSTANCE = "is an instance of"
    TYPE = "is exactly of type"
    HAS = "has"


CONSTANT = "constant "  # so begins the name of one that something is compared with
LENGTH = "__len__"  # as a part of an item: how many there are
ASKED = "()"  # behind a name, as a part of an item: what its method of that name returns


@dataclass(frozen=True, slots=True)
class ItemTest:
    """A test of (a part of) what `cell` holds; true where the relation `how` holds.

    `path` are the indices, keys or attribute names from the item to the part looked at.
    `against` holds what it is compared with: one item for IS and EQUAL, several for IN, the
    classes (as `Named`) for INSTANCE and TYPE, the key or element that is in it for HAS, none for
    FALSY. `site` is where a comparison stands.
    """

    cell: Cell
    path: tuple[int | str, ...]
    how: How
    against: tuple[Item, ...] = ()
    site: Site | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CountTest:
    """A test of a counter in `cell` against a count.

    `operator` is one of `==`, `!=`, `<`, `<=`, `>`, `>=`.
    """

    cell: Cell
    operator: str
    count: Count


@dataclass(frozen=True, slots=True)
class Emptiness:
    """A test whether `queue` looks empty at the moment; `site` is the `empty()` or `qsize()`."""

    queue: int
    site: Site = field(compare=False)


@dataclass(frozen=True, slots=True)
class Hunch:
    """A test that may go either way each time: it looks at the item, or at where a loop stands.

    `outside` says that it looks at something else that may change at any time: an event, a flag
    that others clear. `key` says what it looks at, and `relation` how that is compared, and with
    what, if it is: "== constant None". Where both are the same, so is the answer for one item.
    Without a key, nothing is known of that.
    """

    label: str = field(default="", compare=False)
    outside: bool = False
    key: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A test of something unknown that goes the same way wherever `key` is the same in one run."""

    key: str
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """Conditions joined by `and`, tested from left to right."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Conditions joined by `or`, tested from left to right."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = (
    "bool | ItemTest | CountTest | Emptiness | Hunch | Setting | Not | AllOf | AnyOf"
)
