"""Holds the linter's findings on a program against the simulator's verdict."""

from __future__ import annotations

import enum
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import flake8_joinqueue
from flake8_joinqueue.findings import Finding
from tests.simulator import Budget, Judgement, Outcome, OutcomeKind, judge
from tests.test_fixtures_judged import (
    AS_THE_RULE_SAYS,
    LOSES,
    QUEUE_JOIN,
    Predicate,
    hangs_in,
)

from .choices import Recipe
from .programs import Program, write

OFF_BY_DEFAULT = frozenset({"JQ000", "JQ204", "JQ206", "JQ501"})
QUICK = Budget(schedules=100, random=40, seconds=10)
THOROUGH = Budget(schedules=800, random=800, seconds=30)
"""For a program in which no schedule of the quick look shows what a finding says."""
SLOW = Budget(schedules=200, random=200, seconds=15, early_timeouts=True)
"""On a machine so slow that a sleep or a timeout may be over before anything else is done."""
PATIENT = replace(SLOW, patient_gets=True)
"""On a machine as slow, but nobody gives up to take an item."""

Linter = Callable[[str], Sequence[Finding]]

_LATER: tuple[tuple[str, frozenset[str], str], ...] = (
    ("value", frozenset({"object", "instance"}), "JQ106"),
    ("compare", frozenset({"other"}), "JQ106"),
    ("value", frozenset({"same_instance"}), "JQ106"),
    ("stop", frozenset({"put_back"}), "JQ107"),
    ("stop", frozenset({"no_wait", "empty"}), "JQ108"),
    ("stop", frozenset({"timeout", "timeout_test", "wrong_timeout", "no_wait"}), "JQ205"),
    ("stop", frozenset({"counted"}), "JQ306"),
    ("order", frozenset({"P Q S J T W"}), "JQ303"),
    ("daemon", frozenset({"keyword", "attribute"}), "JQ409"),
    ("setting", frozenset({"daemon"}), "JQ409"),
    ("results", frozenset({"drained"}), "JQ306"),
    ("trouble", frozenset({"uncaught"}), "JQ204"),
    ("payload", frozenset({"large"}), "JQ304"),
    ("payload", frozenset({"lambda"}), "JQ412"),
    ("maxsize", frozenset({"small"}), "JQ305"),
    ("shape", frozenset({"executor", "pool"}), "JQ403"),
    ("queue", frozenset({"wrong", "foreign"}), "JQ404"),
    ("shape", frozenset({"global"}), "JQ406"),
    ("queue", frozenset({"mixed"}), "JQ407"),
    ("join", frozenset({"keyword", "positional"}), "JQ408"),
    ("close", frozenset({"early"}), "JQ410"),
    ("order", frozenset({"S P J Q K S P J Q"}), "JQ411"),
    ("daemon", frozenset({"misspelt"}), "JQ413"),
)
"""Which options go wrong in a way that only this rule speaks of."""

_NEED_NO_SENTINEL = frozenset(
    {"timeout", "timeout_test", "wrong_timeout", "no_wait", "empty", "counted"}
)


class Verdict(enum.Enum):
    """What running a program, with every value of its settings, has shown."""

    BAD = "bad"
    GOOD = "good"
    MIXED = "depends on a setting"
    UNDECIDED = "undecided"


