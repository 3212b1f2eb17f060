"""The word for what stops the command line from doing its work."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818 (it is the user's, not the program's)
    """Something the user has to mend, said in one sentence."""
