"""Explores the schedules of a program and judges it."""

from __future__ import annotations

import heapq
import random
import sys
import time
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import aio, futures, mpmodule, simlogging, standins, threadqueue, threads
from .actors import Actor, Chooser
from .kernel import START, Kernel, enter, leave
from .ledger import Ledger
from .outcome import Budget, Judgement, Lost, Outcome, OutcomeKind, Schedule, Wait
from .processes import SimProcess, exit_code
from .program import Image, compile_program, writes_shared_memory
from .rendering import render

FIXED: dict[str, types.ModuleType] = {}


def fixed_modules() -> Mapping[str, types.ModuleType]:
    """The stand-ins that hold no state of a run."""
    if not FIXED:
        FIXED.update(mpmodule.make_modules())
        FIXED["threading"] = threads.make_module()
        FIXED["queue"] = threadqueue.make_module()
        FIXED["time"] = standins.make_time()
        FIXED["signal"] = standins.make_signal()
        FIXED["atexit"] = standins.make_atexit()
        FIXED["ctypes"] = standins.make_ctypes()
        FIXED.update(futures.make_modules())
        FIXED.update(aio.make_modules())
    return FIXED


class Searcher(Chooser):
    """The default order past the prefix; notes the turnings not yet taken, stops at known roads."""

    def __init__(self, prefix: tuple[int, ...], search: Search) -> None:
        super().__init__(prefix)
        self.search = search

    def default(self, kernel: Kernel, options: list[Actor]) -> int:
        state = kernel.state()
        seen = self.search.seen
        for pick in range(1, len(options)):
            road = (state, options[pick].index)
            if road not in seen:
                seen.add(road)
                self.search.push((*self.made, pick))
        road = (state, options[0].index)
        if road in seen:
            return -1
        seen.add(road)
        return 0


class Search:
    """The schedules still to be tried, those with the fewest deviations first."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.seen: set[tuple[int, int]] = set()
        self.heap: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, ())]
        self.pushed = 0
        self.cut = False

    def push(self, prefix: tuple[int, ...]) -> None:
        """A schedule that leaves the default order at the end of this prefix."""
        deviations = sum(1 for pick in prefix if pick)
        if deviations > self.budget.deviations:
            self.cut = True
            return
        self.pushed += 1
        heapq.heappush(self.heap, (deviations, self.pushed, prefix))

    def pop(self) -> tuple[int, ...] | None:
        """The next schedule to try, None when there are no more."""
        return heapq.heappop(self.heap)[2] if self.heap else None


class Roller(Chooser):
    """Random choices; ``stay`` is how likely the default is taken.

    Where timed waits may expire early, a ``hasty`` one lets every timed ``join`` do so at once.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.stay = self.dice.choice((0.0, 0.4, 0.8, 0.95))
        self.hasty = seed % 2 == 0

    def default(self, kernel: Kernel, options: list[Actor]) -> int:
        if self.hasty and kernel.early_timeouts:
            for pick, actor in enumerate(options):
                if actor.operation.endswith(".join") and not actor.enabled(kernel.now):
                    return pick
        if self.dice.random() < self.stay:
            return 0
        eager = [i for i, actor in enumerate(options) if not actor.polled]
        if eager and self.dice.random() < 0.9:
            return self.dice.choice(eager)
        return self.dice.randrange(len(options))

    def default_amount(self, most: int) -> int:
        return 0 if self.dice.random() < 0.5 else self.dice.randrange(most)


class Ranker(Roller):
    """Every actor has a rank by chance, and whoever ranks first goes, as long as he can.

    So somebody may be late all the time (a feeder, say), which takes a search many deviations. Now
    and then the one who would go is ranked last. Where timed waits may expire early, sleep may cost
    no time at all; and in some schedules, whoever may give up to take an item does so in his turn,
    so that all of them may, before a feeder has brought the first.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.ranks: dict[int, float] = {}
        self.fickle = self.dice.choice((0.0, 0.02, 0.1))
        self.rushes = self.dice.random() < 0.5
        self.gives_up = seed % 3 == 0

    def default(self, kernel: Kernel, options: list[Actor]) -> int:
        ready = [
            i
            for i, actor in enumerate(options)
            if not actor.polled and (actor.enabled(kernel.now) or self.hurries(kernel, actor))
        ]
        if not ready or (kernel.early_timeouts and self.dice.random() < 0.1):
            return super().default(kernel, options)
        first = min(ready, key=lambda i: self.rank(options[i]))
        if self.dice.random() < self.fickle:
            self.ranks[options[first].index] = 1 + len(self.made)
            first = min(ready, key=lambda i: self.rank(options[i]))
        return first

    def hurries(self, kernel: Kernel, actor: Actor) -> bool:
        """Whether an actor does not wait for the time it said."""
        if actor.operation == "time.sleep":
            return kernel.early_timeouts and self.rushes
        return kernel.early_timeouts and self.gives_up and actor.operation.endswith(".get")

    def rank(self, actor: Actor) -> float:
        """The actor's rank; the least goes first."""
        return self.ranks.setdefault(actor.index, self.dice.random())


