"""``multiprocessing.Pipe`` and ``connection.wait``."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Iterable
from typing import Any

from .kernel import kernel
from .processes import Process
from .sharing import Shared, dumps, find_shared, loads


class Connection(Shared):
    """One end of a pipe."""

    kind = "Connection"
    semaphores = False

    def __init__(self) -> None:
        self.register()
        self.inbox: deque[bytes] = deque()
        self.other: Connection | None = None
        self.closed_in: set[int] = set()

    def state(self) -> object:
        return tuple(self.inbox)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return find_shared, (self.index,)

    def _abandoned(self) -> bool:
        """Whether no process is left that holds the other end."""
        other = self.other
        alive = [p for p in kernel().processes if not p.ended]
        return other is None or all(p.pid in other.closed_in for p in alive)

    @property
    def closed(self) -> bool:
        """As the real one."""
        return kernel().current.process.pid in self.closed_in

    def send(self, value: Any) -> None:
        """As the real one, with room for everything."""
        if self.closed:
            raise OSError("handle is closed")
        k = kernel()
        data = dumps(value)
        other = self.other
        assert other is not None
        k.point("Connection.send", self)
        if self._abandoned():
            raise BrokenPipeError(32, "Broken pipe")
        other.inbox.append(data)
        k.progress()

    def recv(self) -> Any:
        """As the real one."""
        if self.closed:
            raise OSError("handle is closed")
        k = kernel()
        k.point("Connection.recv", self, lambda: bool(self.inbox) or self._abandoned())
        if not self.inbox:
            raise EOFError
        data = self.inbox.popleft()
        k.observe(data)
        k.progress()
        return loads(data)

    send_bytes = send
    recv_bytes = recv

    def poll(self, timeout: float | None = 0.0) -> bool:
        """As the real one."""
        k = kernel()
        return k.point(
            "Connection.poll", self, lambda: bool(self.inbox) or self._abandoned(), timeout
        )

    def close(self) -> None:
        """As the real one."""
        kernel().point("Connection.close", self)
        self.closed_in.add(kernel().current.process.pid)
        kernel().progress()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def make_pipe(duplex: bool = True) -> tuple[Connection, Connection]:
    """``multiprocessing.Pipe``."""
    one, two = Connection(), Connection()
    one.other, two.other = two, one
    return one, two


def wait(things: Iterable[Any], timeout: float | None = None) -> list[Any]:
    """``multiprocessing.connection.wait`` on connections and sentinels of processes."""
    all_things = list(things)

    def ready(thing: Any) -> bool:
        if isinstance(thing, Process):
            return thing._sim is not None and thing._sim.ended
        return bool(thing.inbox) or thing._abandoned()

    kernel().point("connection.wait", None, lambda: any(map(ready, all_things)), timeout)
    return [t for t in all_things if ready(t)]


def make_module() -> types.ModuleType:
    """The module as a program sees it."""
    module = types.ModuleType("multiprocessing.connection")
    module.Connection = Connection  # type: ignore[attr-defined]
    module.Pipe = make_pipe  # type: ignore[attr-defined]
    module.wait = wait  # type: ignore[attr-defined]
    return module
