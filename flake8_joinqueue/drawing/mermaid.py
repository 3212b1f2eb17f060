"""A scene as a Mermaid flowchart, for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_joinqueue.drawing.arrows import arrows
from flake8_joinqueue.drawing.scene import Scene
from flake8_joinqueue.reporting.terminal import harmless

_RED = "#c62828"


def render(scenes: Sequence[Scene]) -> Iterator[str]:
    """Yield the lines of a chart; each scene is a part of its own where there are several."""
    yield "flowchart LR"
    red: list[int] = []
    numbered = 0
    for place, scene in enumerate(scenes):
        inside = "  "
        if len(scenes) > 1:
            yield f"  subgraph s{place}[{_quoted(f'from {scene.entry}')}]"
            inside = "    "
        for line in _nodes(scene, place):
            yield inside + line
        for arrow in arrows(scene):
            label = _quoted(*arrow.labels)
            line = f"-. {label} .->" if arrow.dashed else f"-- {label} -->"
            yield f"{inside}s{place}{arrow.source} {line} s{place}{arrow.target}"
            if arrow.trouble:
                red.append(numbered)
            numbered += 1
        if len(scenes) > 1:
            yield "  end"
    yield f"  classDef trouble stroke:{_RED},color:{_RED},stroke-width:2px"
    if red:
        numbers = ",".join(map(str, red))
        yield f"  linkStyle {numbers} stroke:{_RED},color:{_RED},stroke-width:2px"
    for scene in scenes:
        for trouble in scene.troubles:
            yield f"  %% {trouble.code} line {trouble.line}: {harmless(trouble.message)}"


def _nodes(scene: Scene, place: int) -> Iterator[str]:
    for vessel in scene.vessels:
        several = f" x {vessel.count}" if vessel.count else ""
        label = _quoted(f"{vessel.name}{several}", vessel.kind, *vessel.codes)
        yield f"s{place}q{vessel.index}[({label})]" + (":::trouble" if vessel.codes else "")
    for figure in scene.figures:
        several = f" x {figure.count}" if figure.count else ""
        about = [figure.kind] if figure.kind else []
        label = _quoted(f"{figure.name}{several}", *about, *figure.codes)
        yield f"s{place}a{figure.index}[{label}]" + (":::trouble" if figure.codes else "")


def _quoted(*lines: str) -> str:
    return '"' + "<br/>".join(map(_escaped, lines)) + '"'


def _escaped(text: str) -> str:
    text = harmless(text).replace("#", "#35;").replace("&", "#amp;")
    text = text.replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    # Mermaid would make a list or emphasis of these.
    return text.replace("`", "#96;").replace("*", "#42;").replace("\\", "#92;")
