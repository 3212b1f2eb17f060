"""Names that say what a value is meant for."""

from __future__ import annotations

import re
from typing import Final

from flake8_joinqueue.protocol import Data, Item, Literal, Named, Record

_WORDS: Final = frozenset({"stop", "sentinel", "done", "end", "poison", "quit"})
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def sounds_like_the_end(item: Item) -> bool:
    """Say whether the name or the text of an item says that nothing follows it."""
    texts = [item.label]
    if isinstance(item, Literal) and isinstance(item.value, str):
        texts.append(item.value)
    if isinstance(item, Named):
        texts.append(item.name)
    return any(_has_word(text) for text in texts)


def _has_word(text: str) -> bool:
    # A long text is prose, not a name.
    return len(text) <= 40 and any(word.lower() in _WORDS for word in _WORD.findall(text))


def is_sentinel_by_intention(item: Item) -> bool:
    """Say whether an item is meant to tell a worker to stop, whatever the worker does."""
    if isinstance(item, Data):
        return False
    if isinstance(item, Record):
        # A record of nothing but `None`, or with a part that says so: `("stop", None)`.
        nothing = all(isinstance(part, Literal) and part.value is None for part in item.fields)
        return bool(item.fields) and (nothing or any(map(sounds_like_the_end, item.fields)))
    return (isinstance(item, Literal) and item.value is None) or sounds_like_the_end(item)
