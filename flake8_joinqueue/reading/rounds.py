"""Loops that run a number of times that is known where they start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import (
    Block,
    Emptiness,
    Get,
    Loop,
    LoopKind,
    Not,
    Site,
    operations_in,
)

if TYPE_CHECKING:
    from flake8_joinqueue.reading.drafts import LoopFrame
    from flake8_joinqueue.reading.machine import Machine


def counted_loop(machine: Machine, frame: LoopFrame, body: Block, site: Site) -> Loop:
    """Return the loop that runs `body` as often as its frame says.

    One that takes as many items as `qsize()` says goes on, for all that matters, until the queue
    looks empty.
    """
    look = _look(machine, frame.times, body)
    if look is not None:
        return Loop(frame.serial, LoopKind.WHILE, body, site, condition=Not(look))
    return Loop(frame.serial, LoopKind.COUNTED, body, site, times=frame.times)


def _look(machine: Machine, times: Count, body: Block) -> Emptiness | None:
    look = machine.sizes_seen.get(times)
    if look is None:
        return None
    takes = any(isinstance(op, Get) and op.queue == look.queue for op in operations_in(body))
    return look if takes else None
