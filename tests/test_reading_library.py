"""Corners of the library and of containers that the reader models."""

from __future__ import annotations

import pytest

from tests.reading import main

PROLOGUE = "import contextlib, functools, itertools, queue, sys\nq = queue.Queue()\n"


@pytest.mark.parametrize(
    ("statements", "puts"),
    [
        ("d = {'a': 1}\nd['a'] = 2\nq.put(d['a'])", ["2"]),
        ("d = {}\nd.setdefault('a', 3)\nq.put(d.get('a'))", ["3"]),
        ("for k, v in {'a': 1}.items():\n    q.put(k)\n    q.put(v)", ["'a'", "1"]),
        ("xs = [1, 2]\nq.put(xs.pop())\nq.put(xs.pop())", ["2", "1"]),
        ("xs = [1]\nys = xs.copy()\nxs.clear()\nfor y in ys + xs:\n    q.put(y)", ["1"]),
        ("f = functools.partial(q.put, 4)\nf()", ["4"]),
        ("for x in itertools.chain([1], (2,)):\n    q.put(x)", ["1", "2"]),
        ("for x in [1, 2, 3][1:]:\n    q.put(x)", ["2", "3"]),
        ("list(map(q.put, [5, 6]))", ["5", "6"]),
        ("with contextlib.ExitStack() as s:\n    s.callback(q.put, 7)\n    q.put(6)", ["6", "7"]),
    ],
)
def test_what_is_put_by_way_of_the_library(statements: str, puts: list[str]) -> None:
    text = main(PROLOGUE + statements + "\n")
    found = [line.strip() for line in text.splitlines() if line.strip().startswith("put")]
    assert found == [f"put q {each}" for each in puts]
