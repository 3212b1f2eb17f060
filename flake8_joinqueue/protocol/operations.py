"""The operations of a Protocol: a small language for what an actor does with queues.

A `Block` is a tuple of operations, done in order. Every operation has the `site` it stands at.
Queues, managers and actors are named by their index in the Protocol.
"""

from __future__ import annotations

import enum
from typing import TypeAlias

from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.options import StartMethod
from flake8_joinqueue.protocol.items import Alias, Cell, Condition, Item
from flake8_joinqueue.protocol.sites import Site
from flake8_joinqueue.records import dataclass

# --- queues --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Put:
    """`item` is put on `queue`. `blocking` is false for `put_nowait` and puts with a timeout.

    `argument` is where the item stands. `unpicklable` says what makes pickling it impossible ("a
    lambda"), where something does.
    """

    queue: int
    item: Item
    site: Site
    blocking: bool = True
    argument: Site | None = None
    unpicklable: str = ""


@dataclass(frozen=True, slots=True)
class Get:
    """An item is taken from `queue` into `cell`.

    `may_be_empty` is true where an exception may be raised instead (`get_nowait`, a timeout);
    `nowait` where it does not wait at all; `expires` where the exception is `TimeoutError`, not
    `Empty`. `may_be_cancelled`: somebody stops the task it is in, which then raises here.
    """

    queue: int
    cell: Cell
    site: Site
    may_be_empty: bool = False
    nowait: bool = False
    expires: bool = False
    may_be_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class TaskDone:
    """One item of `queue` is accounted for."""

    queue: int
    site: Site


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Waits until the unfinished count of `queue` is zero.

    `argument` is the site of an argument that it does not take, a timeout say, if one is given.
    `timed` where it waits for a time only (`wait_for(queue.join(), 5)`), `expires` where that ends
    in `TimeoutError`.
    """

    queue: int
    site: Site
    argument: Site | None = None
    timed: bool = False
    expires: bool = False


@dataclass(frozen=True, slots=True)
class Peek:
    """`empty()`, `qsize()` or `full()` is asked of `queue`."""

    queue: int
    method: str
    site: Site


@dataclass(frozen=True, slots=True)
class Close:
    """`queue.close()`."""

    queue: int
    site: Site


@dataclass(frozen=True, slots=True)
class Shutdown:
    """`queue.shutdown()` (Python 3.13): `get` raises `ShutDown` once the queue is drained."""

    queue: int
    site: Site
    immediate: bool = False


@dataclass(frozen=True, slots=True)
class EnterContext:
    """The queue is used in `with`, or handed to `enter_context`."""

    queue: int
    site: Site


@dataclass(frozen=True, slots=True)
class Pass:
    """The queue `passed` is handed on by pickling; `site` is the argument it is, or is part of.

    To the process `actor` where that is started; by a put to whoever takes from the queue `onto`;
    and, where both are `None`, to a pool of processes: where these start (`crew`), which they do by
    `method`, or to its work.
    """

    passed: int
    site: Site
    actor: int | None = None
    onto: int | None = None
    crew: bool = False
    method: StartMethod | None = None


@dataclass(frozen=True, slots=True)
class UseGlobal:
    """A process uses `queue` by the global `name`, which somebody else assigned at `assigned`."""

    queue: int
    name: str
    site: Site
    assigned: Site


@dataclass(frozen=True, slots=True)
class Escape:
    """The queue or the actor gets out of sight: handed to unknown code, returned, stored elsewhere.

    `reason` says how, for people. Exactly one of `queue` and `actor` is not `None`.
    """

    site: Site
    reason: str
    queue: int | None = None
    actor: int | None = None


# --- actors and managers -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """One instance of `actor` is started."""

    actor: int
    site: Site


@dataclass(frozen=True, slots=True)
class JoinActor:
    """One instance of `actor` is waited for; `timed` where only for a time.

    `exits`: its process has come to an end then, too. The result of what a process of a pool does
    is there before.
    """

    actor: int
    site: Site
    timed: bool = False
    exits: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """One instance of `actor` is stopped from outside: `terminate`, `kill`, `cancel` (`method`)."""

    actor: int
    site: Site
    method: str


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """`actor` is given the attribute `name`, a misspelt `daemon`; `true` says: a true value."""

    actor: int
    name: str
    true: bool
    site: Site


@dataclass(frozen=True, slots=True)
class ManagerEnds:
    """The manager ends: its `with` block is left, or `shutdown()` is called."""

    manager: int
    site: Site


@dataclass(frozen=True, slots=True)
class Synchronise:
    """Waits for others in a way not modelled (`Event.wait`, `Barrier.wait`, `Future.result`)."""

    site: Site
    what: str


@dataclass(frozen=True, slots=True)
class Signal:
    """Lets others go on that wait in a way not modelled (`Event.set`, `Condition.notify`)."""

    site: Site
    what: str


@dataclass(frozen=True, slots=True)
class Sleep:
    """Lets time pass, and with it whatever the others do."""

    site: Site


# --- variables and calls -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetCell:
    """`cell` is assigned; `value` is `None` where nothing is known of what it now holds.

    A `Count` is a whole number that is not a literal, as a counter may start from.
    """

    cell: Cell
    value: Item | Alias | Count | None
    site: Site


@dataclass(frozen=True, slots=True)
class Increment:
    """The counter in `cell` grows by `by` (negative where it shrinks)."""

    cell: Cell
    by: int
    site: Site


@dataclass(frozen=True, slots=True)
class Call:
    """Something that may raise: a call that cannot be seen into, a subscript, an operator.

    `awaited` where what comes of it is, so that other tasks have their turn meanwhile. `item` is
    what was taken from a queue, where that (or a part of it) is what is called.
    """

    site: Site
    label: str
    awaited: bool = False
    item: Cell | None = None


# --- control -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExceptionName:
    """An exception named in `except`: its dotted name ("" where unknown), and its place."""

    name: str
    site: Site


@dataclass(frozen=True, slots=True)
class Handler:
    """An `except` clause. No `exceptions` means a bare `except`."""

    exceptions: tuple[ExceptionName, ...]
    body: Block
    site: Site


@dataclass(frozen=True, slots=True)
class Try:
    """`try` with its clauses."""

    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    final: Block
    site: Site


@dataclass(frozen=True, slots=True)
class Branch:
    """`if`: one block or the other."""

    condition: Condition
    then: Block
    otherwise: Block
    site: Site


class LoopKind(enum.Enum):
    """What makes a loop end, `break` apart."""

    COUNTED = "counted"  # after `times` rounds
    WHILE = "while"  # when `condition`, tested after `head`, is false


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop.

    A COUNTED loop runs `body` `times` times, or as often as the variable `rounds` says where it
    starts. A WHILE loop, `times` times too if that is known, runs `head` (what its condition does:
    a walrus `get`, say), tests `condition` and, if true, runs `body`; `while True` has the
    condition `True`. `orelse` runs where the loop was not left by `break`. `serial` names the loop.
    """

    serial: int
    kind: LoopKind
    body: Block
    site: Site
    times: Count | None = None
    rounds: Cell | None = None
    head: Block = ()
    condition: Condition = True
    orelse: Block = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """A function of the file, entered by a call at `site`. `Return` in it goes on behind it.

    `own` are the queues that are made in it and that nothing but the actors it starts holds behind
    it. `rounds` is how often it is run in all, by the loops around it.
    """

    name: str
    body: Block
    site: Site
    own: tuple[int, ...] = ()
    rounds: Count = ONE


