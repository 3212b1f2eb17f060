"""What a run has made so far: queues, managers and actors, and the frames it is in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flake8_joinqueue.counts import Count
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.options import StartMethod
from flake8_joinqueue.protocol import ActorKind as Kind
from flake8_joinqueue.protocol import Cell, Daemon, Operation, Site
from flake8_joinqueue.reading import values
from flake8_joinqueue.reading.scopes import Place, Scope
from flake8_joinqueue.reading.values import Value
from flake8_joinqueue.records import dataclass, field


@dataclass(slots=True)
class QueueDraft:
    """A queue as it is known so far."""

    index: int
    kind: QueueKind
    site: Site
    count: Count
    maxsize: Count | None = None
    manager: int | None = None
    name: str = ""
    hidden: bool = True
    maker: int = 0
    start_method: StartMethod | None = StartMethod.ANY
    redefined: bool = False


@dataclass(slots=True)
class ManagerDraft:
    """A manager as it is known so far."""

    index: int
    site: Site
    name: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A variable is assigned, by an actor, at a time; in a call that others make at any time.

    `turn` tells those calls apart; it is 0 in none.
    """

    cell: Cell
    actor: int
    time: int
    turn: int
    site: Site


@dataclass(slots=True)
class ActorDraft:
    """An actor as it is known so far; its body is run when it is started."""

    index: int
    kind: Kind
    site: Site
    count: Count
    parent: int | None
    daemon: Daemon = Daemon.NO
    name: str = ""
    target: Value | None = None
    arguments: values.Arguments = field(default_factory=values.Arguments)
    instance: values.Instance | None = None
    prelude: Value | None = None
    prelude_arguments: values.Arguments = field(default_factory=values.Arguments)
    body: tuple[Operation, ...] | None = None
    opaque: bool = False
    started_at: int = 0
    # In which of the calls that others make at any time it was started; 0 in none.
    started_in: int = 0
    # The serial number from which on what is made is its own.
    born: int = 0
    functions: set[int] = field(default_factory=set)
    start_method: StartMethod | None = StartMethod.ANY
    wakes: bool = False
    # It is only something to do for a process of a pool, which goes on.
    pooled: bool = False
    # Where the queues it is given stand among the arguments of whoever makes it.
    given_at: dict[int, Site] = field(default_factory=dict)
    assumed: Mapping[str, bool] = field(default_factory=dict)


@dataclass(slots=True)
class LoopFrame:
    """A loop being run: how often, and whether something breaks out of it."""

    serial: int
    times: Count
    broken: bool = False
    # Whether it is no loop of its own, but code run where a generator yields: what leaves it
    # leaves the generator as well.
    in_generator: bool = False
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Who goes over a generator: `take` is done with what it yields, of which `most` is taken."""

    take: Callable[[Value], None]
    most: Count | None = None


@dataclass(slots=True)
class Frame:
    """A function being run."""

    scope: Scope
    function: values.Function | None = None
    receiver: Value | None = None
    cell: Cell | None = None
    returned: list[Value] = field(default_factory=list)
    audience: Audience | None = None
    # How many generators run around the code being run, since it goes over them.
    over_generators: int = 0


@dataclass(slots=True)
class Attempt:
    """One way of two: what it emitted, what it changed, and whether it left."""

    operations: tuple[Operation, ...]
    changes: dict[Place, Value | values.Content]
    ended: bool
