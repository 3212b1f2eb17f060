"""What the reader gives up on, and what it does at the edge of a limit."""

from __future__ import annotations

import ast

import pytest

from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.reading import read
from tests.reading import main, operations, protocol, protocols

PROLOGUE = "import queue\nq = queue.Queue()\n"


def test_too_many_steps_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    program = PROLOGUE + "q.put(1)\n" * 50
    assert main(program).count("put q 1") == 50
    monkeypatch.setattr("flake8_joinqueue.reading.machine.MAX_STEPS", 50)
    with pytest.raises(NotAnalysed, match="50 steps"):
        protocols(program)


def test_too_deep_a_program_is_given_up() -> None:
    program = f"{PROLOGUE}x = {'+'.join(['y'] * 2000)}\n"
    with pytest.raises(NotAnalysed):
        read(program, ast.parse(PROLOGUE))


def test_a_text_that_is_no_program_is_not_analysed() -> None:
    with pytest.raises(NotAnalysed, match="line 2"):
        read("x = 1\nx = = 2\n", ast.parse("x = 1\n"))


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
