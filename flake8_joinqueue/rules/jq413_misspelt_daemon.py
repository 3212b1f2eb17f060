"""A worker with a misspelt `daemon`.

# What it does

Reports an attribute such as `deamon` or `Daemon` that is set to true on an endless worker, which
nothing else ends.

# Why is this bad

Python takes any attribute, and nothing happens: the worker is no daemon, the interpreter waits for
it at the end, and the program never exits.

# Example

```python
thread = Thread(target=work, args=(tasks,))
thread.deamon = True
```

# Use instead

```python
thread = Thread(target=work, args=(tasks,))
thread.daemon = True
```

# Known limits

Silent where the worker ends by itself: the attribute does no harm there.

# Fix

None.
"""

from __future__ import annotations

from collections.abc import Iterator

from flake8_joinqueue.analysis.flow import END
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.timeline import site_of
from flake8_joinqueue.analysis.told import waits_for_ever
from flake8_joinqueue.protocol import Actor, Queue, SetAttribute
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.words import name

CODE = "JQ413"
NAME = "misspelt-daemon"


def check(program: Program) -> Iterator[Report]:
    """Yield the misspelt attributes that leave an endless worker no daemon."""
    for event in program.of(SetAttribute):
        attribute = event.operation
        assert isinstance(attribute, SetAttribute)
        actor = program.protocol.actors[attribute.actor]
        if not attribute.true or not program.holds_up_exit(actor):
            continue
        # Where somebody waits for it in any case, a daemon would be waited for as well.
        if not program.runs(actor) or program.waits(actor):
            continue
        queues = _never_done(program, actor)
        if queues is None:
            continue
        message = (
            f"'{attribute.name}' means nothing to {name(actor)}, which goes on for ever and is no "
            "daemon: the program never exits, set 'daemon'"
        )
        actors = frozenset({actor.index})
        index = queues[0].index if queues else None
        yield Report(CODE, site_of(event), message, index, actors)


def _never_done(program: Program, actor: Actor) -> list[Queue] | None:
    """Return the queues an actor waits on for ever, `None` where it comes to an end."""
    queues = [
        queue
        for queue in program.protocol.queues
        if not program.escaped(queue) and not program.shut_down(queue)
        for consumer in program.consumers(queue)
        if consumer.actor is actor and waits_for_ever(program, queue, consumer)
    ]
    flow = program.flow(actor)
    endless = bool(actor.body) and not actor.opaque and END not in flow.reachable()
    return queues if queues or endless else None
