"""The stand-in for ``logging``: writes to the program's stderr, knows levels and little else."""

from __future__ import annotations

import logging as real_logging
import sys
import traceback
import types
from typing import Any

from .forking import Copier


class Logger:
    """A logger; all share one level."""

    def __init__(self, name: str, table: dict[str, Any]) -> None:
        self.name = name
        self.level = 0
        self.handlers: list[object] = []
        self.propagate = True
        self.disabled = False
        self._table = table

    def __simulator_copy__(self, copier: Copier) -> Any:
        return self

    def setLevel(self, level: Any) -> None:  # noqa: N802  (the name logging gives it)
        """As the real one."""
        self.level = level if isinstance(level, int) else getattr(real_logging, str(level))

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  (the name logging gives it)
        """As the real one."""
        return level >= (self.level or self._table["level"])

    def log(self, level: int, message: object, *args: Any, **options: Any) -> None:
        """As the real one."""
        if not self.isEnabledFor(level):
            return
        text = str(message)
        if args:
            text = text % (args[0] if len(args) == 1 and isinstance(args[0], dict) else args)
        print(f"{real_logging.getLevelName(level)}:{self.name}:{text}", file=sys.stderr)
        if options.get("exc_info"):
            print("logged " + traceback.format_exc(), file=sys.stderr)

    def debug(self, message: object, *args: Any, **options: Any) -> None:
        """As the real one."""
        self.log(10, message, *args, **options)

    def info(self, message: object, *args: Any, **options: Any) -> None:
        """As the real one."""
        self.log(20, message, *args, **options)

    def warning(self, message: object, *args: Any, **options: Any) -> None:
        """As the real one."""
        self.log(30, message, *args, **options)

    warn = warning

    def error(self, message: object, *args: Any, **options: Any) -> None:
        """As the real one."""
        self.log(40, message, *args, **options)

    def critical(self, message: object, *args: Any, **options: Any) -> None:
        """As the real one."""
        self.log(50, message, *args, **options)

    fatal = critical

    def exception(self, message: object, *args: Any, **options: Any) -> None:
        """As the real one."""
        self.log(40, message, *args, exc_info=True)

    def addHandler(self, handler: object) -> None:  # noqa: N802  (the name logging gives it)
        """Accepted; what is logged goes to stderr anyway."""
        self.handlers.append(handler)

    def removeHandler(self, handler: object) -> None:  # noqa: N802  (the name logging gives it)
        """As the real one."""
        if handler in self.handlers:
            self.handlers.remove(handler)

    def getChild(self, name: str) -> Logger:  # noqa: N802  (the name logging gives it)
        """As the real one."""
        return Logger(f"{self.name}.{name}", self._table)

    def getEffectiveLevel(self) -> int:  # noqa: N802  (the name logging gives it)
        """As the real one."""
        return self.level or int(self._table["level"])


class Handler:
    """A handler that does nothing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.level = 0

    def setLevel(self, level: Any) -> None:  # noqa: N802  (the name logging gives it)
        """Accepted."""

    def setFormatter(self, formatter: object) -> None:  # noqa: N802  (the name logging gives it)
        """Accepted."""


def make_logging() -> types.ModuleType:
    """The module as a program sees it; made anew for every run."""
    table: dict[str, Any] = {"level": 30}
    root = Logger("root", table)
    loggers: dict[str, Logger] = {"root": root}
    module = types.ModuleType("logging")

    def get_logger(name: str | None = None) -> Logger:
        if not name:
            return root
        if name not in loggers:
            loggers[name] = Logger(name, table)
        return loggers[name]

    def basic_config(**options: Any) -> None:
        level = options.get("level", 30)
        table["level"] = level if isinstance(level, int) else getattr(real_logging, str(level))

    for name in ("DEBUG", "INFO", "WARNING", "WARN", "ERROR", "CRITICAL", "FATAL", "NOTSET"):
        setattr(module, name, getattr(real_logging, name))
    for name in ("debug", "info", "warning", "warn", "error", "critical", "exception", "log"):
        setattr(module, name, getattr(root, name))
    parts: dict[str, Any] = {
        "getLogger": get_logger,
        "basicConfig": basic_config,
        "Logger": Logger,
        "Handler": Handler,
        "StreamHandler": Handler,
        "NullHandler": Handler,
        "Formatter": real_logging.Formatter,
        "getLevelName": real_logging.getLevelName,
        "root": root,
        "disable": lambda level=50: None,
        "shutdown": lambda: None,
        "captureWarnings": lambda capture: None,
    }
    for name, part in parts.items():
        setattr(module, name, part)
    return module