class Agreement(enum.Enum):
    """How verdict and findings go together.

    ``TAKEN_FOR_WORK``: the linter says that a sentinel is taken for work (JQ105), and so it is, but
    the worker gives up by a timeout and the program comes to its end.
    """

    AGREE_BAD = "agree-bad"
    AGREE_GOOD = "agree-good"
    WRONG_CODE = "wrong code"
    FALSE_ALARM = "false alarm"
    MISSED = "missed"
    NO_RULE = "no rule"
    TAKEN_FOR_WORK = "taken for work"
    UNDECIDED = "undecided"
    NOT_ANALYSED = "not analysed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of one program.

    ``codes`` are the findings' codes, ``unconfirmed`` those of them that no failure fits, and
    ``cause`` is the kind of failure: who waits on what, what was raised.
    """

    recipe: Recipe
    source: str
    verdict: Verdict
    agreement: Agreement
    codes: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    cause: str
    findings: tuple[str, ...]
    account: str
    seconds: tuple[float, float]

    @property
    def label(self) -> str:
        """The kind of disagreement: two programs with the same label show the same thing."""
        if self.agreement in (Agreement.FALSE_ALARM, Agreement.WRONG_CODE):
            return f"{self.agreement.value}: {', '.join(sorted(set(self.codes)))}"
        return f"{self.agreement.value}: {self.cause}"

    @property
    def disagrees(self) -> bool:
        """Whether linter and simulator say different things."""
        return self.agreement in (
            Agreement.FALSE_ALARM, Agreement.MISSED, Agreement.WRONG_CODE,
            Agreement.NOT_ANALYSED, Agreement.FAILED,
        )  # fmt: skip


def rules_there_are() -> frozenset[str]:
    """The codes of the rules that exist."""
    folder = Path(flake8_joinqueue.__file__).parent / "rules"
    return frozenset(path.name[:5].upper() for path in folder.glob("jq[0-9][0-9][0-9]_*.py"))


def goes_wrong(outcome: Outcome) -> bool:
    """Whether this schedule shows a fault: a failure, or a queue's ``join`` that was too early."""
    return outcome.failed or bool(outcome.early_joins)


def verdict_on(judgements: Sequence[Judgement]) -> Verdict:
    """One verdict for a program judged with every value of its settings."""
    bad = [any(goes_wrong(o) for o in j.outcomes) for j in judgements]
    if all(bad):
        return Verdict.BAD
    open_ones = [
        any(o.kind is OutcomeKind.UNDECIDED for o in j.outcomes) or not j.outcomes
        for j, failed in zip(judgements, bad, strict=True)
        if not failed
    ]
    if any(open_ones):
        return Verdict.UNDECIDED
    return Verdict.MIXED if any(bad) else Verdict.GOOD


def cause_of(judgements: Sequence[Judgement]) -> str:
    """The kind of the first failure in words, without names of a single program."""
    for outcome in (o for j in judgements for o in j.outcomes):
        if outcome.kind is OutcomeKind.HANGS:
            waits = {f"{w.role} in {w.operation}" for w in outcome.waits}
            errors = {e.type for e in outcome.errors}
            after = f" after {', '.join(sorted(errors))}" if errors else ""
            return f"hangs: {', '.join(sorted(waits))}{after}"
        if outcome.kind is OutcomeKind.RAISES:
            return f"raises: {', '.join(sorted({e.type for e in outcome.errors}))}"
        if outcome.kind is OutcomeKind.LOSES_ITEMS:
            return "loses items" + (" held" if any(x.held for x in outcome.lost) else "")
    if any(o.early_joins for j in judgements for o in j.outcomes):
        return "queue.join() returns early"
    reasons = {re.sub(r"\d+", "N", o.reason) for j in judgements for o in j.outcomes if o.reason}
    return ", ".join(sorted(reasons))


_BESIDES: dict[str, Predicate] = {
    "JQ103": hangs_in("put"),
    "JQ104": hangs_in("feeder", "put"),
    "JQ106": lambda outcome: bool(outcome.errors),
    # When the consumers have left, nobody makes room for what is still put.
    "JQ108": hangs_in("put"),
    # The producer that is not waited for puts behind the sentinels.
    "JQ301": QUEUE_JOIN,
    "JQ401": LOSES,
}
"""How else a mistake may show where a program makes others too, or a queue is full."""


def fits(code: str, judgements: Sequence[Judgement]) -> bool:
    """Whether the failure a code speaks of was seen, with every value of the settings."""
    ways = [seen for seen in (AS_THE_RULE_SAYS.get(code), _BESIDES.get(code)) if seen is not None]
    outcomes = [outcome for judgement in judgements for outcome in judgement.outcomes]
    return code not in AS_THE_RULE_SAYS or any(seen(o) for seen in ways for o in outcomes)


