"""Abstract values: what an expression of the program under analysis may stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst

from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import Cell, Condition, Constant, Site
from flake8_joinqueue.records import dataclass, field

if TYPE_CHECKING:
    from flake8_joinqueue.facts.tasks import MakesCrew
    from flake8_joinqueue.reading.scopes import Scope


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known, but that it is the same value wherever `key` is the same.

    `free` says that it differs from time to time (it depends on an item or on a loop); `cell` is
    the variable it was read from, where paths tell more about that. `unpicklable` says what it is,
    where it is something that cannot be pickled; `size` how many bytes it has at the least.
    """

    key: str
    label: str = field(default="", compare=False)
    free: bool = False
    cell: Cell | None = None
    unpicklable: str = field(default="", compare=False)
    size: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Const:
    """A constant; `label` is the name it was given."""

    value: Constant
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number known as a symbolic count; of `cell`, paths know more about it."""

    count: Count
    cell: Cell | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a `get` brought (`cell`), or the part of it at `path`."""

    cell: Cell
    path: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueRef:
    """A queue, by its index."""

    index: int


@dataclass(frozen=True, slots=True)
class SomeQueue:
    """One of some queues, and each time it is used it may be another one."""

    among: tuple[QueueRef, ...]


@dataclass(frozen=True, slots=True)
class ManagerRef:
    """A manager, by its index."""

    index: int


@dataclass(frozen=True, slots=True)
class ActorRef:
    """A process, thread or task, by its index."""

    index: int


@dataclass(frozen=True, slots=True)
class Library:
    """Something of a library, by its dotted name; `context` is the start method it is tied to."""

    name: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of something built in: of a queue, an actor, a manager, a list, a constant."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the file with its closure; `owner` is the class it was defined in."""

    node: cst.FunctionDef | cst.Lambda
    name: str
    scope: Scope
    defaults: Mapping[str, Value]
    owner: Class | None = None
    kind: str = "function"  # or "staticmethod", "classmethod", "property"
    is_async: bool = False
    is_generator: bool = False
    is_context: bool = False  # a generator under `contextlib.contextmanager`
    is_kept: bool = False  # a property that is worked out once, under `cached_property`
    is_eager: bool = False  # a coroutine that begins where it is called

    def __repr__(self) -> str:
        # What is said of values tells them apart; a function is its code and where it was defined.
        return f"Function({self.name!r}, {id(self.node)}, {self.scope.serial})"


@dataclass(frozen=True, slots=True)
class BoundFunction:
    """A function of the file with its first argument bound."""

    function: Function
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of the file. Its attributes live in `scope`.

    `compares`: it is a dataclass whose instances are equal where all their fields are.
    `daemons` are the names of `daemon`, or what is meant to be, where its body assigns them.
    `order` is for `classes.lineage`, which works it out once.
    """

    name: str
    bases: tuple[Value, ...]
    scope: Scope
    fields: tuple[str, ...] = ()
    is_dataclass: bool = False
    compares: bool = False
    daemons: tuple[cst.Name, ...] = field(default=(), compare=False)
    annotations: Mapping[str, cst.Annotation] = field(default_factory=dict, compare=False)
    order: list[Value] = field(default_factory=list, init=False, repr=False)

    def __repr__(self) -> str:
        return f"Class({self.name!r}, {self.scope.serial})"


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the same source tree that was read; its names live in `scope`."""

    name: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class of the file; its attributes live on the heap under `serial`."""

    serial: int
    cls: Class


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` in a method of `owner`, for `receiver`."""

    owner: Class
    receiver: Value


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enum, by its dotted name, with what it was defined as.

    `sealed`: all bases of the enum are in sight, so that it equals nothing but itself and, where
    the enum is one of numbers or strings, `equals`.
    """

    name: str
    value: Value | None = field(default=None, compare=False)
    sealed: bool = field(default=False, compare=False)
    equals: Value | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new object of a class about which nothing else matters: `object()`."""

    serial: int
    type_name: str
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple; `type_name` tells named tuples apart, whose `names` are the names of the parts."""

    values: tuple[Value, ...]
    type_name: str = "tuple"
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """A list, set, deque, dict or generator; its content lives on the heap under `serial`."""

    serial: int
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class Segment:
    """`times` elements of a container that `value` stands for; `key` where it is a dict's."""

    value: Value
    times: Count
    key: Constant = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a container holds, in order; `open` says that there may be more."""

    segments: tuple[Segment, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Something to iterate over once: a range, `zip(...)`, `d.items()`.

    `rounds` is the variable that holds how many there are, where paths know that. `endless`: there
    is always one more (`itertools.count()`).
    """

    segments: tuple[Segment, ...]
    open: bool = False
    endless: bool = False
    rounds: Cell | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Repeated:
    """`iter(function, sentinel)`; `node` is where the function is named, `call` the whole.

    Without a sentinel it never ends, unless the function raises `stop`; what the function returns
    is awaited where that can be.
    """

    function: Value
    sentinel: Value | None
    node: cst.CSTNode = field(compare=False, repr=False)
    call: cst.CSTNode = field(compare=False, repr=False)
    stop: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Lazily:
    """What somebody may go over, without being a function: a generator expression, `iter(f, x)`.

    `run` does it, with what is to be done with each thing it brings.
    """

    name: str
    run: Callable[[Callable[[Value], None]], None]


