"""The cheap part: which files, and which parts of a file, are worth reading at all."""

from flake8_joinqueue.screen.slices import Cut, cut, relevant
from flake8_joinqueue.screen.words import speaks_of_queues

__all__ = ["Cut", "cut", "relevant", "speaks_of_queues"]
