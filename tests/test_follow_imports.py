"""Modules of the same source tree are read where the user wants that, and never run."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from flake8_joinqueue import siblings
from flake8_joinqueue.check import check_source
from flake8_joinqueue.options import Options

FOLLOWING = Options(follow_imports=True)

WORKERS = """
    def work(tasks):
        while True:
            task = tasks.get()
            if task is None:
                tasks.task_done()
                break
            tasks.task_done()
"""
MAIN = """
    import multiprocessing
    {imports}

    def main():
        tasks = multiprocessing.JoinableQueue()
        crew = [multiprocessing.Process(target={work}, args=(tasks,)) for _ in range({count})]
        for each in crew:
            each.start()
        tasks.put(1)
        tasks.put(None)
        for each in crew:
            each.join()

    if __name__ == "__main__":
        main()
"""


class Project:
    """A directory of modules."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "pyproject.toml").touch()

    def add(self, name: str, text: str) -> Project:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return self

    def main(self, imports: str, work: str = "work", count: object = 3) -> Project:
        text = dedent(MAIN).format(imports=imports, work=work, count=count)
        return self.add("app/main.py", text)

    def found(self, name: str = "app/main.py", options: Options = FOLLOWING) -> list[str]:
        path = self.root / name
        return [each.code for each in check_source(path.read_text(), str(path), options=options)]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_off_by_default(project: Project) -> None:
    project.add("app/workers.py", WORKERS).main("from workers import work")
    assert project.found(options=Options()) == []
    assert project.found() == ["JQ102"]


@pytest.mark.parametrize(
    ("imports", "work"),
    [
        ("from workers import work", "work"),
        ("from workers import work as toil", "toil"),
        ("from .workers import work", "work"),
        ("from app.workers import work", "work"),
        ("from . import workers", "workers.work"),
        ("from app import workers as w", "w.work"),
        ("import workers", "workers.work"),
        ("import app.workers", "app.workers.work"),
        ("import app.workers as w", "w.work"),
        ("from workers import *", "work"),
        (
            "try:\n    from .workers import work\nexcept ImportError:\n    work = None",
            "work",
        ),
    ],
)
def test_ways_to_import(project: Project, imports: str, work: str) -> None:
    project.add("app/__init__.py", "").add("app/workers.py", WORKERS).main(imports, work)
    assert project.found() == ["JQ102"]


def test_packages_that_pass_on_and_look_upwards(project: Project) -> None:
    project.add("lib/__init__.py", "from .crew import work\n").add("lib/crew.py", WORKERS)
    assert project.main("from lib import work").found() == ["JQ102"]
    assert project.main("from lib import work", count=1).found() == []


def test_relative_imports_of_followed_modules_are_their_own(project: Project) -> None:
    project.add("app/__init__.py", "").add("app/sub/__init__.py", "from ..deep.crew import work\n")
    project.add("app/deep/crew.py", WORKERS)
    assert project.main("from .sub import work").found() == ["JQ102"]


def test_constants_and_classes(project: Project) -> None:
    project.add("app/settings.py", "STOP = 'stop'\nWORKERS = 2\n")
    project.add(
        "app/crew.py",
        """
        import threading
        from settings import STOP
        class Worker(threading.Thread):
            def __init__(self, tasks):
                super().__init__()
                self.tasks = tasks
            def run(self):
                while self.tasks.get() != STOP:
                    pass
        """,
    )
    main = """
        import queue
        import settings
        from crew import Worker
        tasks = queue.Queue()
        crew = [Worker(tasks) for _ in range(settings.WORKERS)]
        for each in crew:
            each.start()
        for _ in range({count}):
            tasks.put(settings.STOP)
        for each in crew:
            each.join()
    """
    assert project.add("app/main.py", main.format(count=1)).found() == ["JQ102"]
    assert project.add("app/main.py", main.format(count=2)).found() == []


