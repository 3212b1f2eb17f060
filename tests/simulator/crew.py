"""A crew of workers that do jobs from a list: what pools and executors are made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .actors import Actor
from .kernel import kernel
from .outcome import Error
from .processes import Process, error_line
from .sharing import Shared, dumps, loads
from .threads import Thread


@dataclass(eq=False)
class Job:
    """A call, and what is to be done with its result in the process that asked for it."""

    func: Any
    args: tuple[Any, ...]
    kwds: dict[str, Any]
    done: Callable[[bool, Any], None]
    started: Callable[[], bool] = lambda: True
    payload: bytes | None = None


class Crew(Shared):
    """Workers (processes or threads), the jobs that wait, and a thread that hands results out."""

    kind = "Crew"
    semaphores = False

    def __init__(self, name: str, threads: bool, initializer: Any, initargs: tuple[Any, ...],
                 daemon: bool, method: str | None) -> None:  # fmt: skip
        self.register(name)
        self.name = name
        self.threads = threads
        self.initializer = initializer
        self.initargs = initargs
        self.daemon = daemon
        self.method = method
        self.jobs: deque[Job] = deque()
        self.results: deque[tuple[Job, bool, Any]] = deque()
        self.workers: list[Any] = []
        self.closed = False
        self.pending = 0
        self.idle = 0
        self.broken: Callable[[], None] | None = None
        self.hander: Actor | None = None
        if not threads:
            k = kernel()
            process = k.current.process
            self.hander = k.add_actor(f"{name} results", "handler", process)
            self.hander.daemon = True
            process.actors.append(self.hander)
            k.launch(self.hander, self.hand_out)

    def state(self) -> object:
        return (len(self.jobs), len(self.results), self.closed, self.pending)

    def hire(self, name: str) -> None:
        """One worker more."""
        if self.threads:
            worker: Any = Thread(target=self.work, name=name, daemon=self.daemon)
        else:
            worker = Process(
                target=self.work_in_process,
                args=(self.initializer, self.initargs),
                name=name,
                daemon=self.daemon,
            )
            worker._start_method = self.method
        self.workers.append(worker)
        worker.start()

    def add(self, job: Job) -> None:
        """A job more; what cannot be pickled fails at once."""
        k = kernel()
        k.point(f"{self.name}.submit", self)
        if not self.threads:
            try:
                job.payload = dumps((job.func, job.args, job.kwds))
            except Exception as problem:
                job.done(False, problem)
                return
        self.pending += 1
        self.jobs.append(job)
        k.progress()

    def next_job(self) -> Job | None:
        """The worker's next job, None at the end."""
        k = kernel()
        self.idle += 1
        k.point(f"{self.name}.worker", self, lambda: bool(self.jobs) or self.closed)
        self.idle -= 1
        while self.jobs:
            job = self.jobs.popleft()
            if job.started():
                k.observe(len(self.jobs))
                k.progress()
                return job
            self.pending -= 1
        return None if self.closed else self.next_job()

    def work(self) -> None:
        """The life of a worker thread."""
        if self.initializer is not None:
            self.initializer(*self.initargs)
        while (job := self.next_job()) is not None:
            try:
                good, value = True, job.func(*job.args, **job.kwds)
            except Exception as problem:
                good, value = False, problem
            self.pending -= 1
            job.done(good, value)
            del job, value

    def work_in_process(self, initializer: Any, initargs: tuple[Any, ...]) -> None:
        """The life of a worker process."""
        k = kernel()
        if initializer is not None:
            initializer(*initargs)
        while (job := self.next_job()) is not None:
            try:
                assert job.payload is not None
                func, args, kwds = loads(job.payload)
                good, value = True, func(*args, **kwds)
            except Exception as problem:
                good, value = False, problem
                problem.__simulator_line__ = error_line(problem)  # type: ignore[attr-defined]
            try:
                data: Any = dumps(value)
            except Exception as problem:
                good, data = False, dumps(RuntimeError(f"Error sending result: {problem!r}"))
            self.results.append((job, good, data))
            k.progress()

    def hand_out(self) -> None:
        """The life of the thread that brings results home."""
        k = kernel()
        while True:
            k.point(f"{self.name}.results", self, lambda: bool(self.results) or self.cracked())
            if not self.results:
                assert self.broken is not None
                self.broken()
                return
            job, good, data = self.results.popleft()
            self.pending -= 1
            job.done(good, loads(data))

    def cracked(self) -> bool:
        """Whether a worker died though there is work, for those who mind."""
        if self.broken is None or (self.closed and not self.pending):
            return False
        return any(w._sim is not None and w._sim.exitcode for w in self.workers)

    def close(self) -> None:
        """No more jobs; workers leave when there are none left."""
        self.closed = True
        kernel().progress()

    def dismiss(self) -> None:
        """Kill the workers."""
        self.closed = True
        self.jobs.clear()
        for worker in self.workers:
            if not self.threads and worker._sim is not None:
                worker._sim.kill(-15)

    def over(self) -> bool:
        """Whether all workers have left and all results are handed out."""
        if self.threads:
            return all(w._actor is None or w._actor.done for w in self.workers)
        return not self.results and all(w._sim is None or w._sim.ended for w in self.workers)

    def join(self, operation: str) -> None:
        """Wait until it is over."""
        kernel().point(operation, self, self.over)

    def unread(self, problem: BaseException) -> None:
        """An exception in a job whose result nobody looked at."""
        k = kernel()
        line = getattr(problem, "__simulator_line__", 0) or error_line(problem)
        k.ledger.errors.append(
            Error(f"{self.name} job", type(problem).__name__, str(problem), line, silent=True)
        )
