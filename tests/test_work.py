"""How much work a file makes, in counts: no clock is asked."""

from __future__ import annotations

import ast
import gc
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks.inputs import program
from flake8_joinqueue import reading
from flake8_joinqueue.analysis.exploring import Explorer
from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.variants import variants
from flake8_joinqueue.analysis.ways import Way
from flake8_joinqueue.check import check_source
from flake8_joinqueue.findings import Finding, NotAnalysed
from flake8_joinqueue.protocol import Protocol
from flake8_joinqueue.reading import calls, read, rebuilding
from flake8_joinqueue.reading.entries import functions  # type: ignore[attr-defined]  # a cycle
from flake8_joinqueue.reading.machine import Machine
from flake8_joinqueue.reading.rebuilding import Rebuilt
from flake8_joinqueue.reading.values import Function, Instance, Value
from flake8_joinqueue.records import replace
from flake8_joinqueue.rules import load, run
from flake8_joinqueue.rules.registry import Rule
from flake8_joinqueue.rules.report import Report
from flake8_joinqueue.rules.run import WITHOUT_QUEUES
from flake8_joinqueue.rules.standing import Findable
from flake8_joinqueue.screen import relevant, speaks_of_queues
from tests.agreement.choices import random_recipes
from tests.agreement.programs import write

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").rglob("*.py"))


# --- cut or whole, the same findings -------------------------------------------------------------


def _whole(text: str, tree: ast.Module) -> list[Finding]:
    """The findings where no statement is blanked."""
    try:
        return _certain(run(read(text, tree).protocols))
    except NotAnalysed:
        return []


def _certain(findings: Iterable[Finding]) -> list[Finding]:
    # At which limit a file ends depends on how much of it there is.
    return [finding for finding in findings if finding.code != "JQ000"]


def _assert_same(text: str, whence: object = "") -> list[Finding]:
    """Also where nothing is left of a file once it is cut: then the whole must be silent, too."""
    tree = ast.parse(text)
    found = _certain(check_source(text, tree=tree))
    assert found == _whole(text, tree), whence
    return found


