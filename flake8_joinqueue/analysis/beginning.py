"""What a run does before anything that matters, where it may end at once.

Programs look at their settings and their input first, and leave where there is nothing to do. A
run that ends before it does anything with a queue or a worker has nothing to do with any report,
so that what comes after such a check is as sure as if it stood first.
"""

from __future__ import annotations

from flake8_joinqueue.protocol import (
    Block,
    Branch,
    Close,
    Exit,
    Get,
    JoinActor,
    JoinQueue,
    Loop,
    ManagerEnds,
    Operation,
    Peek,
    Put,
    Raise,
    Return,
    Scope,
    Shutdown,
    Start,
    Stop,
    TaskDone,
    Try,
    operations_in,
    unchanged,
)
from flake8_joinqueue.records import replace

_WEIGHTY = (
    Put, Get, TaskDone, JoinQueue, Peek, Close, Shutdown, Start, JoinActor, Stop, ManagerEnds,
)  # fmt: skip
_FAR = frozenset({Raise, Exit})
_ALL = frozenset({Return, Raise, Exit})
_NONE: frozenset[type] = frozenset()


def without_early_ends(body: Block) -> Block:
    """Return what main does, without jumps that end it before it does anything that matters."""
    return _begun(body, _ALL, final=True) if _matters(body) else body


def _matters(block: Block) -> bool:
    return any(isinstance(operation, _WEIGHTY) for operation in operations_in(block))


def _begun(block: Block, ends: frozenset[type], *, final: bool) -> Block:
    """Return a block up to whose first operation that matters no jump of the kinds `ends` is left.

    These are the kinds that lead past everything that matters. `final`: nothing matters behind the
    block, in the whole run.
    """
    kept: list[Operation] = []
    for place, operation in enumerate(block):
        if not _matters((operation,)):
            kept.extend(_without(operation, ends))
            continue
        rest = block[place + 1 :]
        kept.extend(_opened(operation, ends, final=final and not _matters(rest)))
        kept.extend(rest)
        break
    return unchanged(block, kept)


def _opened(operation: Operation, ends: frozenset[type], *, final: bool) -> Block:
    """Return the first operation that matters, likewise."""
    match operation:
        case Scope():
            # What leaves the function goes on behind it.
            inside = (ends & _FAR) | ({Return} if final else _NONE)
            return (replace(operation, body=_begun(operation.body, inside, final=final)),)
        case Branch():
            return _branch(operation, ends, final=final)
        case Try() if not _matters(operation.final):
            if operation.handlers:
                caught = any(_matters(handler.body) for handler in operation.handlers)
                ends = ends if final and not caught else ends - _FAR
            inner = final and not _matters(operation.orelse)
            return (replace(operation, body=_begun(operation.body, ends, final=inner)),)
    return (operation,)


def _branch(branch: Branch, ends: frozenset[type], *, final: bool) -> Block:
    """Return a branch with a side that matters; the other, where it leads past all, is left out."""
    sides = branch.then, branch.otherwise
    for side, other in (sides, sides[::-1]):
        if not _matters(other) and (final or _stripped(other, ends) is None):
            return _begun(side, ends, final=final)
    then, otherwise = (_begun(side, ends, final=final) for side in sides)
    return (replace(branch, then=then, otherwise=otherwise),)


def _without(operation: Operation, ends: frozenset[type]) -> Block:
    """Return an operation that does not matter, without its jumps of some kinds."""
    match operation:
        case Branch():
            then = _stripped(operation.then, ends)
            otherwise = _stripped(operation.otherwise, ends)
            if then is None or otherwise is None:
                return then or otherwise or ()
            return (replace(operation, then=then, otherwise=otherwise),)
        case Loop():
            return (replace(operation, body=_stripped(operation.body, ends) or ()),)
        case Scope():
            return (replace(operation, body=_stripped(operation.body, ends & _FAR) or ()),)
        case Try() if not operation.handlers:
            return (replace(operation, body=_stripped(operation.body, ends) or ()),)
    return (operation,)


def _stripped(block: Block, ends: frozenset[type]) -> Block | None:
    """Return a block without jumps of some kinds; `None` where it always ends in one of them."""
    kept: list[Operation] = []
    for operation in block:
        if type(operation) in ends:
            return None
        kept.extend(_without(operation, ends))
    return unchanged(block, kept)
