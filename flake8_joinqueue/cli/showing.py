"""`flake8-joinqueue show`."""

from __future__ import annotations

import argparse


def run(asked: argparse.Namespace) -> int:
    """Show what was understood of a file, and return the exit status."""
    raise NotImplementedError
