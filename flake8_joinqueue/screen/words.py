"""The words by which a text or a name speaks of queues."""

from __future__ import annotations

# Every class of queue, in every library, has this in its name, and so has `asyncio.QueueEmpty`.
QUEUE = "Queue"
# A function that is handed its queue need not name the class, but what makes the queue joinable
# has one name everywhere.
TASK_DONE = "task_done"
# `multiprocessing.queue.Empty` and `multiprocessing.Empty` are wrong wherever they stand.
EMPTY = "Empty"
EMPTY_OF = ("queue", "multiprocessing")

# The classes of queue there are; `JobQueue` may be one too, but then it says of which it is made.
CLASSES = frozenset({"Queue", "JoinableQueue", "SimpleQueue", "LifoQueue", "PriorityQueue"})

# How processes are started is said far from the queue, often in a function of its own. (A context
# is not: whoever makes a queue of it names it.)
_SETTINGS = frozenset({"set_start_method", "patch_all"})
_WORDS = _SETTINGS | CLASSES | {TASK_DONE, EMPTY}

# The modules whose objects the reading knows: what is done to one of these may matter.
MODULES = frozenset(
    {
        "asyncio",
        "billiard",
        "concurrent",
        "gevent",
        "multiprocess",
        "multiprocessing",
        "pathos",
        "queue",
        "threading",
        "torch",
        "tornado",
    }
)


def speaks_of_queues(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a source text may have anything to do with queues; `own` are the user's words too.

    No more than a few substring searches, so that nearly every file ends here. False is certain;
    true may be a word in a comment.
    """
    if TASK_DONE in text or QUEUE in text or any(word in text for word in own):
        return True
    return EMPTY in text and any(word in text for word in EMPTY_OF)


def is_vocabulary(name: str) -> bool:
    """Whether a name in code belongs to the vocabulary of queues."""
    return name in _WORDS