def test_a_finding_in_another_file_is_said_where_this_one_comes_to_harm(project: Project) -> None:
    leaky = WORKERS.replace(
        "                tasks.task_done()\n                break", " " * 16 + "break"
    )
    project.add("app/workers.py", leaky).main("from workers import work", count=1)
    main = project.root / "app/main.py"
    text = main.read_text().replace(
        "    for each in crew:\n        each.join()", "    tasks.join()"
    )
    main.write_text(text)
    (finding,) = check_source(text, str(main), options=FOLLOWING)
    assert finding.code == "JQ201"
    # There the sentinel is put that the worker leaves on.
    assert text.splitlines()[finding.line - 1].strip() == "tasks.put(None)"
    assert finding.message.endswith("(line 6 of workers.py)")
    assert project.found("app/workers.py") == []
    together = text.replace("from workers import work", dedent(leaky))
    assert [each.code for each in check_source(together)] == ["JQ201"]


@pytest.mark.parametrize(("put", "codes"), [("'small'", []), ("given", ["JQ202"])])
def test_what_a_worker_drops_harms_those_who_may_put_it(
    project: Project, put: str, codes: list[str]
) -> None:
    """Who puts but constants, as a test does, knows that they are not what is dropped."""
    project.add(
        "app/workers.py",
        """
        import os

        def work(tasks):
            while True:
                task = tasks.get()
                if len(task) > os.stat("limit").st_size:
                    continue
                tasks.task_done()
        """,
    )
    project.add(
        "app/main.py",
        f"""
        import queue
        import threading
        from workers import work

        def main(given):
            tasks = queue.Queue()
            threading.Thread(target=work, args=(tasks,), daemon=True).start()
            tasks.put({put})
            tasks.join()
        """,
    )
    assert project.found() == codes


def test_a_finding_that_has_nothing_to_do_with_this_file_is_the_other_s_own(
    project: Project,
) -> None:
    """Neither the queue nor anything that is done with it stands in the file at hand."""
    whole = dedent(MAIN).format(imports=dedent(WORKERS), work="work", count=3)
    project.add("app/other.py", whole).add(
        "app/main.py", "import queue\nimport other\nother.main()\n"
    )
    assert project.found("app/other.py") == ["JQ102"]
    assert project.found() == []


def test_lines_of_another_file_are_said_to_be_there(project: Project) -> None:
    project.add(
        "app/crew.py",
        """
        def begin(crew):
            for each in crew:
                each.start()
        """,
    )
    project.add("app/workers.py", WORKERS).main("from workers import work\nfrom crew import begin")
    main = project.root / "app/main.py"
    main.write_text(
        main.read_text().replace("    for each in crew:\n        each.start()", "    begin(crew)")
    )
    (finding,) = check_source(main.read_text(), str(main), options=FOLLOWING)
    assert "line 4 of crew.py" in finding.message


def test_cycles_are_harmless(project: Project) -> None:
    project.add("app/a.py", "from b import work\nfrom main import main\n")
    project.add("app/b.py", "import a\nimport b\n" + dedent(WORKERS))
    assert project.main("from a import work").found() == ["JQ102"]


@pytest.mark.parametrize(
    "text",
    [b"def work(:\n", b"\xff\xfe\x00", b"# coding: nonsense\n", b"x = 1\n" * 20_000, b"\0"],
)
def test_files_that_cannot_be_read_are_libraries(project: Project, text: bytes) -> None:
    project.main("from workers import work")
    (project.root / "app/workers.py").write_bytes(text)
    assert project.found() == []


def test_what_is_missing_is_a_library(project: Project) -> None:
    assert project.main("from .workers import work").found() == []
    project.add("app/workers.py", "other = 1\n")
    assert project.main("from .workers import work").found() == []


def test_too_many_modules_are_not_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.add("app/workers.py", WORKERS).main("from workers import work")
    monkeypatch.setattr(siblings, "MOST_MODULES", 0)
    assert project.found() == []


def test_the_standard_library_is_not_looked_for(project: Project) -> None:
    project.add("app/multiprocessing.py", "JoinableQueue = None\n").add("app/workers.py", WORKERS)
    assert project.main("from workers import work").found() == ["JQ102"]


def test_nothing_is_looked_for_above_the_root(project: Project) -> None:
    inner = project.root / "inner"
    project.add("inner/pyproject.toml", "").add("workers.py", WORKERS)
    project.add(
        "inner/main.py",
        dedent(MAIN).format(imports="from workers import work", work="work", count=3),
    )
    assert project.found("inner/main.py") == []
    (inner / "pyproject.toml").unlink()
    assert project.found("inner/main.py") == ["JQ102"]


