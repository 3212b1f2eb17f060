"""``multiprocessing.Value`` and ``Array``: shared memory."""

from __future__ import annotations

from typing import Any

from .kernel import kernel
from .mpsync import ProcessRLock
from .sharing import Shared

ZEROS: dict[str, Any] = {"d": 0.0, "f": 0.0, "c": b"\0", "u": "\0"}


def zero(kind: Any) -> Any:
    """What a value of this type is to begin with."""
    if isinstance(kind, str):
        return ZEROS.get(kind, 0)
    made = kind(0) if kind.__name__ not in ("c_char", "c_char_p", "c_wchar") else kind()
    return made.value


class Value(Shared):
    """``multiprocessing.Value``; every reading and writing is a step."""

    kind = "Value"
    semaphores = False

    def __init__(self, kind: Any, *args: Any, lock: Any = True) -> None:
        self.register()
        self._held = args[0] if args else zero(kind)
        self._lock = lock if hasattr(lock, "acquire") else ProcessRLock()

    def state(self) -> object:
        return repr(self._held)

    @property
    def value(self) -> Any:
        """As the real one."""
        k = kernel()
        k.point("Value.read", self)
        k.observe(repr(self._held))
        k.polled()
        return self._held

    @value.setter
    def value(self, new: Any) -> None:
        kernel().point("Value.write", self)
        self._held = new
        for actor in kernel().live:
            actor.polled = False

    def get_lock(self) -> Any:
        """As the real one."""
        return self._lock

    get_obj = property(lambda self: lambda: self)

    def acquire(self, *args: Any) -> Any:
        """As the real one."""
        return self._lock.acquire(*args)

    def release(self) -> None:
        """As the real one."""
        self._lock.release()

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *exc: object) -> None:
        self._lock.__exit__(*exc)


class Array(Value):
    """``multiprocessing.Array``."""

    kind = "Array"

    def __init__(self, kind: Any, content: Any, *, lock: Any = True) -> None:
        super().__init__(kind, 0, lock=lock)
        self._held = [zero(kind)] * content if isinstance(content, int) else list(content)

    def __len__(self) -> int:
        return len(self._held)

    def __getitem__(self, at: Any) -> Any:
        return self.value[at]

    def __setitem__(self, at: Any, new: Any) -> None:
        held = list(self._held)
        held[at] = new
        self.value = held

    def __iter__(self) -> Any:
        return iter(list(self.value))
