"""Every fixture is judged by running it: bad ones fail as the rule says, good ones finish."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulator import Budget, Judgement, Outcome, OutcomeKind, judge
from tests.simulator.real import RealKind, expected_real, run_real
from tests.simulator.sharing import MIXING_FAILS
from tests.test_fixtures import FIXTURES, PATHS, expected, read, too_new

BUDGET = Budget(schedules=150, random=30)
_JUDGED = re.compile(r"^# judged: (\w+)", re.MULTILINE)
_NOT_INSTALLED = re.compile(
    r"^\s*(?:import|from) (?:torch|billiard|multiprocess|gevent)\b", re.MULTILINE
)
_NEEDS = re.compile(r"# python: 3\.(\d+)\b")
# What the simulator has from the asyncio of this Python, not from a stand-in.
_NEWER_TASKS = re.compile(r"asyncio\.(?:TaskGroup|timeout)\b")

Predicate = Callable[[Outcome], bool]


def how(text: str) -> str:
    """How a fixture wants to be judged: by ``fork``, by ``spawn``, or only ``real``."""
    wanted = _JUDGED.search("\n".join(text.splitlines()[:5]))
    return wanted[1] if wanted else "fork"


def hangs_in(*methods: str) -> Predicate:
    """Somebody waits for ever in one of these methods of a queue."""

    def holds(outcome: Outcome) -> bool:
        return outcome.kind is OutcomeKind.HANGS and any(
            w.method in methods and not w.operation.startswith(("Process.", "Thread."))
            for w in outcome.waits
        )

    return holds


_WAITS_FOR_WORKER = (
    "Process.join", "Thread.join", "Pool.join", "await", "asyncio.", "Future.result",
    "AsyncResult.get", "connection.wait",
)  # fmt: skip


def waits_for_worker(outcome: Outcome) -> bool:
    """Somebody waits for ever for a process, a thread or a task."""
    return outcome.kind is OutcomeKind.HANGS and any(
        w.operation.startswith(_WAITS_FOR_WORKER) or "Executor" in w.operation
        for w in outcome.waits
    )


def raises(*types: str) -> Predicate:
    """An exception of one of these types goes uncaught, or another one that came of it."""
    return lambda outcome: any({e.type, *e.during} & set(types) for e in outcome.errors)


def is_kind(*kinds: OutcomeKind) -> Predicate:
    """The outcome is of one of these kinds."""
    return lambda outcome: outcome.kind in kinds


def either(*predicates: Predicate) -> Predicate:
    """One of them holds."""
    return lambda outcome: any(p(outcome) for p in predicates)


HANGS = is_kind(OutcomeKind.HANGS)
LOSES = either(is_kind(OutcomeKind.LOSES_ITEMS), lambda outcome: bool(outcome.lost))
# With a time limit, the wait is as vain.
QUEUE_JOIN = either(hangs_in("join"), raises("TimeoutError"))
GET = hangs_in("get")
GONE = raises(
    "EOFError", "BrokenPipeError", "ConnectionResetError", "ConnectionRefusedError",
    "FileNotFoundError",
)  # fmt: skip

AS_THE_RULE_SAYS: dict[str, Predicate] = {
    "JQ101": GET,
    "JQ102": GET,
    "JQ103": QUEUE_JOIN,
    "JQ104": either(QUEUE_JOIN, GET, LOSES),
    "JQ105": either(GET, QUEUE_JOIN, lambda outcome: bool(outcome.errors)),
    "JQ106": either(GET, QUEUE_JOIN),
    "JQ107": QUEUE_JOIN,
    "JQ108": either(LOSES, GET, QUEUE_JOIN),
    "JQ201": QUEUE_JOIN,
    "JQ202": QUEUE_JOIN,
    "JQ203": either(raises("ValueError"), LOSES),
    "JQ204": QUEUE_JOIN,
    "JQ205": raises("ValueError"),
    "JQ206": LOSES,
    "JQ301": lambda outcome: bool(outcome.early_joins),
    "JQ302": waits_for_worker,
    "JQ303": QUEUE_JOIN,
    "JQ304": waits_for_worker,
    "JQ305": hangs_in("put"),
    "JQ306": QUEUE_JOIN,
    "JQ401": GONE,
    "JQ402": raises("TypeError", "AttributeError"),
    "JQ403": raises("RuntimeError"),
    "JQ404": either(raises("AttributeError", "TypeError", "RuntimeError"), HANGS, LOSES),
    "JQ405": either(raises("AttributeError", "Empty", "QueueEmpty"), HANGS),
    "JQ406": either(raises("AttributeError", "NameError"), HANGS),
    "JQ407": raises("RuntimeError"),
    "JQ408": raises("TypeError"),
    "JQ409": LOSES,
    "JQ410": raises("ValueError", "OSError"),
    "JQ411": either(GET, QUEUE_JOIN, raises("Empty")),
    "JQ412": QUEUE_JOIN,
    "JQ413": HANGS,
    "JQ501": HANGS,
}
"""What must be seen on at least one schedule of a program in which the rule finds something."""


def shows_here(*codes: str) -> None:
    """Skip the test where this Python lets pass what one of the rules speaks of."""
    if "JQ407" in codes and not MIXING_FAILS:
        pytest.skip("a newer Python complains of contexts that are mixed")


def judged(path: Path) -> Judgement:
    """The judgement of a fixture; the test is skipped where it wants to be judged otherwise."""
    text = read(path)
    if too_new(text):
        pytest.skip("syntax newer than this Python")
    if sys.version_info < (3, 11) and _NEWER_TASKS.search(text):
        pytest.skip("needs a newer asyncio to run")
    method = how(text)
    if method == "real":
        pytest.skip("judged by a real run only")
    judgement = judge(text, start_method=method, budget=BUDGET)
    assert judgement.decided, [o.reason for o in judgement.outcomes]
    return judgement


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_fixture_is_confirmed_by_running_it(path: Path) -> None:
    """Announced findings happen on some schedule; where none is announced, nothing happens."""
    codes = {code for _, code, _ in expected(read(path))}
    shows_here(*codes)
    judgement = judged(path)
    if not codes:
        assert judgement.finishes, [(o.kind, o.waits, o.errors, o.lost) for o in judgement.outcomes]
    for code in sorted(codes):
        assert any(AS_THE_RULE_SAYS[code](outcome) for outcome in judgement.outcomes), code


def held_against_real(text: str, judgement: Judgement, method: str) -> None:
    """Where a judgement speaks for every schedule, a real run must end like that."""
    allowed = expected_real(judgement)
    if allowed is None:
        pytest.skip("ends differently on different schedules")
    patience = 5.0 if allowed == {RealKind.HANGS} else 25.0
    longest = max(o.seconds for o in judgement.outcomes)
    outcome = run_real(text, patience + min(longest, 60), start_method=method)
    assert outcome.kind in allowed, outcome.stderr[-2000:]


def can_run(text: str) -> None:
    """Skip the test where this Python lacks what the program needs."""
    needs = _NEEDS.match(text)
    if needs is not None and sys.version_info < (3, int(needs[1])):
        pytest.skip("needs a newer Python to run for real")
    if _NOT_INSTALLED.search(text):
        pytest.skip("uses a package that is not installed")


def agrees(path: Path) -> None:
    """Hold a fixture against a real run: by its judgement, or only by what it announces."""
    text = read(path)
    can_run(text)
    if how(text) == "real":
        codes = {code for _, code, _ in expected(text)}
        assert (run_real(text, 10).kind is RealKind.FINISHES) == (not codes)
    else:
        held_against_real(text, judged(path), how(text))


@pytest.mark.parametrize("path", PATHS[7::40], ids=lambda path: str(path.relative_to(FIXTURES)))
def test_sample_agrees_with_real_runs(path: Path) -> None:
    """A few fixtures on the real modules."""
    agrees(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_agrees_with_real_runs(path: Path) -> None:
    """All fixtures on the real modules."""
    agrees(path)
