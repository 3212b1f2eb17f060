"""The files that are measured: those of the standard library, and made ones of any size."""

from __future__ import annotations

import sysconfig
from pathlib import Path

# Not code that anybody would lint, or not code at all.
_LEFT_OUT = frozenset(
    {"test", "tests", "site-packages", "idlelib", "lib2to3", "turtledemo", "ensurepip"}
)

_CREW = """
def work_{n}(tasks, results):
    while True:
        task = tasks.get()
        if task is None:
            tasks.task_done()
            break
        results.put(handle(task, {n}))
        tasks.task_done()


def crew_{n}(jobs, number=4):
    tasks = multiprocessing.JoinableQueue()
    results = multiprocessing.Queue()
    crew = [
        multiprocessing.Process(target=work_{n}, args=(tasks, results)) for _ in range(number)
    ]
    for member in crew:
        member.start()
    for job in jobs:
        tasks.put(job)
    for _ in crew:
        tasks.put(None)
    tasks.join()
    found = [results.get() for _ in jobs]
    for member in crew:
        member.join()
    return found

"""

_OTHER = """
def total_{n}(rows, factor={n}):
    seen = {{}}
    for row in rows:
        key = row.name.strip().lower()
        if key in seen:
            seen[key] += row.value * factor
        else:
            seen[key] = row.value
    return sorted(seen.items(), key=lambda pair: (-pair[1], pair[0]))

"""


def standard_library() -> list[Path]:
    """Return the modules of the standard library, sorted, its tests left out."""
    root = Path(sysconfig.get_path("stdlib"))
    return sorted(
        path for path in root.rglob("*.py") if _LEFT_OUT.isdisjoint(path.relative_to(root).parts)
    )


def program(lines: int, queues: int) -> str:
    """Return a correct program of about so many lines, with two queues for each of `queues` / 2."""
    crews = max(1, queues // 2)
    parts = ["import multiprocessing\n\n\ndef handle(task, number):\n    return task, number\n\n"]
    parts += [_CREW.format(n=number) for number in range(crews)]
    calls = "".join(f"    print(crew_{number}(range(10)))\n" for number in range(crews))
    parts.append(f'\nif __name__ == "__main__":\n{calls}')
    length = sum(part.count("\n") for part in parts)
    filler = max(0, lines - length) // (_OTHER.count("\n"))
    parts[1:1] = [_OTHER.format(n=number) for number in range(filler)]
    return "".join(parts)
