"""The pages that are made from the rule files: `docs/rules.md` and one page a rule.

`python -m tests.documentation` writes them; a test fails when they are stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT, Rule, load

DOCS: Final = Path(__file__).parent.parent / "docs"
HEADINGS: Final = (
    "What it does",
    "Why is this bad",
    "Example",
    "Use instead",
    "Known limits",
    "Fix",
)
GROUPS: Final = {
    "JQ0": "The analysis itself",
    "JQ1": "Sentinels",
    "JQ2": "`task_done()`",
    "JQ3": "Order: joins, starts, puts and takes",
    "JQ4": "Interfaces, contexts and pickling",
    "JQ5": "When something else goes wrong",
}
_NOT_ANALYSED: Final = """A file could not be analysed.

# What it does

Names each file that the plugin did not judge, and says why: Python could not parse it, or the
analysis ran into one of its limits.

# Why is this bad

It need not be: most such files have no queue in them. But where the plugin is silent about a file,
a team may want to be sure that it has looked.

# Example

```console
$ flake8 --extend-select JQ000 generated.py
generated.py:1:1: JQ000 not analysed, syntax error on line 3, invalid syntax
```

# Use instead

Mend what stops the analysis, or exclude the file.

# Known limits

A file that never speaks of a queue is not read at all, and has no JQ000 either.

# Fix

None.
"""
_MADE: Final = (
    "<!-- made by `python -m tests.documentation` from the rule's own file: edit that -->"
)


def rules() -> list[Rule]:
    """Every rule there is to document, JQ000 first."""
    return [Rule("JQ000", "not-analysed", lambda _: iter(()), _NOT_ANALYSED), *load()]


def pages() -> dict[Path, str]:
    """The made pages, by their path under `docs/`."""
    made = {Path("rules", f"{rule.code}.md"): page(rule) for rule in rules()}
    return {Path("rules.md"): index(), **made}


def page(rule: Rule) -> str:
    """The page of one rule: its documentation, a level deeper under its code and name."""
    body = re.sub(r"^# ", "## ", rule.documentation.strip(), flags=re.MULTILINE)
    summary, _, rest = body.partition("\n")
    state = f"Off by default: switch it on with `extend-select = {rule.code}`."
    if rule.code not in OFF_BY_DEFAULT:
        state = "On by default."
    return f"# {rule.code} {rule.name}\n\n{_MADE}\n\n{summary}\n\n{state}\n{rest}\n"


def index() -> str:
    """The list of all rules, a table for each group."""
    lines = [
        "# Rules",
        "",
        _MADE,
        "",
        "Codes and names never change. The page of a rule says what it reports, why that is bad,",
        "what to write instead, and where it is silent. `flake8-joinqueue explain CODE` prints the",
        "same in a terminal.",
    ]
    for prefix, title in GROUPS.items():
        rows = [_row(rule) for rule in rules() if rule.code.startswith(prefix)]
        if rows:
            lines += ["", f"## {title}", "", "| code | name | reports | default | fix |"]
            lines += ["|---|---|---|---|---|", *rows]
    return "\n".join([*lines, ""])


def _row(rule: Rule) -> str:
    summary = rule.documentation.partition("\n")[0].strip().rstrip(".")
    default = "off" if rule.code in OFF_BY_DEFAULT else "on"
    fix = section(rule, "Fix").split("\n\n")[0].replace("\n", " ")
    cell = "" if fix.startswith("None") else fix.partition(". ")[0].rstrip(".")
    link = f"[{rule.code}](rules/{rule.code}.md)"
    return f"| {link} | {rule.name} | {summary} | {default} | {cell} |".replace("|  |", "| |")


def headings(rule: Rule) -> list[str]:
    """The headings of a rule's documentation, in order."""
    prose = re.sub(r"```.*?```", "", rule.documentation, flags=re.DOTALL)
    return re.findall(r"^# (.*)$", prose, flags=re.MULTILINE)


def section(rule: Rule, heading: str) -> str:
    """The text under one heading of a rule's documentation."""
    pattern = rf"^# {heading}\n\n(.*?)(?=\n# |\Z)"
    found = re.search(pattern, rule.documentation, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def stale() -> Iterator[str]:
    """What is wrong with the made pages as they lie in `docs/`."""
    wanted = pages()
    for path, text in wanted.items():
        there = DOCS / path
        if not there.exists():
            yield f"{path} is missing"
        elif there.read_text(encoding="utf-8") != text:
            yield f"{path} is stale"
    for there in (DOCS / "rules").glob("*.md"):
        if there.relative_to(DOCS) not in wanted:
            yield f"{there.relative_to(DOCS)} has no rule"


def main() -> None:
    """Write the pages, and remove those whose rule is gone."""
    (DOCS / "rules").mkdir(exist_ok=True)
    wanted = pages()
    for there in (DOCS / "rules").glob("*.md"):
        if there.relative_to(DOCS) not in wanted:
            there.unlink()
    for path, text in wanted.items():
        (DOCS / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
