"""The rules, one module each, and what runs them."""

from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT, codes, load
from flake8_joinqueue.rules.run import run

__all__ = ["OFF_BY_DEFAULT", "codes", "load", "run"]
