"""Which handler catches what."""

from __future__ import annotations

import builtins
from typing import Final

from flake8_joinqueue.protocol import JUMPS, ExceptionName, Handler

# What is thrown: a dotted name, "" for an exception of which nothing is known, or one of these.
EMPTY: Final = "queue.Empty"
TIMED_OUT: Final = "TimeoutError"
CANCELLED: Final = "asyncio.CancelledError"
SHUT_DOWN: Final = "queue.ShutDown"
ORDINARY: Final = "an exception of a call"

_ALL: Final = frozenset({"Exception", "BaseException"})
_NEVER_FROM_CALLS: Final = frozenset(
    {
        "Empty",
        "Full",
        "QueueEmpty",
        "QueueFull",
        "ShutDown",
        "QueueShutDown",
        "KeyboardInterrupt",
        "SystemExit",
        "GeneratorExit",
        "CancelledError",
        "GreenletExit",
    }
)
_BASES: Final = {
    "KeyError": "LookupError",
    "IndexError": "LookupError",
    "ZeroDivisionError": "ArithmeticError",
    "OverflowError": "ArithmeticError",
    "NotImplementedError": "RuntimeError",
    "RecursionError": "RuntimeError",
    "UnicodeError": "ValueError",
    "ModuleNotFoundError": "ImportError",
    "FileNotFoundError": "OSError",
    "PermissionError": "OSError",
    "TimeoutError": "OSError",
    "ConnectionError": "OSError",
    "JSONDecodeError": "ValueError",
    "BrokenPipeError": "ConnectionError",
    "ConnectionResetError": "ConnectionError",
}
# What is usually raised by what may raise, where that is known.
_USUAL: Final = {
    "a subscript": ("KeyError", "IndexError"),
    "an operator": ("TypeError", "ZeroDivisionError"),
    "an assert": ("AssertionError",),
    "int": ("ValueError",),
    "float": ("ValueError",),
    "json.loads": ("json.JSONDecodeError",),
    "json.load": ("json.JSONDecodeError",),
    "open": ("OSError",),
}
_CANCELLED: Final = frozenset({"CancelledError", "GreenletExit"})
_NOT_AN_EXCEPTION: Final = frozenset(
    {"KeyboardInterrupt", "SystemExit", "GeneratorExit", *_CANCELLED}
)


def usual(label: str) -> tuple[str, ...]:
    """Return what a `Call` with this label may throw: one of these, as a rule."""
    return _USUAL.get(label, (ORDINARY,))


def catches(handler: Handler, thrown: str) -> bool | None:
    """Say whether a handler catches what is thrown; `None` where it may."""
    if not handler.exceptions:
        return True
    answers = {_catches(exception, thrown) for exception in handler.exceptions}
    if True in answers:
        return True
    return None if None in answers else False


def _catches(exception: ExceptionName, thrown: str) -> bool | None:
    name = _last(exception.name)
    if exception.name in JUMPS:
        return exception.name == thrown
    if thrown in JUMPS:
        return name in {"BaseException", "GeneratorExit"}
    if thrown == ORDINARY:
        if name in _ALL:
            return True
        return False if name in _NEVER_FROM_CALLS else None
    if name == "BaseException":
        return True
    if name == "Exception":
        return _last(thrown) not in _NOT_AN_EXCEPTION
    if thrown == CANCELLED:
        return name in _CANCELLED if name else None
    if thrown == EMPTY:
        return None if not name else name.endswith("Empty")
    if thrown == SHUT_DOWN:
        return None if not name else name.endswith("ShutDown")
    if not name or not thrown:
        return None
    if name in _BASES.values() or name in _BASES:
        return name in _with_bases(_last(thrown)) or (None if _is_custom(thrown) else False)
    if name == _last(thrown):
        return True
    # A class of the program may derive from another one of it.
    return None if _is_custom(thrown) and _is_custom(exception.name) else False


def is_own(name: str) -> bool:
    """Say whether an exception is of a class of the file."""
    return bool(name) and "." not in name and name not in JUMPS and _is_custom(name)


def _is_custom(name: str) -> bool:
    """Say whether an exception is none of Python's own, but the file's or a library's."""
    last = _last(name)
    return last not in _NOT_AN_EXCEPTION and last not in _BASES and not _is_builtin(last)


def _is_builtin(name: str) -> bool:
    return hasattr(builtins, name)


def _with_bases(name: str) -> set[str]:
    names = {name}
    while name in _BASES:
        name = _BASES[name]
        names.add(name)
    return names


def _last(name: str) -> str:
    return name.rpartition(".")[2]
