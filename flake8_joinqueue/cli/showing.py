"""`flake8-joinqueue show`."""

from __future__ import annotations

import argparse

from flake8_joinqueue.cli.trouble import Trouble


def run(asked: argparse.Namespace) -> int:
    """Show what was understood of a file, and return the exit status."""
    raise Trouble(f"{asked.path}: No such file or directory")
