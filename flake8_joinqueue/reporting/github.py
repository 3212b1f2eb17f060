"""Findings as commands of GitHub's workflow log, which show them beside the lines of a change."""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.findings import Finding
from flake8_joinqueue.reporting.report import File, Report
from flake8_joinqueue.reporting.terminal import harmless


def render(report: Report) -> Iterator[str]:
    """Yield a command a finding."""
    for file, finding in report.findings():
        yield f"::error {_properties(file, finding)}::{_data(_message(file, finding))}\n"
    for path, reason in report.troubles:
        yield f"::error file={_property(path)}::{_data(f'{path}: cannot be read, {reason}')}\n"


def _properties(file: File, finding: Finding) -> str:
    properties = {"title": f"flake8-joinqueue {finding.code}", "file": file.path}
    properties["line"] = str(finding.line)
    # GitHub wants no columns where the lines differ.
    if finding.end_line == finding.line:
        properties["col"] = str(finding.column + 1)
        properties["endColumn"] = str(max(finding.column + 1, finding.end_column))
    else:
        properties["endLine"] = str(finding.end_line)
    return ",".join(f"{name}={_property(value)}" for name, value in properties.items())


def _message(file: File, finding: Finding) -> str:
    place = f"{file.path}:{finding.line}:{finding.column + 1}:"
    others = "".join(f"\nline {each.line}: {each.message}" for each in finding.related)
    return f"{place} {finding.text}{others}"


def _data(text: str) -> str:
    lines = "\n".join(map(harmless, text.split("\n")))
    return lines.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    text = harmless(text).replace("%", "%25")
    return text.replace(":", "%3A").replace(",", "%2C")
