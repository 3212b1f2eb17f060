"""The generator of programs, the comparison of linter and simulator, and a short run of both."""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given, settings

from flake8_joinqueue.findings import Finding
from tests.agreement.choices import CHOICES, PLAINEST, Recipe, random_recipes, recipes
from tests.agreement.compare import Agreement, Comparison, Verdict, compare
from tests.agreement.programs import write
from tests.agreement.runner import Task, run
from tests.agreement.shrinking import shrink
from tests.agreement.table import report, representatives, table, write_reports
from tests.simulator.sharing import MIXING_FAILS

TOO_FEW = PLAINEST.replaced("amount", "less")
REFUSED = PLAINEST.replaced("queue", "manager_joinable").replaced("payload", "lambda")
RULES = frozenset({"JQ101", "JQ102", "JQ412"})


def silent(_: str) -> Sequence[Finding]:
    return []


def saying(code: str) -> Sequence[Finding]:
    return [Finding(code, "stub", 1, 0, 1, 1)]


# The generator


@settings(max_examples=200, deadline=None)
@given(recipes())
def test_program_is_valid_and_written_alike_twice(recipe: Recipe) -> None:
    program = write(recipe)
    for source in program.variants:
        ast.parse(source)
        compile(source, "program.py", "exec")
    assert write(recipe) == program
    assert 15 <= program.source.count("\n") <= 95


def test_every_single_option_makes_a_valid_program() -> None:
    for choice, options in CHOICES.items():
        for option in options:
            source = write(PLAINEST.replaced(choice, option)).source
            compile(source, f"{choice}={option}", "exec")


def test_every_option_changes_the_text_of_some_program() -> None:
    """No choice is there for show."""
    some = random_recipes(11, 150)
    for choice, options in CHOICES.items():
        plain = next(iter(options))
        for option in list(options)[1:]:
            assert any(
                write(r.replaced(choice, option)).source != write(r.replaced(choice, plain)).source
                for r in some
            ), (choice, option)


def test_same_seed_same_recipes() -> None:
    assert random_recipes(5, 40) == random_recipes(5, 60)[:40]
    assert random_recipes(5, 40) != random_recipes(6, 40)


def test_nearly_all_programs_differ() -> None:
    assert len({write(r).source for r in random_recipes(1, 500)}) > 490


def test_options_come_out_as_often_as_they_weigh() -> None:
    drawn = random_recipes(2, 3000)
    for choice, options in CHOICES.items():
        count = Counter(recipe[choice] for recipe in drawn)
        assert set(count) == set(options), choice
    kinds = Counter(recipe["queue"] for recipe in drawn)
    assert 0.26 < kinds["thread"] / 3000 < 0.37
    assert 0.05 < kinds["plain"] / 3000 < 0.12


