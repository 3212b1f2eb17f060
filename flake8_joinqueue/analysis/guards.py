"""What stands around an operation, and whether the program expects it to raise."""

from __future__ import annotations

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event
from flake8_joinqueue.protocol import Try, attempts_around


def attempts(program: Program, event: Event) -> list[Try]:
    """Return the `try` statements in whose bodies an event is, from the outside in."""
    return attempts_around(program.actor(event).body, event.operation)


def expects(program: Program, event: Event, exception: str) -> bool:
    """Say whether a handler names the very exception that an event raises: it is meant to."""
    return any(
        known.name == exception
        for attempt in attempts(program, event)
        for handler in attempt.handlers
        for known in handler.exceptions
    )
