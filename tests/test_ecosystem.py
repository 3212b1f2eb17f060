"""The ecosystem check: its list, its comparison, its figures; and, slow, the check itself."""

from __future__ import annotations

import ast
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from flake8_joinqueue.findings import Finding
from flake8_joinqueue.reading import read
from tests.ecosystem import cache, packages, review, summary
from tests.ecosystem.__main__ import of_packages
from tests.ecosystem.linting import Outcome, Source, lint, lint_all
from tests.ecosystem.packages import Package
from tests.ecosystem.review import Opinion, Place, Verdict
from tests.ecosystem.understanding import commonest, kind_of, understood

ENTRY = """
[[finding]]
package = "{package}"
file = "a.py"
line = {line}
code = "JQ101"
verdict = "{verdict}"
reason = "{reason}"
"""

RESOLVED = """
import queue, threading

def work(jobs):
    while (job := jobs.get()) is not None:
        jobs.task_done()
    jobs.task_done()

def main(n):
    jobs = queue.Queue()
    for _ in range(n):
        threading.Thread(target=work, args=(jobs,)).start()
    for _ in range(n):
        jobs.put(None)
    jobs.join()
"""

UNRESOLVED = """
import queue
from elsewhere import pool

def main():
    jobs = queue.Queue()
    jobs.put(1)
    pool.feed(jobs)
    jobs.join()
"""


def entry(package: str = "one", line: int = 3, verdict: str = "right", reason: str = "so") -> str:
    return ENTRY.format(package=package, line=line, verdict=verdict, reason=reason)


def opinions(tmp_path: Path, text: str) -> list[Opinion]:
    path = tmp_path / "expected.toml"
    path.write_text(text, encoding="utf-8")
    return review.load(path)


def outcome(*found: tuple[str, int], crash: str = "") -> Outcome:
    findings = tuple(Finding(code, f"what of {code}", line, 0, line, 1) for code, line in found)
    return Outcome(Source("one", "a.py", Path("a.py")), 0.5, findings, crash=crash)


# --- the reviewed list ---------------------------------------------------------------------------


def test_the_reviewed_list_is_well_formed() -> None:
    names = {package.name for package in packages.load()}
    assert {opinion.place.package for opinion in review.load()} <= names


def test_an_entry_is_read(tmp_path: Path) -> None:
    assert opinions(tmp_path, entry(verdict="false alarm")) == [
        Opinion(Place("one", "a.py", 3, "JQ101"), Verdict.FALSE_ALARM, "so")
    ]


@pytest.mark.parametrize(
    "text",
    [
        entry(verdict="perhaps"),
        entry(reason=" "),
        entry().replace("line = 3", 'line = "3"'),
        entry() + 'note = "more"\n',
        entry().replace('reason = "so"', ""),
        entry(line=4) + entry(line=3),
        entry() + entry(),
    ],
)
def test_a_malformed_list_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (each says something else)
        opinions(tmp_path, text)


# --- the comparison ------------------------------------------------------------------------------


def test_all_as_reviewed_passes(tmp_path: Path) -> None:
    comparison = review.compare([outcome(("JQ101", 3))], opinions(tmp_path, entry()))
    assert comparison.passes
    assert comparison.number(Verdict.RIGHT) == 1


def test_new_and_vanished_findings_fail(tmp_path: Path) -> None:
    reviewed = opinions(tmp_path, entry())
    moved = review.compare([outcome(("JQ101", 4))], reviewed)
    assert not moved.passes
    assert [str(place) for place, _ in moved.new] == ["one a.py:4 JQ101"]
    assert moved.vanished == reviewed
    assert not review.compare([outcome()], reviewed).passes
    assert not review.compare([outcome(("JQ101", 3), ("JQ102", 3))], reviewed).passes


def test_findings_of_rules_that_are_off_are_counted_only() -> None:
    comparison = review.compare([outcome(("JQ204", 1), ("JQ204", 1), ("JQ501", 2))], [])
    assert comparison.passes
    assert comparison.ungated == {("one", "JQ204"): 2, ("one", "JQ501"): 1}
    text = "\n".join(summary.lines([], comparison))
    assert "findings of JQ204, which is off by default: 2 (one 2)" in text


@pytest.mark.parametrize(("right", "passes"), [(18, False), (19, True)])
def test_one_false_alarm_in_twenty_is_the_most(right: int, passes: bool, tmp_path: Path) -> None:
    text = entry(line=1, verdict="false alarm")
    text += "".join(entry(line=line) for line in range(2, 2 + right))
    found = outcome(*(("JQ101", line) for line in range(1, 2 + right)))
    assert review.compare([found], opinions(tmp_path, text)).passes is passes


# --- the figures ---------------------------------------------------------------------------------


def test_a_queue_all_of_whose_users_are_known_is_resolved() -> None:
    (queue,) = understood(read(RESOLVED, ast.parse(RESOLVED)).protocols)
    assert (queue.name, queue.line, queue.resolved) == ("jobs", 10, True)


