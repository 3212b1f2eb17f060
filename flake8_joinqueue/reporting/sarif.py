"""Findings as SARIF 2.1.0, for code scanning services and editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from flake8_joinqueue import __version__
from flake8_joinqueue.findings import Finding, Related
from flake8_joinqueue.reporting.report import File, Report
from flake8_joinqueue.rules.documentation import Documentation, documentation

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT: Final = "SRCROOT"


def render(report: Report) -> Iterator[str]:
    """Yield the SARIF log of a report."""
    rules = documentation()
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "flake8-joinqueue",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"uri": Path.cwd().as_uri().rstrip("/") + "/"}},
        "invocations": [
            {
                "executionSuccessful": not report.troubles,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": f"cannot be read: {reason}"},
                        "locations": [{"physicalLocation": {"artifactLocation": _artifact(path)}}],
                    }
                    for path, reason in report.troubles
                ],
            }
        ],
        "results": [
            _result(file, finding, numbers[finding.code]) for file, finding in report.findings()
        ],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Documentation) -> dict[str, object]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.sections.get("What it does", rule.summary)},
        "help": {"text": rule.text, "markdown": rule.text},
        "defaultConfiguration": {"enabled": rule.on, "level": "error"},
    }


def _result(file: File, finding: Finding, number: int) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": "error",
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _location(file, finding)}],
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": position,
                "message": {"text": each.message},
                "physicalLocation": _location(file, each),
            }
            for position, each in enumerate(finding.related, 1)
        ]
    return result


def _location(file: File, place: Finding | Related) -> dict[str, object]:
    region: dict[str, object] = {
        "startLine": place.line,
        "startColumn": place.column + 1,
        "endLine": place.end_line,
        "endColumn": place.end_column + 1,
    }
    if file.line(place.line):
        region["snippet"] = {"text": file.line(place.line)}
    return {"artifactLocation": _artifact(file.path), "region": region}


def _artifact(path: str) -> dict[str, object]:
    where = Path(path)
    if where.is_absolute():
        try:
            where = where.relative_to(Path.cwd())
        except ValueError:
            return {"uri": "file://" + quote(where.as_posix(), errors="replace")}
    return {
        "uri": quote(where.as_posix(), errors="replace"),
        "uriBaseId": _ROOT,
    }
