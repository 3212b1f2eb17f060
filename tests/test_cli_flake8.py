"""The command line decides as flake8 does: its own functions are asked the same questions."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import pytest
from flake8 import utils
from flake8.discover_files import expand_paths
from flake8.exceptions import ExecutionError
from flake8.options.config import load_config
from flake8.processor import FileProcessor
from flake8.style_guide import Decision, DecisionEngine
from flake8.violation import Violation
from hypothesis import given, settings
from hypothesis import strategies as some

from flake8_joinqueue.cli import configuration, gitignore
from flake8_joinqueue.cli.decisions import Choice
from flake8_joinqueue.cli.files import Filter
from flake8_joinqueue.cli.noqa import audible
from flake8_joinqueue.cli.sources import read_file
from flake8_joinqueue.cli.trouble import Trouble
from flake8_joinqueue.findings import Finding
from flake8_joinqueue.rules.registry import OFF_BY_DEFAULT

_CODES = ("JQ000", "JQ101", "JQ102", "JQ201", "JQ204", "JQ206")
_PREFIXES = ("J", "JQ", "JQ1", "JQ10", "JQ101", "JQ2", "JQ20", "JQ204", "JQ0", "E", "E1")
_codes = some.lists(some.sampled_from(_PREFIXES), max_size=3)
_maybe = some.none() | _codes


@settings(max_examples=500, deadline=None)
@given(_maybe, _maybe, _maybe, _maybe)
def test_decisions(
    select: list[str] | None,
    extend_select: list[str] | None,
    ignore: list[str] | None,
    extend_ignore: list[str] | None,
) -> None:
    engine = DecisionEngine(
        argparse.Namespace(
            select=select,
            extend_select=extend_select,
            ignore=ignore,
            extend_ignore=extend_ignore,
            extended_default_select=["C90", "E", "F", "JQ", "W"],
            extended_default_ignore=list(OFF_BY_DEFAULT),
        )
    )
    choice = Choice(
        None if select is None else tuple(select),
        tuple(extend_select or ()),
        None if ignore is None else tuple(ignore),
        tuple(extend_ignore or ()),
        OFF_BY_DEFAULT,
    )
    for code in _CODES:
        assert choice.reports(code) == (engine.decision_for(code) is Decision.Selected), code


_LINES = (
    "x = 1",
    "x = 1  # noqa",
    "x = 1  # noqa: JQ201",
    "x = 1  # NoQA:JQ201,E1",
    "x = 1  # noqa: jq201",
    "x = 1  # noqa: JQ2 E5",
    "x = 1  # noqa: JQ101",
    "x = 1  # noqa : JQ101",
    "x = 1  #noqa",
    "x = 1  # noqa because",
    "x = '''",
    "'''  # noqa",
    "'''",
    "x = (1,",
    ")  # noqa: JQ201",
    "x = 1 + \\",
    "",
    "    ",
    "# flake8: noqa: E1",
    "x = 1  # flake8: noqa",
    "\f",
)


@settings(max_examples=500, deadline=None)
@given(some.lists(some.sampled_from(_LINES), max_size=7), some.integers(1, 7))
def test_noqa(texts: list[str], number: int) -> None:
    lines = [f"{text}\n" for text in texts]
    number = min(number, max(1, len(lines)))
    options = argparse.Namespace(
        hang_closing=False,
        indent_size=4,
        max_line_length=79,
        max_doc_length=None,
        verbose=0,
        disable_noqa=False,
    )
    processor = FileProcessor("some.py", options, list(lines))
    line = processor.noqa_line_for(number)
    if line is None:
        line = lines[number - 1] if lines else ""
    violation = Violation("JQ201", "some.py", number, 1, "a message", line)
    silenced = processor.should_ignore_file() or violation.is_inline_ignored(disable_noqa=False)
    finding = Finding("JQ201", "a message", number, 0, number, 1)
    assert list(audible([finding], lines)) == ([] if silenced else [finding])


_WORDS = ("a.py", "b/*.py", "E1", "JQ201", ":", ":", ",", " ", "\n", "c.py:JQ1", "E", "x1")


@settings(max_examples=200, deadline=None)
@given(some.lists(some.sampled_from(_WORDS), max_size=9).map("".join))
def test_per_file_ignores(text: str) -> None:
    try:
        theirs = utils.parse_files_to_codes_mapping(text)
    except ExecutionError:
        with pytest.raises(Trouble):
            configuration.per_file(text)
    else:
        assert [(file, list(codes)) for file, codes in configuration.per_file(text)] == theirs


_NAMES = ("a.py", "b.py", "sub/a.py", "sub/deep/c.py", "sub.egg/d.py", ".git/e.py", "notes.txt")
_PATTERNS = ("a.py", "*.py", "sub", "sub/", "sub/a.py", "./sub", "*.egg", "deep", "x", ".", "*")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files in folders."""
    folder = tmp_path_factory.mktemp("tree")
    for name in _NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@settings(max_examples=200, deadline=None)
