"""What the reader gives up on, and what it does at the edge of a limit."""

from __future__ import annotations

import ast

import pytest

from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol.text import render
from flake8_joinqueue.reading import Reading, read
from tests.reading import main, operations, protocol, protocols

PROLOGUE = "import queue\nq = queue.Queue()\n"


def limited(monkeypatch: pytest.MonkeyPatch, **numbers: int) -> None:
    for name, number in numbers.items():
        monkeypatch.setattr(f"flake8_joinqueue.reading.limits.{name}", number)


def reading(program: str) -> Reading:
    return read(program, ast.parse(program))


def test_too_many_steps_of_the_top_level_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    program = PROLOGUE + "q.put(1)\n" * 50
    assert main(program).count("put q 1") == 50
    limited(monkeypatch, MAX_STEPS=50, LAST_STEPS=0)
    with pytest.raises(NotAnalysed, match="more steps"):
        protocols(program)


HARD = "def hard(a):\n    jobs = queue.Queue()\n" + "    jobs.put(1)\n" * 50
EASY = "def easy(a):\n    jobs = queue.Queue()\n    jobs.put(1)\n    jobs.join()\n"


def test_a_function_that_is_too_much_costs_no_other_function(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = f"import queue\n{HARD}{EASY}"
    limited(monkeypatch, MAX_STEPS_OF_ENTRY=60, LAST_STEPS=10)
    found = reading(program)
    hard, easy = map(render, found.protocols)
    assert "put 1 on jobs" not in hard
    assert "out of sight" in hard
    assert "put 1 on jobs" in easy
    assert "out of sight" not in easy
    assert "more steps" in found.given_up[0]


def test_a_function_that_was_cut_off_may_do_anything_with_a_shared_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hard = "def hard(a):\n" + "    q.put(1)\n" * 50
    limited(monkeypatch, MAX_STEPS_OF_ENTRY=60, LAST_STEPS=10)
    text = main(f"{PROLOGUE}{hard}def easy():\n    q.join()\n")
    assert "escape q: used by what is too much to follow" in text
    assert "join q" in text


def test_who_has_had_its_share_enters_no_more_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    program = f"{PROLOGUE}def f():\n    q.put(1)\n" + "f()\n" * 50
    limited(monkeypatch, MAX_STEPS_OF_ENTRY=60)
    found = reading(program)
    assert 0 < main(program).count("put q 1") < 50
    assert "escape q: used by functions that are too much to follow" in main(program)
    assert found.given_up == ("used by functions that are too much to follow",)


def test_no_entry_point_is_begun_when_no_steps_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, MAX_STEPS=12)
    found = reading(f"import queue\n{EASY}{EASY.replace('easy', 'other')}")
    assert [made.entry for made in found.protocols] == ["easy()"]
    assert found.given_up


def test_too_deep_an_expression_lets_all_queues_go() -> None:
    found = reading(f"{PROLOGUE}x = {'+'.join(['y'] * 150)}\nq.join()\n")
    assert found.given_up == ("nested too deeply",)
    assert "q gets out of sight: nested too deeply" in render(found.protocols[0])
    assert "join q" in render(found.protocols[0])


def test_a_recursion_through_actors_ends() -> None:
    text = main(
        "import queue, threading\nq = queue.Queue()\n"
        "def f():\n    q.put(1)\n    threading.Thread(target=f).start()\nf()\n"
    )
    assert "put q 1" in text
    assert "escape q: handed on in a recursion" not in text


def test_a_recursion_through_functions_made_in_it_ends() -> None:
    text = main(f"{PROLOGUE}def f(a):\n    def g():\n        f(a)\n    g()\nf(q)\n")
    assert "escape q" in text


def test_a_recursion_is_entered_twice_and_lets_its_queues_go() -> None:
    program = PROLOGUE + "def f(a):\n    a.put(1)\n    f(a)\nf(q)\n"
    text = main(program)
    assert text.count("put q 1") == 2
    assert "escape q: handed on in a recursion of f" in text


def test_a_deep_stack_of_functions_lets_its_queues_go() -> None:
    chain = "".join(f"def f{n}(a):\n    f{n + 1}(a)\n" for n in range(40))
    text = main(f"{PROLOGUE}{chain}def f40(a):\n    a.put(1)\nf0(q)\n")
    assert "escape q: handed on in a recursion of f" in text
    assert "put q" not in text


@pytest.mark.parametrize(
    ("statements", "spans"),
    [
        ("q.put(1); q.join()", [(3, 0, 8), (3, 10, 18)]),
        ("if x: q.put(1); q.join()", [(3, 6, 14), (3, 16, 24)]),
        ("\n\nq.put('é'); q.join()", [(5, 0, 10), (5, 12, 20)]),
        ("@q.put\ndef f():\n    pass\nq.join()", [(6, 0, 8)]),
    ],
)
def test_places(statements: str, spans: list[tuple[int, int, int]]) -> None:
    found = [
        (each.site.span.line, each.site.span.column, each.site.span.end_column)
        for each in operations(protocol(PROLOGUE + statements + "\n"))
        if type(each).__name__ in ("Put", "JoinQueue")
    ]
    assert found == spans


def test_places_in_a_text_with_statements_blanked() -> None:
    source = f"unrelated = [\n    1,\n]\n{PROLOGUE}q.put(1)\n"
    blanked = f"\n\n\n{PROLOGUE}q.put(1)\n"
    made = read(blanked, ast.parse(source)).protocols[0]
    assert [each.site.line for each in operations(made)] == [6]
    assert made.queues[0].site.line == 5


def test_a_long_row_of_operators_is_given_up_by_itself() -> None:
    program = f"{PROLOGUE}q.put(1)\nx = {' or '.join(['q.get()'] * 1500)}\n"
    assert read(program, ast.parse(program)).given_up == ("nested too deeply",)
    assert "put q 1" in main(program)
