"""Findings for people: each as flake8 prints it, the source, the other half of the story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flake8_joinqueue.findings import Finding, Related
from flake8_joinqueue.reporting.report import File, Report
from flake8_joinqueue.reporting.terminal import Paint, cells, harmless, width

# Of a longer line only the neighbourhood of the finding is shown.
_WIDEST: Final = 110
_BEFORE: Final = 30
_MORE: Final = "..."


def render(report: Report, paint: Paint, *, source: bool = True) -> Iterator[str]:
    """Yield the text of a report, with the source lines where they are wanted."""
    for file, finding in report.findings():
        yield _headline(file, finding, paint) + "\n"
        if source:
            for line in _story(file, finding, paint):
                yield line + "\n"


def _headline(file: File, finding: Finding, paint: Paint) -> str:
    place = f"{harmless(file.path)}:{finding.line}:{finding.column + 1}:"
    return f"{paint('bold', place)} {paint('red', finding.code)} {harmless(finding.message)}"


def _story(file: File, finding: Finding, paint: Paint) -> Iterator[str]:
    shown = [place for place in finding.related if file.line(place.line)]
    if not file.line(finding.line):
        return
    numbers = len(str(max([finding.line, *(place.line for place in shown)])))
    yield from _excerpt(file, finding, "", numbers, paint)
    for place in shown:
        yield from _excerpt(file, place, place.message, numbers, paint)
    yield ""


def _excerpt(
    file: File, place: Finding | Related, note: str, numbers: int, paint: Paint
) -> Iterator[str]:
    """Yield a source line, and under it a marker with a note."""
    line = file.line(place.line)
    shown = cells(line)
    start = min(place.column, len(line))
    end = place.end_column if place.end_line == place.line else len(line.rstrip())
    end = max(start + 1, min(end, len(line)))
    shown, start, end = _cropped(shown, start, end)
    before, marked = "".join(shown[:start]), "".join(shown[start:end])
    style, sign = ("blue", "-") if note else ("red", "^")
    margin = " " * numbers
    yield f" {paint('dim', f'{place.line:>{numbers}} |')} {''.join(shown)}"
    marker = sign * max(1, width(marked)) + (f" {harmless(note)}" if note else "")
    yield f" {paint('dim', f'{margin} |')} {' ' * width(before)}{paint(style, marker)}"


def _cropped(shown: list[str], start: int, end: int) -> tuple[list[str], int, int]:
    if len(shown) > _WIDEST:
        first = max(0, min(start - _BEFORE, len(shown) - _WIDEST))
        last = first + _WIDEST
        head = [_MORE] if first else []
        tail = [_MORE] if last < len(shown) else []
        shown = [*head, *shown[first:last], *tail]
        start, end = start - first + len(head), min(end - first, _WIDEST) + len(head)
    return shown, start, end
