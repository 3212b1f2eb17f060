"""What only works something out is not run again and again; what does more, always is."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from flake8_joinqueue.check import check_source
from flake8_joinqueue.reading import limits
from tests.reading import main

CLEAN = """
    def clean(value):
        if isinstance(value, list):
            return [clean(each) for each in value]
        if isinstance(value, dict):
            made = {}
            for key, each in value.items():
                try:
                    made[key] = clean(each)
                except TypeError:
                    print("no text", key)
            return made
        if isinstance(value, set):
            return clean(list(value))
        return str(value)
"""
CREW = """
    import queue
    import threading

    {helper}

    def work(jobs):
        while True:
            job = jobs.get()
            {test}
            jobs.task_done()

    def start(settings):
        jobs = queue.Queue()
        crew = [threading.Thread(target=work, args=(jobs,)) for _ in range(3)]
        for each in crew:
            each.start()
        {puts}
        jobs.put(None)
        jobs.join()
        for each in crew:
            each.join()
"""


def codes(helper: str, puts: str, test: str = "if job is None:\n    return") -> list[str]:
    text = dedent(CREW)
    text = text.replace("{helper}", dedent(helper).strip())
    text = text.replace("{test}", indent(test, " " * 8).strip())
    text = text.replace("{puts}", indent(dedent(puts).strip(), " " * 4).strip())
    return [each.code for each in check_source(text)]


def test_what_goes_through_anything_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = ("jobs.put(clean(settings.job))\n" * times for times in (2, 40))
    monkeypatch.setattr(limits, "MAX_STEPS_OF_ENTRY", 2000)
    # One end is put for three workers, whatever else is.
    assert codes(CLEAN, few) == codes(CLEAN, many) == ["JQ201", "JQ102"]
    monkeypatch.setattr(limits, "RUNS_OF_PLAIN", 1000)
    assert "JQ000" in codes(CLEAN, many)


@pytest.mark.parametrize("runs", [1, 9])
def test_what_a_function_adds_to_a_list_is_counted(runs: int) -> None:
    helper = "def add(to, what):\n    to.append(what)\n"
    program = f"""
        ends = []
        {"; ".join(["add(ends, None)"] * runs)}
        for end in ends:
            jobs.put(end)
    """
    found = codes(helper, program, "if job is None:\n    jobs.task_done()\n    return")
    assert found == (["JQ102"] if runs == 1 else ["JQ103"])


@pytest.mark.parametrize(
    "helper",
    [
        "def stops(job):\n    return job is None\n",
        "def same(job):\n    return job is None\ndef stops(job):\n    return same(job)\n",
    ],
)
def test_what_looks_at_an_item_is_always_run(helper: str) -> None:
    tests = "if stops(job):\n    print(job)\n" * 9 + "if stops(job):\n    return"
    assert sorted(codes(helper, "", tests)) == ["JQ102", "JQ201"]


@pytest.mark.parametrize(
    "helper",
    [
        "def put(q, what):\n    q.put(what)\n",
        "def put(q, what):\n    hand_on = q.put\n    hand_on(what)\n",
        "def inner(q, what):\n    q.put(what)\ndef put(q, what):\n    inner(q, what)\n",
    ],
)
def test_what_puts_is_always_run(helper: str) -> None:
    program = f"import queue\n{helper}jobs = queue.Queue()\n" + "put(jobs, 1)\n" * 9
    assert main(program).count("put jobs 1") == 9


@pytest.mark.parametrize(
    "body",
    [
        "    jobs.put(what)\n    return what\n",
        "    def inner():\n        jobs.put(what)\n    inner()\n",
        "    Putter(what)\n",
        "    (lambda: jobs.put(what))()\n",
        "    with lock:\n        jobs.put(what)\n",
    ],
)
def test_what_comes_to_a_queue_by_itself_is_always_run(body: str) -> None:
    program = (
        "import queue\nimport threading\njobs = queue.Queue()\nlock = threading.Lock()\n"
        "class Putter:\n    def __init__(self, what):\n        jobs.put(what)\n"
        f"def do(what):\n{body}" + "do(1)\n" * 9
    )
    assert main(program).count("put jobs 1") == 9


def test_a_timer_that_is_set_anew_is_one_of_its_kind() -> None:
    program = """
        import threading

        class Watch:
            def __init__(self):
                self.timer = None

            def look(self):
                for _ in range(3):
                    if self.other():
                        self.timer = threading.Timer(1, self.look)
                        self.timer.start()
                        return
                self.timer = threading.Timer(5, self.look)
                self.timer.start()

        import queue
        jobs = queue.Queue()
        jobs.put(1)
        Watch().look()
    """
    assert main(program).count("start look") == 2
