"""Makes a disagreeing program smaller as long as it disagrees in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable

from .choices import Recipe
from .compare import Comparison

Look = Callable[[Recipe], Comparison]


def shrink(found: Comparison, look: Look, seconds: float = 60.0) -> Comparison:
    """The plainest recipe with the same label that single plainer options lead to."""
    end = time.monotonic() + seconds
    best = found
    moved = True
    while moved:
        moved = False
        for recipe in best.recipe.simpler():
            if time.monotonic() > end:
                return best
            tried = look(recipe)
            if tried.label == found.label:
                best, moved = tried, True
                break
    return best
