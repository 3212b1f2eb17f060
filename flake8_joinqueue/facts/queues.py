"""The kinds of queue there are, one row a kind.

Sources: CPython 3.13 `multiprocessing/queues.py`, `multiprocessing/managers.py`, `queue.py`, and
small programs run on CPython 3.10 to 3.13.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Carrier(enum.Enum):
    """Between what a queue carries items."""

    PROCESSES = "processes"
    THREADS = "threads"
    TASKS = "tasks"


@dataclass(frozen=True, slots=True)
class QueueKind:
    """What a kind of queue is and does.

    `joinable`: it counts unfinished items (`task_done`, `join`). `pickles`: items are copied on
    their way, so that identity is lost. `feeder`: a thread writes to a pipe behind `put`, so that
    `empty` lags and an exit may block. `fifo`: what is put first is taken first. `constructor` is
    how it is commonly made, for messages.
    """

    name: str
    constructor: str
    carrier: Carrier
    joinable: bool
    pickles: bool
    feeder: bool = False
    bounded: bool = True
    fifo: bool = True


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
    fifo=False,
)
THREAD_SIMPLE = QueueKind(
    "thread simple queue", "queue.SimpleQueue", Carrier.THREADS, False, False, bounded=False
)

PUT_METHODS = frozenset({"put", "put_nowait"})
GET_METHODS = frozenset({"get", "get_nowait"})
PEEK_METHODS = frozenset({"empty", "full", "qsize"})
