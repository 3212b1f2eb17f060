"""The deterministic scheduler: actors on greenlets, virtual time, one step at a time.

Every operation of a stand-in calls ``Kernel.point`` first. There, and only there, another actor
may be given the turn. What follows the call, up to the next ``point``, is atomic.
"""

from __future__ import annotations

import importlib
import sys
from asyncio import events as aio_events
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from .actors import Actor, Chooser, Killed

if TYPE_CHECKING:
    from .ledger import Ledger
    from .processes import SimProcess

# Its types are in a package of their own, which not everybody has.
_greenlet: Any = importlib.import_module("greenlet")

START = 1000.0
"""Where virtual time begins."""

POLL_ADVANCE = 0.001
"""Virtual seconds that pass when everybody who can run only polls."""

STREAK_LIMIT = 1200
"""Steps without any progress after which endless polling counts as a hang."""

TICKS_A_POINT = 2000
"""Loop iterations after which a loop without an operation must let others run."""


class Kernel:
    """One run of one program."""

    def __init__(
        self,
        filename: str,
        chooser: Chooser,
        *,
        steps: int,
        ticks: int,
        start_method: str,
        ledger: Ledger,
        shares_memory: bool = False,
        early_timeouts: bool = False,
        patient_gets: bool = False,
        lingers: bool = False,
    ) -> None:
        self.filename = filename
        self.chooser = chooser
        self.step_limit = steps
        self.tick_limit = ticks
        self.start_method = start_method
        self.ledger = ledger
        self.shares_memory = shares_memory
        self.early_timeouts = early_timeouts
        self.patient_gets = patient_gets
        self.lingers = lingers
        self.now = START
        self.steps = 0
        self.streak = 0
        self.ticks = 0
        self.total_ticks = 0
        self.clock_reads = 0
        self.actors: list[Actor] = []
        self.live: list[Actor] = []
        self.objects: list[Any] = []
        self.cores: dict[int, Any] = {}
        self.processes: list[SimProcess] = []
        self.events: list[tuple[float, str, str, str, int, str]] = []
        self.verdict: str | None = None
        self.reason = ""
        self.closed = False
        self.spawning: str | None = None
        self.uses_asyncio = False
        self.at_end: list[Callable[[], None]] = []
        self.at_close: list[Callable[[], None]] = []
        self.hub = _greenlet.getcurrent()
        self.loaded: SimProcess | None = None
        self.execute_program: Callable[[Any], None] = lambda image: None
        self.current: Actor = None  # type: ignore[assignment]

    # ------------------------------------------------------------------ actors

    def add_actor(self, name: str, role: str, process: SimProcess) -> Actor:
        """Register an actor; it takes no step before it has a greenlet or an effect."""
        actor = Actor(len(self.actors), name, role, process)
        actor.born = self.steps
        self.actors.append(actor)
        return actor

    def launch(self, actor: Actor, body: Callable[[], None]) -> None:
        """Make the actor runnable; ``body`` must not raise anything but ``Killed``."""

        def run() -> None:
            try:
                body()
            except Killed:
                pass
            finally:
                self.retire(actor)

        actor.greenlet = _greenlet.greenlet(run, parent=self.hub)
        self.live.append(actor)
        self.progress()

    def retire(self, actor: Actor) -> None:
        """The actor takes no further step."""
        if not actor.done:
            actor.done = True
            actor.history = hash((actor.history, "end"))
            if actor in self.live:
                self.live.remove(actor)
            self.progress()

    def kill(self, actor: Actor) -> None:
        """Stop an actor where it stands; what it holds stays held."""
        actor.killed = True
        self.retire(actor)

    # ------------------------------------------------------------------- steps

    def point(
        self,
        operation: str,
        target: Any = None,
        ready: Callable[[], bool] | None = None,
        timeout: float | None = None,
    ) -> bool:
        """Let others run, wait until ``ready`` holds, and say whether it does (or time ran out)."""
        actor = self.current
        self.go_on(actor)
        actor.operation = operation
        actor.target = target
        actor.line = self.program_line()
        actor.ready = ready
        actor.deadline = None if timeout is None else self.now + max(0.0, timeout)
        actor.waiting_since = self.steps
        label = getattr(target, "label", "") if target is not None else ""
        actor.history = hash((actor.history, operation, label, actor.line))
        self.steps += 1
        self.streak += 1
        self.ticks = 0
        self.clock_reads = 0
        if self.steps > self.step_limit:
            self.stop("undecided", f"more than {self.step_limit} steps")
        if self.streak > STREAK_LIMIT:
            self.judge_streak()
        chosen = self.next_actor()
        if chosen is not actor:
            self.switch(chosen)
        self.go_on(actor)
        good = ready is None or ready()
        actor.ready = None
        actor.deadline = None
        self.events.append((self.now, actor.name, operation, label, actor.line, ""))
        actor.history = hash((actor.history, good))
        if self.shares_memory:
            process = actor.process
            process.history = hash((process.history, actor.history))
        if actor.guard is not None and actor.guard.ended:
            raise EOFError
        if not good:
            actor.polled = True
        return good

    def go_on(self, actor: Actor) -> None:
        """After a switch: unwind if the run is over or the actor was killed meanwhile."""
        if self.closed or actor.killed:
            raise Killed

    def observe(self, seen: object) -> None:
        """Fold what the current actor has just learnt into its history (for pruning)."""
        actor = self.current
        actor.history = hash((actor.history, seen))

    def note(self, detail: str) -> None:
        """Add a remark to the step just taken, for the trace."""
        if self.events:
            now, name, operation, label, line, _ = self.events[-1]
            self.events[-1] = (now, name, operation, label, line, detail)

    def remark(self, name: str, text: str, line: int = 0) -> None:
        """A line in the trace that is no step."""
        self.events.append((self.now, name, text, "", line, ""))

    def progress(self) -> None:
        """Something happened that a poller might have waited for."""
        self.streak = 0
        for actor in self.live:
            actor.polled = False

    def polled(self) -> None:
        """The current actor looked and found nothing: prefer the others."""
        self.current.polled = True

    def tick(self) -> None:
        """Called once an iteration by every loop of the program."""
        if self.closed or self.current.killed:
            raise Killed
        self.ticks += 1
        if self.ticks % TICKS_A_POINT == 0:
            self.total_ticks += TICKS_A_POINT
            if self.total_ticks > self.tick_limit:
                line = self.program_line()
                self.stop("undecided", f"a loop without an operation near line {line}")
            self.current.polled = True
            self.point("loop")

    def clock(self) -> float:
        """Read the virtual clock; reading it over and over makes time pass."""
        self.clock_reads += 1
        if self.clock_reads > 50:
            self.now += POLL_ADVANCE
        else:
            self.now += 1e-7
        return self.now

    def program_line(self) -> int:
        """The line of the program that is being executed, 0 outside of it."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.filename:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    # -------------------------------------------------------------- scheduling

    def next_actor(self) -> Actor | None:
        """The actor that takes the next step; feeders are stepped here; None ends the run."""
        while True:
            options = self.options()
            if not options:
                return None
            pick = 0 if len(options) == 1 else self.chooser.choose(self, options)
            if pick < 0:
                self.verdict = "duplicate"
                return None
            actor = options[pick]
            if actor.effect is None:
                return actor
            self.load(actor.process)
            self.events.append((self.now, actor.name, actor.operation, "", 0, ""))
            actor.effect()
            self.steps += 1
            self.progress()
            self.load(self.current.process)
            if self.steps > self.step_limit:
                self.verdict = "undecided"
                self.reason = f"more than {self.step_limit} steps"
                return None

    def options(self) -> list[Actor]:
        """Who may go next, the default first; moves the clock when nobody can run."""
        while True:
            now = self.now
            enabled = [a for a in self.live if a.enabled(now)]
            fresh = [a for a in enabled if not a.polled]
            if fresh:
                break
            deadlines = [a.deadline for a in self.live if a.deadline is not None]
            later = [d for d in deadlines if d > now]
            if not enabled:
                if not later:
                    self.verdict = "hangs"
                    return []
                self.now = min(later)
                continue
            self.now = min(later) if later else now + POLL_ADVANCE
            for actor in self.live:
                actor.polled = False
        if len(enabled) == 1 and not self.early_timeouts:
            return enabled
        options = self.in_order(enabled)
        if self.early_timeouts:
            options += [a for a in self.live if self.hurries(a) and a not in enabled]
        return options

    def hurries(self, actor: Actor) -> bool:
        """Whether what an actor waits for may come too late for it."""
        patient = self.patient_gets and actor.operation.endswith(".get")
        return actor.deadline is not None and not patient

    def in_order(self, enabled: list[Actor]) -> list[Actor]:
        """The current actor first, then the others in turn; whoever polled in vain comes last."""
        at = self.current.index
        count = len(self.actors)
        return sorted(enabled, key=lambda a: (a.polled, (a.index - at) % count))

    def judge_streak(self) -> None:
        """Nothing has happened for long: a hang, unless somebody sleeps through it."""
        begin = self.steps - STREAK_LIMIT
        for actor in self.live:
            if actor.deadline is not None and actor.waiting_since < begin:
                return
        if any(a.operation == "loop" for a in self.live):
            return
        self.stop("hangs", "endless polling")

    def switch(self, actor: Actor | None) -> None:
        """Give the turn to another actor, or to the hub where the run is over."""
        if actor is None:
            self.hub.switch()
            return
        if self.uses_asyncio:
            self.current.running_loop = aio_events._get_running_loop()
            aio_events._set_running_loop(actor.running_loop)
        self.current = actor
        self.load(actor.process)
        assert actor.greenlet is not None
        actor.greenlet.switch()

    def load(self, process: SimProcess) -> None:
        """Put the memory of that process in place."""
        if process is not self.loaded:
            self.loaded = process
            process.image.load(process)

    def stop(self, verdict: str, reason: str = "") -> NoReturn:
        """End the run here and now; does not return."""
        if self.verdict is None:
            self.verdict = verdict
            self.reason = reason
        self.hub.switch()
        raise Killed

    # --------------------------------------------------------------------- run

    def run(self, first: Actor) -> None:
        """Drive the actors until the program is over, then unwind whatever is left."""
        actor: Actor | None = first
        self.current = first
        while actor is not None and self.verdict is None:
            self.switch(actor)
            if self.verdict is None:
                actor = self.next_actor()
        for last_word in self.at_end:
            last_word()

    def close(self) -> None:
        """Unwind the stacks that are left, without letting their code do anything."""
        self.closed = True
        for actor in self.actors:
            thread = actor.greenlet
            if thread is not None and not thread.dead:
                actor.killed = True
                self.current = actor
                self.load(actor.process)
                try:
                    thread.throw(Killed)
                except Killed:  # it had not begun
                    continue
        aio_events._set_running_loop(None)
        for last_act in self.at_close:
            last_act()

    def state(self) -> int:
        """A fingerprint of where the run stands, equal only where the future is the same."""
        parts: list[Any] = [a.history for a in self.actors]
        parts += [o.state() for o in self.objects]
        if self.shares_memory:
            parts += [p.history for p in self.processes]
        parts.append(round(self.now, 4))
        return hash(tuple(parts))


_kernels: list[Kernel] = []


def kernel() -> Kernel:
    """The run that is going on."""
    return _kernels[-1]


def enter(one: Kernel) -> None:
    """Make a run the current one."""
    _kernels.append(one)


def leave() -> None:
    """The current run is over."""
    _kernels.pop()
