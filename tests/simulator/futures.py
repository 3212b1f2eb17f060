"""The stand-in for ``concurrent.futures``."""

from __future__ import annotations

import concurrent.futures as real
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from concurrent.futures.thread import BrokenThreadPool
from typing import Any

from .crew import Crew, Job
from .kernel import kernel


class QuietCondition:
    """A condition without a lock: actors only change at points, so none is needed."""

    def __init__(self, over: Callable[[], bool]) -> None:
        self.over = over

    def __enter__(self) -> bool:
        return True

    def __exit__(self, *exc: object) -> None:
        return None

    def acquire(self) -> bool:
        """Nothing to do."""
        return True

    def release(self) -> None:
        """Nothing to do."""

    def wait(self, timeout: float | None = None) -> bool:
        """Until the future is done."""
        return kernel().point("Future.result", None, self.over, timeout)

    def notify_all(self) -> None:
        """Whoever waits looks for himself."""
        kernel().progress()


class Future(real.Future):  # type: ignore[type-arg]
    """``concurrent.futures.Future`` on the scheduler; knows whether anybody saw its exception."""

    def __init__(self) -> None:
        super().__init__()
        self._condition: Any = QuietCondition(self.over)
        self.seen = False

    def over(self) -> bool:
        """Whether it is done, without letting others run."""
        return self._state in ("CANCELLED", "CANCELLED_AND_NOTIFIED", "FINISHED")

    def result(self, timeout: float | None = None) -> Any:
        """As the real one."""
        self.seen = True
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """As the real one."""
        self.seen = True
        return super().exception(timeout)

    def done(self) -> bool:
        """As the real one."""
        k = kernel()
        k.point("Future.done")
        k.polled()
        k.observe(self.over())
        return self.over()

    def add_done_callback(self, fn: Any) -> None:
        """As the real one."""
        self.seen = True
        super().add_done_callback(fn)


