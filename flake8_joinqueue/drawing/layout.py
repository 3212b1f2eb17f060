"""Where the nodes and arrows of a picture go.

Nodes stand in columns, in the direction the work flows: who puts, the queue, who takes. Arrows from
one column to the next are drawn between them, all others on lanes of their own below, so that no
arrow crosses a node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flake8_joinqueue.drawing.arrows import Arrow

ROW_GAP = 46.0
LINE = 16.0
MARGIN = 24.0
PADDING = 12.0
_LEAST_GAP = 90.0
_ABOVE_LANES = 26.0
_BESIDE = 9.0  # between arrows that pass a column
_PORT = 12.0  # at the least, between two arrows at one side of a node


@dataclass(slots=True)
class Box:
    """A node: the lines of text in it, its size, and its place once it has one."""

    name: str
    lines: tuple[str, ...]
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    column: int = 0

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The y of the middle."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Path:
    """The way of an arrow: points, and where its labels stand, by their middle."""

    arrow: Arrow
    points: list[tuple[float, float]]
    label: tuple[float, float]


@dataclass(slots=True)
class Layout:
    """Boxes and paths in a picture of a size."""

    boxes: list[Box]
    paths: list[Path] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def lay_out(boxes: Sequence[Box], arrows: Sequence[Arrow], text_width: float) -> Layout:
    """Return the places of boxes and arrows; `text_width` is that of one character of a label."""
    layout = Layout(list(boxes))
    _assign_columns(layout.boxes, arrows)
    near, far = _split(layout.boxes, arrows)
    _grow(layout.boxes, near)
    _place(layout.boxes, near, text_width)
    layout.paths.extend(_straight(layout.boxes, near))
    steps = [path for arrow in far if (path := _step(layout.boxes, arrow, text_width))]
    layout.paths.extend(steps)
    far = [arrow for arrow in far if all(path.arrow is not arrow for path in steps)]
    lowest = max((box.bottom for box in layout.boxes), default=0.0)
    labels = [path.label[1] + LINE * len(path.arrow.labels) / 2 for path in layout.paths]
    lowest = max([lowest, *labels])
    lanes, bottom = _lanes(layout.boxes, far, lowest + _ABOVE_LANES, text_width)
    layout.paths.extend(lanes)
    width = max((box.right for box in layout.boxes), default=0.0)
    for path in lanes:
        half = max(map(len, path.arrow.labels)) * text_width / 2
        width = max(width, path.label[0] + half, *(x for x, _ in path.points))
    layout.width, layout.height = width + MARGIN, bottom + MARGIN
    return layout


def _assign_columns(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> None:
    """Put each box right of those its work comes from, as far as there is no circle."""
    follows: dict[str, list[str]] = {box.name: [] for box in boxes}
    for arrow in arrows:
        if not arrow.dashed and arrow.target not in follows[arrow.source]:
            follows[arrow.source].append(arrow.target)
    order = _without_circles(follows)
    columns = dict.fromkeys(follows, 0)
    for name in order:
        for target in follows[name]:
            columns[target] = max(columns[target], columns[name] + 1)
    fed = {target for targets in follows.values() for target in targets}
    for box in boxes:
        box.column = columns[box.name]
        # Who only puts stands beside the queue, not at the far left.
        if box.name not in fed and follows[box.name]:
            box.column = min(columns[target] for target in follows[box.name]) - 1


def _without_circles(follows: dict[str, list[str]]) -> list[str]:
    """Take out what leads back, and return the names so that each comes before what follows it."""
    order: list[str] = []
    open_, closed = set(), set()

    def visit(name: str) -> None:
        open_.add(name)
        follows[name] = [target for target in follows[name] if target not in open_]
        for target in follows[name]:
            if target not in closed:
                visit(target)
        open_.remove(name)
        closed.add(name)
        order.append(name)

    fed = {target for targets in follows.values() for target in targets}
    # Who only puts comes first, then main, with which most programs begin.
    for name in [*(name for name in follows if name not in fed), "a0", *follows]:
        if name in follows and name not in closed:
            visit(name)
    return order[::-1]


def _split(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> tuple[list[Arrow], list[Arrow]]:
    """Return the arrows from a column to the next, and the others."""
    column = {box.name: box.column for box in boxes}
    near = [arrow for arrow in arrows if column[arrow.target] == column[arrow.source] + 1]
    return near, [arrow for arrow in arrows if arrow not in near]


def _grow(boxes: Sequence[Box], near: Sequence[Arrow]) -> None:
    """Make boxes high enough for the labels of the arrows at each side."""
    for box in boxes:
        for side in ("source", "target"):
            mine = [arrow for arrow in near if getattr(arrow, side) == box.name]
            needed = sum(max(_PORT, LINE * len(arrow.labels) + 10.0) for arrow in mine)
            box.height = max(box.height, needed)


def _place(boxes: Sequence[Box], near: Sequence[Arrow], text_width: float) -> None:
    """Give each box its place: columns wide enough for labels, rows near their neighbours."""
    columns: dict[int, list[Box]] = {}
    for box in boxes:
        columns.setdefault(box.column, []).append(box)
    by_name = {box.name: box for box in boxes}
    x = MARGIN
    for column in sorted(columns):
        widest = max(box.width for box in columns[column])
        for box in columns[column]:
            box.x = x + (widest - box.width) / 2
        labels = [
            len(label)
            for arrow in near
            if by_name[arrow.source].column == column
            for label in arrow.labels
        ]
        x += widest + max(_LEAST_GAP, max(labels, default=0) * text_width + 44.0)
    tallest = max(sum(box.height + ROW_GAP for box in many) for many in columns.values())
    for column in sorted(columns):
        many = columns[column]
        many.sort(key=lambda box: _pull(box, near, by_name))
        y = MARGIN + (tallest - sum(box.height + ROW_GAP for box in many)) / 2
        for box in many:
            box.y = y
            y += box.height + ROW_GAP


def _pull(box: Box, near: Sequence[Arrow], by_name: dict[str, Box]) -> float:
    """Return the middle of the boxes whose arrows come to this one."""
    middles = [by_name[arrow.source].middle for arrow in near if arrow.target == box.name]
    return sum(middles) / len(middles) if middles else 0.0


def _straight(boxes: Sequence[Box], near: Sequence[Arrow]) -> list[Path]:
    """Return the ways of the arrows between neighbouring columns, spread over the sides."""
    by_name = {box.name: box for box in boxes}
    starts = _ports(near, by_name, "source", "target")
    ends = _ports(near, by_name, "target", "source")
    paths = []
    for arrow in near:
        first = by_name[arrow.source].right, starts[id(arrow)]
        last = by_name[arrow.target].x, ends[id(arrow)]
        label = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
        paths.append(Path(arrow, [first, last], label))
    return paths


def _step(boxes: Sequence[Box], arrow: Arrow, text_width: float) -> Path | None:
    """Return the way from a box to the next above or below it, `None` for other arrows."""
    by_name = {box.name: box for box in boxes}
    source, target = by_name[arrow.source], by_name[arrow.target]
    column = sorted((box for box in boxes if box.column == source.column), key=lambda box: box.y)
    if source.column != target.column or abs(column.index(source) - column.index(target)) != 1:
        return None
    x = max(source.x, target.x) + min(source.width, target.width) / 2
    ends = [(x, source.bottom), (x, target.y)]
    if source.y > target.y:
        ends = [(x, source.y), (x, target.bottom)]
    half = max(map(len, arrow.labels)) * text_width / 2
    return Path(arrow, ends, (max(x, half + PADDING), (ends[0][1] + ends[1][1]) / 2))


def _ports(
    near: Sequence[Arrow], by_name: dict[str, Box], side: str, other: str
) -> dict[int, float]:
    """Return the y of each arrow at one side of its box, in the order of what is opposite."""
    ports: dict[int, float] = {}
    for box in by_name.values():
        mine = [arrow for arrow in near if getattr(arrow, side) == box.name]
        mine.sort(key=lambda arrow: by_name[getattr(arrow, other)].middle)
        heights = [max(_PORT, LINE * len(arrow.labels) + 10.0) for arrow in mine]
        y = box.middle - sum(heights) / 2
        for arrow, height in zip(mine, heights, strict=True):
            ports[id(arrow)] = y + height / 2
            y += height
    return ports


def _lanes(
    boxes: Sequence[Box], far: Sequence[Arrow], top: float, text_width: float
) -> tuple[list[Path], float]:
    """Return the ways of the other arrows, each on a lane below, and where the last lane ends."""
    by_name = {box.name: box for box in boxes}
    doors = _Doors(boxes, far)
    paths: list[Path] = []
    y = top

    def span(arrow: Arrow) -> float:
        return abs(by_name[arrow.source].x - by_name[arrow.target].x)

    for arrow in sorted(far, key=span):
        y += LINE * len(arrow.labels) + 8.0
        out = doors.way(by_name[arrow.source], y)
        back = doors.way(by_name[arrow.target], y)
        half = max(map(len, arrow.labels)) * text_width / 2
        middle = max((out[-1][0] + back[-1][0]) / 2, half + MARGIN)
        label = middle, y - LINE * len(arrow.labels) / 2 - 3.0
        paths.append(Path(arrow, [*out, *reversed(back)], label))
        y += 6.0
    return paths, y if far else top - _ABOVE_LANES


class _Doors:
    """Where arrows leave boxes for the lanes: below or, where another box is below, beside."""

    def __init__(self, boxes: Sequence[Box], far: Sequence[Arrow]) -> None:
        self._boxes = boxes
        self._uses = {
            box.name: sum((a.source == box.name) + (a.target == box.name) for a in far)
            for box in boxes
        }
        self._used = dict.fromkeys(self._uses, 0)
        self._beside: dict[int, int] = {}

    def way(self, box: Box, lane: float) -> list[tuple[float, float]]:
        """Return the points from a box down to a lane."""
        self._used[box.name] += 1
        part = self._used[box.name] / (self._uses[box.name] + 1)
        column = [other for other in self._boxes if other.column == box.column]
        if box is max(column, key=lambda other: other.bottom):
            x = box.x + box.width * part
            return [(x, box.bottom), (x, lane)]
        beside = self._beside.get(box.column, 0)
        self._beside[box.column] = beside + 1
        x = max(other.right for other in column) + _BESIDE * (beside + 1.5)
        y = box.bottom - min(_BESIDE, box.height / 4)
        return [(box.right, y), (x, y), (x, lane)]