def count_known(recipe: Recipe) -> bool:
    """Whether workers and sentinels can be counted against each other by reading alone.

    A number that only the machine knows is not compared with a literal one: a documented limit.
    """
    if recipe["size"] not in ("cpu_count", "environment"):
        return True
    told = recipe["sentinels"] not in ("literal", "producer", "none")
    return told and recipe["amount"] != "one"


def beyond_the_rules(recipe: Recipe, existing: frozenset[str]) -> bool:
    """Whether some option goes wrong in a way for which there is no rule (switched on) yet."""
    return any(
        recipe[choice] in options and (code not in existing or code in OFF_BY_DEFAULT)
        for choice, options, code in _LATER
    )


_CANNOT_PICKLE = r"raises: (AttributeError|PicklingError)"


def no_code_for(recipe: Recipe, cause: str) -> bool:
    """Whether it goes wrong in a way of which no code of the catalogue speaks.

    Main waits for more results than there are, or a worker for a fixed number of items that never
    come, with nobody in the queue's ``join``; or workers are terminated with work still to do; or
    what cannot be pickled is put on a queue that nobody joins, or where ``put`` itself complains.
    """
    waits_for_results = recipe["results"] == "drained" and "Queue.get" in cause
    unpicklable = recipe["payload"] == "lambda" and re.match(_CANNOT_PICKLE, cause) is not None
    waits_for_items = recipe["stop"] == "counted" and "Queue.join" not in cause
    cut_off = "K" in recipe["order"] and cause.startswith("loses items")
    return waits_for_results or waits_for_items or cut_off or unpicklable


def taken_for_work(recipe: Recipe, codes: Sequence[str]) -> bool:
    """Whether all that is reported is a sentinel unknown to workers which do not need one."""
    return set(codes) == {"JQ105"} and recipe["stop"] in _NEED_NO_SENTINEL


def agreement_of(
    recipe: Recipe, verdict: Verdict, codes: Sequence[str], unconfirmed: Sequence[str]
) -> Agreement:
    """How a verdict and the codes found go together; ``MISSED`` where there should be some."""
    if verdict is Verdict.UNDECIDED:
        return Agreement.UNDECIDED
    if verdict is Verdict.BAD and codes:
        return Agreement.WRONG_CODE if len(unconfirmed) == len(codes) else Agreement.AGREE_BAD
    if verdict is Verdict.BAD:
        return Agreement.MISSED
    if taken_for_work(recipe, codes):
        return Agreement.TAKEN_FOR_WORK
    # What depends on a setting may only be reported where it is so for both values.
    return Agreement.FALSE_ALARM if codes else Agreement.AGREE_GOOD


def slow_looks(program: Program, codes: Sequence[str]) -> tuple[Budget, ...]:
    """The looks that matter where somebody sleeps or waits for a time.

    That a worker gives up too soon confirms nothing but that it then miscounts (JQ205), that a
    producer was not waited for (JQ301, JQ401), and that giving up itself fails (JQ405).
    """
    text = program.source
    gives_up = "get(timeout" in text or "wait_for(" in text
    if gives_up and not {"JQ205", "JQ301", "JQ401", "JQ405"}.isdisjoint(codes):
        return (SLOW,)
    if any(word in text for word in ("sleep(", ".join(timeout=", "asyncio.wait(")):
        return (PATIENT,) if gives_up else (SLOW,)
    return ()


def longer(look: Budget) -> Budget:
    """The same look for a fault that needs several sleeps to be over at once."""
    return replace(look, schedules=1000, random=4000, seconds=40)


def judged(program: Program, budget: Budget, start_method: str) -> list[Judgement]:
    """The simulator's judgement for every value of the program's settings."""
    return [judge(text, budget=budget, start_method=start_method) for text in program.variants]


def judged_thoroughly(program: Program, codes: Sequence[str], start_method: str) -> list[Judgement]:
    """The judgements, with larger budgets as long as no failure fits what the linter says."""
    slow = slow_looks(program, codes)
    looks = (QUICK, *slow, THOROUGH, *map(longer, slow))
    others = program.others or ((),) * len(program.variants)
    return [
        judged_variant(text, codes, looks, start_method, other)
        for text, other in zip(program.variants, others, strict=True)
    ]


