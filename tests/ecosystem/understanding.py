"""How much of the joinable queues of a file the reader made out."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.variants import variants
from flake8_joinqueue.facts.queues import Carrier
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import Escape, Get, Protocol, Put, Queue

# A reason names what it is about: `handed to app.jobs.run`. Counted are the reasons without.
_NAMES = re.compile(r"\s*(?:'[^']*'|(?:a base of )?[^\s']*[._][^\s']*|[A-Z]\w*\b).*|\b\d+\b")
# So many variants of a Protocol are looked at.
_MOST = 32
# Reasons that are no use of the queue out of sight.
_WITHIN = ("nobody in sight", "unknown number", "an actor out of sight")
_ABOUT = ("handed to", "returned by", "used by", "of the class", "the public attribute")


@dataclass(frozen=True, slots=True, order=True)
class Understood:
    """A joinable queue made in a file, and why it is not fully understood (nothing: it is)."""

    line: int
    column: int
    name: str
    reasons: tuple[str, ...] = ()

    @property
    def resolved(self) -> bool:
        """Whether all that use the queue, and their numbers, are known."""
        return not self.reasons

    @property
    def stays(self) -> bool:
        """Whether no other file can use the queue, as far as the reader can tell."""
        return all(reason.startswith(_WITHIN) for reason in self.reasons)


def understood(protocols: Iterable[Protocol]) -> list[Understood]:
    """The joinable queues of a file, each once, as the run that knows most of it sees it.

    A queue is resolved in a run where every use of it is in sight, somebody puts and somebody
    takes, and the numbers of those who take, and of what ends them, are known, whatever the
    settings of which that depends.
    """
    best: dict[tuple[int, int], Understood] = {}
    for protocol in protocols:
        programs = _programs(protocol)
        for queue in protocol.queues:
            if not queue.kind.joinable or not protocol.concerns(queue.index):
                continue
            if queue.kind.carrier is Carrier.UNSEEN:
                continue
            span = queue.site.span
            reasons = tuple(_all_reasons(programs, queue))
            found = Understood(span.line, span.column, queue.name, reasons)
            known = best.get((span.line, span.column))
            if known is None or len(found.reasons) < len(known.reasons):
                best[span.line, span.column] = found
    return sorted(best.values())


def _programs(protocol: Protocol) -> list[Program]:
    """A Protocol's variants, as rules see them; itself where there are too many."""
    try:
        return [Program(variant) for variant in itertools.islice(variants(protocol), _MOST)]
    except NotAnalysed:
        return [Program(protocol)]


def _busy(programs: list[Program], queue: Queue) -> list[Program]:
    """The variants in which somebody puts and somebody takes; all where there are none."""
    both = [program for program in programs if program.on(queue, Get) and program.on(queue, Put)]
    return both or programs


def _all_reasons(programs: list[Program], queue: Queue) -> dict[str, None]:
    """Why a queue is not fully understood, whatever the settings; each reason once."""
    try:
        return dict.fromkeys(
            reason for program in _busy(programs, queue) for reason in _reasons(program, queue)
        )
    except NotAnalysed:
        return {"more ways than can be followed": None}


def _reasons(program: Program, queue: Queue) -> Iterator[str]:
    if not queue.hidden:
        yield "other files may use it"
    for event in program.on(queue, Escape):
        assert isinstance(event.operation, Escape)
        yield event.operation.reason
    consumers = program.consumers(queue)
    if not consumers and not program.on(queue, Get):
        yield "nobody in sight takes"
    if not program.on(queue, Put):
        yield "nobody in sight puts"
    for consumer in consumers:
        yield from _of_consumer(program, consumer)
    puts = program.sentinel_puts(queue)
    if consumers and puts and program.times(puts) is None:
        yield "unknown number of sentinels"


def _of_consumer(program: Program, consumer: Consumer) -> Iterator[str]:
    if consumer.actor.opaque:
        yield "an actor out of sight"
    if program.started(consumer.actor) is None:
        yield "unknown number of workers"


def commonest(reasons: Iterable[str], most: int = 10) -> list[tuple[str, int]]:
    """The commonest kinds of reason with their numbers, the most frequent first."""
    return Counter(map(kind_of, reasons)).most_common(most)


def kind_of(reason: str) -> str:
    """A reason without what is particular to one file: names and numbers."""
    for beginning in _ABOUT:
        if reason.startswith(beginning):
            return f"{beginning} ..."
    return _NAMES.sub(" ...", reason).strip()
