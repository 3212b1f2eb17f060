"""The order and the number of what an actor does."""

from __future__ import annotations

import pytest

from flake8_joinqueue.analysis.timeline import Event, before, exclusive, may_precede, timeline
from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.protocol import AnyOrder, Exit, Hunch, Operation, Raise
from tests.protocols import (
    N,
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
    put,
    repeat,
    scope,
    when,
    while_,
)

MAYBE = Hunch("something")


def events(*body: Operation) -> dict[int, Event]:
    return {e.operation.site.line: e for e in timeline(actor(1, *body))}


def sure(*body: Operation) -> set[int]:
    return {line for line, event in events(*body).items() if event.sure}


def test_what_stands_in_sequence_is_done_once() -> None:
    found = events(put(1), get(2))
    assert found[1].times == found[2].times == ONE
    assert before(found[1], found[2])
    assert not before(found[2], found[1])


def test_loops_multiply() -> None:
    found = events(repeat(1, N, repeat(2, 3, put(3))))
    assert found[3].times == N * Count.of(3)
    assert len(found[3].loops) == 2


def test_in_a_loop_nothing_is_surely_before() -> None:
    found = events(repeat(1, N, put(2), get(3)), put(4))
    assert not before(found[2], found[3])
    assert may_precede(found[3], found[2])
    assert before(found[3], found[4])
    assert not may_precede(found[4], found[2])


def test_one_round_is_no_loop() -> None:
    found = events(repeat(1, 1, put(2), get(3)))
    assert before(found[2], found[3])
    assert found[3].times == ONE


def test_a_branch_makes_both_sides_doubtful() -> None:
    found = events(when(1, MAYBE, put(2), otherwise=(put(3),)), put(4))
    assert [found[line].sure for line in (2, 3, 4)] == [False, False, True]
    assert found[2].times is None
    assert exclusive(found[2], found[3])
    assert not may_precede(found[2], found[3])
    assert not exclusive(found[2], found[4])


def test_two_sides_of_a_branch_in_a_loop_may_follow_each_other() -> None:
    found = events(repeat(9, N, when(1, MAYBE, put(2), otherwise=(put(3),))))
    assert not exclusive(found[2], found[3])
    assert may_precede(found[3], found[2])


def test_the_rounds_of_a_while_loop_are_not_known() -> None:
    found = events(while_(1, MAYBE, put(2)))
    assert found[2].times is None
    assert not found[2].sure
    assert sure(forever(1, put(2))) >= {2}


def test_a_break_makes_its_whole_loop_doubtful_but_not_what_follows() -> None:
    found = events(repeat(1, 3, put(2), when(3, MAYBE, leave(4)), put(5)), put(6))
    assert [found[line].times for line in (2, 5)] == [None, None]
    assert [found[line].sure for line in (2, 5, 6)] == [False, False, True]


def test_a_continue_makes_the_rest_of_the_round_doubtful() -> None:
    found = events(repeat(1, 3, put(2), when(3, MAYBE, again(4)), put(5)), put(6))
    assert found[2].times == Count.of(3)
    assert [found[line].sure for line in (2, 5, 6)] == [True, False, True]


@pytest.mark.parametrize("jump", [back(2), Raise("ValueError", at(2)), Exit(at(2))])
def test_an_early_exit_makes_the_rest_doubtful(jump: Operation) -> None:
    assert sure(when(1, MAYBE, jump), put(3)) == {1}
    assert sure(repeat(1, None, when(4, MAYBE, jump)), put(3)) == {1}


def test_a_return_in_a_helper_stays_in_it() -> None:
    assert sure(scope(1, when(2, MAYBE, back(3)), put(4)), put(5)) == {1, 2, 5}


def test_handlers_are_doubtful_and_the_rest_of_a_try_is_not() -> None:
    body = attempt(1, put(2), handlers=(handler(3, "Exception", put(4), back(5)),), final=(put(6),))
    assert sure(body, put(7)) == {1, 2, 6, 7}


def test_what_an_endless_loop_hides_is_doubtful() -> None:
    assert sure(forever(1, call(2)), put(3)) == {1, 2}


def test_methods_called_in_any_order_are_doubtful() -> None:
    assert sure(AnyOrder(((put(2),), (put(3),)), at(1))) == {1}


def test_actors_have_courses_of_their_own() -> None:
    (mine,) = timeline(actor(1, put(1)))
    (other,) = timeline(actor(2, put(2)))
    assert not before(mine, other)
    assert not may_precede(mine, other)
