"""The documentation of the rules, from the docstrings of their modules."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from flake8_joinqueue.records import dataclass
from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT, load

HEADINGS: Final = (
    "What it does",
    "Why is this bad",
    "Example",
    "Use instead",
    "Known limits",
    "Fix",
)
# Not any line with a sign: in an example it is a comment.
_HEADING: Final = re.compile(rf"^# ({'|'.join(HEADINGS)})\n", re.MULTILINE)
_NOT_ANALYSED: Final = """\
A file was not analysed.

# What it does

Reports a file that could not be read as Python, or on which the analysis gave up; the message says
which. It stands on the first line.

# Why is this bad

It is not, as a rule: most such files have nothing to do with queues. But a file that was not
analysed has no other findings either, and a team may want to be sure that nothing was skipped.

# Example

```python
print "hello"
```

# Use instead

```python
print("hello")
```

# Known limits

Files that do not speak of queues are not parsed, so nothing is said of them.

# Fix

None.
"""


@dataclass(frozen=True, slots=True)
class Documentation:
    """What is known of a rule: its code, name, one line, sections by heading, and whether it is on.

    `text` is all of it but code and name, as Markdown.
    """

    code: str
    name: str
    summary: str
    sections: dict[str, str]
    text: str
    on: bool


@cache
def documentation() -> tuple[Documentation, ...]:
    """Return the documentation of all rules, sorted by code; JQ000, which is no rule, first."""
    known = [("JQ000", "not-analysed", _NOT_ANALYSED)]
    known.extend((rule.code, rule.name, rule.documentation) for rule in load())
    return tuple(_parse(*each) for each in known)


def _parse(code: str, name: str, text: str) -> Documentation:
    text = text.strip() + "\n"
    parts = _HEADING.split(text)
    sections = {
        heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }
    summary = " ".join(parts[0].split())
    return Documentation(code, name, summary, sections, text, code not in OFF_BY_DEFAULT)
