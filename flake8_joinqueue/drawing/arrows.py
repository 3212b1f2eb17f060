"""The arrows of a picture: what flows, and who waits for what."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_joinqueue.drawing.scene import (
    ACCOUNTS,
    JOINS,
    PUTS,
    STOPS,
    TAKES,
    WAITS,
    Deed,
    Figure,
    Scene,
    Vessel,
    places,
)

# Longer labels would pull the picture apart.
_WIDEST = 28


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one node to another; `labels` are its lines of text.

    Nodes are `a0`, `a1`… for actors and `q0`, `q1`… for queues. A dashed arrow is somebody waiting.
    """

    source: str
    target: str
    labels: tuple[str, ...]
    dashed: bool = False
    trouble: bool = False


def arrows(scene: Scene) -> Iterator[Arrow]:
    """Yield the arrows of a scene: one for all that an actor puts on a queue, takes, joins."""
    for vessel in scene.vessels:
        for figure in scene.figures:
            deeds = [deed for deed in scene.on(vessel.index) if deed.actor == figure.index]
            yield from _between(scene, figure, vessel, deeds)
    for deed in scene.deeds:
        if deed.kind in {WAITS, STOPS}:
            label = f"waits: {deed.what}" if deed.kind == WAITS else f"stops: {deed.what}"
            yield Arrow(
                f"a{deed.actor}",
                f"a{deed.other}",
                _label(label, deed),
                dashed=True,
                trouble=bool(deed.codes),
            )


def _between(scene: Scene, figure: Figure, vessel: Vessel, deeds: list[Deed]) -> Iterator[Arrow]:
    actor, queue = f"a{figure.index}", f"q{vessel.index}"

    def of(*kinds: str) -> list[Deed]:
        return [deed for deed in deeds if deed.kind in kinds]

    if puts := of(PUTS):
        labels = tuple(line for deed in puts for line in _label(f"puts {deed.what}", deed))
        yield Arrow(actor, queue, labels, trouble=_troubled(puts))
    if takes := of(TAKES):
        labels = tuple(line for deed in takes for line in _label(f"takes: {deed.what}", deed))
        labels += tuple(line for deed in of(ACCOUNTS) for line in _label(deed.what, deed))
        joined = any(deed.kind == JOINS for deed in scene.on(vessel.index))
        if joined and not of(ACCOUNTS):
            labels += ("no task_done()",)
        yield Arrow(queue, actor, labels, trouble=_troubled(of(TAKES, ACCOUNTS)))
    if joins := of(JOINS):
        labels = tuple(line for deed in joins for line in _label(f"waits: {deed.what}", deed))
        yield Arrow(actor, queue, labels, dashed=True, trouble=_troubled(joins))


def _troubled(deeds: list[Deed]) -> bool:
    return any(deed.codes for deed in deeds)


def _label(text: str, deed: Deed) -> tuple[str, ...]:
    where = f", {places(deed.lines)}" if deed.lines else ""
    codes = "".join(f" [{code}]" for code in deed.codes)
    return tuple(textwrap.wrap(f"{text}{where}{codes}", _WIDEST, break_long_words=False))
