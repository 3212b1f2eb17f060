"""What stands around an operation, and whether the program expects it to raise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event
from flake8_joinqueue.protocol import Block, Operation, Try, blocks_in

Around: TypeAlias = "tuple[tuple[Operation, int], ...]"


def around(block: Block, outside: Around = ()) -> Iterator[tuple[Operation, Around]]:
    """Yield every operation with those it stands in, and in which of their blocks."""
    for operation in block:
        yield operation, outside
        for index, inner in enumerate(blocks_in(operation)):
            yield from around(inner, (*outside, (operation, index)))


def attempts(program: Program, event: Event) -> list[Try]:
    """Return the `try` statements in whose bodies an event is, from the outside in."""
    for operation, outside in around(program.actor(event).body):
        if operation is event.operation:
            return [each for each, index in outside if isinstance(each, Try) and index == 0]
    return []


def expects(program: Program, event: Event, exception: str) -> bool:
    """Say whether a handler names the very exception that an event raises: it is meant to."""
    return any(
        known.name == exception
        for attempt in attempts(program, event)
        for handler in attempt.handlers
        for known in handler.exceptions
    )
