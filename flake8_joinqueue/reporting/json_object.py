"""Findings as one JSON object.

Lines and columns count from 1, in code points; the end is exclusive.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from flake8_joinqueue import __version__
from flake8_joinqueue.findings import Finding, Related
from flake8_joinqueue.reporting.report import File, Report
from flake8_joinqueue.rules.registry import load


def render(report: Report) -> Iterator[str]:
    """Yield the JSON of a report."""
    names = {rule.code: rule.name for rule in load()}
    content = {
        "version": __version__,
        "checked": report.checked,
        "findings": [
            _finding(file, finding, names.get(finding.code, "not-analysed"))
            for file, finding in report.findings()
        ],
        "troubles": [{"path": path, "reason": reason} for path, reason in report.troubles],
    }
    yield json.dumps(content, indent=2) + "\n"


def _finding(file: File, finding: Finding, name: str) -> dict[str, object]:
    return {
        "path": file.path,
        "code": finding.code,
        "name": name,
        "message": finding.message,
        **_place(finding),
        "related": [{"message": each.message, **_place(each)} for each in finding.related],
    }


def _place(place: Finding | Related) -> dict[str, object]:
    return {
        "line": place.line,
        "column": place.column + 1,
        "end_line": place.end_line,
        "end_column": place.end_column + 1,
    }
