"""Who takes part in a Protocol: queues, managers, actors."""

from __future__ import annotations

import enum

from flake8_joinqueue.counts import Count
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.options import StartMethod
from flake8_joinqueue.protocol.operations import Block
from flake8_joinqueue.protocol.sites import Site
from flake8_joinqueue.records import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue, or `count` of them made at one place (one a worker, say).

    `manager` is the index of the manager that serves it. `hidden` says that every use of it is in
    sight, but for the operations `Escape`; a parameter or a global that other files may use is not.
    `maker` is the index of the actor that made it. `start_method` is that of its context: `ANY` for
    the default one, `None` where that is not known. `redefined` says that it is of a class of the
    file that redefines methods.
    """

    index: int
    name: str
    kind: QueueKind
    site: Site
    count: Count
    maxsize: Count | None = None
    manager: int | None = None
    hidden: bool = True
    maker: int = 0
    start_method: StartMethod | None = StartMethod.ANY
    redefined: bool = False


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager process that serves queues."""

    index: int
    name: str
    site: Site


class ActorKind(enum.Enum):
    """What carries an actor."""

    MAIN = "main"
    PROCESS = "process"
    THREAD = "thread"
    TASK = "task"


class Daemon(enum.Enum):
    """Whether an actor is a daemon."""

    YES = "daemon"
    NO = "not a daemon"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever runs on its own: the main program, a process, a thread, a task.

    `count` is how many of them were made at this one place. `body` is what each does; `opaque`
    says that the body is not in sight (`body` is then empty). `parent` is the index of the actor
    that made it (`None` for main, whose index is 0). `start_method` is as a queue's. `wakes`: its
    end wakes the event loop from which it was started, as that of a thread of `to_thread()` does.
    `pooled`: it is work of a pool or an executor, which at exit waits for it in its own way.
    """

    index: int
    name: str
    kind: ActorKind
    count: Count
    daemon: Daemon
    body: Block
    site: Site
    parent: int | None = None
    opaque: bool = False
    start_method: StartMethod | None = StartMethod.ANY
    wakes: bool = False
    pooled: bool = False


@dataclass(frozen=True, slots=True)
class Unset:
    """An event that nobody ever sets, made at `site`; `actors` ask whether it is."""

    name: str
    site: Site
    actors: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Protocol:
    """What happens from one entry point of a file on: the module, or a function nobody calls.

    `actors[0]` is main. `ends` says that the interpreter exits where main ends (the module's own
    run), so that everything that is not a daemon is waited for there; for a function that others
    call it is false.

    `about` are the queues it is about, where it is a part of another one, a function with queues of
    its own: what is done with other queues is not all in sight then. Else it is about all of them.
    `unset` are the events that nobody sets.
    """

    entry: str
    queues: tuple[Queue, ...]
    managers: tuple[Manager, ...]
    actors: tuple[Actor, ...]
    ends: bool = True
    about: tuple[int, ...] | None = None
    unset: tuple[Unset, ...] = ()

    def concerns(self, queue: int | None) -> bool:
        """Say whether it is about the queue of that index; `None` is what is about none."""
        return self.about is None or queue in self.about