@pytest.mark.parametrize("at", ["tests/test_app.py", "tests/unit/deep/test_app.py", "test_app.py"])
@pytest.mark.parametrize(
    ("imports", "work"),
    [
        ("from app.workers import work", "work"),
        ("from app import workers", "workers.work"),
        ("import app.workers", "app.workers.work"),
        ("from app import work", "work"),
    ],
)
def test_a_package_in_a_folder_beside(project: Project, at: str, imports: str, work: str) -> None:
    project.add("src/app/__init__.py", "from .workers import work")
    project.add("src/app/workers.py", WORKERS)
    project.add(at, dedent(MAIN).format(imports=imports, work=work, count=3))
    assert project.found(at) == ["JQ102"]
    project.add(at, dedent(MAIN).format(imports=imports, work=work, count=1))
    assert project.found(at) == []


def test_the_folder_of_another_project_is_left_alone(project: Project) -> None:
    """Above the root of the project, and below folders that are not on the way, nobody looks."""
    text = dedent(MAIN).format(imports="from app.workers import work", work="work", count=3)
    project.add("src/app/workers.py", WORKERS).add("other/src/app/workers.py", WORKERS)
    project.add("inner/setup.py", "").add("inner/tests/test_app.py", text)
    assert project.found("inner/tests/test_app.py") == []
    (project.root / "inner/setup.py").unlink()
    assert project.found("inner/tests/test_app.py") == ["JQ102"]


def test_what_stands_nearer_comes_first(project: Project) -> None:
    alone = dedent(WORKERS).replace("is None", "== 'stop'")
    project.add("src/app/workers.py", alone).add("tests/app/workers.py", WORKERS)
    text = dedent(MAIN).format(imports="from app.workers import work", work="work", count=3)
    assert project.add("tests/test_app.py", text).found("tests/test_app.py") == ["JQ102"]


def test_a_cycle_between_tests_and_sources(project: Project) -> None:
    project.add("src/app/__init__.py", "import app.workers\nfrom tests import test_app\n")
    project.add("src/app/workers.py", "import app\nimport test_app\n" + dedent(WORKERS))
    text = dedent(MAIN).format(imports="from app.workers import work", work="work", count=3)
    assert project.add("tests/test_app.py", text).found("tests/test_app.py") == ["JQ102"]


def test_nothing_of_the_sources_is_run(project: Project) -> None:
    trace = project.root / "trace"
    noisy = f"open({str(trace)!r}, 'w').close()\nraise SystemExit(1)\n"
    project.add("src/app/__init__.py", noisy).add("src/app/workers.py", WORKERS)
    text = dedent(MAIN).format(imports="from app.workers import work", work="work", count=3)
    project.add("tests/test_app.py", text).found("tests/test_app.py")
    assert not trace.exists()


JOBS = """
    import queue
    import threading

    tasks = queue.Queue()

    def work():
        while True:
            task = tasks.get()
            if task is None:
                break
            tasks.task_done()
"""
BOSS = """
    import threading
    {imports}

    def main():
        crew = [threading.Thread(target={jobs}work) for _ in range({count})]
        for each in crew:
            each.start()
        {jobs}tasks.put(1)
        {jobs}tasks.join()
        {jobs}tasks.put(None)
        for each in crew:
            each.join()

    if __name__ == "__main__":
        main()
"""


def boss(imports: str = "from jobs import tasks, work", jobs: str = "", count: int = 3) -> str:
    return dedent(BOSS).format(imports=imports, jobs=jobs, count=count)


@pytest.mark.parametrize(
    ("imports", "jobs"),
    [
        ("from jobs import tasks, work", ""),
        ("from .jobs import work, tasks", ""),
        ("from .jobs import work\nfrom app.jobs import tasks", ""),
        ("import jobs", "jobs."),
        ("from . import jobs as j", "j."),
        ("import app.jobs", "app.jobs."),
        ("from app import work, tasks", ""),
        ("try:\n    from .jobs import work, tasks\nexcept ImportError:\n    raise", ""),
    ],
)
def test_a_queue_that_an_imported_module_makes(project: Project, imports: str, jobs: str) -> None:
    project.add("app/__init__.py", "from .jobs import tasks, work").add("app/jobs.py", JOBS)
    project.add("app/main.py", boss(imports, jobs))
    assert project.found() == ["JQ102"]
    assert project.found(options=Options()) == []
    project.add("app/main.py", boss(imports, jobs, count=1))
    assert project.found() == []


