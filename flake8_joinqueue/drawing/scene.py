"""What there is to see in a Protocol: queues, actors, what they do, and where the trouble is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import Event, put_of, site_of
from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.options import Options
from flake8_joinqueue.protocol import (
    Actor,
    Daemon,
    Escape,
    Get,
    JoinActor,
    JoinQueue,
    Not,
    Protocol,
    Put,
    Queue,
    Site,
    Stop,
    TaskDone,
)
from flake8_joinqueue.protocol.text import condition, item
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.run import reports

PUTS, TAKES, ACCOUNTS, JOINS, WAITS, STOPS = (
    "puts",
    "takes",
    "accounts",
    "joins",
    "waits",
    "stops",
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What an actor does with a queue, or (WAITS, STOPS) with another actor, `other`.

    `what` says it more closely, `lines` where; `codes` are those reported of it.
    """

    kind: str
    actor: int
    other: int
    what: str
    lines: tuple[int, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """An actor: its name, how many there are, what carries it, where it is started.

    `ends` says, for each queue it takes from, what ends it.
    """

    index: int
    name: str
    count: str
    kind: str
    started: tuple[int, ...]
    ends: dict[int, tuple[str, ...]] = field(default_factory=dict)
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vessel:
    """A queue. `unknown` says what stayed unknown of it and of those who use it, and why."""

    index: int
    name: str
    count: str
    kind: str
    line: int
    unknown: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A finding in short; `queue` is the one it is about, if any."""

    code: str
    message: str
    line: int
    queue: int | None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything of one Protocol that is shown."""

    entry: str
    ends: bool
    vessels: tuple[Vessel, ...]
    figures: tuple[Figure, ...]
    deeds: tuple[Deed, ...]
    troubles: tuple[Trouble, ...]
    limit: str = ""
    alone: bool = False  # a part of another one

    def on(self, queue: int) -> Iterator[Deed]:
        """Yield what is done with a queue."""
        return (d for d in self.deeds if d.other == queue and d.kind not in {WAITS, STOPS})


def scene(protocol: Protocol, options: Options, shown: Iterable[str]) -> Scene:
    """Return what there is to see in a Protocol; `shown` are the codes that are reported."""
    program = Program(protocol, options)
    wanted = frozenset(shown)
    limits: list[NotAnalysed] = []
    found = [report for report in reports(protocol, options, limits) if report.code in wanted]
    found.sort(key=lambda report: (report.site.span, report.code))
    built = _Builder(program)
    queues = [queue for queue in protocol.queues if protocol.concerns(queue.index)]
    figures = {actor.index: built.figure(actor) for actor in protocol.actors}
    deeds = built.deeds()
    used = {d.actor for d, _ in deeds} | {d.other for d, _ in deeds if d.kind in {WAITS, STOPS}}
    vessels = {queue.index: built.vessel(queue) for queue in queues}
    for report in found:
        _blame(report, figures, vessels, deeds)
    return Scene(
        protocol.entry,
        protocol.ends,
        tuple(vessels.values()),
        tuple(figure for figure in figures.values() if figure.index in used),
        tuple(deed for deed, _ in deeds),
        tuple(Trouble(r.code, r.message, r.site.line, r.queue) for r in found),
        "; ".join(dict.fromkeys(limit.reason for limit in limits)),
        alone=protocol.about is not None,
    )


def _blame(
    report: Report,
    figures: dict[int, Figure],
    vessels: dict[int, Vessel],
    deeds: list[tuple[Deed, list[Site]]],
) -> None:
    """Mark what a report is about: the deed it stands at, else what its actors take, else all."""
    at_site = [n for n, (_, sites) in enumerate(deeds) if any(s is report.site for s in sites)]
    taken = [
        n
        for n, (deed, _) in enumerate(deeds)
        if deed.kind == TAKES and deed.other == report.queue and deed.actor in report.actors
    ]
    for n in at_site or taken:
        deed, sites = deeds[n]
        deeds[n] = replace(deed, codes=_with(deed.codes, report.code)), sites
    if at_site or taken:
        return
    if report.queue in vessels:
        vessel = vessels[report.queue]
        vessels[report.queue] = replace(vessel, codes=_with(vessel.codes, report.code))
        return
    for actor in report.actors:
        figure = figures[actor]
        figures[actor] = replace(figure, codes=_with(figure.codes, report.code))


def _with(codes: tuple[str, ...], code: str) -> tuple[str, ...]:
    return codes if code in codes else (*codes, code)


def _as_far_as_possible(found: Iterator[str]) -> Iterator[str]:
    """Yield what is found until it is too much; that it was stands at the end."""
    with suppress(NotAnalysed):
        yield from found


class _Builder:
    """Asks a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._protocol = program.protocol

    def figure(self, actor: Actor) -> Figure:
        """Return how an actor is shown."""
        program = self._program
        kind, count = "", ""
        if actor is not program.main:
            daemon = {Daemon.YES: "daemon ", Daemon.UNKNOWN: "perhaps daemon "}
            kind = f"{daemon.get(actor.daemon, '')}{actor.kind.value}"
            started = program.started(actor)
            count = "" if started == ONE else ("?" if started is None else str(started))
            if not program.runs(actor):
                count, kind = "", f"{kind}, never started"
        ends = {
            queue.index: tuple(_as_far_as_possible(_ends(program, actor, queue)))
            for queue in self._protocol.queues
            if any(e.actor == actor.index for e in program.on(queue, Get))
        }
        return Figure(actor.index, actor.name, count, kind, _lines(program.starts(actor)), ends)

    def vessel(self, queue: Queue) -> Vessel:
        """Return how a queue is shown."""
        count = "" if queue.count == ONE else str(queue.count)
        size = queue.maxsize.number if queue.maxsize is not None else None
        kind = queue.kind.constructor
        if queue.maxsize is not None and (size is None or size > 0):
            kind += f", at most {queue.maxsize}"
        unknown = tuple(dict.fromkeys(_as_far_as_possible(self._unknown(queue))))
        return Vessel(queue.index, queue.name, count, kind, queue.site.line, unknown)

    def _unknown(self, queue: Queue) -> Iterator[str]:
        program = self._program
        if not queue.hidden:
            yield f"'{queue.name}' may be used by others: it is a parameter, or a global"
        involved = {e.actor for e in program.on(queue, Put, Get, TaskDone, JoinQueue)}
        for event in program.of(Escape):
            escape = event.operation
            assert isinstance(escape, Escape)
            if escape.queue == queue.index:
                yield f"'{queue.name}' gets out of sight (line {escape.site.line}): {escape.reason}"
            if escape.actor in involved:
                name = self._protocol.actors[escape.actor].name
                yield f"'{name}' gets out of sight (line {escape.site.line}): {escape.reason}"
        for index in sorted(involved):
            actor = self._protocol.actors[index]
            if actor.opaque:
                yield f"what '{actor.name}' does is not in sight (line {actor.site.line})"
            if program.started(actor) is None:
                where = _places(_lines(program.starts(actor)))
                yield f"how many of '{actor.name}' are started is not known ({where})"
        for event in program.sentinel_puts(queue):
            if program.times([event]) is None:
                what, line = item(put_of(event).item), site_of(event).line
                yield f"how often {what} is put is not known (line {line})"

    def deeds(self) -> list[tuple[Deed, list[Site]]]:
        """Return what is done, with the sites it is done at."""
        found: list[tuple[Deed, list[Site]]] = []
        for queue in self._protocol.queues:
            for actor in self._protocol.actors:
                found.extend(self._on_queue(actor, queue))
        for actor in self._protocol.actors:
            for kind, operations in ((WAITS, JoinActor), (STOPS, Stop)):
                found.extend(self._on_actor(actor, kind, operations))
        return found

    def _on_queue(self, actor: Actor, queue: Queue) -> Iterator[tuple[Deed, list[Site]]]:
        program = self._program

        def mine(kind: type) -> list[Event]:
            return [e for e in program.on(queue, kind) if e.actor == actor.index]

        for events in _by_site(mine(Put)):
            what = _listed(events) + _often(_total(program, events))
            yield _deed(PUTS, actor, queue.index, what, events)
        for kind, operation, what in (
            (TAKES, Get, "get()"),
            (ACCOUNTS, TaskDone, "task_done()"),
            (JOINS, JoinQueue, "join()"),
        ):
            events = mine(operation)
            if events:
                yield _deed(kind, actor, queue.index, what, events)

    def _on_actor(
        self, actor: Actor, kind: str, operation: type
    ) -> Iterator[tuple[Deed, list[Site]]]:
        events = [e for e in self._program.of(operation) if e.actor == actor.index]
        for other in self._protocol.actors:
            mine = [e for e in events if getattr(e.operation, "actor", None) == other.index]
            if not mine:
                continue
            what = "join()"
            first = mine[0].operation
            if isinstance(first, Stop):
                what = f"{first.method}()"
            elif isinstance(first, JoinActor) and first.timed:
                what = "join() for a time"
            yield _deed(kind, actor, other.index, what, mine)


def _deed(
    kind: str, actor: Actor, other: int, what: str, events: list[Event]
) -> tuple[Deed, list[Site]]:
    return Deed(kind, actor.index, other, what, _lines(events)), [site_of(e) for e in events]


def _by_site(events: list[Event]) -> list[list[Event]]:
    """Return events by the place they stand at: a loop over a list may be run item by item."""
    groups: dict[int, list[Event]] = {}
    for event in events:
        groups.setdefault(id(site_of(event)), []).append(event)
    return list(groups.values())


def _listed(puts: list[Event]) -> str:
    """Return what is put at one place, the first two by name."""
    names = list(dict.fromkeys(item(put_of(event).item) for event in puts))
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return ", ".join(names[:2]) + more


def _total(program: Program, puts: list[Event]) -> Count | None:
    """Return how often each item is put, `None` where that is not known."""
    different = {put_of(event).item for event in puts}
    if len(different) == len(puts) > 1:
        times = {program.times([event]) for event in puts}
        return times.pop() if len(times) == 1 else None
    return program.times(puts)


def _often(times: Count | None) -> str:
    if times is None:
        return ", any number of times"
    return "" if times == ONE else f", {times} times"


def _lines(events: Iterable[Event]) -> tuple[int, ...]:
    return tuple(sorted({site_of(event).line for event in events}))


def _places(lines: tuple[int, ...]) -> str:
    return places(lines) or "nowhere in sight"


def places(lines: tuple[int, ...]) -> str:
    """Return line numbers as text, "" where there are none."""
    if not lines:
        return ""
    numbers = ", ".join(map(str, lines))
    return f"line {numbers}" if len(lines) == 1 else f"lines {numbers}"


def _ends(program: Program, actor: Actor, queue: Queue) -> Iterator[str]:
    """Yield what makes an actor leave off taking."""
    consumption = program.consumption(actor, queue)
    tests = dict.fromkeys(
        condition(test if truth else Not(test))
        for way in consumption.sentinel_ways
        for test, truth in sorted(way.assumptions & consumption.tests, key=repr)
    )
    takes = consumption.takes
    often = "" if takes is None or takes == ONE else f", for the {takes}th time"
    for test in tests:
        yield f"when {test}{often}"
    others = consumption.otherwise_ways
    if any(way.empty for way in others):
        yield "when nothing comes in time"
    if any(way.counted for way in others):
        yield "after a number of rounds"
    if any(not (way.empty or way.counted) for way in others):
        yield "by something else than what it takes"
    if consumption.never_leaves:
        yield "never"
