"""Managers: a server that lives until it is shut down, and proxies that talk to it.

A proxied call runs the method of the object in the server at the hands of the caller, who is
guarded: if the server ends while he waits, he sees ``EOFError``.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any

from . import sync, threadqueue
from .forking import Copier
from .kernel import kernel
from .processes import SimProcess
from .sharing import Shared, dumps, loads


class RemoteError(Exception):
    """``multiprocessing.managers.RemoteError``."""


class Server(Shared):
    """The process behind a manager."""

    kind = "Manager"
    semaphores = False

    def __init__(self) -> None:
        self.register()
        self.ended = False
        self.objects: dict[int, Any] = {}
        self.references: dict[int, int] = {}

    def state(self) -> object:
        return (self.ended, tuple(self.references.items()))

    def add(self, thing: Any) -> int:
        """Take an object in; its number."""
        number = len(self.references)
        self.objects[number] = thing
        self.references[number] = 0
        return number

    def count(self, number: int, by: int) -> None:
        """A proxy more or less; the last one takes the object with it."""
        self.references[number] += by
        if self.references[number] <= 0:
            self.objects.pop(number, None)

    def end(self) -> None:
        """The server is gone."""
        if not self.ended:
            self.ended = True
            k = kernel()
            k.remark(self.label, "ends")
            k.progress()


class Proxy:
    """What a program holds of an object in a server."""

    _exposed: frozenset[str] = frozenset()
    _kind = "Queue"

    def __init__(self, server: Server, number: int, manager: Any, exposed: Any, kind: str) -> None:
        own = self.__dict__
        own["_server"] = server
        own["_number"] = number
        own["_manager"] = manager
        own["_exposed"] = exposed
        own["_kind"] = kind
        own["_kernel"] = kernel()
        own["_counted"] = False
        self._incref()

    def _incref(self) -> None:
        server = self._server
        if not server.ended and self._number in server.objects:
            server.count(self._number, 1)
            self.__dict__["_counted"] = True
            connections().add(server.index)

    def __del__(self) -> None:
        own = self.__dict__
        if own.get("_counted") and not own["_kernel"].closed:
            own["_counted"] = False
            own["_server"].count(own["_number"], -1)

    def __simulator_copy__(self, copier: Copier) -> Any:
        made = object.__new__(type(self))
        copier.memo[id(self)] = made
        made.__dict__.update(self.__dict__, _manager=None, _counted=False)
        copier.after.append(made._incref)
        return made

    def __reduce__(self) -> Any:
        return rebuild, (type(self), self._server.index, self._number, self._exposed, self._kind)

    def _callmethod(self, name: str, args: Any = (), kwds: Any = {}) -> Any:
        k = kernel()
        server = self._server
        if server.ended:
            k.point(f"{self._kind}.{name}", server)
            if server.index in connections():
                raise BrokenPipeError(32, "Broken pipe")
            raise FileNotFoundError(2, "No such file or directory")
        if self._number not in server.objects:
            k.point(f"{self._kind}.{name}", server)
            raise RemoteError(f"KeyError: '{self._number:x}'")
        connections().add(server.index)
        args, kwds = loads(dumps((args, kwds)))
        me = k.current
        before, me.guard = me.guard, server
        try:
            result = self._perform(server.objects[self._number], name, args, kwds)
        finally:
            me.guard = before
        return loads(dumps(result))

    def _perform(self, thing: Any, name: str, args: Any, kwds: Any) -> Any:
        return getattr(thing, name)(*args, **kwds)

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_exposed", ()):
            return lambda *args, **kwds: self._callmethod(name, args, kwds)
        kind = self.__dict__.get("_kind", "?")
        raise AttributeError(f"'AutoProxy[{kind}]' object has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"<AutoProxy[{self._kind}] object>"


class PlainProxy(Proxy):
    """A proxy of an object that knows nothing of the scheduler: every call is one step."""

    def _perform(self, thing: Any, name: str, args: Any, kwds: Any) -> Any:
        k = kernel()
        k.point(f"{self._kind}.{name}", self._server)
        result = getattr(thing, name)(*args, **kwds)
        if name in ("keys", "values", "items"):
            result = list(result)
        k.observe(repr(result))
        if name.startswith("__get") or name in ("__len__", "__contains__", "get", "copy", "keys"):
            k.polled()
        return result

    def __len__(self) -> int:
        return int(self._callmethod("__len__"))

    def __getitem__(self, at: Any) -> Any:
        return self._callmethod("__getitem__", (at,))

    def __setitem__(self, at: Any, value: Any) -> None:
        self._callmethod("__setitem__", (at, value))

    def __delitem__(self, at: Any) -> None:
        self._callmethod("__delitem__", (at,))

    def __contains__(self, value: Any) -> bool:
        return bool(self._callmethod("__contains__", (value,)))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._callmethod("copy"))

    def __iadd__(self, more: Any) -> Any:
        self._callmethod("extend", (more,))
        return self

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return str(self._callmethod("__repr__"))


class AttributeProxy(PlainProxy):
    """A proxy of an object whose attributes count: ``Namespace`` and ``Value``."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            return super().__getattr__(name)
        return self._callmethod("__getattribute__", (name,))

    def __setattr__(self, name: str, value: Any) -> None:
        self._callmethod("__setattr__", (name, value))

    def get(self) -> Any:
        """Of a ``Value``."""
        return self._callmethod("__getattribute__", ("value",))

    def set(self, value: Any) -> None:
        """Of a ``Value``."""
        self._callmethod("__setattr__", ("value", value))


