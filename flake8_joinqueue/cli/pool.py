"""Many files in several processes.

Each worker process has a pipe of its own. Nothing is shared, so one that dies (of a full memory,
say) neither blocks the others nor loses more than the files it had in hand.
"""

from __future__ import annotations

import copyreg
import itertools
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import MappingProxyType
from typing import Generic, TypeVar, cast

T = TypeVar("T")
# So many at a time: nearly every file is done at once, and asking for the next costs more.
_LARGEST_BATCH = 16


def _read_only(mapping: dict[str, str]) -> MappingProxyType[str, str]:
    return MappingProxyType(mapping)


# Where processes are not forked, options travel by pickle, which finds the type by no name.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))


class Died(Exception):  # noqa: N818 (it names an outcome)
    """A worker process ended before its work was done."""


class Pool(Generic[T]):
    """Runs `work` on names, in `jobs` processes; leaves none behind, however it is left."""

    def __init__(self, jobs: int, work: Callable[[str], T]) -> None:
        self._jobs = jobs
        self._work = work
        self._workers: dict[Connection, BaseProcess] = {}

    def run(self, names: Sequence[str]) -> Iterator[tuple[str, T | Died]]:
        """Yield each name with what `work` returned for it, in the order they are done."""
        size = max(1, min(_LARGEST_BATCH, len(names) // (4 * self._jobs)))
        batches = iter([list(names[at : at + size]) for at in range(0, len(names), size)])
        in_hand: dict[Connection, list[str]] = {}
        try:
            for batch in itertools.islice(batches, self._jobs):
                in_hand[self._start()] = batch
            for pipe, batch in in_hand.items():
                pipe.send(batch)
            while in_hand:
                for pipe in cast("list[Connection]", wait(list(in_hand))):
                    batch = in_hand.pop(pipe)
                    results = self._received(pipe)
                    following = next(batches, None)
                    if following is not None:
                        worker = self._start() if results is None else pipe
                        worker.send(following)
                        in_hand[worker] = following
                    if results is None:
                        yield from ((name, Died()) for name in batch)
                    else:
                        yield from zip(batch, results, strict=True)
        finally:
            self._stop()

    def _start(self) -> Connection:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.Process(
            target=_serve, args=(there, self._work, [*self._workers, here]), daemon=True
        )
        process.start()
        there.close()
        self._workers[here] = process
        return here

    def _received(self, pipe: Connection) -> list[T] | None:
        """Return what a worker sends, `None` where it died instead."""
        try:
            results: list[T] = pipe.recv()
        except (EOFError, OSError):
            self._bury(pipe)
            return None
        return results

    def _bury(self, pipe: Connection) -> None:
        process = self._workers.pop(pipe)
        pipe.close()
        process.join()

    def _stop(self) -> None:
        for process in self._workers.values():
            process.terminate()
        for pipe in list(self._workers):
            self._bury(pipe)


def _serve(pipe: Connection, work: Callable[[str], object], others: Sequence[Connection]) -> None:
    """Do batches of work until the other end of the pipe is closed."""
    # The parent hears of an interrupt, too, and ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # A fork has the parent's ends as well: were they left open, its end would never be noticed.
    for other in others:
        other.close()
    while True:
        try:
            names = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send([work(name) for name in names])