@dataclass(frozen=True, slots=True, eq=False)
class Generator:
    """A generator of the file: nothing of it has run yet. `node` is the call that made it.

    `serial` and `within` say which making it is, and in which loops. `through` is what becomes of
    each thing it yields on the way to whoever goes over it (`enumerate`), `most` how many of these
    are taken (`islice`).
    """

    function: Function | Lazily
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    node: cst.CSTNode
    serial: int
    within: tuple[int, ...] = ()
    through: Callable[[Value], Value] | None = None
    most: Count | None = None

    def __repr__(self) -> str:
        return f"Generator({self.serial}, {id(self)})"


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(function, ...)`; with `is_method`, `partialmethod` of a class."""

    function: Value
    positional: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    is_method: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """One value or the other, by a condition that goes the same way in a whole run."""

    condition: Condition
    then: Value
    otherwise: Value


@dataclass(frozen=True, slots=True)
class Truth:
    """The outcome of a test: true where `condition` is."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Coroutine:
    """A call that does nothing until it is awaited: of an `async def`, of `asyncio.Queue.get`.

    `node` is the call.
    """

    function: Value
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    node: cst.CSTNode | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Awaited:
    """What awaiting brings, where all that it takes has been done already."""

    value: Value


@dataclass(frozen=True, slots=True)
class Gathering:
    """Actors to be waited for together, `timed` if perhaps not for all; `node` is the call.

    `splits`: waiting for them brings those that are done and those that are not.
    """

    segments: tuple[Segment, ...]
    node: cst.CSTNode = field(compare=False, repr=False)
    timed: bool = False
    splits: bool = False


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """`asyncio.timeout(…)`, in which waits are timed; with a `value`, `wait_for(value, …)`."""

    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """A pool, an executor, a task group: it starts actors and keeps them in `members`.

    Its processes or threads call `initializer`, if there is one, with `initargs` first; `context`
    is the start method that its processes are tied to.
    """

    kind: MakesCrew
    members: Container
    initializer: Value | None = None
    initargs: tuple[Value, ...] = ()
    context: str = ""


@dataclass(frozen=True, slots=True)
class Synchroniser:
    """An event, barrier, condition or semaphore, by the serial number of its making."""

    serial: int
    name: str


@dataclass(frozen=True, slots=True)
class Glance:
    """What `empty()` or `qsize()` (`method`) of a queue returned, by the key of the call."""

    queue: int
    method: str
    key: str
    label: str = field(compare=False)
    site: Site = field(compare=False)


@dataclass(frozen=True, slots=True)
class Closing:
    """`contextlib.closing(value)`."""

    value: Value


@dataclass(frozen=True, slots=True)
class ExitStack:
    """A `contextlib.ExitStack`; `actions` holds what it is to do where it is left."""

    actions: Container


@dataclass(frozen=True, slots=True, eq=False)
class Deferred:
    """Something to do later."""

    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class NamedTupleType:
    """A class made by `namedtuple`, or derived from `NamedTuple`; `defaults` are by name."""

    name: str
    names: tuple[str, ...]
    defaults: tuple[tuple[str, Value], ...] = field(default=(), compare=False)


Value: TypeAlias = (
    "Unknown | Const | Number | Taken | QueueRef | ManagerRef | ActorRef | Library | Module"
    " | Method | Function | BoundFunction | Class | Instance | Super | Member | Fresh | Tuple"
    " | Container | Series | Repeated | Generator | Partial | Either | Truth | Coroutine"
    " | Awaited | Gathering | TimeLimit | Crew | Synchroniser | Closing | ExitStack | Deferred"
    " | NamedTupleType | Glance | SomeQueue"
)

NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)


@dataclass(slots=True)
class Arguments:
    """The arguments of a call, evaluated. `open` says that there were `*` or `**` of unknown.

    `nodes` are those of all arguments in the order they stand, `named` those of keywords by name.
    `stars` are what `*` added to the positional ones where it is not known one by one.
    """

    positional: list[Value] = field(default_factory=list)
    keywords: dict[str, Value] = field(default_factory=dict)
    nodes: list[cst.BaseExpression] = field(default_factory=list)
    open: bool = False
    stars: list[Segment] = field(default_factory=list)
    named: dict[str, cst.BaseExpression] = field(default_factory=dict)

    def node(self, position: int, name: str) -> cst.BaseExpression | None:
        """Return the node of the argument at `position` or of that `name`, where it has one."""
        if name in self.named:
            return self.named[name]
        given = position < len(self.positional) and position < len(self.nodes)
        return self.nodes[position] if given else None

    def get(self, position: int, name: str) -> Value | None:
        """Return the argument at `position` (0-based) or of that `name`, if it was given."""
        if 0 <= position < len(self.positional):
            return self.positional[position]
        return self.keywords.get(name)

    def every(self) -> list[Value]:
        """Return all arguments, positional ones first."""
        starred = [segment.value for segment in self.stars]
        return [*self.positional, *starred, *self.keywords.values()]


def depends_on_item(value: Value) -> bool:
    """Say whether a value may differ from item to item, or from round to round of a loop."""
    if isinstance(value, Unknown):
        return value.free
    if isinstance(value, Tuple):
        return any(depends_on_item(part) for part in value.values)
    if isinstance(value, Method):
        return depends_on_item(value.receiver)
    return isinstance(value, Taken)
