"""The judge can convict: correct programs, spoilt in small ways, are judged otherwise."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.mutants import mutants
from tests.simulator import Budget, judge
from tests.test_fixtures import FIXTURES, PATHS, expected, read
from tests.test_fixtures_judged import can_run, held_against_real, how

BUDGET = Budget(schedules=60, random=20)

CORRECT = textwrap.dedent("""
    import {module}
    def work(q):
        while True:
            item = q.get()
            if item is None:
                q.task_done()
                break
            print(item)
            q.task_done()
    def main():
        q = {queue}
        workers = [{worker}(target=work, args=(q,)) for _ in range(2)]
        for w in workers:
            w.start()
        for item in range(3):
            q.put(item)
        q.put(None)
        q.put(None)
        q.join()
        for w in workers:
            w.join()
    if __name__ == "__main__":
        main()
""")
GRAVE = ("drop task_done", "drop sentinel", "double task_done")
"""What a queue that is joined, with workers that are waited for, does not bear."""

FAMILIES = [
    ("multiprocessing as mp", "mp.JoinableQueue()", "mp.Process"),
    ("multiprocessing as mp", "mp.Manager().JoinableQueue()", "mp.Process"),
    ("queue, threading", "queue.Queue()", "threading.Thread"),
]


@pytest.mark.parametrize(("module", "queue", "worker"), FAMILIES, ids=[f[1] for f in FAMILIES])
def test_every_spoilt_pool_is_convicted(module: str, queue: str, worker: str) -> None:
    """Without any task_done, with one too many, without a sentinel the correct pool fails."""
    source = CORRECT.format(module=module, queue=queue, worker=worker)
    assert judge(source, budget=BUDGET).finishes
    acquitted = [
        what
        for what, text in mutants(source)
        if what.startswith(GRAVE) and not judge(text, budget=BUDGET).fails
    ]
    assert acquitted == []


def good_fixtures() -> list[Path]:
    """The fixtures that announce nothing and can be spoilt."""
    found = []
    for path in PATHS:
        text = read(path)
        if not expected(text) and how(text) != "real":
            found += [path] * any(what.startswith(GRAVE) for what, _ in mutants(text))
    return found


GOOD = good_fixtures()


def convicted(path: Path) -> bool:
    """Whether some mutant of a fixture fails, or joins a queue too early."""
    source = read(path)
    method = how(source)
    for _, text in mutants(source):
        judgement = judge(text, budget=BUDGET, start_method=method)
        if judgement.fails or any(o.early_joins for o in judgement.outcomes):
            return True
    return False


HARMLESS = {
    "traps/asyncio_surplus_stops.py": "twice as many stops as needed, and nobody joins the queue",
    "traps/functions_in_any_order.py": "a module: nobody calls its functions when it is run",
}
"""Fixtures whose every mutant is still correct, and why."""


def must_be_convicted(path: Path) -> None:
    """Fail unless some mutant is convicted; a module of which nothing is run cannot be."""
    judgement = judge(read(path), budget=BUDGET, start_method=how(read(path)))
    if not any(outcome.steps for outcome in judgement.outcomes):
        pytest.skip("a module: nobody calls its functions when it is run")
    assert convicted(path) == (path.relative_to(FIXTURES).as_posix() not in HARMLESS)


@pytest.mark.parametrize("path", GOOD[::24], ids=lambda path: str(path.relative_to(FIXTURES)))
def test_a_spoilt_fixture_is_convicted(path: Path) -> None:
    """A sample: at least one way to spoil the fixture changes the verdict."""
    must_be_convicted(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", GOOD, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_every_spoilt_fixture_is_convicted(path: Path) -> None:
    """The same for all of them."""
    must_be_convicted(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", GOOD, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_a_spoilt_fixture_agrees_with_a_real_run(path: Path) -> None:
    """The verdict on the first mutant that fails on every schedule is confirmed for real."""
    source = read(path)
    can_run(source)
    for _, text in mutants(source):
        judgement = judge(text, budget=BUDGET, start_method=how(source))
        if judgement.always_fails:
            held_against_real(text, judgement, how(source))
            return
    pytest.skip("no mutant fails on every schedule")
