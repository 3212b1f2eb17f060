"""The documentation says what is, and its examples work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT, Rule, codes
from flake8_joinqueue.settings import SETTINGS
from tests import documentation
from tests.documentation import DOCS, HEADINGS, headings, rules, section
from tests.hosts import flake8
from tests.test_plugin import HANGS

REPOSITORY = DOCS.parent
each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+\.(?:md|py|svg))(?:#[^)]*)?\)")


def test_made_pages_are_fresh() -> None:
    assert list(documentation.stale()) == [], "run python -m tests.documentation"


@each_rule
def test_a_rule_is_documented_under_the_fixed_headings(rule: Rule) -> None:
    assert headings(rule) == list(HEADINGS)
    assert all(section(rule, heading) for heading in HEADINGS)


@each_rule
def test_a_rule_is_summed_up_in_one_line(rule: Rule) -> None:
    summary, empty = rule.documentation.splitlines()[:2]
    assert summary.endswith(".")
    assert not empty
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


@each_rule
def test_a_rule_is_found_by_its_code_and_its_name(rule: Rule) -> None:
    page = (DOCS / "rules" / f"{rule.code}.md").read_text()
    assert page.startswith(f"# {rule.code} {rule.name}\n")
    index = (DOCS / "rules.md").read_text()
    [row] = [line for line in index.splitlines() if f"[{rule.code}]" in line]
    assert f"| {rule.name} |" in row
    assert ("| off |" in row) == (rule.code in OFF_BY_DEFAULT)


def test_headings_are_not_read_from_code() -> None:
    rule = Rule("JQ999", "none", lambda _: iter(()), "Sum.\n\n# Fix\n\n```sh\n# no heading\n```\n")
    assert headings(rule) == ["Fix"]


def test_a_made_page_that_was_edited_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documentation, "DOCS", tmp_path)
    documentation.main()
    assert list(documentation.stale()) == []
    (tmp_path / "rules" / "JQ101.md").write_text("other")
    (tmp_path / "rules" / "JQ102.md").unlink()
    (tmp_path / "rules" / "JQ999.md").write_text("gone")
    assert len(list(documentation.stale())) == 3


def test_every_option_is_documented() -> None:
    page = (DOCS / "configuration.md").read_text()
    for setting in SETTINGS:
        assert f"| `{setting.name}` |" in page


@pytest.mark.parametrize("path", [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))], ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    """On the site mkdocs sees to it; here, for those who read the files as they lie."""
    for target in _LINK.findall(path.read_text()):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_readme_names_only_rules_that_exist() -> None:
    named = set(re.findall(r"JQ\d{3}", (REPOSITORY / "README.md").read_text()))
    assert named <= {"JQ000", *codes()}


def test_readme_shows_what_flake8_says(tmp_path: Path) -> None:
    """Its example is part of a whole program, and the report is that of this program."""
    readme = (REPOSITORY / "README.md").read_text()
    program = (DOCS / "examples" / "crawler.py").read_text()
    [example] = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert example in program
    (tmp_path / "crawler.py").write_text(program)
    for line in flake8("crawler.py", "--select=JQ", folder=tmp_path).lines:
        assert f"$ flake8 crawler.py\n{line}\n" in readme


def test_the_picture_is_fresh() -> None:
    """`flake8-joinqueue show docs/examples/crawler.py --format svg > docs/images/hang.svg`."""
    command = [sys.executable, "-m", "flake8_joinqueue", "show", "--format", "svg"]
    program = str(DOCS / "examples" / "crawler.py")
    shown = subprocess.run([*command, program], capture_output=True, check=True, timeout=60)
    assert shown.stdout.decode() == (DOCS / "images" / "hang.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "hidden"), [(0, True), (1, False), (2, False)])
def test_noqa_goes_on_the_first_line_of_a_call(tmp_path: Path, line: int, hidden: bool) -> None:
    """As docs/configuration.md says."""
    call = ["tasks.put(", "    None,", ")"]
    call[line] += "  # noqa: JQ103"
    (tmp_path / "noqa.py").write_text(
        HANGS.replace(
            "            break", "            tasks.task_done()\n            break"
        ).replace("tasks.join()\n", "\n".join([*call, "tasks.join()", ""]))
    )
    said = flake8("noqa.py", "--select=JQ", folder=tmp_path)
    assert said.codes() == ([] if hidden else ["JQ103"])


def python_blocks(page: Path) -> list[str]:
    """The Python examples of a page that say they can be run: those with an assert."""
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "assert" in block]


def test_examples_of_the_api_run(tmp_path: Path) -> None:
    examples = python_blocks(DOCS / "api.md")
    assert examples
    for example in examples:
        subprocess.run([sys.executable, "-c", example], cwd=tmp_path, check=True, timeout=60)
