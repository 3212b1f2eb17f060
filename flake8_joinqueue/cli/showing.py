"""`flake8-joinqueue show`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from flake8_joinqueue import cli
from flake8_joinqueue.check import Study, study
from flake8_joinqueue.cli.files import STANDARD_INPUT
from flake8_joinqueue.cli.plan import Plan, plan
from flake8_joinqueue.cli.sources import read_file, read_standard_input
from flake8_joinqueue.cli.trouble import Trouble
from flake8_joinqueue.drawing import mermaid, overview, svg
from flake8_joinqueue.drawing.scene import Scene, scene
from flake8_joinqueue.protocol.text import render
from flake8_joinqueue.reporting.terminal import Paint, harmless
from flake8_joinqueue.rules.registry import codes


def run(asked: argparse.Namespace) -> int:
    """Show what was understood of a file, and return the exit status."""
    from flake8_joinqueue.cli.arguments import colour  # noqa: PLC0415 (it imports this module)

    what = plan(asked)
    path, lines = _read(asked)
    understood = study("".join(lines), path, what.options)
    scenes = list(_scenes(understood, path, what))
    if asked.format == "svg":
        shown: Iterator[str] = svg.render(scenes)
    elif asked.format == "mermaid":
        shown = (f"{line}\n" for line in mermaid.render(scenes))
    else:
        paint = Paint(colour(asked.color))
        shown = (f"{line}\n" for line in _text(understood, scenes, path, paint, asked.steps))
    for text in shown:
        sys.stdout.write(text)
    return cli.CLEAN


def _read(asked: argparse.Namespace) -> tuple[str, list[str]]:
    try:
        if asked.path == STANDARD_INPUT:
            return asked.stdin_filename, read_standard_input()
        return asked.path, read_file(asked.path)
    except OSError as error:
        raise Trouble(f"{asked.path}: {error.strerror or error}") from error


def _scenes(understood: Study, path: str, what: Plan) -> Iterator[Scene]:
    reported = [code for code in codes() if what.reports(code, path)]
    for protocol in understood.protocols:
        if protocol.queues:
            yield scene(protocol, what.options, reported)


def _text(
    understood: Study, scenes: list[Scene], path: str, paint: Paint, steps: bool
) -> Iterator[str]:
    yield paint("bold", harmless(path))
    if understood.reason:
        yield f"not analysed, {harmless(understood.reason)}"
    elif not scenes:
        yield "no queue is made here, nor taken as a parameter by what puts or takes"
    protocols = [protocol for protocol in understood.protocols if protocol.queues]
    for protocol, seen in zip(protocols, scenes, strict=True):
        yield ""
        yield from overview.render(seen, paint)
        if steps:
            yield ""
            yield from (f"  {harmless(line)}" for line in render(protocol).splitlines())
