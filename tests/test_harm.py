"""Broken and odd files: flake8 does what it would do without the plugin.

It finishes, every other plugin's findings are the same, and so is its exit status.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_joinqueue.check import check_source
from tests.hosts import flake8
from tests.test_plugin import HANGS

# Speaks of queues, so that the file is really read, and has findings of pyflakes (F401) and
# pycodestyle (E225), none of ours.
QUEUES = """\
import os
import queue

q = queue.Queue()
x=1
"""
_ODD = {
    "empty": b"",
    "only a newline": b"\n",
    "only a comment": b"# Queue",
    "syntax error": QUEUES.encode() + b"def broken(:\n",
    "unclosed bracket": QUEUES.encode() + b"y = (1,\n",
    "tabs and spaces": QUEUES.encode() + b"if x:\n\ty = 1\n        z = 1\n",
    "python 2": QUEUES.encode() + b"print 'hello'\n",
    "NUL byte": QUEUES.encode() + b"y = '\0'\n",
    "NUL bytes alone": b"\0\0\0",
    "90 nested brackets": QUEUES.encode() + b"y = " + b"[" * 90 + b"q" + b"]" * 90 + b"\n",
    "annotated name in brackets": QUEUES.encode() + b"(x): int = 1\n",
    "latin-1": b"# -*- coding: latin-1 -*-\n" + (QUEUES + "y = 'caf\xe9'\n").encode("latin-1"),
    "latin-1 without a cookie": (QUEUES + "y = 'caf\xe9'\n").encode("latin-1"),
    "unknown encoding": b"# -*- coding: no-such-code -*-\n" + QUEUES.encode(),
    "CRLF": QUEUES.replace("\n", "\r\n").encode(),
    "CR": QUEUES.replace("\n", "\r").encode(),
    "mixed line ends": b"import queue\r\nq = queue.Queue()\nx=1\r\n",
    "BOM": b"\xef\xbb\xbf" + QUEUES.encode(),
    "form feeds": QUEUES.replace("q =", "\f\nq =").encode() + b"\fy = 1\f\n\f\n",
    "no newline at the end": QUEUES.encode() + b"y=1",
    "backslash at the end": QUEUES.encode() + b"y = 1 \\\n",
    "line separators": (QUEUES + "y = 'a\u2028b\x0cc\x1dd'\nz=1\n").encode(),
    "wide characters": (QUEUES + "größe = '\U0001f40d' ; q.put(größe)\n").encode(),
    "star import": b"from queue import *\nq = Queue()\nx=1\n",
    "unicode names": "from queue import Queue as ﬁle\nq=ﬁle()\n".encode(),
}
# Deeper than the stack of pyflakes on some versions of Python, which then ends flake8.
_DEEP = {
    "1,000 chained +": QUEUES.encode() + b"y = " + b" + ".join([b"x"] * 1000) + b"\n",
    "300 chained calls": QUEUES.encode() + b"y = x" + b".f()" * 300 + b"\n",
    "300 chained calls on the queue": QUEUES.encode() + b"y = q" + b".f()" * 300 + b"\n",
    "1,000 elif": QUEUES.encode()
    + b"if x == 0:\n    q.put(0)\n"
    + b"".join(b"elif x == %d:\n    q.put(1)\n" % n for n in range(1000)),
    "60 nested calls": QUEUES.encode() + b"y = " + b"q.put(" * 60 + b"1" + b")" * 60 + b"\n",
    "50 nested functions": QUEUES.encode()
    + b"".join(b" " * n + b"def f(q):\n" for n in range(50))
    + b" " * 50
    + b"q.put(1)\n",
}


@pytest.mark.parametrize("content", _ODD.values(), ids=_ODD)
def test_file_is_linted_as_without_the_plugin(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.py").write_bytes(content)
    without = flake8("odd.py", folder=tmp_path, plugin=False)
    with_plugin = flake8("odd.py", folder=tmp_path)
    assert with_plugin == without


@pytest.mark.parametrize("content", _ODD.values(), ids=_ODD)
def test_standard_input_is_linted_as_without_the_plugin(tmp_path: Path, content: bytes) -> None:
    without = flake8("-", folder=tmp_path, stdin=content, plugin=False)
    with_plugin = flake8("-", folder=tmp_path, stdin=content)
    assert with_plugin == without


@pytest.mark.parametrize("content", _ODD.values(), ids=_ODD)
def test_with_everything_selected_only_our_findings_are_added(
    tmp_path: Path, content: bytes
) -> None:
    """JQ000 included: it takes nothing from the others either."""
    (tmp_path / "odd.py").write_bytes(content)
    options = ["odd.py", "--select=E,W,F,C,JQ"]
    without = flake8(*options, folder=tmp_path, plugin=False)
    with_plugin = flake8(*options, folder=tmp_path)
    assert with_plugin.others() == without.lines
    assert with_plugin.errors == without.errors
    assert with_plugin.status == without.status or with_plugin.about_queues()


@pytest.mark.parametrize("content", _DEEP.values(), ids=_DEEP)
def test_deep_file_is_linted_as_without_the_plugin(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "deep.py").write_bytes(content)
    without = flake8("deep.py", folder=tmp_path, plugin=False, pyflakes=False)
    with_plugin = flake8("deep.py", folder=tmp_path, pyflakes=False)
    assert with_plugin == without
    assert "E225" in with_plugin.codes()
    # With pyflakes too, which may fail, in words that vary with the depth of the stack.
    without = flake8("deep.py", folder=tmp_path, plugin=False)
    assert flake8("deep.py", folder=tmp_path).status == without.status


def test_the_plugin_can_be_hidden(tmp_path: Path) -> None:
    """Otherwise the comparisons above would show nothing."""
    (tmp_path / "hangs.py").write_text(HANGS)
    assert flake8("hangs.py", folder=tmp_path, plugin=False).lines == []
    assert flake8("hangs.py", folder=tmp_path).about_queues() != []
    assert "joinqueue" not in " ".join(flake8("--version", folder=tmp_path, plugin=False).lines)


def test_odd_files_beside_a_program_that_hangs(tmp_path: Path) -> None:
    """No odd file keeps the others from being linted."""
    for number, content in enumerate(_ODD.values()):
        # On Python 3.10, where NUL bytes are no syntax error, they end flake8 itself.
        if b"\0" not in content:
            (tmp_path / f"odd{number}.py").write_bytes(content)
    (tmp_path / "zz_hangs.py").write_text(HANGS)
    outcome = flake8(".", folder=tmp_path)
    assert [line.split(":")[0] for line in outcome.about_queues()] == ["./zz_hangs.py"]
    assert "JQ201" in outcome.about_queues()[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n", "\r\n"),
        ("\n", "\r"),
        ("import queue", "\ufeffimport queue"),
        ("import queue", "\fimport queue"),
    ],
    ids=["CRLF", "CR", "BOM", "form feed"],
)
def test_findings_keep_their_place(before: str, after: str) -> None:
    count = -1 if before == "\n" else 1
    plain = check_source(HANGS)
    assert [each.code for each in plain] == ["JQ201"]
    assert check_source(HANGS.replace(before, after, count)) == plain


@pytest.mark.parametrize(
    "text",
    [QUEUES + "def broken(:\n", QUEUES + "y = '\0'\n", QUEUES + "y = " + "-" * 100_000 + "1\n"],
    ids=["syntax error", "NUL byte", "too deep"],
)
def test_text_that_python_cannot_parse_is_named(text: str) -> None:
    """The command line has no flake8 before it that stops at a syntax error."""
    [finding] = check_source(text)
    assert (finding.code, finding.line, finding.column) == ("JQ000", 1, 0)
