"""Findings as GitLab's code quality report."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

from flake8_joinqueue.findings import Finding
from flake8_joinqueue.reporting.report import File, Report


def render(report: Report) -> Iterator[str]:
    """Yield the report's JSON."""
    seen: Counter[str] = Counter()
    yield json.dumps([_issue(*found, seen) for found in report.findings()], indent=2) + "\n"


def _issue(file: File, finding: Finding, seen: Counter[str]) -> dict[str, object]:
    others = "".join(f" (line {each.line}: {each.message})" for each in finding.related)
    return {
        "description": f"{finding.text}{others}",
        "check_name": finding.code,
        "fingerprint": _fingerprint(file, finding, seen),
        "severity": "major",
        "location": {
            "path": file.path,
            "lines": {"begin": finding.line, "end": finding.end_line},
        },
    }


def _fingerprint(file: File, finding: Finding, seen: Counter[str]) -> str:
    """Return what tells a finding from others, and stays when lines are put in above it."""
    same = "\0".join((file.path, finding.code, file.line(finding.line).strip()))
    seen[same] += 1
    text = f"{same}\0{seen[same]}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