def test_what_is_not_known_of_a_queue_is_said() -> None:
    (queue,) = understood(read(UNRESOLVED, ast.parse(UNRESOLVED)).protocols)
    assert not queue.resolved
    assert queue.reasons == ("handed to elsewhere.pool.feed", "nobody in sight takes")


def test_reasons_are_counted_without_what_is_particular() -> None:
    assert kind_of("handed to elsewhere.pool.feed") == kind_of("handed to run") == "handed to ..."
    assert kind_of("stored as 'jobs' on an object from elsewhere") == "stored as ..."
    assert kind_of("nobody in sight takes") == "nobody in sight takes"
    assert commonest(["returned by a", "returned by b", "unknown"], 1) == [("returned by ...", 2)]


def test_the_summary_tells_what_matters(tmp_path: Path) -> None:
    outcomes = [outcome(("JQ101", 4), crash="KeyError: 1")]
    text = "\n".join(summary.lines(outcomes, review.compare(outcomes, opinions(tmp_path, entry()))))
    assert "new: one a.py:4 JQ101 what of JQ101" in text
    assert "vanished: one a.py:3 JQ101 (right: so)" in text
    assert "crashes: 1 of 1 files" in text
    assert "fully resolved: 0 of 0" in text


# --- linting -------------------------------------------------------------------------------------


def test_a_file_is_linted(tmp_path: Path) -> None:
    path = tmp_path / "jobs.py"
    path.write_text(RESOLVED, encoding="utf-8")
    found = lint(Source("one", "jobs.py", path))
    assert (found.findings, found.crash) == ((), "")
    assert [queue.resolved for queue in found.queues] == [True]


def test_a_file_that_takes_too_long_is_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forever(text: str, _filename: str, **_: object) -> list[Finding]:
        while True:
            try:
                text.split()
            except Exception:  # noqa: BLE001, PERF203, S112 (as broad as any in the linter)
                continue

    monkeypatch.setattr("tests.ecosystem.linting.check_source", forever)
    path = tmp_path / "jobs.py"
    path.write_text(RESOLVED, encoding="utf-8")
    assert lint(Source("one", "jobs.py", path), 0.05).crash == "takes more than 0.05 s"


def test_an_exception_is_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_text: str, filename: str, **_: object) -> list[Finding]:
        raise KeyError(filename)

    monkeypatch.setattr("tests.ecosystem.linting.check_source", fail)
    path = tmp_path / "jobs.py"
    path.write_text("", encoding="utf-8")
    assert lint(Source("one", "jobs.py", path)).crash.startswith("KeyError: 'jobs.py'")


# --- the cache -----------------------------------------------------------------------------------


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            data = content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def pinned(content: bytes) -> Package:
    return Package("one", "1.0", "one-1.0.tar.gz", hashlib.sha256(content).hexdigest())


def test_a_package_is_fetched_once_and_only_its_python_files_kept(tmp_path: Path) -> None:
    content = archive({"one-1.0/one/a.py": "a = 1\n", "one-1.0/one/data.bin": "0"})
    fetched: list[str] = []

    def fetch(_name: str, file: str, target: Path) -> None:
        fetched.append(file)
        target.write_bytes(content)

    package = pinned(content)
    assert not cache.is_complete([package], tmp_path)
    for _ in range(2):
        place = cache.sources(package, tmp_path, fetch)
        files = [path.relative_to(place).as_posix() for path in cache.python_files(place)]
        assert files == ["one/a.py"]
    assert fetched == ["one-1.0.tar.gz"]
    assert cache.is_complete([package], tmp_path)


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    def fetch(_name: str, _file: str, target: Path) -> None:
        target.write_bytes(archive({"one-1.0/a.py": "bad = 1\n"}))

    package = pinned(archive({"one-1.0/a.py": "good = 1\n"}))
    with pytest.raises(RuntimeError, match="another one is pinned"):
        cache.sources(package, tmp_path, fetch)
    assert not cache.is_complete([package], tmp_path)


def test_an_archive_cannot_write_elsewhere(tmp_path: Path) -> None:
    content = archive({"one-1.0/../../a.py": "a = 1\n"})

    def fetch(_name: str, _file: str, target: Path) -> None:
        target.write_bytes(content)

    with pytest.raises(RuntimeError, match="outside of its folder"):
        cache.sources(pinned(content), tmp_path / "cache", fetch)
    assert not (tmp_path / "a.py").exists()


# --- the check itself ----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_ecosystem_is_as_reviewed() -> None:
    folder = cache.default_folder()
    if not cache.is_complete(packages.load(), folder):
        pytest.skip("the packages are not in the cache: run python -m tests.ecosystem")
    outcomes = list(lint_all(of_packages(folder), jobs=2))
    comparison = review.compare(outcomes, review.load())
    report = "\n".join(summary.lines(outcomes, comparison))
    assert comparison.passes, report
    assert not any(each.crash for each in outcomes), report
