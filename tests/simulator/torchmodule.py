"""The stand-in for ``torch.multiprocessing``, which is ``multiprocessing`` and a little more."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from . import connection
from .processes import Process


class ProcessRaisedException(Exception):
    """``torch.multiprocessing.ProcessRaisedException``: a process ended with an error."""


class ProcessContext:
    """What ``spawn(..., join=False)`` returns."""

    def __init__(self, processes: list[Process]) -> None:
        self.processes = processes
        self._waited_for = {process.sentinel: process for process in processes}

    def pids(self) -> list[int | None]:
        """As the real one."""
        return [process.pid for process in self.processes]

    def join(self, timeout: float | None = None, grace_period: float | None = None) -> bool:
        """Wait until some process has ended; true if it was the last one, as the real one."""
        if not self._waited_for:
            return True
        failed = None
        for sentinel in connection.wait(self._waited_for, timeout):
            process = self._waited_for.pop(sentinel)
            process.join()
            if process.exitcode != 0:
                failed = process
                break
        if failed is None:
            return not self._waited_for
        for process in self.processes:
            if process.is_alive():
                process.terminate()
            process.join()
        raise ProcessRaisedException(f"{failed.name} ended with {failed.exitcode}")


def make_module(top: types.ModuleType) -> types.ModuleType:
    """The module, with all that is in that of ``multiprocessing``."""
    module = types.ModuleType("torch.multiprocessing")
    module.__dict__.update({k: v for k, v in vars(top).items() if not k.startswith("__")})

    def start_processes(
        fn: Callable[..., Any],
        args: Any = (),
        nprocs: int = 1,
        join: bool = True,
        daemon: bool = False,
        start_method: str = "spawn",
    ) -> ProcessContext | None:
        """As the real one."""
        context = top.get_context(start_method)
        processes = []
        for number in range(nprocs):
            process = context.Process(target=fn, args=(number, *args), daemon=daemon)
            process.start()
            processes.append(process)
        made = ProcessContext(processes)
        if not join:
            return made
        while not made.join():
            pass
        return None

    module.spawn = start_processes  # type: ignore[attr-defined]
    module.start_processes = start_processes  # type: ignore[attr-defined]
    module.ProcessContext = ProcessContext  # type: ignore[attr-defined]
    module.SpawnContext = ProcessContext  # type: ignore[attr-defined]
    module.ProcessRaisedException = ProcessRaisedException  # type: ignore[attr-defined]
    return module
