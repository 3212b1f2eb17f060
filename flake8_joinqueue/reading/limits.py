"""Where the reader gives up: all its limits in one place.

What lies beyond a limit is unknown, and so is all that it might touch; the rest of the file is
judged as ever.
"""

from __future__ import annotations

from typing import Final

# Statements and expressions run: of a file, and of one entry point of it.
MAX_STEPS: Final = 60_000
MAX_STEPS_OF_ENTRY: Final = 25_000
# A run that does not come to its end beyond its share, though it enters no function, is cut off.
LAST_STEPS: Final = 10_000
# Runs of a function that only works something out; from the next on it is out of sight.
RUNS_OF_PLAIN: Final = 6
# Functions being run by one actor.
MAX_DEPTH: Final = 24
# Runs of one function on the stack, those of other actors included: of one closure, of one `def`.
MAX_RECURSION: Final = 2
MAX_RECURSION_OF_DEF: Final = 6
# How deep what is run may be nested, functions and actors included: an expression in another
# counts one, a statement two. Python's own stack ends at about twice that.
MAX_NESTING: Final = 120

# What is said of some of these.
NESTED: Final = "nested too deeply"
TOO_MANY_STEPS: Final = "more steps of abstract evaluation than can be followed"
