"""The kinds of queue there are, one row a kind.

Sources: CPython 3.13 `multiprocessing/queues.py`, `multiprocessing/managers.py`, `queue.py`, and
small programs run on CPython 3.10 to 3.13.
"""

from __future__ import annotations

import enum

from flake8_joinqueue.records import dataclass, replace


class Carrier(enum.Enum):
    """Between what a queue carries items."""

    PROCESSES = "processes"
    THREADS = "threads"
    TASKS = "tasks"
    UNSEEN = "whoever shares it"


class Order(enum.Enum):
    """Which item of a queue is taken first."""

    FIRST = "what was put first"
    LAST = "what was put last"
    LEAST = "the smallest"
    UNKNOWN = "any"


@dataclass(frozen=True, slots=True)
class QueueKind:
    """What a kind of queue is and does.

    `joinable`: it counts unfinished items (`task_done`, `join`). `pickles`: items are copied on
    their way, so that identity is lost. `feeder`: a thread writes to a pipe behind `put`, so that
    `empty` lags and an exit may block. `order`: what is taken first. `constructor` is
    how it is commonly made, for messages. `awaited` are the methods that do nothing until they are
    awaited; `timed_join` says that `join` takes a timeout. `iterable`: `for` takes from it, up to
    the item `last`, if there is one. `dill`: items go through the package of that name, which
    pickles lambdas, nested functions, locks and files as well.
    """

    name: str
    constructor: str
    carrier: Carrier
    joinable: bool
    pickles: bool
    feeder: bool = False
    bounded: bool = True
    order: Order = Order.FIRST
    awaited: frozenset[str] = frozenset()
    timed_join: bool = False
    iterable: bool = False
    last: str = ""
    dill: bool = False

    @property
    def fifo(self) -> bool:
        """Whether what is put first is taken first."""
        return self.order is Order.FIRST


PROCESS_JOINABLE = QueueKind(
    "process joinable queue", "multiprocessing.JoinableQueue", Carrier.PROCESSES, True, True, True
)
PROCESS_QUEUE = QueueKind(
    "process queue", "multiprocessing.Queue", Carrier.PROCESSES, False, True, True
)
PROCESS_SIMPLE = QueueKind(
    "process simple queue",
    "multiprocessing.SimpleQueue",
    Carrier.PROCESSES,
    False,
    True,
    bounded=False,
)
MANAGER_QUEUE = QueueKind(
    "manager queue", "multiprocessing.Manager().Queue", Carrier.PROCESSES, True, True
)
THREAD_QUEUE = QueueKind("thread queue", "queue.Queue", Carrier.THREADS, True, False)
THREAD_SORTED = QueueKind(
    "thread queue in an order of its own",
    "queue.PriorityQueue",
    Carrier.THREADS,
    True,
    False,
    order=Order.LEAST,
)
THREAD_STACK = replace(THREAD_SORTED, constructor="queue.LifoQueue", order=Order.LAST)
THREAD_SIMPLE = QueueKind(
    "thread simple queue", "queue.SimpleQueue", Carrier.THREADS, False, False, bounded=False
)
_ASYNCIO = frozenset({"get", "put", "join"})
_TORNADO = frozenset({"get", "join"})  # `put` is done at once, its future only tells when

TASK_QUEUE = QueueKind("task queue", "asyncio.Queue", Carrier.TASKS, True, False, awaited=_ASYNCIO)
TASK_SORTED = QueueKind(
    "task queue in an order of its own",
    "asyncio.PriorityQueue",
    Carrier.TASKS,
    True,
    False,
    order=Order.LEAST,
    awaited=_ASYNCIO,
)
TASK_STACK = replace(TASK_SORTED, constructor="asyncio.LifoQueue", order=Order.LAST)
TORNADO_QUEUE = QueueKind(
    "tornado queue",
    "tornado.queues.Queue",
    Carrier.TASKS,
    True,
    False,
    awaited=_TORNADO,
    timed_join=True,
    iterable=True,
)
TORNADO_SORTED = QueueKind(
    "tornado queue in an order of its own",
    "tornado.queues.PriorityQueue",
    Carrier.TASKS,
    True,
    False,
    order=Order.LEAST,
    awaited=_TORNADO,
    timed_join=True,
    iterable=True,
)
TORNADO_STACK = replace(TORNADO_SORTED, constructor="tornado.queues.LifoQueue", order=Order.LAST)
# Where gevent has patched the threads they are greenlets, and may use these queues.
GREENLET_QUEUE = QueueKind(
    "greenlet queue",
    "gevent.queue.JoinableQueue",
    Carrier.THREADS,
    True,
    False,
    timed_join=True,
    iterable=True,
    last="StopIteration",
)
GREENLET_SORTED = QueueKind(
    "greenlet queue in an order of its own",
    "gevent.queue.PriorityQueue",
    Carrier.THREADS,
    True,
    False,
    order=Order.LEAST,
    timed_join=True,
    iterable=True,
    last="StopIteration",
)
GREENLET_STACK = replace(GREENLET_SORTED, constructor="gevent.queue.LifoQueue", order=Order.LAST)
GREENLET_SIMPLE = QueueKind(
    "greenlet simple queue", "gevent.queue.SimpleQueue", Carrier.THREADS, False, False
)

# Handed over by somebody out of sight: what every joinable queue does, and no more.
UNSEEN_QUEUE = QueueKind(
    "joinable queue made elsewhere",
    "queue made elsewhere",
    Carrier.UNSEEN,
    True,
    False,
    bounded=False,
    order=Order.UNKNOWN,
    timed_join=True,
)
UNSEEN_TASK_QUEUE = replace(UNSEEN_QUEUE, name="task queue made elsewhere", awaited=_ASYNCIO)

PUT_METHODS = frozenset({"put", "put_nowait"})
GET_METHODS = frozenset({"get", "get_nowait"})
PEEK_METHODS = frozenset({"empty", "full", "qsize"})
