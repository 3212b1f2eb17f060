"""``multiprocessing.Pool`` and ``ThreadPool``, on a crew of workers."""

from __future__ import annotations

import multiprocessing as real
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .crew import Crew, Job
from .kernel import kernel


class AsyncResult:
    """``multiprocessing.pool.AsyncResult``; ``parts`` is how many tasks it waits for."""

    def __init__(self, pool: Pool, parts: int, single: bool, callback: Any, error: Any) -> None:
        self._parts: list[Any] = [None] * parts
        self._missing = parts
        self._single = single
        self._problem: BaseException | None = None
        self._callback = callback
        self._error_callback = error
        self._seen = False
        pool._results.append(self)

    def _set(self, at: int, good: bool, value: Any) -> None:
        self._missing -= 1
        if good:
            self._parts[at] = value
        elif self._problem is None:
            self._problem = value
        if self._missing == 0:
            if self._problem is None and self._callback is not None:
                self._callback(self._value())
            if self._problem is not None and self._error_callback is not None:
                self._seen = True
                self._error_callback(self._problem)
            kernel().progress()

    def _value(self) -> Any:
        if self._single:
            return self._parts[0]
        return [x for part in self._parts for x in part]

    def ready(self) -> bool:
        """As the real one."""
        k = kernel()
        k.point("AsyncResult.ready")
        k.observe(self._missing == 0)
        k.polled()
        return self._missing == 0

    def successful(self) -> bool:
        """As the real one."""
        if self._missing:
            raise ValueError("not ready")
        return self._problem is None

    def wait(self, timeout: float | None = None) -> None:
        """As the real one."""
        kernel().point("AsyncResult.wait", None, lambda: self._missing == 0, timeout)

    def get(self, timeout: float | None = None) -> Any:
        """As the real one."""
        if not kernel().point("AsyncResult.get", None, lambda: self._missing == 0, timeout):
            raise real.TimeoutError
        self._seen = True
        if self._problem is not None:
            raise self._problem
        return self._value()


class Pool:
    """``multiprocessing.pool.Pool``."""

    _threads = False

    def __init__(
        self,
        processes: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: Iterable[Any] = (),
        maxtasksperchild: int | None = None,
        context: Any = None,
    ) -> None:
        k = kernel()
        self._count = 4 if processes is None else processes
        if self._count < 1:
            raise ValueError("Number of processes must be at least 1")
        method = None if context is None else context._method
        self._results: list[AsyncResult] = []
        self._state = "RUN"
        self._crew = Crew("Pool", self._threads, initializer, tuple(initargs), True, method)
        for number in range(self._count):
            self._crew.hire(f"PoolWorker-{number + 1}")
        k.current.process.finalizers.append(self._finish)
        k.at_end.append(self._report)

    def _finish(self) -> None:
        self._crew.dismiss()

    def _report(self) -> None:
        """At the end: an exception in work whose result nobody read is still a failure."""
        for result in self._results:
            if result._problem is not None and not result._seen:
                self._crew.unread(result._problem)

    def _check_running(self) -> None:
        if self._state != "RUN":
            raise ValueError("Pool not running")

    def apply_async(self, func: Any, args: Any = (), kwds: Any = {}, callback: Any = None,
                    error_callback: Any = None) -> AsyncResult:  # fmt: skip
        """As the real one."""
        self._check_running()
        result = AsyncResult(self, 1, True, callback, error_callback)
        self._crew.add(Job(func, tuple(args), dict(kwds), lambda g, v: result._set(0, g, v)))
        return result

    def apply(self, func: Any, args: Any = (), kwds: Any = {}) -> Any:
        """As the real one."""
        return self.apply_async(func, args, kwds).get()

    def _chunks(self, iterable: Iterable[Any], size: int | None) -> list[list[Any]]:
        items = list(iterable)
        if size is None:
            size, extra = divmod(len(items), self._count * 4)
            size += bool(extra)
        size = max(size, 1)
        return [items[i : i + size] for i in range(0, len(items), size)]

    def _map(self, run: Any, func: Any, iterable: Any, size: Any, callback: Any,
             error: Any) -> AsyncResult:  # fmt: skip
        self._check_running()
        chunks = self._chunks(iterable, size)
        result = AsyncResult(self, len(chunks), False, callback, error)
        for at, chunk in enumerate(chunks):
            done = lambda g, v, at=at: result._set(at, g, v)  # noqa: E731  (a closure each)
            self._crew.add(Job(run, (func, chunk), {}, done))
        return result

    def map_async(self, func: Any, iterable: Any, chunksize: int | None = None,
                  callback: Any = None, error_callback: Any = None) -> AsyncResult:  # fmt: skip
        """As the real one."""
        return self._map(run_chunk, func, iterable, chunksize, callback, error_callback)

    def map(self, func: Any, iterable: Any, chunksize: int | None = None) -> Any:
        """As the real one."""
        return self.map_async(func, iterable, chunksize).get()

    def starmap_async(self, func: Any, iterable: Any, chunksize: int | None = None,
                      callback: Any = None, error_callback: Any = None) -> AsyncResult:  # fmt: skip
        """As the real one."""
        return self._map(run_star, func, iterable, chunksize, callback, error_callback)

    def starmap(self, func: Any, iterable: Any, chunksize: int | None = None) -> Any:
        """As the real one."""
        return self.starmap_async(func, iterable, chunksize).get()

    def imap(self, func: Any, iterable: Any, chunksize: int = 1) -> Iterator[Any]:
        """As the real one."""
        results = [self.apply_async(func, (item,)) for item in iterable]
        return (result.get() for result in results)

    def imap_unordered(self, func: Any, iterable: Any, chunksize: int = 1) -> Iterator[Any]:
        """As the real one."""
        left = [self.apply_async(func, (item,)) for item in iterable]

        def each() -> Iterator[Any]:
            while left:
                kernel().point("Pool.next", None, lambda: any(r._missing == 0 for r in left))
                ready = next(r for r in left if r._missing == 0)
                left.remove(ready)
                yield ready.get()

        return each()

    def close(self) -> None:
        """As the real one."""
        if self._state == "RUN":
            self._state = "CLOSE"
            self._crew.close()

    def terminate(self) -> None:
        """As the real one."""
        kernel().point("Pool.terminate")
        self._state = "TERMINATE"
        self._crew.dismiss()

    def join(self) -> None:
        """As the real one."""
        if self._state == "RUN":
            raise ValueError("Pool is still running")
        self._crew.join("Pool.join")

    def __enter__(self) -> Pool:
        self._check_running()
        return self

    def __exit__(self, *exc: object) -> None:
        self.terminate()

    def __reduce__(self) -> Any:
        raise NotImplementedError("pool objects cannot be passed between processes or pickled")


class ThreadPool(Pool):
    """``multiprocessing.pool.ThreadPool``."""

    _threads = True

    def __init__(self, processes: int | None = None, initializer: Any = None,
                 initargs: Iterable[Any] = ()) -> None:  # fmt: skip
        super().__init__(processes, initializer, initargs)


def run_chunk(func: Any, chunk: list[Any]) -> list[Any]:
    """A part of a ``map``."""
    return [func(x) for x in chunk]


def run_star(func: Any, chunk: list[Any]) -> list[Any]:
    """A part of a ``starmap``."""
    return [func(*x) for x in chunk]


def make_module() -> types.ModuleType:
    """The module as a program sees it."""
    module = types.ModuleType("multiprocessing.pool")
    for part in (Pool, ThreadPool, AsyncResult):
        setattr(module, part.__name__, part)
    return module
