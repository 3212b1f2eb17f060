"""What has been worked out of bodies: shared by the variants of one Protocol."""

from __future__ import annotations

from flake8_joinqueue.analysis.consumption import Consumption
from flake8_joinqueue.analysis.exploring import Budget
from flake8_joinqueue.analysis.flow import Flow
from flake8_joinqueue.analysis.projecting import Projector
from flake8_joinqueue.analysis.timeline import Event
from flake8_joinqueue.analysis.walking import Toucher
from flake8_joinqueue.protocol import Block
from flake8_joinqueue.records import dataclass, field


@dataclass(slots=True, eq=False)
class Known:
    """What has been worked out of bodies, by the `id` of a body (which is kept beside)."""

    flows: dict[int, tuple[Block, Flow]] = field(default_factory=dict)
    timelines: dict[tuple[int, int], list[Event]] = field(default_factory=dict)
    reached: dict[tuple[int, int], list[Event]] = field(default_factory=dict)
    # By what of a body concerns a queue: the operations by their `id`, and the queue.
    consumptions: dict[tuple[tuple[int, ...], int], tuple[Block, Consumption]] = field(
        default_factory=dict
    )
    toucher: Toucher = field(default_factory=Toucher)
    projector: Projector = field(default_factory=Projector)
    budget: Budget = field(default_factory=Budget)

    def flow(self, body: Block) -> Flow:
        """Return the control flow of a body."""
        key = id(body)
        if key not in self.flows:
            self.flows[key] = body, Flow(body)
        return self.flows[key][1]