@dataclass
class Draft:
    """An outcome before it is known who takes from which queue on other schedules."""

    outcome: Outcome
    takers: frozenset[str]
    kernel: Kernel | None


def judge(
    source: str,
    *,
    filename: str = "program.py",
    budget: Budget | None = None,
    start_method: str = "fork",
    seed: int = 0,
) -> Judgement:
    """Run the program under the simulator on many schedules and say how they end.

    ``source`` is the program's text, ``start_method`` the platform's default for new processes,
    ``seed`` that of the random schedules which follow the search. The judgement holds each
    distinct outcome once, on the shortest schedule that leads to it.
    """
    budget = budget or Budget()
    search = Search(budget)
    end = time.monotonic() + budget.seconds
    half = end - budget.seconds / 2
    drafts: list[Draft] = []
    tried = undecided = 0

    def attempt(chooser: Chooser) -> None:
        nonlocal tried, undecided
        draft = run_once(source, filename, chooser, budget, start_method)
        tried += 1
        if draft is not None:
            draft = with_cut_off_puts(draft, source, filename, budget)
            undecided += draft.outcome.kind is OutcomeKind.UNDECIDED
            keep(drafts, draft)

    exhaustive = False
    while tried < budget.schedules and undecided < 3 and time.monotonic() < half:
        prefix = search.pop()
        if prefix is None:
            exhaustive = not search.cut and not (budget.early_timeouts and aio_in(drafts))
            break
        attempt(Searcher(prefix, search))
    for number in range(0 if exhaustive else budget.random):
        if undecided >= 3 or time.monotonic() > end:
            break
        attempt((Roller, Ranker)[number % 2](seed * 1_000_003 + number // 2))
    return Judgement(settle(drafts), tried, exhaustive)


def aio_in(drafts: list[Draft]) -> bool:
    """Whether event loops ran, which are slow in random schedules only."""
    return any(draft.kernel is not None and draft.kernel.uses_asyncio for draft in drafts)


def replay(source: str, schedule: Schedule, *, filename: str = "program.py") -> Outcome:
    """Run one schedule again, as found in ``Outcome.schedule``."""
    budget = budget_like(schedule)
    draft = run_once(source, filename, Chooser(schedule.choices), budget, schedule.start_method)
    assert draft is not None
    return settle([draft])[0]


def budget_like(schedule: Schedule) -> Budget:
    """The budget with which a schedule is run as it was."""
    return Budget(early_timeouts=schedule.early_timeouts, patient_gets=schedule.patient_gets)


def with_cut_off_puts(draft: Draft, source: str, filename: str, budget: Budget) -> Draft:
    """The draft with the joins that were early for tasks which main's end cut off.

    The same schedule once more, with a main that does not end so soon, shows what they would put.
    """
    outcome, one = draft.outcome, draft.kernel
    cut_off = one is not None and any(a.killed and a.role == "task" for a in one.actors)
    if outcome.kind is not OutcomeKind.FINISHES or outcome.early_joins or not cut_off:
        return draft
    again = run_once(
        source, filename, Chooser(outcome.schedule.choices), budget, outcome.schedule.start_method,
        lingers=True,
    )  # fmt: skip
    joins = again.outcome.early_joins if again is not None else ()
    return replace(draft, outcome=replace(outcome, early_joins=joins))


def keep(drafts: list[Draft], draft: Draft) -> None:
    """Keep each outcome once, with the shortest schedule; the takers of all are remembered."""
    key = draft.outcome.key
    for at, known in enumerate(drafts):
        if known.outcome.key == key:
            takers = known.takers | draft.takers
            if draft.outcome.steps < known.outcome.steps:
                drafts[at] = draft
            drafts[at].takers = takers
            if drafts[at] is known:
                draft.kernel = None
            return
    drafts.append(draft)


def settle(drafts: list[Draft]) -> tuple[Outcome, ...]:
    """The outcomes: what lies in a queue nobody takes from on any schedule is not lost."""
    takers = frozenset(t for d in drafts for t in d.takers)
    outcomes: dict[tuple[object, ...], Outcome] = {}
    for draft in drafts:
        outcome = draft.outcome
        lost = tuple(x for x in outcome.lost if x.held or x.queue in takers)
        kind = outcome.kind
        if kind is OutcomeKind.FINISHES and lost:
            kind = OutcomeKind.LOSES_ITEMS
        trace = render(draft.kernel, outcome.waits) if draft.kernel is not None else ""
        outcome = replace(outcome, kind=kind, lost=lost, trace=trace)
        known = outcomes.get(outcome.key)
        if known is None or known.steps > outcome.steps:
            outcomes[outcome.key] = outcome
    order = list(OutcomeKind)
    return tuple(sorted(outcomes.values(), key=lambda o: (order.index(o.kind), o.steps)))


def run_once(
    source: str,
    filename: str,
    chooser: Chooser,
    budget: Budget,
    start_method: str,
    *,
    lingers: bool = False,
) -> Draft | None:
    """One run on one schedule; None where it joined a road already travelled."""
    code = compile_program(source, filename)
    ledger = Ledger()
    one = Kernel(
        filename,
        chooser,
        steps=budget.steps,
        ticks=budget.ticks,
        start_method=start_method,
        ledger=ledger,
        shares_memory=writes_shared_memory(source),
        early_timeouts=budget.early_timeouts,
        patient_gets=budget.patient_gets,
        lingers=lingers,
    )
    out, err = standins.Output(), standins.Output()
    table = dict(fixed_modules())
    table.update(standins.make_os())
    table["sys"] = standins.make_sys(filename, out, err)
    table["random"] = standins.make_random()
    table["logging"] = simlogging.make_logging()
    table["logging.handlers"] = table["logging"]
    enter(one)
    state = swap(filename, out, err)
    try:
        image = Image("__main__", filename, table)
        main = SimProcess("MainProcess", image, None)
        image.loaded = main
        actor = one.add_actor("MainProcess", "main", main)
        main.actors.append(actor)
        main.main = actor
        one.execute_program = lambda where: exec(code, where.namespace)
        one.launch(actor, lambda: life_of_main(one, main, image))
        one.run(actor)
        outcome = sum_up(one, main)
        outcome = replace(outcome, stdout=out.getvalue(), stderr=err.getvalue()[:20000])
        takers = ledger.lost(set())[1]
        one.close()
    finally:
        restore(state)
        leave()
    if one.verdict == "duplicate":
        return None
    schedule = Schedule(
        tuple(trimmed(chooser.made)), start_method, budget.early_timeouts, budget.patient_gets
    )
    return Draft(replace(outcome, schedule=schedule), takers, one)


def trimmed(choices: list[int]) -> list[int]:
    """The choices without the defaults at their end."""
    end = len(choices)
    while end and choices[end - 1] == 0:
        end -= 1
    return choices[:end]


def life_of_main(one: Kernel, main: SimProcess, image: Image) -> None:
    """The main process from its first line to the end of its exit."""
    code = 0
    try:
        one.execute_program(image)
    except SystemExit as stop:
        code = exit_code(stop)
    except Exception as problem:
        code = 1
        main.uncaught(problem)
    except KeyboardInterrupt as problem:
        code = 130
        main.uncaught(problem)
    main.join_threads()
    for last in reversed(main.atexit):
        last()
    main.leave()
    main.end(code)
    one.verdict = "ended"


def sum_up(one: Kernel, main: SimProcess) -> Outcome:
    """How the run ended, before it is known which queues count."""
    errors = tuple(one.ledger.errors)
    joins = one.ledger.early_joins([a.born for a in one.actors])
    killed = {a.index for a in one.actors if a.killed}
    cancelled = {a.index for a in one.actors if a.cancelled}
    lost: tuple[Lost, ...] = ()
    waits: tuple[Wait, ...] = ()
    if one.verdict == "ended":
        kind = OutcomeKind.RAISES if errors else OutcomeKind.FINISHES
        lost = one.ledger.lost(killed, cancelled)[0]
    elif one.verdict == "hangs":
        kind = OutcomeKind.HANGS
        waits = all_waits(one)
    else:
        kind = OutcomeKind.UNDECIDED
    return Outcome(
        kind,
        waits,
        errors,
        lost,
        joins,
        exit_code=main.exitcode or 0,
        reason=one.reason,
        steps=one.steps,
        seconds=round(one.now - START, 3),
    )


def all_waits(one: Kernel) -> tuple[Wait, ...]:
    """Everybody who waits, once nobody can move any more."""
    waits: list[Wait] = []
    for actor in one.live:
        if actor.waits is not None:
            role = "task" if actor.effect is None else "feeder"
            waits += [Wait(name, op, line, on, role) for op, on, line, name in actor.waits()]
        if actor.effect is None and actor.role != "handler":
            label = getattr(actor.target, "label", "") or ""
            waits.append(Wait(actor.name, actor.operation, actor.line, label, actor.role))
    return tuple(waits)


def swap(filename: str, out: Any, err: Any) -> dict[str, Any]:
    """Put the program's streams and modules where the interpreter looks for them."""
    state: dict[str, Any] = {
        "stdout": sys.stdout,
        "stderr": sys.stderr,
        "argv": sys.argv,
        "unraisablehook": sys.unraisablehook,
        "main": sys.modules.get("__main__"),
        "mp_main": sys.modules.get("__mp_main__"),
    }
    sys.stdout, sys.stderr, sys.argv = out, err, [filename]
    sys.unraisablehook = lambda *args: None
    return state


def restore(state: dict[str, Any]) -> None:
    """Undo ``swap``."""
    for name in ("stdout", "stderr", "argv", "unraisablehook"):
        setattr(sys, name, state[name])
    for name, key in (("__main__", "main"), ("__mp_main__", "mp_main")):
        if state[key] is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = state[key]
