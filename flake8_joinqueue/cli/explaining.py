"""`flake8-joinqueue explain` and `flake8-joinqueue rules`."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator

from flake8_joinqueue import cli
from flake8_joinqueue.cli.trouble import Trouble
from flake8_joinqueue.reporting.terminal import Paint
from flake8_joinqueue.rules.documentation import Documentation, documentation

_CODE_SPAN = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*([^*\s][^*]*)\*")


def explain(asked: argparse.Namespace) -> int:
    """Print what a rule is about."""
    rule = _find(asked.code)
    if asked.output_format == "json":
        _print_json({**_index(rule), "sections": rule.sections})
        return cli.CLEAN
    for line in _explanation(rule, _paint(asked)):
        sys.stdout.write(line + "\n")
    return cli.CLEAN


def rules(asked: argparse.Namespace) -> int:
    """Print the index of the rules."""
    if asked.output_format == "json":
        _print_json([_index(rule) for rule in documentation()])
        return cli.CLEAN
    paint = _paint(asked)
    names = max(len(rule.name) for rule in documentation())
    for rule in documentation():
        state = "   " if rule.on else "off"
        sys.stdout.write(
            f"{paint('red', rule.code)}  {paint('dim', state)}  "
            f"{paint('bold', rule.name)}{' ' * (names - len(rule.name))}  "
            f"{_plain(rule.summary, paint)}\n"
        )
    return cli.CLEAN


def _find(word: str) -> Documentation:
    for rule in documentation():
        if word.upper() == rule.code or word.lower() == rule.name:
            return rule
    raise Trouble(f"no rule is called {word} (see flake8-joinqueue rules)")


def _index(rule: Documentation) -> dict[str, object]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "default": rule.on,
        "fix": rule.sections.get("Fix", ""),
    }


def _print_json(content: object) -> None:
    sys.stdout.write(json.dumps(content, indent=2) + "\n")


def _paint(asked: argparse.Namespace) -> Paint:
    from flake8_joinqueue.cli.arguments import colour  # noqa: PLC0415 (it imports this module)

    return Paint(colour(asked.color))


def _explanation(rule: Documentation, paint: Paint) -> Iterator[str]:
    yield f"{paint('red', rule.code)} {paint('bold', rule.name)}"
    if not rule.on:
        yield paint("dim", f"off; switch it on with --extend-select={rule.code}")
    yield ""
    yield _plain(rule.summary, paint)
    for heading, body in rule.sections.items():
        yield ""
        yield paint("bold", heading)
        yield from _body(body, paint)


def _body(text: str, paint: Paint) -> Iterator[str]:
    """Yield the lines of a section, indented; code without its fence, a step further."""
    in_code = False
    for line in text.splitlines():
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            yield f"      {paint('cyan', line)}".rstrip()
        else:
            yield f"  {_plain(line, paint)}".rstrip()


def _plain(line: str, paint: Paint) -> str:
    """Return a line of Markdown as it is read: code in colour, or in its quotes."""
    line = _STRONG.sub(lambda found: paint("bold", found[1]) if paint.colour else found[0], line)
    return _CODE_SPAN.sub(lambda found: paint("cyan", found[1]) if paint.colour else found[0], line)