def judged_variant(
    text: str,
    codes: Sequence[str],
    looks: Sequence[Budget],
    start_method: str,
    others: Sequence[str] = (),
) -> Judgement:
    """The judgement of one text by the first look that shows what the linter says of it.

    A branch on an item may go either way, the linter says, so a fault that other data brings out
    (``others``) is one as well.
    """
    for budget in looks:
        judgement = judge(text, budget=budget, start_method=start_method)
        if not codes or any(fits(code, [judgement]) for code in codes):
            return judgement
    for other in others if not any(map(goes_wrong, judgement.outcomes)) else ():
        with_other_data = judge(other, budget=QUICK, start_method=start_method)
        if any(fits(code, [with_other_data]) for code in codes):
            return with_other_data
    return judgement


def unpinned(recipe: Recipe) -> bool:
    """Whether how processes start is left to the platform, and decides about a global."""
    free = recipe["queue"] not in ("thread", "asyncio", "context", "mixed", "mixed_right")
    return free and recipe["shape"] == "global"


def compare(recipe: Recipe, linter: Linter, existing: frozenset[str] | None = None) -> Comparison:
    """Write a recipe's program, run it and lint it, and hold the one against the other."""
    return compared(recipe, write(recipe), linter, existing)


def compared(
    recipe: Recipe,
    program: Program,
    linter: Linter,
    existing: frozenset[str] | None = None,
    start_method: str = "",
) -> Comparison:
    """The same for any program; ``recipe`` says what is known of how it was made."""
    existing = rules_there_are() if existing is None else existing
    start = time.perf_counter()
    every = list(linter(program.source))
    linted = time.perf_counter() - start
    codes = tuple(f.code for f in every if f.code not in OFF_BY_DEFAULT)
    start = time.perf_counter()
    judgements = judged_thoroughly(program, codes, start_method or "fork")
    verdict = verdict_on(judgements)
    shown = verdict is Verdict.BAD and (not codes or any(fits(c, judgements) for c in codes))
    if not start_method and unpinned(recipe) and not shown:
        spawned = judged(program, QUICK, "spawn")
        if verdict is not Verdict.BAD or any(fits(code, spawned) for code in codes):
            judgements, verdict = spawned, verdict_on(spawned)
    unconfirmed = tuple(c for c in codes if not fits(c, judgements))
    cause = cause_of(judgements)
    agreement = agreement_of(recipe, verdict, codes, unconfirmed)
    beyond = beyond_the_rules(recipe, existing) or no_code_for(recipe, cause)
    if agreement is Agreement.MISSED and beyond:
        agreement = Agreement.NO_RULE
    if any(f.code == "JQ000" for f in every) and not codes:
        agreement = Agreement.NOT_ANALYSED
    return Comparison(
        recipe,
        program.source,
        verdict,
        agreement,
        codes,
        unconfirmed,
        cause + ("" if count_known(recipe) else ", a number that is not known"),
        tuple(f"{f.line}:{f.column} {f.code} {f.message}" for f in every),
        account_of(judgements),
        (linted, time.perf_counter() - start),
    )


def account_of(judgements: Sequence[Judgement]) -> str:
    """What was seen, and the shortest schedule on which it went wrong."""
    lines: list[str] = []
    for number, judgement in enumerate(judgements):
        if number:
            lines.append("with the setting the other way:")
        for outcome in judgement.outcomes:
            lines.append(f"{outcome.kind.value} {outcome.reason}".rstrip())
            lines += [f"  {w.actor} waits in {w.operation}, line {w.line}" for w in outcome.waits]
            lines += [f"  {e.actor} raises {e.type}: {e.message}, line {e.line}"
                      for e in outcome.errors]  # fmt: skip
            lines += [f"  {x.queue} loses {', '.join(x.items)}" for x in outcome.lost]
            lines += [f"  {j.actor} joins {j.queue} early, line {j.line}"
                      for j in outcome.early_joins]  # fmt: skip
        wrong = [o for o in judgement.outcomes if goes_wrong(o)]
        if wrong:
            lines += ["trace:", *wrong[0].trace.splitlines()]
    return "\n".join(lines)