def connections() -> set[int]:
    """The servers the current thread of a process has talked to."""
    actor = kernel().current
    if not hasattr(actor, "connections"):
        actor.connections = set()  # type: ignore[attr-defined]
    made: set[int] = actor.connections  # type: ignore[attr-defined]
    return made


def rebuild(kind: type[Proxy], server: int, number: int, exposed: Any, name: str) -> Proxy:
    """A proxy out of its pickle."""
    return kind(kernel().cores[server], number, None, exposed, name)


def public(thing: Any) -> frozenset[str]:
    """The public methods of an object."""
    return frozenset(
        n for n in dir(type(thing)) if not n.startswith("_") and callable(getattr(thing, n, None))
    )


QUEUE_METHODS = frozenset(
    n for n in dir(threadqueue.Queue)
    if not n.startswith("_")
    and n not in ("register", "state", "op", "kind", "label", "queue", "maxsize")
)  # fmt: skip


class BaseManager:
    """``multiprocessing.managers.BaseManager``."""

    _registry: dict[str, tuple[Any, Any]] = {}

    def __init__(self, address: Any = None, authkey: Any = None, *args: Any, ctx: Any = None,
                 **options: Any) -> None:  # fmt: skip
        self._server: Server | None = None
        self._pid = kernel().current.process.pid
        self._kernel = kernel()

    def __simulator_copy__(self, copier: Copier) -> Any:
        made = object.__new__(type(self))
        copier.memo[id(self)] = made
        made.__dict__.update(self.__dict__, _pid=-1)
        return made

    def start(self, initializer: Any = None, initargs: Any = ()) -> None:
        """As the real one."""
        k = kernel()
        assert self._server is None, "server already started"
        process: SimProcess = k.current.process
        assert not process.daemon, "daemonic processes are not allowed to have children"
        server = self._server = Server()
        process.finalizers.append(server.end)

    def shutdown(self) -> None:
        """As the real one."""
        k = kernel()
        k.point("Manager.shutdown", self._server)
        if self._server is not None:
            self._server.end()

    def join(self, timeout: float | None = None) -> None:
        """As the real one."""
        server = self._server
        assert server is not None
        kernel().point("Manager.join", server, lambda: server.ended, timeout)

    def connect(self) -> None:
        """Not modelled."""
        kernel().stop("undecided", "the program connects to a remote manager")

    def get_server(self) -> Any:
        """Not modelled."""
        kernel().stop("undecided", "the program serves a remote manager")

    def __del__(self) -> None:
        server = self.__dict__.get("_server")
        k = self.__dict__.get("_kernel")
        if server is None or k is None or k.closed or k.current is None:
            return
        if self._pid == k.current.process.pid:
            server.end()

    def __enter__(self) -> Any:
        if self._server is None:
            self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.shutdown()

    def __reduce__(self) -> Any:
        raise TypeError("Pickling an AuthenticationString object is disallowed")

    def _make(self, thing: Any, proxy: type[Proxy], name: str, exposed: Any = None) -> Proxy:
        server = self._server
        assert server is not None, "server not yet started"
        k = kernel()
        k.point(f"Manager.{name}", server)
        if server.ended:
            raise FileNotFoundError(2, "No such file or directory")
        made = thing()
        if exposed is None:
            exposed = QUEUE_METHODS if isinstance(made, threadqueue.Queue) else public(made)
        return proxy(server, server.add(made), self, frozenset(exposed), name)

    @classmethod
    def register(cls, typeid: str, callable: Callable[..., Any] | None = None,
                 proxytype: Any = None, exposed: Any = None, *args: Any,
                 **options: Any) -> None:  # fmt: skip
        """As the real one."""

        def make(self: BaseManager, *given: Any, **named: Any) -> Proxy:
            assert callable is not None
            given, named = loads(dumps((given, named)))
            probe = callable
            known = isinstance(probe, type) and issubclass(probe, threadqueue.Queue)
            proxy = Proxy if known else PlainProxy
            return self._make(lambda: probe(*given, **named), proxy, typeid, exposed)

        setattr(cls, typeid, make)