@dataclass(frozen=True, slots=True)
class AnyOrder:
    """Blocks run in an unknown order, each an unknown number of times.

    Methods of a class whose caller is elsewhere, callbacks, the rounds of a generator.
    """

    blocks: tuple[Block, ...]
    site: Site


@dataclass(frozen=True, slots=True)
class Break:
    """Leaves the innermost loop."""

    site: Site


@dataclass(frozen=True, slots=True)
class Continue:
    """Goes to the next round of the innermost loop."""

    site: Site


@dataclass(frozen=True, slots=True)
class Return:
    """Leaves the innermost scope, or ends the actor."""

    site: Site


@dataclass(frozen=True, slots=True)
class Raise:
    """Raises `name` (dotted, "" where unknown); a bare `raise` has the name "reraise"."""

    name: str
    site: Site


# What whoever goes over a generator throws through it to leave the loop, the round, the function.
LEAVE_LOOP = "GeneratorExit.break"
NEXT_ROUND = "GeneratorExit.continue"
LEAVE_FUNCTION = "GeneratorExit.return"
JUMPS = (LEAVE_LOOP, NEXT_ROUND, LEAVE_FUNCTION)


@dataclass(frozen=True, slots=True)
class Exit:
    """Ends the actor: `sys.exit()`; `hard` for `os._exit()`, which waits for nobody."""

    site: Site
    hard: bool = False


Operation: TypeAlias = (
    "Put | Get | TaskDone | JoinQueue | Peek | Close | Shutdown | EnterContext | Pass | UseGlobal"
    " | Escape | Start | JoinActor | Stop | SetAttribute | ManagerEnds | Synchronise | Signal"
    " | Sleep | SetCell | Increment | Call | Try | Branch | Loop | Scope | AnyOrder | Break"
    " | Continue | Return | Raise | Exit"
)
Block: TypeAlias = "tuple[Operation, ...]"
