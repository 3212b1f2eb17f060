"""Settings go the same way everywhere in one run."""

from __future__ import annotations

import itertools

import pytest

from flake8_joinqueue.analysis.stopflags import settings_in
from flake8_joinqueue.analysis.variants import (
    ALL_COMBINATIONS,
    MOST_SETTINGS,
    variants,
)
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import (
    AllOf,
    AnyOf,
    AnyOrder,
    Block,
    Branch,
    Condition,
    Hunch,
    Loop,
    Not,
    Operation,
    Protocol,
    Raise,
    Setting,
    atoms_in,
    operations_in,
)
from tests.protocols import (
    IS_NONE,
    actor,
    again,
    at,
    attempt,
    back,
    call,
    forever,
    get,
    handler,
    leave,
    program,
    put,
    repeat,
    scope,
    start,
    when,
    while_,
)

A = Setting("a")
B = Setting("b")


def bodies(*body: Operation) -> list[Block]:
    return [variant.actors[0].body for variant in variants(program(*body))]


def lines(block: Block) -> list[int]:
    return [operation.site.line for operation in operations_in(block)]


def conditions(block: Block) -> list[Condition]:
    return [
        operation.condition
        for operation in operations_in(block)
        if isinstance(operation, Branch | Loop)
    ]


def test_without_settings_there_is_one_variant() -> None:
    assert [lines(body) for body in bodies(put(1), call(2))] == [[1, 2]]


def test_a_setting_goes_the_same_way_everywhere() -> None:
    body = when(1, A, put(2), otherwise=(put(3),)), call(4), when(5, Not(A), put(6))
    assert [lines(found) for found in bodies(*body)] == [[2, 4], [3, 4, 6]]


def test_a_setting_goes_the_same_way_in_every_actor() -> None:
    protocol = program(when(1, A, put(2)), actors=(actor(1, when(3, A, get(4))),))
    found = [[lines(a.body) for a in variant.actors] for variant in variants(protocol)]
    assert found == [[[2], [4]], [[], []]]


def test_settings_are_folded_out_of_conditions() -> None:
    body = put(1), when(2, AnyOf((A, AllOf((B, IS_NONE)))), put(3))
    found = [(lines(variant), conditions(variant)) for variant in bodies(*body)]
    assert found == [([1, 3], []), ([1, 3], []), ([1, 2, 3], [IS_NONE]), ([1], [])]


def test_code_behind_a_jump_is_dropped() -> None:
    assert [lines(b) for b in bodies(when(1, A, back(2)), put(3))] == [[2], [3]]
    both = when(1, IS_NONE, back(2), otherwise=(Raise("ValueError", at(3)),))
    assert [lines(b) for b in bodies(both, put(4))] == [[1, 2, 3]]


def test_a_loop_on_a_setting_may_run_any_number_of_times() -> None:
    (body,) = bodies(while_(1, A, get(2)))
    assert conditions(body) == [Hunch()]


def test_a_loop_that_never_runs_is_its_head() -> None:
    assert [lines(b) for b in bodies(while_(1, condition=False, head=(get(2),)))] == [[2]]


@pytest.mark.parametrize(
    "arm", [(leave(3),), (back(3),), (scope(3, Raise("ValueError", at(4))),), (call(5), leave(3))]
)
def test_a_setting_that_leaves_a_loop_is_a_stop_flag(arm: Block) -> None:
    (body,) = bodies(forever(1, get(2), when(2, A, *arm)))
    atoms = [atom for condition in conditions(body) for atom in atoms_in(condition)]
    assert Hunch(outside=True) in atoms


@pytest.mark.parametrize(
    "inside",
    [
        when(2, A, again(3)),
        when(2, A, repeat(3, None, leave(4))),
        when(2, A, scope(3, back(4))),
        when(2, A, when(3, IS_NONE, leave(4))),
        scope(2, when(3, A, back(4))),
        when(2, A, leave(3), otherwise=(back(4),)),
    ],
)
def test_a_setting_that_does_not_leave_the_loop_is_no_stop_flag(inside: Operation) -> None:
    found = bodies(forever(1, get(2), inside))
    assert len(found) == 2
    atoms = [atom for b in found for condition in conditions(b) for atom in atoms_in(condition)]
    assert not any(isinstance(atom, Hunch) for atom in atoms)


def test_a_setting_with_equal_sides_makes_no_difference() -> None:
    step = put(2)
    assert [lines(b) for b in bodies(when(1, A, step, otherwise=(step,)))] == [[2]]


def test_settings_that_matter_little_give_way_where_there_are_many() -> None:
    light = [when(1, Setting(f"light {n}"), call(2)) for n in range(10)]
    found = bodies(*light, when(3, A, put(4)))
    assert len(found) == 2
    assert all(not list(settings_in(c)) for body in found for c in conditions(body))


def test_too_many_settings_are_refused() -> None:
    weighty = [when(1, Setting(f"weighty {n}"), put(2)) for n in range(MOST_SETTINGS + 1)]
    with pytest.raises(NotAnalysed, match=f"{MOST_SETTINGS + 1} settings"):
        bodies(*weighty)
    assert len(bodies(*weighty[:ALL_COMBINATIONS])) == 2**ALL_COMBINATIONS


def test_of_many_settings_every_pair_is_tried_in_all_combinations() -> None:
    many = ALL_COMBINATIONS + 2
    tried = bodies(*(when(1, Setting(str(n)), put(2), otherwise=(put(3),)) for n in range(many)))
    lines = [[operation.site.line for operation in body] for body in tried]
    assert len(lines) == 2 * many + 2
    for first, second in itertools.combinations(range(many), 2):
        assert {(body[first], body[second]) for body in lines} == {(2, 2), (2, 3), (3, 2), (3, 3)}


def test_blocks_of_every_kind_are_gone_through() -> None:
    setting = when(1, A, put(2))
    nested: list[Operation] = [
        attempt(3, setting, handlers=(handler(4, "ValueError", setting),), final=(setting,)),
        AnyOrder(((setting,), (setting,)), at(5)),
        scope(6, setting),
        while_(7, IS_NONE, setting, head=(setting,)),
    ]
    for operation in nested:
        with_put, without = bodies(operation)
        assert 2 in lines(with_put)
        assert 2 not in lines(without)


def test_of_very_long_programs_no_more_is_tried_than_can_be_gone_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = [when(1, Setting(str(n)), put(2), otherwise=(put(3),)) for n in range(4)]
    monkeypatch.setattr("flake8_joinqueue.analysis.variants.MOST_OPERATIONS", 12 * 12)
    assert len(bodies(*settings)) == 2 * 4 + 2
    monkeypatch.setattr("flake8_joinqueue.analysis.variants.MOST_OPERATIONS", 12 * 9)
    with pytest.raises(NotAnalysed, match="more ways"):
        bodies(*settings)


def test_settings_that_decide_about_somebody_else_are_not_gone_through() -> None:
    """A timer that has nothing to do with any queue may be started or not."""

    def with_timer(body: Block) -> Protocol:
        choices = tuple(
            when(number, Setting(f"s{number}"), start(number))
            for number in range(2, MOST_SETTINGS + 5)
        )
        timer = actor(1, *body)
        return program(put(1), *choices, actors=(timer,))

    assert len(list(variants(with_timer((call(1),))))) == 1
    with pytest.raises(NotAnalysed):
        list(variants(with_timer((put(1),))))