class SyncManager(BaseManager):
    """``multiprocessing.managers.SyncManager``."""

    def Queue(self, maxsize: int = 0) -> Proxy:  # noqa: N802  (multiprocessing's name)
        """As the real one: a ``queue.Queue``."""
        return self._make(lambda: threadqueue.Queue(maxsize), Proxy, "Queue")

    def JoinableQueue(self, maxsize: int = 0) -> Proxy:  # noqa: N802  (multiprocessing's name)
        """As the real one: a ``queue.Queue``."""
        return self._make(lambda: threadqueue.Queue(maxsize), Proxy, "JoinableQueue")

    def list(self, content: Any = ()) -> Any:
        """As the real one."""
        return self._make(lambda: [*content], PlainProxy, "list")

    def dict(self, *args: Any, **options: Any) -> Any:
        """As the real one."""
        return self._make(lambda: _dict(*args, **options), PlainProxy, "dict")

    def Namespace(self, **options: Any) -> Any:  # noqa: N802  (multiprocessing's name)
        """As the real one."""
        return self._make(lambda: types.SimpleNamespace(**options), AttributeProxy, "Namespace")

    def Value(self, kind: Any, value: Any = 0, lock: bool = True) -> Any:  # noqa: N802
        """As the real one."""
        return self._make(lambda: types.SimpleNamespace(value=value), AttributeProxy, "Value")

    def Array(self, kind: Any, content: Any, lock: bool = True) -> Any:  # noqa: N802
        """As the real one."""
        return self._make(lambda: [*content], PlainProxy, "Array")

    def Pool(self, *args: Any, **options: Any) -> Any:  # noqa: N802  (multiprocessing's name)
        """Not modelled."""
        kernel().stop("undecided", "the program uses a manager's Pool")


_dict = dict


def _add_sync(name: str, make: Callable[..., Any]) -> None:
    def method(self: SyncManager, *args: Any, **options: Any) -> Proxy:
        methods = frozenset(
            n for n in dir(make) if not n.startswith("_") and callable(getattr(make, n, None))
        )
        return self._make(lambda: make(*args, **options), SyncProxy, name, methods)

    method.__name__ = name
    setattr(SyncManager, name, method)


class SyncProxy(Proxy):
    """A proxy of a lock or the like, usable in ``with``."""

    def __enter__(self) -> Any:
        return self._callmethod("acquire")

    def __exit__(self, *exc: object) -> None:
        self._callmethod("release")


for _name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier"):
    _add_sync(_name, getattr(sync, _name))


def make_module() -> types.ModuleType:
    """The module as a program sees it."""
    module = types.ModuleType("multiprocessing.managers")
    for part in (BaseManager, SyncManager, RemoteError):
        setattr(module, part.__name__, part)
    module.BaseProxy = Proxy  # type: ignore[attr-defined]
    module.AutoProxy = Proxy  # type: ignore[attr-defined]
    return module
