"""Real runs: how they end, and that nothing is left of them."""

from __future__ import annotations

import os
import textwrap
import time
from pathlib import Path

import pytest

from tests.simulator import judge
from tests.simulator.real import RealKind, expected_real, run_real

POOL = textwrap.dedent("""
    import multiprocessing as mp
    import os
    def work(q):
        print(os.getpid(), flush=True)
        while q.get() is not None:
            pass
    if __name__ == "__main__":
        q = mp.Queue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        {then}
        p.join()
""")


def test_finishes() -> None:
    """And says so in both worlds."""
    source = POOL.format(then="q.put(None)")
    assert run_real(source, 20).kind is RealKind.FINISHES
    assert expected_real(judge(source)) == frozenset({RealKind.FINISHES})


def test_hangs_and_nothing_is_left() -> None:
    """The whole process group is killed."""
    source = POOL.format(then="pass")
    outcome = run_real(source, 3)
    assert outcome.kind is RealKind.HANGS
    assert expected_real(judge(source)) == frozenset({RealKind.HANGS})
    child = int(outcome.stdout)
    for _ in range(50):
        if not running(child):
            break
        time.sleep(0.1)
    assert not running(child)


def running(pid: int) -> bool:
    """Whether a process runs (one that is dead and not yet waited for does not)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="looks at /proc")
def test_running_sees_this_process() -> None:
    """The check above is able to fail."""
    assert running(os.getpid())


def test_raises_in_a_worker() -> None:
    """A traceback counts, though the main process ends well."""
    source = POOL.format(then="q.put(None); q.put(None); mp.Process(target=int, args='x').start()")
    outcome = run_real(source, 20)
    assert (outcome.kind, outcome.exit_code) == (RealKind.RAISES, 0)
    assert expected_real(judge(source)) == frozenset({RealKind.RAISES})


def test_start_method() -> None:
    """The platform's default can be chosen."""
    source = (
        "import multiprocessing as mp\n"
        "if __name__ == '__main__':\n    print(mp.get_start_method())\n"
    )
    for method in ("fork", "spawn"):
        assert run_real(source, 20, start_method=method).stdout == f"{method}\n"
        assert {o.stdout for o in judge(source, start_method=method).outcomes} == {f"{method}\n"}


def test_what_cannot_be_seen_from_outside() -> None:
    """Lost items, and programs that end differently on different schedules."""
    lost = "import queue\nq = queue.Queue()\nq.put(1)\nq.put(2)\nq.get()\n"
    assert judge(lost).always_fails
    assert expected_real(judge(lost)) is None
    race = "import multiprocessing as mp\nq = mp.Queue()\nq.put(1)\nq.get_nowait()\n"
    assert expected_real(judge(race)) is None
