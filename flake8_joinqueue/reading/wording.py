"""What the text of a file says of its names, before anything is run.

A hit too many only costs precision. Each pattern begins with the mark that is rare, so that the
search for it is one for a substring; the word before it is then read backwards. One that begins
with a word would be tried at every letter of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d]\w*")
_OUTER = re.compile(r"\b(?:global|nonlocal)\b")
# Attributes that are assigned: `x.name = …`, `x.name += …`.
_ASSIGNED = re.compile(r"\.(\w+)\s*(?::[^=\n]+)?(?:[-+*/|&^%@]|//|>>|<<|\*\*)?=(?!=)")
# Subscripts that are assigned, and keywords, as of `flags.update(stop=True)`.
_STORED = re.compile(
    r"""\[\s*(?:["'](?P<key>\w+)["']|(?P<index>\d+))\s*\]\s*(?:[-+*/|&^%@]|//|>>|<<|\*\*)?=(?!=)"""
)
_UPDATED = re.compile(r"\.update\((?P<keywords>[^()]*)\)")
_CHANGED = re.compile(
    r"\.(?:append|appendleft|add|extend|insert|update|clear|pop|popleft|remove|discard)\("
)


def word_before(text: str, end: int) -> str:
    """Return the word that ends right before a place of a text."""
    start = end
    while start and _goes_on(text[start - 1]):
        start -= 1
    return text[start:end]


def _goes_on(character: str) -> bool:
    """Say whether a character may stand in a word, as patterns have it."""
    return character.isalnum() or character == "_"


def attributes_assigned(source: str) -> Counter[str]:
    """Return how often an attribute of each name is assigned."""
    return Counter(_ASSIGNED.findall(source))


def declares_outer(source: str) -> bool:
    """Say whether a function may bind names of scopes around it."""
    # Two searches for a substring first, which end nearly always.
    return ("global" in source or "nonlocal" in source) and _OUTER.search(source) is not None


def collections_changed(source: str) -> frozenset[str]:
    """Return the names of collections that grow or shrink by a call of a method."""
    return frozenset(word_before(source, found.start()) for found in _CHANGED.finditer(source)) - {
        ""
    }


def keys_stored(source: str) -> Counter[int | str]:
    """Return the indices and keys of subscripts that are assigned, each as often as it is."""
    return Counter(_keys_stored(source))


def _keys_stored(source: str) -> Iterator[int | str]:
    for stored in _STORED.finditer(source):
        yield stored["key"] or int(stored["index"])
    for updated in _UPDATED.finditer(source):
        yield from _WORD.findall(updated["keywords"])


class Words:
    """Which words a text has more than once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._known: dict[tuple[str, bool], bool] = {}

    def repeats(self, word: str, *, alone: bool) -> bool:
        """Say whether a word is written several times; `alone`, not as that of an attribute."""
        key = word, alone
        if key not in self._known:
            self._known[key] = self._repeats(word, alone=alone)
        return self._known[key]

    def _repeats(self, word: str, *, alone: bool) -> bool:
        text, place, times = self._source, self._source.find(word), 0
        while place >= 0:
            end = place + len(word)
            before, behind = text[place - 1 : place], text[end : end + 1]
            whole = not (_goes_on(before) or _goes_on(behind))
            if whole and not (alone and before == "."):
                times += 1
                if times > 1:
                    return True
            place = text.find(word, end)
        return False
