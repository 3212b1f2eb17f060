"""What gets into no batch is found though the ways are too many to be gone through."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from flake8_joinqueue.analysis import exploring
from flake8_joinqueue.check import check_source

PROGRAM = """
import queue
import threading

tasks = queue.Queue()

def work():
    while True:
        batch = []
        rejected = []
        skipped = 0
        while len(batch) < 10:
            try:
                task = tasks.get(timeout=0.5)
            except queue.Empty:
                break
{taken}
        for task in batch:
            print(task, len(rejected), skipped)
{accounted}

threading.Thread(target=work, daemon=True).start()
for size in (1, 200, 3):
    tasks.put({{"size": size}})
tasks.join()
"""
BATCH = "for _ in batch:\n    tasks.task_done()\n"
DROPS = """
if task["size"] > 100:
    continue
batch.append(task)
"""


def codes(taken: str, accounted: str = BATCH) -> list[tuple[str, int]]:
    def lines(text: str, depth: int) -> str:
        return indent(dedent(text).strip("\n"), " " * depth)

    text = PROGRAM.format(taken=lines(taken, 12), accounted=lines(accounted, 8))
    return [(each.code, each.line) for each in check_source(text) if each.code != "JQ000"]


@pytest.fixture(autouse=True)
def _few_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploring, "_MOST_AT_ONCE", 5)


def test_an_item_that_is_dropped() -> None:
    assert codes(DROPS) == [("JQ202", 18)]


@pytest.mark.parametrize(
    "taken",
    [
        "if task['size'] <= 100:\n    batch.append(task)",
        "if task['size'] > 100:\n    rejected.append(task)\n    continue\nbatch.append(task)",
        "if task is None:\n    break\nif task['size'] > 100:\n    continue\nbatch.append(task)",
    ],
)
def test_other_ways_to_drop_it(taken: str) -> None:
    assert [code for code, _ in codes(taken)] == ["JQ202"]


@pytest.mark.parametrize(
    ("taken", "accounted"),
    [
        ("batch.append(task)", BATCH),
        ("batch.append(task)\nif task['size'] > 100:\n    continue", BATCH),
        ("if task['size'] > 100:\n    tasks.task_done()\n    continue\nbatch.append(task)", BATCH),
        # Special items, which may never be put, or are seen to elsewhere.
        ("if task is None:\n    continue\nbatch.append(task)", BATCH),
        ("if task == 'skip':\n    continue\nbatch.append(task)", BATCH),
        # All that are taken are counted, in one way or another.
        (
            "if task['size'] > 100:\n    rejected.append(task)\n    continue\nbatch.append(task)",
            BATCH + "for _ in rejected:\n    tasks.task_done()\n",
        ),
        (
            "if task['size'] > 100:\n    skipped += 1\n    continue\nbatch.append(task)",
            BATCH + "for _ in range(skipped):\n    tasks.task_done()\n",
        ),
        (
            "if task['size'] > 100:\n    skipped += 1\n    continue\nbatch.append(task)",
            "for _ in range(skipped + len(batch)):\n    tasks.task_done()\n",
        ),
        (DROPS, "for _ in range(batch_size(batch)):\n    tasks.task_done()\n"),
        (DROPS, "while batch:\n    batch.pop()\n    tasks.task_done()\n"),
        # What becomes of it goes by a variable.
        (
            """
            large = False
            if task['size'] > 100:
                large = True
            if large:
                tasks.task_done()
            if large:
                continue
            batch.append(task)
            """,
            BATCH,
        ),
    ],
)
def test_nothing_is_dropped(taken: str, accounted: str) -> None:
    assert codes(taken, accounted) == []
