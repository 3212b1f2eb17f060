"""A scene as text: each queue, who does what with it, and what stayed unknown."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.drawing.scene import (
    ACCOUNTS,
    JOINS,
    STOPS,
    TAKES,
    WAITS,
    Figure,
    Scene,
    Vessel,
    places,
)
from flake8_joinqueue.reporting.terminal import Paint, harmless


def render(scene: Scene, paint: Paint) -> Iterator[str]:
    """Yield the lines of a scene."""
    called = "" if scene.ends or scene.alone else ", which others call"
    yield paint("bold", f"from {harmless(scene.entry)}{called}")
    for vessel in scene.vessels:
        yield ""
        yield from _queue(scene, vessel, paint)
    loose = [trouble for trouble in scene.troubles if trouble.queue is None]
    for trouble in loose:
        yield f"{paint('red', trouble.code)} line {trouble.line}: {harmless(trouble.message)}"
    if scene.limit:
        yield f"not every rule could be asked: {harmless(scene.limit)}"


def _queue(scene: Scene, vessel: Vessel, paint: Paint) -> Iterator[str]:
    name = paint("bold", f"'{harmless(vessel.name)}'")
    several = f" x {vessel.count}" if vessel.count else ""
    yield f"queue {name}{harmless(several)} (line {vessel.line}): {vessel.kind}"
    deeds = list(scene.on(vessel.index))
    for figure in scene.figures:
        if any(deed.actor == figure.index for deed in deeds):
            yield from _actor(scene, vessel, figure, paint)
    if not deeds:
        yield "  nobody uses it"
    for text in vessel.unknown or ("nothing",):
        yield f"  {paint('dim', 'unknown')}    {harmless(text)}"
    for trouble in scene.troubles:
        if trouble.queue == vessel.index:
            code = paint("red", trouble.code)
            yield f"  {code}      line {trouble.line}: {harmless(trouble.message)}"


def _actor(scene: Scene, vessel: Vessel, figure: Figure, paint: Paint) -> Iterator[str]:
    yield f"  {title(figure)}"

    def line(verb: str, what: str, lines: tuple[int, ...] = (), codes: tuple[str, ...] = ()) -> str:
        where = f" ({places(lines)})" if lines else ""
        marks = "".join(" " + paint("red", code) for code in codes)
        return f"    {paint('dim', f'{verb:<8}')} {harmless(what)}{where}{marks}"

    for deed in scene.on(vessel.index):
        if deed.actor == figure.index:
            yield line(deed.kind, deed.what, deed.lines, deed.codes)
            if (
                deed.kind == TAKES
                and _joined(scene, vessel)
                and not _accounts(scene, vessel, figure)
            ):
                yield line(ACCOUNTS, "for nothing")
    for text in figure.ends.get(vessel.index, ()):
        yield line("ends", text)
    users = {deed.actor for deed in scene.on(vessel.index)}
    for deed in scene.deeds:
        if deed.actor == figure.index and deed.kind in {WAITS, STOPS} and deed.other in users:
            other = next(f for f in scene.figures if f.index == deed.other)
            yield line(deed.kind, f"'{other.name}', {deed.what}", deed.lines, deed.codes)


def _joined(scene: Scene, vessel: Vessel) -> bool:
    return any(deed.kind == JOINS for deed in scene.on(vessel.index))


def _accounts(scene: Scene, vessel: Vessel, figure: Figure) -> bool:
    return any(
        deed.actor == figure.index and deed.kind == ACCOUNTS for deed in scene.on(vessel.index)
    )


def title(figure: Figure) -> str:
    """Return who an actor is."""
    if not figure.kind:
        return harmless(figure.name)
    several = f" x {figure.count}" if figure.count else ""
    started = f", started {places(figure.started)}" if figure.started else ""
    return harmless(f"'{figure.name}'{several}: {figure.kind}{started}")
