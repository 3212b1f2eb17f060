"""A scene as an SVG picture."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from flake8_joinqueue.drawing.arrows import arrows
from flake8_joinqueue.drawing.layout import LINE, MARGIN, PADDING, Box, Layout, Path, lay_out
from flake8_joinqueue.drawing.scene import Scene, places
from flake8_joinqueue.reporting.terminal import harmless, width

# Of a font in which all characters are equally wide, at 12 and 13 pixels.
LABEL: Final = 7.25
_TITLE: Final = 7.85
_INK: Final = "#24292f"
_FAINT: Final = "#57606a"
_RED: Final = "#c62828"
_ROUND: Final = 8.0
_TEXT_COLUMNS: Final = 100

_STYLE: Final = f"""\
<style>
text {{ font: 12px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: {_INK}; }}
.title {{ font-size: 13px; font-weight: bold; }}
.faint {{ fill: {_FAINT}; }}
.red {{ fill: {_RED}; }}
.box {{ fill: #f6f8fa; stroke: {_FAINT}; stroke-width: 1.5; }}
.queue {{ fill: #ddf4ff; stroke: #0969da; stroke-width: 1.5; }}
.hurt {{ stroke: {_RED}; stroke-width: 2; }}
.way {{ fill: none; stroke: {_FAINT}; stroke-width: 1.5; }}
.way.hurt {{ stroke: {_RED}; stroke-width: 2; }}
.dashed {{ stroke-dasharray: 5 4; }}
</style>
<defs>
<marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" \
markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0.5 L8,4 L0,7.5 z" fill="{_FAINT}"/></marker>
<marker id="red-tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="9" markerHeight="9" \
markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0.5 L8,4 L0,7.5 z" fill="{_RED}"/></marker>
</defs>
"""


def render(scenes: Sequence[Scene]) -> Iterator[str]:
    """Yield the text of a picture, the scenes one below the other."""
    parts: list[str] = []
    widest, y = 0.0, 0.0
    for scene in scenes:
        layout = lay_out(boxes(scene), list(arrows(scene)), LABEL)
        words = _words(scene)
        heading = 26.0 if len(scenes) > 1 else 0.0
        parts.append(f'<g transform="translate(0 {y:g})">')
        if heading:
            parts.append(_text(MARGIN, 20.0, f"from {scene.entry}", "title"))
        parts.append(f'<g transform="translate(0 {heading:g})">')
        parts.extend(_picture(scene, layout))
        parts.append("</g>")
        top = y + heading + layout.height
        for number, (line, kind) in enumerate(words):
            parts.append(_text(MARGIN, heading + layout.height + 6.0 + number * LINE, line, kind))
        parts.append("</g>")
        widest = max(
            [widest, layout.width, *(_wide(line, LABEL) + 2 * MARGIN for line, _ in words)]
        )
        y = top + len(words) * LINE + (MARGIN / 2 if words else 0.0)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{widest:.0f}" height="{y:.0f}" '
        f'viewBox="0 0 {widest:.0f} {y:.0f}" role="img">\n'
    )
    yield _STYLE
    yield f'<rect width="{widest:.0f}" height="{y:.0f}" fill="white"/>\n'
    yield from (part + "\n" for part in parts)
    yield "</svg>\n"


def boxes(scene: Scene) -> list[Box]:
    """Return the boxes of queues and actors, without a place yet."""
    found = []
    for vessel in scene.vessels:
        several = f" x {vessel.count}" if vessel.count else ""
        lines = (f"{vessel.name}{several}", vessel.kind, places((vessel.line,)), *vessel.codes)
        found.append(_box(f"q{vessel.index}", lines, extra=14.0))
    for figure in scene.figures:
        several = f" x {figure.count}" if figure.count else ""
        started = f"started {places(figure.started)}" if figure.started else ""
        lines = (f"{figure.name}{several}", figure.kind, started, *figure.codes)
        found.append(_box(f"a{figure.index}", lines))
    return found


def _box(name: str, lines: tuple[str, ...], extra: float = 0.0) -> Box:
    lines = tuple(harmless(line) for line in lines if line)
    wide = max(_wide(lines[0], _TITLE), *(_wide(line, LABEL) for line in lines))
    return Box(name, lines, wide + 2 * PADDING, LINE * len(lines) + 2 * PADDING + extra)


def _wide(text: str, per_column: float) -> float:
    return width(text) * per_column


def _picture(scene: Scene, layout: Layout) -> Iterator[str]:
    hurt = {f"q{v.index}" for v in scene.vessels if v.codes}
    hurt |= {f"a{f.index}" for f in scene.figures if f.codes}
    several = {f"q{v.index}" for v in scene.vessels if v.count}
    several |= {f"a{f.index}" for f in scene.figures if f.count}
    for path in layout.paths:
        yield _way(path)
    for box in layout.boxes:
        yield from _shape(box, hurt=box.name in hurt, several=box.name in several)
    for path in layout.paths:
        yield from _labels(path)


def _way(path: Path) -> str:
    classes = "way" + (" dashed" if path.arrow.dashed else "")
    classes += " hurt" if path.arrow.trouble else ""
    tip = "red-tip" if path.arrow.trouble else "tip"
    return f'<path class="{classes}" d="{_course(path.points)}" marker-end="url(#{tip})"/>'


def _course(points: list[tuple[float, float]]) -> str:
    """Return the data of a path: a bow between two points, else lines with round corners."""
    (x1, y1), (x2, y2) = points[0], points[-1]
    if len(points) == 2 and x1 == x2:
        return f"M{x1:.1f},{y1:.1f} V{y2:.1f}"
    if len(points) == 2:
        bend = (x2 - x1) / 2
        bent = f"{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f}"
        return f"M{x1:.1f},{y1:.1f} C{bent} {x2:.1f},{y2:.1f}"
    course = f"M{x1:.1f},{y1:.1f}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        x3, y3 = _towards(corner, before)
        x4, y4 = _towards(corner, after)
        course += f" L{x3:.1f},{y3:.1f} Q{corner[0]:.1f},{corner[1]:.1f} {x4:.1f},{y4:.1f}"
    return f"{course} L{x2:.1f},{y2:.1f}"


def _towards(corner: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the point near a corner from which it is rounded, on the way to another point."""
    x, y = other[0] - corner[0], other[1] - corner[1]
    length = abs(x) + abs(y)
    part = min(_ROUND, length / 2) / length if length else 0.0
    return corner[0] + x * part, corner[1] + y * part


def _shape(box: Box, *, hurt: bool, several: bool) -> Iterator[str]:
    classes = ("queue" if box.name.startswith("q") else "box") + (" hurt" if hurt else "")
    # More than one of them: a second behind the first.
    for shift in (5.0, 0.0) if several else (0.0,):
        x, y = box.x + shift, box.y - shift
        if box.name.startswith("q"):
            yield _drum(x, y, box, classes)
        else:
            yield (
                f'<rect class="{classes}" x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" '
                f'height="{box.height:.1f}" rx="6"/>'
            )
    down = 7.0 if box.name.startswith("q") else 0.0
    top = box.middle + down - LINE * len(box.lines) / 2 + 12.0
    for number, line in enumerate(box.lines):
        kind = "title" if number == 0 else "faint"
        kind = "red" if line.startswith("JQ") and number else kind
        yield _text(box.x + box.width / 2, top + number * LINE, line, kind, middle=True)


def _drum(x: float, y: float, box: Box, classes: str) -> str:
    """Return the shape of a queue: a drum."""
    curve = 7.0
    right, bottom = x + box.width, y + box.height
    arc = f"A{box.width / 2:.1f},{curve} 0 0"
    return (
        f'<path class="{classes}" d="M{x:.1f},{y + curve:.1f} {arc} 1 {right:.1f},{y + curve:.1f} '
        f"V{bottom - curve:.1f} {arc} 1 {x:.1f},{bottom - curve:.1f} z "
        f'M{x:.1f},{y + curve:.1f} {arc} 0 {right:.1f},{y + curve:.1f}"/>'
    )


def _labels(path: Path) -> Iterator[str]:
    """Yield the labels of an arrow on a ground that hides what passes behind them."""
    labels = path.arrow.labels
    x, y = path.label
    wide = max(_wide(label, LABEL) for label in labels) + 6.0
    high = LINE * len(labels)
    yield (
        f'<rect x="{x - wide / 2:.1f}" y="{y - high / 2:.1f}" width="{wide:.1f}" '
        f'height="{high:.1f}" fill="white"/>'
    )
    for number, label in enumerate(labels):
        line = y - high / 2 + 12.0 + number * LINE
        yield _text(x, line, label, "red" if path.arrow.trouble else "", middle=True)


def _words(scene: Scene) -> list[tuple[str, str]]:
    """Return the lines below the picture: what is wrong, and what stayed unknown."""
    lines: list[tuple[str, str]] = []
    for trouble in scene.troubles:
        text = f"{trouble.code} line {trouble.line}: {trouble.message}"
        lines.extend((line, "red") for line in _wrapped(text))
    unknown = dict.fromkeys(text for vessel in scene.vessels for text in vessel.unknown)
    for text in unknown:
        lines.extend((line, "faint") for line in _wrapped(f"unknown: {text}"))
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(harmless(text), _TEXT_COLUMNS, subsequent_indent="      ")


def _text(x: float, y: float, text: str, kind: str, *, middle: bool = False) -> str:
    anchor = ' text-anchor="middle"' if middle else ""
    indent = len(text) - len(text.lstrip())
    x += indent * LABEL
    shown = escape(harmless(text.lstrip()))
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.1f}" y="{y:.1f}"{anchor}>{shown}</text>'
