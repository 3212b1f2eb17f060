"""Names that say what a value is meant for."""

from __future__ import annotations

import re
from typing import Final

from flake8_joinqueue.protocol import Data, Item, Literal, Named, Record, Unique

_WORDS: Final = frozenset({"stop", "sentinel", "done", "end", "poison", "quit"})
# What is put where a worker waits for another word.
_OTHER_WORDS: Final = frozenset(
    {
        *("exit", "halt", "shutdown", "terminate", "kill", "close", "closed", "finish", "finished"),
        *("eof", "eos", "bye", "abort", "cancel", "over", "last", "stopped", "terminated"),
    }
)
# What else the class of such an item may have in its name: `StopSignal`, `EndOfWork`.
_FILLERS: Final = frozenset(
    {"all", "event", "item", "iteration", "job", "marker", "message", "of", "pill", "signal"}
    | {"stream", "task", "the", "token", "work", "worker"}
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def sounds_like_the_end(item: Item, words: frozenset[str] = _WORDS) -> bool:
    """Say whether the name or the text of an item says that nothing follows it."""
    texts = [item.label]
    if isinstance(item, Literal) and isinstance(item.value, str):
        texts.append(item.value)
    if isinstance(item, Named):
        texts.append(item.name)
    if isinstance(item, Unique) and _is_made_for_the_end(item.type_name, words):
        return True
    return any(_has_word(text, words) for text in texts)


def _is_made_for_the_end(type_name: str, words: frozenset[str]) -> bool:
    """Say whether the whole name of a class says that nothing follows its instances."""
    found = {word.lower() for word in _WORD.findall(type_name.rpartition(".")[2])}
    return not found.isdisjoint(words) and found <= words | _FILLERS


def _has_word(text: str, words: frozenset[str]) -> bool:
    # A long text is prose, not a name.
    return len(text) <= 40 and any(word.lower() in words for word in _WORD.findall(text))


def is_sentinel_by_intention(item: Item, *, awaited: bool = False) -> bool:
    """Say whether an item is meant to tell a worker to stop, whatever the worker does.

    `awaited` says that a worker waits for such an item: then more words are taken for one.
    """
    if isinstance(item, Data):
        return False
    words = _WORDS | _OTHER_WORDS if awaited else _WORDS
    if isinstance(item, Record):
        # A record of nothing but `None`, or with a part that says so: `("stop", None)`.
        nothing = all(isinstance(part, Literal) and part.value is None for part in item.fields)
        tells = any(sounds_like_the_end(part, words) for part in item.fields)
        return bool(item.fields) and (nothing or tells)
    if isinstance(item, Literal) and item.value is None:
        return True
    return sounds_like_the_end(item, words)