@given(
    some.lists(some.sampled_from((".", "sub", "a.py", "./a.py", "sub/", "notes.txt")), max_size=2),
    some.lists(some.sampled_from(_PATTERNS), max_size=2),
    some.lists(some.sampled_from(("*.py", "*.txt", "a*", "sub/*")), max_size=2),
)
def test_files(tree: Path, paths: list[str], exclude: list[str], filename: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tree)
        theirs = expand_paths(
            paths=paths,
            stdin_display_name="stdin",
            filename_patterns=filename,
            exclude=utils.normalize_paths(exclude),
        )
        anchored = tuple(map(configuration.anchored, exclude))
        ours = Filter(anchored, tuple(filename), gitignore=False).files(paths)
        assert ours == sorted({path.removeprefix("./") for path in theirs})


@pytest.mark.parametrize("where", ["", "inner", "inner/most"])
def test_which_configuration_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (tmp_path / "inner" / "most").mkdir(parents=True)
    (tmp_path / "setup.cfg").write_text("[flake8]\nselect = E\nmax_line_length=3\n")
    (tmp_path / ".flake8").write_text("[flake8]\nselect = W\n")
    (tmp_path / "inner" / "setup.cfg").write_text("[metadata]\n")
    (tmp_path / "inner" / "tox.ini").write_text("no section\n")
    (tmp_path / "inner" / "most" / ".flake8").write_text("[flake8]\nselect=F\n[flake8]\n")
    monkeypatch.chdir(tmp_path / where)
    monkeypatch.setenv("HOME", str(tmp_path / "elsewhere"))
    if where == "inner/most":  # a section twice: flake8 dies of it
        with pytest.raises(Trouble):
            configuration.load(None, [], isolated=False)
        return
    theirs, folder = load_config(None, [])
    ours = configuration.load(None, [], isolated=False)
    assert ours.text("select") == theirs["flake8"]["select"]
    assert ours.text("max-line-length") == "3"
    assert ours.folder == folder


@pytest.mark.parametrize(
    "content",
    [
        b"x = 1\r\ny = 2\r",
        b"\xef\xbb\xbfx = 1\n",
        b"x = '\xe9'\n",
        b"# coding: latin-1\nx = '\xe9'\n",
        b"# coding: no-such\nx = '\xe9'\n",
        b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
        b"",
        b"x = '\x00\x0c\x1d'\n\x0c",
    ],
)
def test_reading(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.py"
    path.write_bytes(content)
    options = argparse.Namespace(
        hang_closing=False,
        indent_size=4,
        max_line_length=79,
        max_doc_length=None,
        verbose=0,
    )
    assert read_file(str(path)) == FileProcessor(str(path), options).lines


# --- .gitignore: here git knows -------------------------------------------------------------------

_PATHS = (
    "a.py",
    "b.py",
    "ab.py",
    "sub/a.py",
    "sub/b.py",
    "sub/deep/a.py",
    "sub/deep/er/b.py",
    "build/a.py",
    "sub/build/x y.py",
    "!odd.py",
    "#odd.py",
    "[a].py",
    "tail .py",
)
_GLOBS = (
    "a.py",
    "*.py",
    "/a.py",
    "sub",
    "sub/",
    "/sub/",
    "build/",
    "!a.py",
    "!*.py",
    "!sub/",
    "!/b.py",
    "sub/a.py",
    "sub/*",
    "sub/**",
    "**/a.py",
    "sub/**/b.py",
    "**",
    "**/build/**",
    "a**.py",
    "?.py",
    "[ab].py",
    "[!a].py",
    "[a-z]*.py",
    "[[:alpha:]].py",
    "[]a].py",
    "[a",
    "\\!odd.py",
    "\\#odd.py",
    "#comment",
    "\\[a\\].py",
    "*\\ *",
    "x y.py",
    "a.py ",
    "a.py\\ ",
    "b.py\r",
    "/",
    "",
    "\\",
    "deep/er",
    "er",
    "su?",
    "su[^x]/a.py",
    "sub?a.py",
    "sub[/]a.py",
    "build//",
)
_ignore_files = some.lists(some.sampled_from(_GLOBS), max_size=4)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with files in folders."""
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", folder], check=True)
    for name in _PATHS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@settings(max_examples=40, deadline=None)
@given(_ignore_files, _ignore_files, _ignore_files)
def test_gitignore(repository: Path, top: list[str], below: list[str], info: list[str]) -> None:
    for place, globs in (
        (repository / ".gitignore", top),
        (repository / "sub" / ".gitignore", below),
        (repository / ".git" / "info" / "exclude", info),
    ):
        place.write_text("".join(f"{glob}\n" for glob in globs), newline="")
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    gitignore.forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        ours = Filter(exclude=(".git",)).files(["."])
    theirs = (path for path in listed.stdout.split("\0") if path.endswith(".py"))
    assert ours == sorted(theirs)
