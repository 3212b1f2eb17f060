"""What the text of a file says of its names: the same as patterns that begin with the word do."""

from __future__ import annotations

import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest

from flake8_joinqueue.reading import (
    entries,  # noqa: F401  # the modules of reading are a circle
    lengths,
    wording,
)

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.py"))

# What is looked for, said plainly, but slow.
_CHANGED = re.compile(
    r"(\w+)\.(?:append|appendleft|add|extend|insert|update|clear|pop|popleft|remove|discard)\("
)
_GROWN = re.compile(
    r"\b(\w+)(?:\.(?:append|appendleft|insert|extend|add|update)\(|\[[^]\n]*\]\s*=(?!=)|[ ]*[+|]=)"
)
_MEASURED = re.compile(
    r"\blen\((?:\w+\.)*(\w+)\)"
    r"|\b(?:while|if|elif|not|and|or|in)\s+(?:\w+\.)*(\w+)\s*(?=:|\)|and\b|or\b)"
)
_SOME = """
first.add(1); second . append(2); self.third.update(a=1); a.pop.append(3); .add(4)
grown += [1]; kept   |= {2}; table[1] = 3; table2[x][y] = 4; compared[1] == 5; größe += (1,)
if len(first) > 2 and not self.second: pass
elif domain or x.kept: pass
while strlen(fourth) and within fifth: pass
contain sixth or seventh
"""


@pytest.mark.parametrize("path", [None, *FIXTURES[::10]], ids=str)
def test_names_are_those_of_the_plain_patterns(path: Path | None) -> None:
    text = _SOME
    if path is not None:
        with tokenize.open(path) as file:
            text = file.read()
    assert wording.collections_changed(text) == set(_CHANGED.findall(text))
    asked = {name for pair in _MEASURED.findall(text) for name in pair}
    shrinks = text + "\nx.remove(1)\n"
    assert lengths.measured(shrinks) == asked - {""}
    if lengths._SHRUNK.search(text) is None:  # noqa: SLF001 (which branch is taken)
        assert lengths.measured(text) == asked & set(_GROWN.findall(text))


def test_names_are_found_at_all() -> None:
    assert wording.collections_changed(_SOME) == {"first", "third", "pop"}
    assert lengths.measured(_SOME) == {"first", "kept"}
    assert lengths.measured(_SOME + "x.remove(1)") == {"first", "second", "kept", "domain"}


def test_words_repeat() -> None:
    text = "run run_all rerun self.run stop() x.stop stop2 stop übel.über go"
    words = wording.Words(text)
    every = Counter(re.findall(r"[^\W\d]\w*", text))
    alone = Counter(re.findall(r"(?<![\w.])[^\W\d]\w*", text))
    assert {word for word in every if words.repeats(word, alone=False)} == {"run", "stop"}
    assert {word for word in every if words.repeats(word, alone=True)} == {"stop"}
    assert {word for word, times in every.items() if times > 1} == {"run", "stop"}
    assert {word for word, times in alone.items() if times > 1} == {"stop"}
    assert not words.repeats("absent", alone=False)
