"""Comments that silence findings: `# noqa`, `# noqa: JQ201`, `# flake8: noqa`, as flake8 has them.

flake8 looks for the comment on the line of the finding; where a string or a backslash makes one
line of several, anywhere on these.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence

from flake8_joinqueue.findings import Finding

_INLINE = re.compile(r"# noqa(?::[\s]?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
_WHOLE_FILE = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,\s]+")


def audible(findings: Iterable[Finding], lines: Sequence[str]) -> Iterator[Finding]:
    """Yield the findings that no comment in the file silences.

    `lines` are the lines of the file, with their ends.
    """
    findings = list(findings)
    if not findings or any(_WHOLE_FILE.match(line) for line in lines):
        return
    ranges = _ranges(lines) if any(_INLINE.search(line) for line in lines) else {}
    for finding in findings:
        first, last = ranges.get(finding.line, (finding.line, finding.line))
        if not _silences("".join(lines[first - 1 : last]), finding.code):
            yield finding


def _silences(text: str, code: str) -> bool:
    found = _INLINE.search(text)
    if found is None:
        return False
    if found["codes"] is None:
        return True
    # An empty string would be the beginning of any code.
    codes = tuple(filter(None, _SEPARATOR.split(found["codes"])))
    return code.startswith(codes)


def _ranges(lines: Sequence[str]) -> dict[int, tuple[int, int]]:
    """Return, for each line, the first and the last of those that belong together."""
    ranges: dict[int, tuple[int, int]] = {}
    first, last = len(lines) + 2, -1
    try:
        for token in tokenize.generate_tokens(io.StringIO("".join(lines)).readline):
            if token.type in {tokenize.ENDMARKER, tokenize.DEDENT}:
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in {tokenize.NL, tokenize.NEWLINE}:
                ranges.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError):
        return {}
    return ranges