def test_workers_that_an_imported_module_starts(project: Project) -> None:
    started = """
        crew = [threading.Thread(target=work) for _ in range({count})]
        for each in crew:
            each.start()
    """
    main = """
        from jobs import crew, tasks
        tasks.put(1)
        tasks.put(None)
        for each in crew:
            each.join()
    """
    project.add("app/main.py", main)
    project.add("app/jobs.py", dedent(JOBS) + dedent(started).format(count=2))
    assert project.found() == ["JQ102"]
    project.add("app/jobs.py", dedent(JOBS) + dedent(started).format(count=1))
    assert project.found() == []


@pytest.mark.parametrize(
    "more",
    [
        "def stop():\n    tasks.put(None)\n",
        "class Stop:\n    def now(self):\n        tasks.put(None)\n",
    ],
)
def test_what_a_module_does_with_its_queue_for_others(project: Project, more: str) -> None:
    """Another file may call the functions that this one does not."""
    project.add("app/jobs.py", dedent(JOBS) + more).add("app/main.py", boss())
    assert project.found() == []


def test_what_another_imported_module_does_with_the_queue(project: Project) -> None:
    project.add("app/jobs.py", JOBS)
    project.add("app/stop.py", "from jobs import tasks as t\ndef stop():\n    t.put(None)\n")
    project.add("app/main.py", boss("from jobs import tasks, work\nimport stop"))
    assert project.found() == []


def test_queues_and_cycles(project: Project) -> None:
    project.add("app/jobs.py", "import main\nimport other\n" + dedent(JOBS))
    project.add("app/other.py", "from jobs import tasks\nimport main\n")
    project.add("app/main.py", boss())
    assert project.found() == ["JQ102"]


def test_a_queue_made_by_an_import_within_a_function_is_left_alone(project: Project) -> None:
    project.add("app/jobs.py", JOBS)
    main = boss("").replace("def main():\n", "def main():\n    from jobs import tasks, work\n")
    assert project.add("app/main.py", main).found() == []


def test_a_module_with_queues_that_comes_to_a_limit_is_left_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add("app/jobs.py", JOBS).add("app/main.py", boss())
    monkeypatch.setattr(siblings, "MOST_BYTES", 10)
    assert project.found() == []


def test_only_modules_that_speak_of_queues_are_worth_a_look(project: Project) -> None:
    project.add("app/jobs.py", "tasks = []\nwork = print\n").add("app/main.py", boss())
    assert project.found() == []


def test_imports_in_functions(project: Project) -> None:
    project.add("app/workers.py", WORKERS).main("", "work")
    main = project.root / "app/main.py"
    main.write_text(
        main.read_text().replace("    tasks = ", "    from workers import work\n    tasks = ")
    )
    assert project.found() == ["JQ102"]


def test_functions_of_other_modules_are_no_entries(project: Project) -> None:
    """A function that only the other file offers is judged there."""
    project.add(
        "app/workers.py", WORKERS + "\n    def unused(q):\n        q.get()\n        q.join()\n"
    )
    assert project.main("from workers import work", count=1).found() == []


def test_a_file_is_parsed_again_when_it_changes(project: Project) -> None:
    project.add("app/workers.py", WORKERS).main("from workers import work")
    assert project.found() == ["JQ102"]
    project.add("app/workers.py", WORKERS.replace("is None", "is None or True"))
    assert project.found() != ["JQ102"]


@pytest.mark.parametrize("filename", ["stdin", "-", "<unknown>", "", "missing/dir/x.py"])
def test_a_text_from_nowhere(filename: str) -> None:
    text = dedent(MAIN).format(imports="from workers import work", work="work", count=3)
    assert check_source(text, filename, options=FOLLOWING) == []
