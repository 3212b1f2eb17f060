"""The judge: runs programs on stand-ins for the concurrent modules, on every schedule it can."""

from .explore import judge, replay
from .outcome import (
    Budget,
    EarlyJoin,
    Error,
    Judgement,
    Lost,
    Outcome,
    OutcomeKind,
    Schedule,
    Wait,
)

__all__ = [
    "Budget",
    "EarlyJoin",
    "Error",
    "Judgement",
    "Lost",
    "Outcome",
    "OutcomeKind",
    "Schedule",
    "Wait",
    "judge",
    "replay",
]
