"""The trace of a schedule, for people."""

from __future__ import annotations

from collections.abc import Iterable

from .kernel import START, Kernel
from .outcome import Wait


def render(one: Kernel, waits: Iterable[Wait], most: int = 400) -> str:
    """One line a step: who, what, on which object, on which line of the program."""
    width = max((len(name) for _, name, *_ in one.events), default=0)
    lines = []
    for number, (now, name, operation, label, line, detail) in enumerate(one.events, 1):
        where = f" line {line}" if line else ""
        on = f" on {label}" if label else ""
        what = f": {detail}" if detail else ""
        lines.append(f"{number:4} {now - START:8.3f}s {name:{width}} {operation}{on}{what}{where}")
    if len(lines) > most:
        lines = [*lines[: most // 2], f"     ... {len(lines) - most} steps", *lines[-most // 2 :]]
    if one.verdict == "hangs":
        lines.append("nobody can go on:" if not one.reason else f"{one.reason}:")
        for wait in waits:
            where = f" line {wait.line}" if wait.line else ""
            lines.append(f"  {wait.actor} waits in {wait.operation}{where}")
    elif one.reason:
        lines.append(f"stopped: {one.reason}")
    return "\n".join(lines) + "\n"
