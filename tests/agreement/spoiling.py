"""A second source of programs: every correct fixture, spoilt in every small way there is."""

from __future__ import annotations

from tests.mutants import mutants
from tests.test_fixtures import PATHS, expected, read, too_new
from tests.test_fixtures_judged import how

from .choices import PLAINEST
from .runner import Task


def spoilt_fixtures() -> list[Task]:
    """A comparison for each mutant of each fixture in which nothing is announced.

    Fixtures that are judged by a real run only have none, nor have those this Python cannot read.
    """
    texts: dict[str, str] = {}
    for path in PATHS:
        text = read(path)
        if not expected(text) and how(text) != "real" and not too_new(text):
            name = "/".join(path.parts[-2:])
            for what, spoilt in mutants(text):
                texts.setdefault(f"# {name}: {what}\n{spoilt}", how(text))
    return [
        Task(number, PLAINEST, source=source, start_method=method)
        for number, (source, method) in enumerate(texts.items())
    ]
