"""Words that messages have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flake8_joinqueue.analysis.program import Consumer, Program
from flake8_joinqueue.analysis.stops import is_by
from flake8_joinqueue.analysis.timeline import Event, site_of
from flake8_joinqueue.counts import Count
from flake8_joinqueue.protocol import Actor, Get, Item, JoinQueue, Literal, Queue, Site, Unique


def started(program: Program, actor: Actor) -> str:
    """Say where an actor is started, in brackets after a blank; nothing for main."""
    events = program.starts(actor)
    return f" (started {lines(events)})" if events else ""


def lines(events: Iterable[Event]) -> str:
    """Say on which lines events stand."""
    places = sorted({(site_of(event).file, site_of(event).line) for event in events})
    numbers = [f"{line} of {file}" if file else str(line) for file, line in places]
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    return f"lines {', '.join(numbers[:-1])} and {numbers[-1]}"


def many(count: Count, one: str, more: str) -> str:
    """Say how many of something."""
    return f"{count} {one if count.number == 1 else more}"


def until_then(program: Program, queue: Queue, join: Event) -> str:
    """Say that some would take more from a queue, but only behind its join."""
    late = [get for get in program.on(queue, Get) if not is_by(program, get, join)]
    return " until then" if late else ""


def hangs(joins: Iterable[Event]) -> str:
    """Say what becomes of waits for a queue that are in vain."""
    return "times out" if _expire(joins) else "hangs"


def for_ever(joins: Iterable[Event]) -> str:
    """Say how long such waits go on."""
    return "in vain" if _expire(joins) else "for ever"


def _expire(joins: Iterable[Event]) -> bool:
    return all(isinstance(join.operation, JoinQueue) and join.operation.expires for join in joins)


def waits(consumers: Collection[Consumer], *, several: bool = False) -> str:
    """Say what becomes of workers that nobody ends: who gives up a `get` tries the next."""
    how = [consumer.consumption for consumer in consumers]
    if all(get.may_be_empty for each in how for get in each.gets):
        return f"{'try' if several else 'tries'} get()"
    if all(each.polls for each in how):
        return f"{'look' if several else 'looks'} for more"
    return f"{'wait' if several else 'waits'} in get()"


def join_here(joins: Iterable[Event]) -> tuple[tuple[Site, str], ...]:
    """Return where somebody waits for a queue in vain, as other halves of a story."""
    return tuple(place for join in joins for place in here([join], f"join() {hangs([join])} here"))


def here(events: Iterable[Event], message: str) -> tuple[tuple[Site, str], ...]:
    """Return the places of events, each once, as other halves of a story."""
    sites = {id(site_of(event)): site_of(event) for event in events}
    return tuple((site, message) for site in sites.values())


def made_here(queue: Queue) -> tuple[tuple[Site, str], ...]:
    """Return where a queue is made, as the other half of a story."""
    return ((queue.site, "the queue is made here"),)


def start_here(program: Program, *actors: Actor) -> tuple[tuple[Site, str], ...]:
    """Return where actors are started, as other halves of a story."""
    return tuple(
        place
        for actor in {actor.index: actor for actor in actors}.values()
        for place in here(program.starts(actor), f"{name(actor)} is started here")
    )


def name(actor: Actor) -> str:
    """Return an actor's name in quotes, or that it is main."""
    return "main" if actor.index == 0 else f"'{actor.name}'"


def item(what: Item) -> str:
    """Return an item as a reader knows it."""
    if what.label:
        return what.label
    if isinstance(what, Literal):
        return "..." if what.value is ... else repr(what.value)
    if isinstance(what, Unique):
        return f"the {what.type_name}"
    return getattr(what, "name", "") or "the item"


def first_line(gets: Iterable[Get]) -> int:
    """Return the line of the first of some gets."""
    return next(iter(gets)).site.line
