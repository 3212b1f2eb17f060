"""Helps tests of the simulator: short programs, and how they end."""

from __future__ import annotations

import textwrap

from tests.simulator import Budget, Judgement, Outcome, OutcomeKind, judge

QUICK = Budget(schedules=120, random=20)


def verdict(source: str, *, start_method: str = "fork", budget: Budget = QUICK) -> Judgement:
    """The judgement of an indented program text."""
    judgement = judge(textwrap.dedent(source), start_method=start_method, budget=budget)
    assert judgement.decided, [o.reason for o in judgement.outcomes]
    return judgement


def kinds(judgement: Judgement) -> set[OutcomeKind]:
    """The kinds of the outcomes."""
    return {o.kind for o in judgement.outcomes}


def only(judgement: Judgement) -> Outcome:
    """The one outcome of a program that has only one."""
    assert len(judgement.outcomes) == 1, judgement.outcomes
    return judgement.outcomes[0]


def printed(source: str, *, start_method: str = "fork") -> set[str]:
    """What a program prints on the schedules explored; it must finish on all of them."""
    judgement = verdict(source, start_method=start_method)
    assert judgement.finishes, judgement.outcomes
    return {o.stdout for o in judgement.outcomes}


def waiting(judgement: Judgement, operation: str) -> bool:
    """Whether on every schedule that hangs somebody waits in that operation."""
    hanging = [o for o in judgement.outcomes if o.kind is OutcomeKind.HANGS]
    return bool(hanging) and all(any(w.operation == operation for w in o.waits) for o in hanging)


def raised(judgement: Judgement) -> set[str]:
    """The types of the exceptions nobody caught, over all schedules."""
    return {e.type for o in judgement.outcomes for e in o.errors}
