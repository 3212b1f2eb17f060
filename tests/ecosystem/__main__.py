"""``python -m tests.ecosystem``: lint the pinned packages and compare with the reviewed list."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from . import cache, packages, review, summary
from .linting import Outcome, Source, lint_all


def main() -> int:
    """Run the check; the exit status says whether all is as reviewed and nothing crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.ecosystem", description=__doc__)
    parser.add_argument("--cache", type=Path, default=cache.default_folder())
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--queues", action="store_true", help="print what is known of each queue")
    parser.add_argument("--instead", type=Path, action="append", default=[], metavar="FOLDER",
                        help="lint these files instead, and just print the findings")  # fmt: skip
    parser.add_argument("--follow", action="store_true",
                        help="follow imports too, and just print the findings")  # fmt: skip
    arguments = parser.parse_args()
    sources = _of_folders(arguments.instead) or of_packages(arguments.cache)
    found = lint_all(sources, arguments.jobs, follow=arguments.follow)
    outcomes = sorted(found, key=lambda outcome: outcome.source)
    if arguments.queues:
        _show_queues(outcomes)
    comparison = review.compare(
        outcomes, [] if arguments.instead or arguments.follow else review.load()
    )
    for line in summary.lines(outcomes, comparison):
        print(line)  # noqa: T201
    crashed = any(outcome.crash for outcome in outcomes)
    return 0 if comparison.passes and not crashed else 1


def of_packages(folder: Path) -> list[Source]:
    """The files of all pinned packages, fetched if need be."""
    return [
        Source(package.name, path.relative_to(place).as_posix(), path)
        for package in packages.load()
        for place in [cache.sources(package, folder)]
        for path in cache.python_files(place)
    ]


def _of_folders(folders: Iterable[Path]) -> list[Source]:
    return [
        Source(folder.name, path.relative_to(folder).as_posix(), path)
        for folder in folders
        for path in cache.python_files(folder)
    ]


def _show_queues(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        for queue in outcome.queues:
            place = f"{outcome.source.package} {outcome.source.file}:{queue.line}"
            print(f"{place} {queue.name}: {'; '.join(queue.reasons) or 'resolved'}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