def test_no_two_parts_of_a_program_share_a_name() -> None:
    """A local variable must not hide a function that the same code calls."""
    for recipe in random_recipes(3, 300):
        tree = ast.parse(write(recipe).source)
        defined = {n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        stored = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        assert not defined & stored, recipe.departures


def test_setting_gives_a_program_for_each_value() -> None:
    first, second = write(PLAINEST.replaced("setting", "verbose")).variants
    assert '"--full" in sys.argv' in first
    assert '"--full" not in sys.argv' in second
    assert len(write(PLAINEST).variants) == 1


def test_other_data_are_as_many_and_go_another_way() -> None:
    program = write(PLAINEST)
    (others,) = program.others
    assert len(set(others)) == 3 + 4
    alike = [
        text for text in others if any(len(set(map(repr, items))) == 1 for items in _lists(text))
    ]
    assert len(alike) == 4
    for text in others:
        (before, after) = (_lists(each) for each in (program.source, text))
        assert [len(each) for each in before] == [len(each) for each in after]
        assert before != after


def _lists(text: str) -> list[list[object]]:
    tree = ast.parse(text)
    return [ast.literal_eval(node) for node in ast.walk(tree) if isinstance(node, ast.List)]


# The comparison

BALANCED = reduce(
    lambda recipe, each: recipe.replaced(*each),
    (("stop", "before_loop"), ("branch", "only_if"), ("trouble", "settled"), ("work", "call")),
    PLAINEST,
)
"""One item is not accounted for, another twice."""


@pytest.mark.parametrize(
    ("recipe", "code", "verdict", "agreement"),
    [
        (PLAINEST, None, Verdict.GOOD, Agreement.AGREE_GOOD),
        (PLAINEST, "JQ102", Verdict.GOOD, Agreement.FALSE_ALARM),
        (TOO_FEW, None, Verdict.BAD, Agreement.MISSED),
        (TOO_FEW, "JQ102", Verdict.BAD, Agreement.AGREE_BAD),
        (TOO_FEW, "JQ402", Verdict.BAD, Agreement.WRONG_CODE),
        (TOO_FEW, "JQ000", Verdict.BAD, Agreement.NOT_ANALYSED),
        (TOO_FEW, "JQ501", Verdict.BAD, Agreement.MISSED),
        (PLAINEST.replaced("stop", "counted"), None, Verdict.BAD, Agreement.NO_RULE),
        (REFUSED, None, Verdict.BAD, Agreement.NO_RULE),
        (REFUSED.replaced("queue", "process"), None, Verdict.BAD, Agreement.MISSED),
        (BALANCED, "JQ203", Verdict.BAD, Agreement.AGREE_BAD),
        (BALANCED, "JQ402", Verdict.GOOD, Agreement.FALSE_ALARM),
        (PLAINEST.replaced("stop", "timeout"), "JQ105", Verdict.GOOD, Agreement.TAKEN_FOR_WORK),
        (PLAINEST.replaced("stop", "timeout"), "JQ101", Verdict.GOOD, Agreement.FALSE_ALARM),
    ],
)
def test_what_a_linter_says_is_held_against_the_run(
    recipe: Recipe, code: str | None, verdict: Verdict, agreement: Agreement
) -> None:
    found = compare(recipe, lambda _: saying(code) if code else [], RULES)
    assert (found.verdict, found.agreement) == (verdict, agreement), found.account


def test_what_depends_on_a_setting_must_not_be_reported() -> None:
    recipe = PLAINEST.replaced("setting", "stop")
    assert compare(recipe, silent, RULES).agreement is Agreement.AGREE_GOOD
    loud = compare(recipe, lambda _: saying("JQ101"), RULES)
    assert (loud.verdict, loud.agreement) == (Verdict.MIXED, Agreement.FALSE_ALARM)


def test_number_only_the_machine_knows_is_named_as_the_cause() -> None:
    recipe = TOO_FEW.replaced("size", "cpu_count").replaced("sentinels", "literal")
    assert compare(recipe, silent, RULES).cause.endswith("a number that is not known")
    assert not compare(TOO_FEW, silent, RULES).cause.endswith("not known")


def test_shrinking_keeps_the_cause_and_drops_the_rest() -> None:
    dice = random.Random(4)  # noqa: S311
    recipe = TOO_FEW
    for choice in ("imports", "theme", "work", "layout"):
        recipe = recipe.replaced(choice, dice.choice(list(CHOICES[choice])[1:]))
    found = compare(recipe, silent, RULES)
    small = shrink(found, lambda tried: compare(tried, silent, RULES))
    assert small.label == found.label
    # With two workers, one less is one, and that option comes first.
    assert small.recipe.departures == ("amount=one",)
    assert len(found.recipe.departures) > 2
    assert shrink(small, lambda tried: compare(tried, silent, RULES)) == small


# The table and the files


def test_table_and_reports_show_what_was_missed(tmp_path: Path) -> None:
    found = [compare(recipe, silent, RULES) for recipe in (PLAINEST, TOO_FEW, TOO_FEW)]
    text = table(found, 36.0)
    assert "3 programs, 2 bad, 300 programs an hour" in text
    assert "missed: 100.0 %" in text
    chosen = representatives(found)
    assert len(chosen) == 1
    (path,) = write_reports(chosen, tmp_path)
    written = path.read_text(encoding="utf-8")
    assert written == report(found[1])
    assert written.endswith(found[1].source)
    assert "waits in" in written
    assert "trace:" in written


def test_task_over_its_time_is_cut_and_counted() -> None:
    (found,) = run([Task(0, PLAINEST)], jobs=1, limit=0.0)
    assert (found.agreement, found.cause) == (Agreement.FAILED, "takes too long")


# Linter and simulator


@pytest.fixture(scope="module")
def short_run() -> list[Comparison]:
    # The share of bad programs is 55 % over thousands: sixty of them stray too far from it.
    chosen = [recipe for seed in (101, 102, 103, 104) for recipe in random_recipes(seed, 30)]
    return list(run([Task(n, recipe) for n, recipe in enumerate(chosen)], limit=60))


def test_short_run_decides_nearly_everything(short_run: list[Comparison]) -> None:
    count = Counter(c.agreement for c in short_run)
    assert count.total() == 120
    assert count[Agreement.FAILED] + count[Agreement.NOT_ANALYSED] == 0
    assert count[Agreement.UNDECIDED] <= 2
    bad = sum(c.verdict is Verdict.BAD for c in short_run)
    assert 0.3 <= bad / len(short_run) <= 0.6


def test_short_run_has_no_false_alarm(short_run: list[Comparison]) -> None:
    alarms = [
        report(c) for c in short_run if c.agreement is Agreement.FALSE_ALARM and not _spared(c)
    ]
    assert not alarms, alarms[0]


def _spared(comparison: Comparison) -> bool:
    """Whether all that is said of a program only goes wrong on a Python newer than this one."""
    return not MIXING_FAILS and set(comparison.codes) == {"JQ407"}


def test_short_run_misses_little(short_run: list[Comparison]) -> None:
    count = Counter(c.agreement for c in short_run)
    assert count[Agreement.AGREE_BAD] > 10
    missed = [report(c) for c in short_run if c.agreement is Agreement.MISSED]
    assert len(missed) <= 0.05 * count[Agreement.AGREE_BAD] + 1, missed[0]
