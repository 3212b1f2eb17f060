"""What a rule says of one variant of a Protocol."""

from __future__ import annotations

from flake8_joinqueue.protocol import Site
from flake8_joinqueue.records import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """`code` at `site`: `message`.

    `queue` and `actors` are those it is about: where one of the actors does nothing with the
    queue, there is nothing to report, nor does that speak against the report. `related` are the
    other halves of the story, each with what happens there: ("the workers start here").
    """

    code: str
    site: Site
    message: str
    queue: int | None = None
    actors: frozenset[int] = frozenset()
    related: tuple[tuple[Site, str], ...] = ()
