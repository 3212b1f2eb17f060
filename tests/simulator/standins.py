"""Stand-ins for the small modules that would reach out of the interpreter."""

from __future__ import annotations

import ctypes
import io
import os as real_os
import posixpath
import random as real_random
import signal as real_signal
import sys as real_sys
import time as real_time
import types
from collections.abc import Callable
from typing import Any

from .forking import Copier
from .kernel import kernel

CORES = 3


class Output(io.StringIO):
    """What the program writes; shared by all processes."""

    def write(self, text: str) -> int:
        k = kernel()
        if k.closed or k.current.killed:
            return len(text)
        return super().write(text)

    def __simulator_copy__(self, copier: Copier) -> Any:
        return self


def sleep(seconds: float) -> None:
    """``time.sleep`` in virtual time."""
    k = kernel()
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds == 0:
        k.polled()
        k.point("time.sleep")
        return
    k.point("time.sleep", None, lambda: False, seconds)
    k.current.polled = False


def make_time() -> types.ModuleType:
    """``time``."""
    module = types.ModuleType("time")
    for name in ("strftime", "gmtime", "localtime", "mktime", "struct_time", "asctime", "ctime"):
        setattr(module, name, getattr(real_time, name))
    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(module, name, lambda: kernel().clock())
        setattr(module, name + "_ns", lambda: int(kernel().clock() * 1e9))
    module.sleep = sleep  # type: ignore[attr-defined]
    module.timezone = 0  # type: ignore[attr-defined]
    return module


def refuse(name: str) -> Callable[..., Any]:
    """A function that ends the run undecided."""

    def refused(*args: object, **options: object) -> Any:
        kernel().stop("undecided", f"the program uses {name}")

    return refused


def leave_at_once(code: int) -> None:
    """``os._exit``."""
    k = kernel()
    k.point("os._exit")
    process = k.current.process
    process.end(code)
    k.kill(k.current)
    if process.parent is None:
        k.stop("ended")
    k.switch(k.next_actor())


def send_signal(pid: int, number: int) -> None:
    """``os.kill`` of a process of the program."""
    k = kernel()
    k.point("os.kill")
    for process in k.processes:
        if process.pid == pid and number:
            process.kill(-int(number))


def make_os() -> dict[str, types.ModuleType]:
    """``os`` and ``os.path``, without anything that touches files."""
    path = types.ModuleType("os.path")
    for name in ("join", "basename", "dirname", "splitext", "split", "normpath", "sep", "isabs"):
        setattr(path, name, getattr(posixpath, name))
    for name in ("abspath", "realpath", "expanduser"):
        setattr(path, name, lambda p: p)
    for name in ("exists", "isfile", "isdir"):
        setattr(path, name, lambda p: False)
    module = types.ModuleType("os")
    parts: dict[str, Any] = {
        "path": path,
        "sep": "/",
        "linesep": "\n",
        "name": "posix",
        "environ": {"PATH": "/usr/bin", "HOME": "/root"},
        "getpid": lambda: kernel().current.process.pid,
        "getppid": lambda: getattr(kernel().current.process.parent, "pid", 1),
        "cpu_count": lambda: CORES,
        "process_cpu_count": lambda: CORES,
        "sched_getaffinity": lambda pid: set(range(CORES)),
        "getcwd": lambda: "/",
        "urandom": bytes,
        "fspath": real_os.fspath,
        "PathLike": real_os.PathLike,
        "_exit": leave_at_once,
        "kill": send_signal,
        "nice": lambda n: 0,
        "strerror": real_os.strerror,
        "devnull": "/dev/null",
    }
    environ = parts["environ"]
    parts["getenv"] = environ.get
    for name in ("fork", "system", "popen", "listdir", "remove", "unlink", "mkdir", "makedirs",
                 "walk", "open", "pipe", "scandir", "stat", "waitpid", "rename"):  # fmt: skip
        parts[name] = refuse(f"os.{name}")
    for name, part in parts.items():
        setattr(module, name, part)
    return {"os": module, "os.path": path}


def make_sys(filename: str, out: Output, err: Output) -> types.ModuleType:
    """``sys`` with the program's own streams and arguments."""
    module = types.ModuleType("sys")
    for name in ("exit", "version", "version_info", "maxsize", "platform", "byteorder",
                 "exc_info", "getsizeof", "getrefcount", "intern", "implementation", "float_info",
                 "getrecursionlimit", "hexversion", "executable", "stdlib_module_names",
                 "int_info", "maxunicode", "flags"):  # fmt: skip
        setattr(module, name, getattr(real_sys, name))
    parts: dict[str, Any] = {
        "argv": [filename],
        "stdout": out,
        "stderr": err,
        "__stdout__": out,
        "__stderr__": err,
        "stdin": io.StringIO(),
        "path": [""],
        "modules": _Modules(),
        "setrecursionlimit": lambda n: None,
        "setswitchinterval": lambda n: None,
        "getswitchinterval": lambda: 0.005,
        "excepthook": lambda *args: None,
        "is_finalizing": lambda: False,
        "warnoptions": [],
    }
    for name, part in parts.items():
        setattr(module, name, part)
    return module


class _Modules(dict[str, Any]):
    """``sys.modules``: knows only the program."""

    def __missing__(self, name: str) -> Any:
        if name in ("__main__", "__mp_main__"):
            return real_sys.modules[name]
        raise KeyError(name)


def make_random() -> types.ModuleType:
    """``random``, with a fixed seed, so that a schedule replays exactly."""
    module = types.ModuleType("random")
    source = real_random.Random(20240229)
    for name in dir(source):
        if not name.startswith("_"):
            setattr(module, name, getattr(source, name))
    module.seed = lambda *args, **options: source.seed(1)  # type: ignore[attr-defined]
    module.Random = real_random.Random  # type: ignore[attr-defined]
    module.SystemRandom = lambda: source  # type: ignore[attr-defined]
    return module


def make_signal() -> types.ModuleType:
    """``signal``: handlers are accepted and never called."""
    module = types.ModuleType("signal")
    for name in dir(real_signal):
        if name.startswith("SIG"):
            setattr(module, name, getattr(real_signal, name))
    module.signal = lambda number, handler: real_signal.SIG_DFL  # type: ignore[attr-defined]
    module.getsignal = lambda number: real_signal.SIG_DFL  # type: ignore[attr-defined]
    module.Signals = real_signal.Signals  # type: ignore[attr-defined]
    module.alarm = refuse("signal.alarm")  # type: ignore[attr-defined]
    module.pause = refuse("signal.pause")  # type: ignore[attr-defined]
    return module


def make_atexit() -> types.ModuleType:
    """``atexit``."""
    module = types.ModuleType("atexit")

    def register(function: Callable[..., object], *args: Any, **options: Any) -> Any:
        def last_word() -> None:
            function(*args, **options)

        kernel().current.process.atexit.append(last_word)
        return function

    module.register = register  # type: ignore[attr-defined]
    module.unregister = lambda function: None  # type: ignore[attr-defined]
    return module


def make_ctypes() -> types.ModuleType:
    """``ctypes``: the plain types only, as ``multiprocessing.Value`` takes them."""
    module = types.ModuleType("ctypes")
    for name in dir(ctypes):
        if name.startswith("c_"):
            setattr(module, name, getattr(ctypes, name))
    return module
