"""The cheap part: which files, and which parts of a file, are worth reading at all."""

from flake8_joinqueue.screen.slices import relevant
from flake8_joinqueue.screen.words import speaks_of_queues

__all__ = ["relevant", "speaks_of_queues"]