SAMPLE = random.Random(6).sample(FIXTURES, 60)  # noqa: S311 (a sample, no secret)


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.stem)
def test_a_cut_fixture_has_the_findings_of_the_whole(path: Path) -> None:
    _assert_same(path.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_cut_fixture_has_the_findings_of_the_whole() -> None:
    for path in FIXTURES:
        _assert_same(path.read_text(encoding="utf-8"), path)


UNRELATED = """


class QuiteUnrelated(dict):
    def quite_total(self, quite_many, quite_seen=None):
        quite_seen = {} if quite_seen is None else quite_seen
        for quite in quite_many:
            quite_seen[quite.key] = quite_seen.get(quite.key, 0) + quite.value
        return sorted(quite_seen.items())


QUITE_UNRELATED = QuiteUnrelated()
QUITE_UNRELATED["quite"] = 0


def quite_shown(quite_many):
    for quite in QUITE_UNRELATED.quite_total(quite_many):
        print(quite)
"""


def test_cut_programs_of_any_kind_have_the_findings_of_the_whole() -> None:
    found = 0
    for recipe in random_recipes(21, 80):
        source = write(recipe).source
        imports, gap, rest = source.partition("\n\n\n")
        text = imports + UNRELATED + gap + rest
        assert "class QuiteUnrelated" not in relevant(text, ast.parse(text))
        found += bool(_assert_same(text, recipe))
    assert found > 20


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_cut_files_of_the_ecosystem_have_the_findings_of_the_whole() -> None:
    from tests.ecosystem import cache  # noqa: PLC0415 (slow tests only)

    for path in sorted(cache.default_folder().rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        if speaks_of_queues(text):
            _assert_same(text, path)


# --- what is not done ----------------------------------------------------------------------------


def test_asking_for_the_version_imports_no_rule_and_no_table() -> None:
    code = (
        "import sys; from flake8.main.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print(*(n for n in sys.modules if n.startswith(('flake8_joinqueue.', 'libcst'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert "flake8_joinqueue.plugin" in imported
    assert not [name for name in imported if name.startswith(("libcst", "flake8_joinqueue.rules"))]
    assert not [name for name in imported if name.startswith("flake8_joinqueue.facts")]


def test_what_matters_only_is_rebuilt_and_nothing_is_parsed_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rebuilt: list[ast.stmt] = []

    def rebuild(statements: Sequence[ast.stmt]) -> Rebuilt:
        rebuilt.extend(statements)
        return rebuilding.rebuild(statements)

    monkeypatch.setattr(reading, "rebuild", rebuild)
    for name in ("parse_module", "parse_statement", "parse_expression"):
        monkeypatch.setattr(f"libcst.{name}", lambda *_: pytest.fail("it was parsed"))
    text = program(2000, 4)
    assert check_source(text, tree=ast.parse(text)) == check_source(text)
    lines = {line for each in rebuilt for line in range(each.lineno, (each.end_lineno or 0) + 1)}
    assert 40 < len(lines) < 80


def _entered(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    entered: list[str] = []
    enter = functions._run  # noqa: SLF001 (what is counted)

    def count(running: Machine, function: Function) -> None:
        entered.append(function.name)
        enter(running, function)

    with monkeypatch.context() as patched:
        patched.setattr(functions, "_run", count)
        check_source(text)
    return len(entered)


def test_functions_are_entered_in_proportion_to_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """There are no summaries of functions: each call enters, and nothing but a call does."""
    ten, forty = (_entered(program(2000, queues), monkeypatch) for queues in (20, 80))
    assert ten >= 10
    assert forty <= 4 * ten


_OFFERS = """
import queue
from multiprocessing import get_context


class Server:
    def __init__(self, context=None):
        self.context = context or get_context()
        self.alive = True

    def serve(self, requests):
        while self.alive:
            self.answer(requests.next())

    def answer(self, request):
        request.reply(self.context)


class Manager(Server):
    registry = {}

    @classmethod
    def register(cls, name, maker):
        cls.registry[name] = maker


Manager.register("Queue", queue.Queue)
"""


def test_functions_that_have_nothing_to_do_with_queues_are_not_begun_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A module that offers queues to others makes none, whatever its classes do."""
    assert _entered(_OFFERS, monkeypatch) == 1  # `register()`, which the module calls itself
    uses = "\n\ndef use():\n    Manager.registry['Queue']().put(queue.Queue())\n"
    assert _entered(_OFFERS + uses, monkeypatch) > 1


# --- what workers do between one get and the next ------------------------------------------------

_WORKER = """
import queue
import threading


class Worker(threading.Thread):
    def __init__(self, tasks: queue.Queue):
        super().__init__()
        self.tasks = tasks

    def run(self):
        while True:
            item = self.tasks.get()
            try:
                work(item)
            finally:
                self.tasks.task_done()


def main():
    tasks = {tasks}
    worker = Worker(tasks)
    worker.start()
    worker.tasks.put(1)
    worker.tasks.join()
"""


def _explored(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    explored: list[Explorer] = []
    explore = Explorer._explore_all  # noqa: SLF001 (what is counted)

    def count(explorer: Explorer) -> Iterator[Way]:
        explored.append(explorer)
        return explore(explorer)

    with monkeypatch.context() as patched:
        patched.setattr(Explorer, "_explore_all", count)
        check_source(text)
    return len(explored)


def test_the_ways_of_a_worker_are_found_once_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not where a `finally` accounts for each item, and who puts is out of sight."""
    shared = _WORKER.format(tasks="shared()")
    assert _explored(shared, monkeypatch) == 0
    assert _explored(shared.replace("finally", "except ValueError"), monkeypatch) > 0
    assert _explored(_WORKER.format(tasks="queue.Queue()"), monkeypatch) > 0


# --- variants of a program -----------------------------------------------------------------------

_SIX_SETTINGS = """
import multiprocessing


def work(q):
    while True:
        item = q.get()
        if item is None:
            q.task_done()
            break
        {accounts}


def main(a, b, c, d, e, f):
    q = multiprocessing.JoinableQueue()
    multiprocessing.Process(target=work, args=(q,)).start()
    q.put("work")
    {puts}
    q.put(None)
    q.join()
"""


def _with_six_settings(accounts: str) -> Protocol:
    puts = "\n    ".join(f"if {name}:\n        q.put('{name}')" for name in "abcdef")
    text = _SIX_SETTINGS.format(accounts=accounts, puts=puts)
    (protocol,) = read(text, ast.parse(text)).protocols
    return protocol


def _asked(accounts: str) -> tuple[list[str], Counter[str]]:
    """The codes found, and how many variants each rule is asked about."""
    protocol = _with_six_settings(accounts)
    asked: Counter[str] = Counter()

    def counting(rule: Rule) -> Rule:
        def check(program: Program) -> Iterator[Report]:
            asked[rule.code] += 1
            return rule.check(program)

        return replace(rule, check=check)

    programs = [Program(variant) for variant in variants(protocol)]
    assert len(programs) == 64
    findable = Findable([counting(rule) for rule in load()], programs, [])
    return [report.code for report in findable.standing()], asked


def test_a_rule_that_finds_nothing_is_asked_about_one_variant() -> None:
    codes, asked = _asked("q.task_done()")
    assert codes == []
    assert set(asked.values()) == {1}


def test_a_rule_that_finds_something_is_asked_about_every_variant() -> None:
    codes, asked = _asked("print(item)")
    assert codes == ["JQ202"]
    assert {code: times for code, times in asked.items() if times > 1} == {"JQ202": 64}


@pytest.mark.parametrize(("accounts", "made"), [("q.task_done()", 1), ("print(item)", 64)])
def test_variants_that_can_add_nothing_are_not_made(accounts: str, made: int) -> None:
    protocol = _with_six_settings(accounts)
    drawn: list[Program] = []

    def programs() -> Iterator[Program]:
        for variant in variants(protocol):
            drawn.append(Program(variant))
            yield drawn[-1]

    found = list(Findable(load(), programs(), [], Program(protocol)).standing())
    assert bool(found) == (made > 1)
    assert len(drawn) == made


def test_variants_that_do_what_the_first_does_not_are_made() -> None:
    """The worker is started where the setting is off: what it does wrong holds there."""
    text = _SIX_SETTINGS.format(accounts="print(item)", puts="pass").replace(
        "    multiprocessing.P", "    if not a:\n        multiprocessing.P"
    )
    assert [finding.code for finding in check_source(text)] == ["JQ202"]


_NO_QUEUES = """
import multiprocessing
import threading


def work():
    while True:
        try:
            step()
        except multiprocessing.queue.Empty:
            pass


thread = threading.Thread(target=work)
thread.deamon = True
thread.start()
"""


def test_of_a_program_without_queues_two_rules_speak() -> None:
    """The others need not be asked."""
    (protocol,) = read(_NO_QUEUES, ast.parse(_NO_QUEUES)).protocols
    assert not protocol.queues
    program_ = Program(protocol)
    found = [report.code for rule in load() for report in rule.check(program_)]
    assert sorted(found) == sorted(WITHOUT_QUEUES)
    assert [finding.code for finding in check_source(_NO_QUEUES)] == sorted(WITHOUT_QUEUES)


@pytest.mark.parametrize(
    ("exception", "asked"), [("ValueError", False), ("multiprocessing.queue.Empty", True)]
)
def test_of_handlers_of_other_exceptions_no_rule_speaks(
    exception: str, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _NO_QUEUES.replace("multiprocessing.queue.Empty", exception).replace("deamon", "daemon")
    (protocol,) = read(text, ast.parse(text)).protocols
    made: list[Protocol] = []

    def counted(protocol: Protocol) -> Iterator[Protocol]:
        made.append(protocol)
        return variants(protocol)

    monkeypatch.setattr(sys.modules["flake8_joinqueue.rules.run"], "variants", counted)
    run([protocol])
    assert bool(made) == asked


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.stem)
def test_a_report_is_about_what_is_done_in_its_variant(path: Path) -> None:
    """Else rules might not be asked about variants in which they would find what stands."""
    text = path.read_text(encoding="utf-8")
    for protocol in read(text, ast.parse(text)).protocols:
        for program_ in map(Program, variants(protocol)):
            for rule in load():
                for report in rule.check(program_):
                    assert {(actor, None) for actor in report.actors} <= program_.involved
                    if report.queue is not None:
                        used = {(actor, report.queue) for actor in report.actors}
                        assert used <= program_.involved


# --- files made to be hard -----------------------------------------------------------------------

HEAD = "import multiprocessing\n"
MADE = "q = multiprocessing.JoinableQueue()\n"


def _chain(length: int) -> str:
    links = "".join(f"def f{n}(q):\n    f{n - 1}(q)\n    f{n - 1}(q)\n" for n in range(1, length))
    return f"{HEAD}def f0(q):\n    q.put(1)\n{links}{MADE}f{length - 1}(q)\nq.join()\n"


def _circle(size: int) -> str:
    functions_ = "".join(
        f"def f{n}(q, n):\n    if n:\n        f{(n + 1) % size}(q, n - 1)\n"
        f"        f{(n + 2) % size}(q, n - 1)\n    q.put(n)\n"
        for n in range(size)
    )
    return f"{HEAD}{functions_}{MADE}f0(q, 100)\nq.join()\n"


def _branches(number: int) -> str:
    tests = "".join(
        f"        if item.kind == {n}:\n            a = {n}\n"
        f"        elif b == {n} or a == {n}:\n            b = item.number\n"
        for n in range(number)
    )
    return (
        f"{HEAD}def work(q):\n    a = b = 0\n    while True:\n        item = q.get()\n"
        f"        if item is None:\n            break\n{tests}        q.task_done()\n"
        f"    q.task_done()\n{MADE}p = multiprocessing.Process(target=work, args=(q,))\n"
        "p.start()\nq.put(1)\nq.put(None)\nq.join()\n"
    )


def _workers(number: int) -> str:
    every = range(number)
    made = "".join(f"w{n} = multiprocessing.Process(target=work, args=(q,))\n" for n in every)
    started = "".join(f"w{n}.start()\nq.put(None)\n" for n in every)
    joined = "".join(f"w{n}.join()\n" for n in every)
    return (
        f"{HEAD}def work(q):\n    while q.get() is not None:\n        q.task_done()\n"
        f"    q.task_done()\n{MADE}{made}{started}q.join()\n{joined}"
    )


@pytest.mark.parametrize(
    "text",
    [_chain(20), _circle(12), _branches(200), _workers(1000)],
    ids=["chain", "circle", "branches", "workers"],
)
def test_a_hard_file_ends_and_says_so(text: str) -> None:
    assert [finding.code for finding in check_source(text)] == ["JQ000"]


def _web(size: int) -> str:
    """Objects that all know one another, handed to somebody out of sight."""
    every = range(size)
    made = "".join(f"o{n} = Node()\n" for n in every)
    tied = "".join(f"o{n}.to{m} = o{m}\n" for n in every for m in every)
    return (
        f"{HEAD}from elsewhere import show\nclass Node:\n    pass\n{made}{tied}"
        f"show(o0)\n{MADE}o0.tasks = q\nshow(o0)\nq.join()\n"
    )


def test_a_web_of_objects_gets_out_of_sight_object_by_object(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at = 0
    plain = calls.reachable

    def reachable(machine: Machine, value: Value) -> list[Value]:
        nonlocal looked_at
        looked_at += isinstance(value, Instance)
        return plain(machine, value)

    monkeypatch.setattr(calls, "reachable", reachable)
    check_source(_web(10))
    assert 0 < looked_at < 10 * 10


# --- memory --------------------------------------------------------------------------------------


def test_hardly_anything_is_left_for_the_garbage_collector() -> None:
    """It would go through all there is, and the trees of one file would stay until it does."""
    text = program(1000, 10)
    check_source(text)  # what is made once, for good
    gc.collect()
    gc.disable()
    try:
        check_source(text)
        assert gc.collect() < 1000
    finally:
        gc.enable()
