"""``python -m tests.agreement --programs 2000 --seed N``: linter against simulator."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from .choices import random_recipes
from .runner import Task, run
from .spoiling import spoilt_fixtures
from .table import representatives, table, write_reports


def main() -> int:
    """Compare as many programs as asked for, print the table, write out the disagreements."""
    parser = argparse.ArgumentParser(prog="python -m tests.agreement", description=__doc__)
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder for disagreeing programs")
    parser.add_argument("--shrink", type=float, default=30.0, help="seconds for each of them")
    parser.add_argument("--mutants", action="store_true", help="spoilt fixtures instead")
    arguments = parser.parse_args()
    folder = arguments.out or Path(tempfile.mkdtemp(prefix="agreement-"))
    if arguments.mutants:
        tasks = spoilt_fixtures()
    else:
        recipes = random_recipes(arguments.seed, arguments.programs)
        tasks = [Task(n, recipe) for n, recipe in enumerate(recipes)]
    start = time.monotonic()
    found = []
    for comparison in run(tasks, arguments.jobs):
        found.append(comparison)
        if len(found) % 100 == 0:
            print(f"{len(found)} programs", file=sys.stderr, flush=True)  # noqa: T201
    print(table(found, time.monotonic() - start), flush=True)  # noqa: T201
    if arguments.mutants:
        for path in write_reports((c for c in found if c.disagrees), folder, numbered=True):
            print(path)  # noqa: T201
        return 0
    shrinking = [Task(n, c.recipe, c, arguments.shrink)
                 for n, c in enumerate(representatives(found))]  # fmt: skip
    limit = 2 * arguments.shrink + 60
    by_label = {c.label: c for c in run(shrinking, arguments.jobs, limit) if c.disagrees}
    originals = {t.found.label: t.found for t in shrinking if t.found is not None}
    for path in write_reports((originals | by_label).values(), folder):
        print(path)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