class Executor:
    """What both executors do."""

    _threads = True
    _name = "ThreadPoolExecutor"

    def __init__(self, max_workers: int | None, initializer: Any, initargs: Iterable[Any],
                 method: str | None = None) -> None:  # fmt: skip
        if max_workers is not None and max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        k = kernel()
        self._max = max_workers or (8 if self._threads else 4)
        self._futures: list[Future] = []
        self._stopped = False
        self._broken: Exception | None = None
        self._crew = Crew(self._name, self._threads, initializer, tuple(initargs), False, method)
        k.current.process.thread_exits.append(self._at_exit)
        k.at_end.append(self._report)

    def _at_exit(self) -> None:
        self._stopped = True
        self._crew.close()
        self._crew.join(f"{self._name} (at exit)")

    def _report(self) -> None:
        for future in self._futures:
            if future._state == "FINISHED" and future._exception and not future.seen:
                self._crew.unread(future._exception)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        """As the real one."""
        if self._broken is not None:
            raise self._broken
        if self._stopped:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = Future()
        self._futures.append(future)

        def done(good: bool, value: Any) -> None:
            if future.over():
                return
            if good:
                future.set_result(value)
            else:
                future.set_exception(value)

        job = Job(fn, args, kwargs, done, future.set_running_or_notify_cancel)
        job.__dict__["future"] = future
        self._crew.add(job)
        if len(self._crew.workers) < self._max and self._crew.idle < len(self._crew.jobs):
            self._crew.hire(f"{self._name}_{len(self._crew.workers)}")
        return future

    def map(self, fn: Any, *iterables: Iterable[Any], timeout: float | None = None,
            chunksize: int = 1, **options: Any) -> Iterator[Any]:  # fmt: skip
        """As the real one."""
        submitted = [self.submit(fn, *args) for args in zip(*iterables, strict=False)]

        def results() -> Iterator[Any]:
            for future in submitted:
                yield future.result(timeout)

        return results()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As the real one."""
        kernel().point(f"{self._name}.shutdown")
        self._stopped = True
        if cancel_futures:
            for job in list(self._crew.jobs):
                if job.__dict__["future"].cancel():
                    self._crew.jobs.remove(job)
                    self._crew.pending -= 1
        self._crew.close()
        if wait:
            self._crew.join(f"{self._name}.shutdown")

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: object) -> None:
        self.shutdown(wait=True)


class ThreadPoolExecutor(Executor):
    """``concurrent.futures.ThreadPoolExecutor``."""

    def __init__(self, max_workers: int | None = None, thread_name_prefix: str = "",
                 initializer: Any = None, initargs: Iterable[Any] = ()) -> None:  # fmt: skip
        super().__init__(max_workers, initializer, initargs)


class ProcessPoolExecutor(Executor):
    """``concurrent.futures.ProcessPoolExecutor``."""

    _threads = False
    _name = "ProcessPoolExecutor"

    def __init__(self, max_workers: int | None = None, mp_context: Any = None,
                 initializer: Any = None, initargs: Iterable[Any] = (), *,
                 max_tasks_per_child: int | None = None) -> None:  # fmt: skip
        method = None if mp_context is None else mp_context._method
        super().__init__(max_workers, initializer, initargs, method)
        self._crew.broken = self._break

    def _break(self) -> None:
        """A worker died: everything that is not done fails."""
        self._broken = BrokenProcessPool(
            "A process in the process pool was terminated abruptly while the future was "
            "running or pending."
        )
        for future in self._futures:
            if not future.over():
                if future._state == "PENDING":
                    future.set_running_or_notify_cancel()
                future.set_exception(self._broken)
        self._crew.dismiss()


def as_completed(fs: Iterable[Future], timeout: float | None = None) -> Iterator[Future]:
    """As the real one."""
    left = list(dict.fromkeys(fs))
    while left:
        if not kernel().point("as_completed", None, lambda: any(f.over() for f in left), timeout):
            raise real.TimeoutError(f"{len(left)} futures unfinished")
        ready = next(f for f in left if f.over())
        left.remove(ready)
        yield ready


def wait(fs: Iterable[Future], timeout: float | None = None,
         return_when: str = "ALL_COMPLETED") -> Any:  # fmt: skip
    """As the real one."""
    everything = set(fs)

    def ready() -> bool:
        over = [f for f in everything if f.over()]
        if return_when == "FIRST_COMPLETED":
            return bool(over)
        if return_when == "FIRST_EXCEPTION" and any(f._exception for f in over):
            return True
        return len(over) == len(everything)

    kernel().point("futures.wait", None, ready, timeout)
    done: Any = {f for f in everything if f.over()}
    return real._base.DoneAndNotDoneFutures(done, everything - done)


def make_modules() -> dict[str, types.ModuleType]:
    """The package and its submodules by name."""
    top = types.ModuleType("concurrent")
    module = types.ModuleType("concurrent.futures")
    for name in ("ALL_COMPLETED", "FIRST_COMPLETED", "FIRST_EXCEPTION", "CancelledError",
                 "TimeoutError", "InvalidStateError", "BrokenExecutor"):  # fmt: skip
        setattr(module, name, getattr(real, name))
    for part in (Future, Executor, ThreadPoolExecutor, ProcessPoolExecutor, as_completed, wait):
        setattr(module, part.__name__, part)
    thread = types.ModuleType("concurrent.futures.thread")
    thread.ThreadPoolExecutor = ThreadPoolExecutor  # type: ignore[attr-defined]
    thread.BrokenThreadPool = BrokenThreadPool  # type: ignore[attr-defined]
    process = types.ModuleType("concurrent.futures.process")
    process.ProcessPoolExecutor = ProcessPoolExecutor  # type: ignore[attr-defined]
    process.BrokenProcessPool = BrokenProcessPool  # type: ignore[attr-defined]
    top.futures = module  # type: ignore[attr-defined]
    module.thread = thread  # type: ignore[attr-defined]
    module.process = process  # type: ignore[attr-defined]
    return {m.__name__: m for m in (top, module, thread, process)}
