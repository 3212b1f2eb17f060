"""What a program's parts have in common: its imports, names, and the kind of its queue."""

from __future__ import annotations

from dataclasses import dataclass, field

from .choices import Recipe
from .vocabulary import THEMES, Theme

_UNTESTED = frozenset({"never", "timeout", "wrong_timeout", "no_wait", "empty", "counted"})
_ALIASES = {"threading": "th", "multiprocessing": "mp"}
_RENAMED = {"JoinableQueue": "TaskQueue", "Queue": "Line", "Process": "Child", "Thread": "Strand"}


def indent(lines: list[str], by: int = 1) -> list[str]:
    """The lines, some levels further in; empty lines stay empty."""
    return ["    " * by + line if line else line for line in lines]


def block(head: str, lines: list[str]) -> list[str]:
    """A compound statement: its first line and its body, ``pass`` where that is empty."""
    return [head, *indent(lines or ["pass"])]


@dataclass
class Scene:
    """Collects imports, constants and definitions while a program is written from a recipe."""

    recipe: Recipe
    modules: set[str] = field(default_factory=set)
    names: dict[str, set[str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    definitions: list[list[str]] = field(default_factory=list)

    @property
    def theme(self) -> Theme:
        """The words to write with."""
        return THEMES[self.recipe["theme"]]

    @property
    def threads(self) -> bool:
        """Whether the workers are threads."""
        return self.recipe["queue"] == "thread" or self.tasks

    @property
    def tasks(self) -> bool:
        """Whether the threads become tasks in the end."""
        return self.recipe["queue"] == "asyncio"

    @property
    def closable(self) -> bool:
        """Whether the queue has a ``close``."""
        return not self.threads and not self.managed and self.recipe["queue"] != "foreign"

    @property
    def managed(self) -> bool:
        """Whether the queue belongs to a manager."""
        return self.recipe["queue"].startswith("manager")

    @property
    def counts(self) -> bool:
        """Whether the queue counts unfinished work."""
        return self.recipe["queue"] != "plain"

    @property
    def owner(self) -> bool:
        """Whether a class owns queue and workers."""
        return self.recipe["layout"] == "owner" or self.shape == "method"

    @property
    def at_guard(self) -> bool:
        """Whether the main program stands under the guard itself."""
        return self.recipe["layout"] == "guard" and not self.tasks

    @property
    def stop(self) -> str:
        """How workers end, where the recipe's choices go together; else the nearest that does."""
        stop, value = self.recipe["stop"], self.recipe["value"]
        if stop == "falsy" and value != "none":
            return "break"
        if stop == "iter" and (value == "instance" or self.tasks):
            return "break"
        return stop

    @property
    def tests(self) -> bool:
        """Whether the worker looks for a sentinel at all."""
        return self.stop not in _UNTESTED

    @property
    def pairs(self) -> bool:
        """Whether items travel as pairs of a kind and the item."""
        return self.recipe["value"] == "tuple" and self.tests

    @property
    def shape(self) -> str:
        """The worker's shape, where the layout has room for it."""
        shape = self.recipe["shape"]
        simple = ["nested", "closure"] * (self.recipe["layout"] == "guard")
        if self.recipe["layout"] == "owner":
            simple += ["global"]
        if self.tasks:
            simple += ["subclass", "executor", "pool", "initializer"]
        elif self.threads and shape in ("pool", "initializer"):
            return "executor"
        if self.recipe["queue"] in ("mixed", "mixed_right", "foreign"):
            # A spawned process wants what can be pickled.
            simple += ["nested", "closure", "method", "executor", "pool", "initializer", "global"]
        return "function" if shape in simple else shape

    @property
    def pooled(self) -> bool:
        """Whether the workers are calls that a pool makes."""
        return self.shape in ("executor", "pool", "initializer")

    @property
    def main_queue(self) -> str:
        """How the main program calls the queue."""
        return f"self.{self.theme.queue}" if self.owner else self.theme.queue

    @property
    def main_results(self) -> str:
        """How the main program calls the queue of results."""
        return f"self.{self.theme.results}" if self.owner else self.theme.results

    def module(self, name: str) -> str:
        """How a plain module is called, which is imported from now on."""
        self.modules.add(f"import {name}")
        return name

    def library(self, module: str, name: str) -> str:
        """How a class or function of a library is called, imported in the recipe's style."""
        style = "module" if self.tasks else self.recipe["imports"]
        if style in ("module", "alias"):
            alias = module if style == "module" else _ALIASES.get(module, module)
            told = "" if alias == module else f" as {alias}"
            self.modules.add(f"import {module}{told}")
            return f"{alias}.{name}"
        shown = _RENAMED.get(name, name) if style == "renamed" else name
        entry = name if shown == name else f"{name} as {shown}"
        self.names.setdefault(module, set()).add(entry)
        return shown

    def actor(self) -> str:
        """The class of the workers and producers."""
        if self.threads:
            return self.library("threading", "Thread")
        if self.recipe["queue"] == "context":
            return f"{self.context()}.Process"
        if self.recipe["queue"] in ("mixed", "mixed_right"):
            method = "spawn" if self.recipe["queue"] == "mixed" else "fork"
            return f'{self.library("multiprocessing", "get_context")}("{method}").Process'
        return self.library("multiprocessing", "Process")

    def context(self) -> str:
        """The name of the start context, which is made at module level."""
        self.constants.setdefault(
            "context", f'context = {self.library("multiprocessing", "get_context")}("fork")'
        )
        return "context"

    def new_queue(self, counts: bool = True, size: str = "") -> str:
        """The expression that makes a queue of the recipe's kind."""
        kind = self.recipe["queue"]
        if self.threads or kind == "foreign":
            return self.library("queue", "Queue") + f"({size})"
        if self.managed:
            manager = "self.manager" if self.owner and not self.in_with else "manager"
            name = "JoinableQueue" if kind == "manager_joinable" else "Queue"
            return f"{manager}.{name}({size})"
        name = "JoinableQueue" if counts and kind not in ("plain", "wrong") else "Queue"
        if kind == "context":
            return f"{self.context()}.{name}({size})"
        if kind in ("mixed", "mixed_right"):
            method = "fork" if kind == "mixed" else "spawn"
            make = self.library("multiprocessing", "get_context")
            return f'{make}("{method}").{name}({size})'
        return self.library("multiprocessing", name) + f"({size})"

    @property
    def in_with(self) -> bool:
        """Whether the queue is made inside of the manager's ``with`` block."""
        return self.managed and self.recipe["manager"] in ("with", "with_early")

    def done(self, queue: str) -> list[str]:
        """The line that accounts for one item, nothing for a queue that does not count."""
        return [f"{queue}.task_done()"] if self.counts else []

    def sentinel(self) -> str:
        """What the worker tests for; constants and classes it needs are noted."""
        value = self.recipe["value"]
        if value == "constant_text":
            self.constants.setdefault("STOP", 'STOP = "STOP"')
        elif value == "number":
            self.constants.setdefault("END", "END = -1")
        elif value == "object":
            self.constants.setdefault("SENTINEL", "SENTINEL = object()")
        elif value == "enum":
            self.module("enum")
            self.define("Signal", block("class Signal(enum.Enum):", ['STOP = "stop"']))
        elif value in ("class", "instance", "same_instance"):
            made = ["", "", "STOP = Stop()"] * (value == "same_instance")
            self.define("Stop", block("class Stop:", ["pass"]) + made)
        return {
            "none": "None", "constant_text": "STOP", "text": '"STOP"', "enum": "Signal.STOP",
            "tuple": '("stop", None)' if self.pairs else "None", "number": "END", "class": "Stop",
            "object": "SENTINEL", "instance": "Stop()", "same_instance": "STOP",
        }[value]  # fmt: skip

    def told(self) -> str:
        """What is put to tell workers to stop."""
        return {"same": self.sentinel(), "none": "None", "text": '"FINISHED"'}[self.recipe["put"]]

    def define(self, name: str, lines: list[str]) -> None:
        """Note a class or function of the module, once."""
        if not any(name in known[0].replace("(", " ").replace(":", " ").split()
                   for known in self.definitions):  # fmt: skip
            self.definitions.append(lines)

    def setting(self) -> str:
        """The name of the constant that holds the program's only setting."""
        self.module("sys")
        self.constants.setdefault("FULL", 'FULL = "--full" in sys.argv')
        return "FULL"

    def import_lines(self) -> list[str]:
        """The import statements of everything asked for."""
        lines = sorted(self.modules)
        for module, names in sorted(self.names.items()):
            lines.append(f"from {module} import {', '.join(sorted(names))}")
        return lines
