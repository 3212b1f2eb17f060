"""What a consumer does between one `get` and the next."""

from __future__ import annotations

import time

import pytest

from flake8_joinqueue.analysis.consumption import Consumption
from flake8_joinqueue.analysis.flow import Flow
from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.protocol import (
    Alias,
    AllOf,
    AnyOf,
    AnyOrder,
    Cell,
    CountTest,
    Data,
    How,
    Hunch,
    Increment,
    Item,
    ItemTest,
    Literal,
    Named,
    Not,
    Operation,
    Raise,
    SetCell,
)
from tests.protocols import (
    IS_NONE,
    ITEM,
    NONE,
    N,
    again,
    at,
    attempt,
    back,
    call,
    done,
    forever,
    get,
    handler,
    leave,
    put,
    repeat,
    scope,
    when,
    while_,
    worker_body,
)

RUNNING = Cell(2, "running")
ENDED = Cell(3, "ended")
MAYBE = Hunch("something")


def consume(*body: Operation, queue: int = 0) -> Consumption:
    return Consumption(Flow(body), queue)


def leaks(consumption: Consumption) -> list[int]:
    return sorted({leak.site.line for leak in consumption.leaks()})


def sentinel_leaks(consumption: Consumption) -> list[int]:
    return sorted({leak.site.line for leak in consumption.sentinel_leaks()})


def overdone(consumption: Consumption) -> list[tuple[int, bool]]:
    return sorted({(over.done.site.line, over.after_empty) for over in consumption.overdone()})


def equals(item: Item) -> ItemTest:
    return ItemTest(ITEM, (), How.EQUAL, (item,))


# --- what ends a worker ---------------------------------------------------------------------------


def test_a_break_on_none_is_a_sentinel_exit() -> None:
    worker = consume(*worker_body(done(13)))
    assert worker.leaves_only_on_sentinel
    assert worker.takes == ONE
    assert worker.recognises(NONE) is True
    assert worker.recognises(Literal("STOP")) is False
    assert worker.recognises(Data("job")) is False
    assert worker.recognises(Data("STOP_TOKEN")) is None
    assert not worker.never_accounts
    assert (leaks(worker), sentinel_leaks(worker), overdone(worker)) == ([], [], [])


def test_a_worker_without_a_test_never_leaves() -> None:
    worker = consume(forever(1, get(2), done(3)))
    assert worker.never_leaves
    assert not worker.leaves_otherwise


def test_a_way_out_that_asks_for_nothing_is_met_before_all_ways_are() -> None:
    """Each test doubles the ways; to see that one of them leaves does not take all."""
    tests = (when(9 + n, ItemTest(ITEM, (n,), How.FALSY), put(9 + n)) for n in range(9))
    worker = consume(forever(1, get(2), when(3, MAYBE, leave(4)), *tests, done(5)))
    assert worker.leaves_unasked
    assert not worker.never_leaves
    met = len(worker._explorer._met)  # noqa: SLF001 (what is counted)
    assert met < 10
    assert len(worker.ways) > 100
    assert worker.otherwise_ways


def test_a_way_out_on_an_item_asks_for_something() -> None:
    assert not consume(*worker_body(done(13))).leaves_unasked
    assert not consume(forever(1, get(2), done(3))).leaves_unasked


def test_what_comes_after_a_limit_is_not_asked_for_again() -> None:
    """Nor is a way out that was met before it forgotten."""
    cells = [Cell(100 + n, f"c{n}") for n in range(16)]
    free = (
        when(n, ItemTest(ITEM, (n,), How.FALSY), SetCell(cell, NONE, at(n)))
        for n, cell in enumerate(cells)
    )
    later = (when(50 + n, ItemTest(cell, (), How.FALSY), put(n)) for n, cell in enumerate(cells))
    worker = consume(forever(1, get(2), when(3, MAYBE, leave(4)), *free, *later, done(5)))
    assert worker.leaves_unasked
    for _ in range(2):
        with pytest.raises(NotAnalysed):
            worker.ways  # noqa: B018 (that it raises is what is asked)
    assert worker.leaves_unasked


def test_who_accounts_for_nothing_has_no_more_ways_for_how_they_end() -> None:
    jumps = tuple(when(n, MAYBE, again(n + 10)) for n in range(3, 7))
    assert len(consume(forever(1, get(2), *jumps)).ways) == 2
    assert len(consume(forever(1, get(2), *jumps, done(20))).ways) > 4


def test_a_walrus_loop_leaves_through_its_condition() -> None:
    worker = consume(while_(1, Not(IS_NONE), done(2), head=(get(1),)), back(3))
    assert worker.leaves_only_on_sentinel
    assert sentinel_leaks(worker) == [1]


def test_whichever_polarity_leaves_is_the_sentinel() -> None:
    is_job = ItemTest(ITEM, (), How.INSTANCE, (Named("module.Job"),))
    worker = consume(forever(1, get(2), when(3, is_job, done(4), again(5)), done(6), leave(7)))
    assert worker.leaves_only_on_sentinel
    assert worker.recognises(NONE) is True
    assert worker.recognises(Literal(3)) is True


def test_a_one_shot_worker_leaves_whatever_it_takes() -> None:
    worker = consume(get(1), when(2, IS_NONE, done(3), back(4)), done(5))
    assert worker.leaves_otherwise
    assert not worker.sentinel_ways


def test_two_sentinels_are_both_known() -> None:
    stop, quit_ = Literal("stop"), Literal("quit")
    worker = consume(
        forever(
            1,
            get(2),
            when(3, equals(stop), done(4), leave(5)),
            when(6, equals(quit_), done(7), leave(8)),
            done(9),
        )
    )
    assert worker.leaves_only_on_sentinel
    assert worker.recognises(stop) is worker.recognises(quit_) is True


def test_a_flag_carries_the_sentinel_to_the_loop_condition() -> None:
    condition = Not(ItemTest(RUNNING, (), How.FALSY))
    worker = consume(
        SetCell(RUNNING, Literal(value=True), at(1)),
        while_(
            2,
            condition,
            get(3),
            when(4, IS_NONE, SetCell(RUNNING, Literal(value=False), at(5)), otherwise=(done(6),)),
        ),
    )
    assert worker.leaves_only_on_sentinel
    assert sentinel_leaks(worker) == [5]
    assert leaks(worker) == []


def test_an_alias_and_a_part_are_the_item() -> None:
    kind = Cell(4, "kind")
    worker = consume(
        forever(
            1,
            get(2),
            SetCell(kind, Alias(ITEM, (0,)), at(3)),
            when(4, ItemTest(kind, (), How.EQUAL, (Literal("stop"),)), done(5), leave(6)),
            done(7),
        )
    )
    assert worker.leaves_only_on_sentinel
    assert worker.recognises(Literal("stop")) is False


def test_a_timeout_an_unknown_test_or_a_counted_loop_end_it_otherwise() -> None:
    timed = attempt(2, get(3, timeout=True), handlers=(handler(4, "queue.Empty", leave(5)),))
    assert consume(forever(1, timed, when(6, IS_NONE, leave(7)))).leaves_otherwise
    assert consume(forever(1, get(2), when(3, MAYBE, leave(4)))).leaves_otherwise
    assert consume(repeat(1, 3, get(2), when(3, IS_NONE, leave(4)))).leaves_otherwise


def test_a_break_behind_an_unknown_test_does_not_hide_the_sentinel() -> None:
    worker = consume(
        forever(1, get(2), when(3, IS_NONE, leave(4)), when(5, MAYBE, leave(6)), done(7))
    )
    assert worker.recognises(NONE) is True
    assert worker.leaves_otherwise


def test_a_call_that_raises_is_no_way_to_end() -> None:
    worker = consume(
        attempt(
            1,
            forever(2, get(3), when(4, IS_NONE, leave(5)), call(6), done(7)),
            handlers=(handler(8, "Exception", call(9)),),
        )
    )
    assert worker.leaves_only_on_sentinel


def test_an_exception_of_its_own_may_be_the_way_out() -> None:
    worker = consume(
        attempt(
            1,
            forever(2, get(3), when(4, IS_NONE, Raise("module.Stop", at(5))), done(6)),
            handlers=(handler(7, "module.Stop", done(8)),),
        )
    )
    assert worker.leaves_only_on_sentinel
    assert sentinel_leaks(worker) == []


@pytest.mark.parametrize("needed", [Count.of(3), N])
def test_ends_are_counted(needed: Count) -> None:
    worker = consume(
        SetCell(ENDED, Literal(0), at(1)),
        forever(
            2,
            get(3),
            when(
                4,
                IS_NONE,
                done(5),
                Increment(ENDED, 1, at(6)),
                when(7, CountTest(ENDED, "==", needed), leave(8)),
                again(9),
            ),
            done(10),
        ),
    )
    assert worker.leaves_only_on_sentinel
    assert worker.takes == needed
    assert worker.recognises(NONE) is True


@pytest.mark.parametrize("needed", [Count.of(2), N])
def test_ends_are_counted_in_the_loop_condition(needed: Count) -> None:
    worker = consume(
        SetCell(ENDED, Literal(0), at(1)),
        while_(
            2,
            CountTest(ENDED, "<", needed),
            get(3),
            when(4, IS_NONE, Increment(ENDED, 1, at(5)), again(6)),
            call(7),
        ),
    )
    assert worker.leaves_only_on_sentinel
    assert worker.takes == needed


def test_counting_every_item_is_no_sentinel() -> None:
    worker = consume(
        SetCell(ENDED, Literal(0), at(1)),
        forever(
            2,
            get(3),
            when(4, IS_NONE, call(5)),
            Increment(ENDED, 1, at(6)),
            when(7, CountTest(ENDED, "==", N), leave(8)),
        ),
    )
    assert worker.leaves_otherwise
    assert not worker.sentinel_ways


def test_what_a_stop_flag_from_outside_does_is_not_reported() -> None:
    flag = Hunch("event", outside=True)
    worker = consume(
        forever(1, get(2), when(3, flag, leave(4)), when(5, IS_NONE, done(6), leave(7)), done(8))
    )
    assert worker.leaves_otherwise
    assert leaks(worker) == []


def test_a_relay_and_a_follow_up() -> None:
    relayed, follow_up, late = put(4, NONE), put(6), put(8)
    worker = consume(
        forever(
            1,
            get(2),
            when(3, IS_NONE, relayed, done(5), leave(5)),
            follow_up,
            done(7),
            late,
        )
    )
    assert worker.relays == (relayed,)
    assert set(worker.follow_ups) == {follow_up, late}
    assert worker.holds_while(follow_up)
    assert not worker.holds_while(late)


def test_a_put_before_the_first_get_is_held_by_nothing() -> None:
    first = put(1)
    assert not consume(first, forever(2, get(3), done(4))).holds_while(first)


# --- the balance ----------------------------------------------------------------------------------


def test_the_break_is_what_skips_task_done() -> None:
    assert sentinel_leaks(consume(*worker_body(call(13)))) == [14]


def test_a_helper_called_on_the_way_out_is_not_what_ends_it() -> None:
    assert sentinel_leaks(consume(*worker_body(scope(13, call(20), back(21))))) == [14]


def test_a_helper_that_returns_early_is() -> None:
    helper = scope(3, when(4, MAYBE, back(5)), call(6), done(7))
    assert leaks(consume(forever(1, get(2), helper))) == [5]


def test_task_done_before_the_test_or_in_finally_is_balanced() -> None:
    early = consume(forever(1, get(2), done(3), when(4, IS_NONE, leave(5)), call(6)))
    assert (leaks(early), sentinel_leaks(early)) == ([], [])
    final = consume(
        forever(1, get(2), attempt(3, when(4, IS_NONE, back(5)), call(6), final=(done(7),)))
    )
    assert (leaks(final), sentinel_leaks(final), overdone(final)) == ([], [], [])
    assert final.leaves_only_on_sentinel


def test_two_continues_are_two_leaks() -> None:
    worker = consume(
        forever(
            1,
            get(2),
            when(3, MAYBE, again(4)),
            when(5, equals(Literal("skip")), call(6), again(7)),
            done(8),
        )
    )
    assert leaks(worker) == [4, 7]


def test_a_branch_that_falls_through_is_reported_at_the_get() -> None:
    assert leaks(consume(forever(1, get(2), when(3, MAYBE, done(4)), call(5)))) == [2]


def test_a_continue_of_an_inner_loop_skips_nothing() -> None:
    inner = repeat(3, None, when(4, MAYBE, again(5)), call(6))
    assert leaks(consume(forever(1, get(2), inner, done(7)))) == []


def test_a_handler_that_swallows() -> None:
    body = attempt(3, call(4), done(5), handlers=(handler(6, "Exception", call(7)),))
    assert leaks(consume(forever(1, get(2), body))) == [6]
    body = attempt(3, call(4), done(5), handlers=(handler(6, "Exception", again(7)),))
    assert leaks(consume(forever(1, get(2), body))) == [7]


def test_an_exception_passed_on_is_not_swallowed() -> None:
    reraised = handler(6, "Exception", Raise("reraise", at(7)))
    worker = consume(forever(1, get(2), attempt(3, call(4), done(5), handlers=(reraised,))))
    assert leaks(worker) == []


def test_an_explicit_raise_leaves() -> None:
    worker = consume(forever(1, get(2), when(3, MAYBE, Raise("ValueError", at(4))), done(5)))
    assert not leaks(worker)  # an exception ends it: JQ204
    assert [leak.site.span.line for leak in worker.fatal_leaks()] == [4]


def test_an_empty_queue_gives_nothing_to_account_for() -> None:
    body = attempt(2, get(3, timeout=True), handlers=(handler(4, "queue.Empty", again(5)),))
    assert leaks(consume(forever(1, body, done(6)))) == []


def test_task_done_twice() -> None:
    worker = consume(forever(1, get(2), attempt(3, call(4), done(5), final=(done(6),))))
    assert overdone(worker) == [(6, False)]


def test_a_second_task_done_that_cannot_follow_the_first() -> None:
    worker = consume(
        forever(
            1,
            get(2),
            when(3, equals(Literal("a")), done(4)),
            when(5, equals(Literal("b")), done(6)),
            when(7, AllOf((Not(equals(Literal("a"))), Not(equals(Literal("b"))))), done(8)),
        )
    )
    assert overdone(worker) == []
    assert leaks(worker) == []


def test_task_done_after_empty_is_told_apart() -> None:
    worker = consume(
        forever(
            1,
            attempt(
                2,
                get(3, timeout=True),
                handlers=(handler(4, "queue.Empty", leave(5)),),
                final=(done(6),),
            ),
        )
    )
    assert overdone(worker) == [(6, True)]


def test_two_gets_each_accounted_for() -> None:
    worker = consume(forever(1, get(2), get(3), call(4), done(5), done(6)))
    assert (leaks(worker), overdone(worker)) == ([], [])


def test_two_gets_one_accounted_for() -> None:
    assert leaks(consume(forever(1, get(2), get(3), done(4)))) == [3]


def test_another_queue_does_not_matter() -> None:
    worker = consume(forever(1, get(2), get(3, 1), done(4)))
    assert leaks(worker) == []
    assert consume(forever(1, get(2), done(3, 1))).never_accounts


def test_a_batch_is_counted() -> None:
    worker = consume(forever(1, repeat(2, 5, get(3)), call(4), repeat(5, 5, done(6))))
    assert not worker.batched
    assert (leaks(worker), overdone(worker)) == ([], [])
    worker = consume(forever(1, repeat(2, 5, get(3)), call(4), repeat(5, 4, done(6))))
    assert (leaks(worker), overdone(worker)) == ([3], [])
    worker = consume(forever(1, repeat(2, 5, get(3)), call(4), repeat(5, 6, done(6))))
    assert (leaks(worker), overdone(worker)) == ([], [(6, False)])


def test_a_long_batch_is_left_alone() -> None:
    worker = consume(forever(1, repeat(2, 50, get(3)), call(4), repeat(5, 50, done(6))))
    assert worker.batched
    assert (leaks(worker), overdone(worker)) == ([], [])


def test_methods_called_in_any_order_say_nothing() -> None:
    worker = consume(AnyOrder(((get(1),), (done(2),)), at(1)))
    assert (leaks(worker), overdone(worker)) == ([], [])


def test_any_of_several_sentinels() -> None:
    condition = AnyOf((IS_NONE, equals(Literal("stop"))))
    worker = consume(forever(1, get(2), when(3, condition, leave(4)), done(5)))
    assert worker.recognises(NONE) is worker.recognises(Literal("stop")) is True
    assert worker.leaves_only_on_sentinel
    assert sentinel_leaks(worker) == [4]


def test_two_hundred_branches_stay_cheap() -> None:
    branches = [when(3, Hunch(str(n)), put(4, queue=n % 7 + 1), call(5)) for n in range(200)]
    began = time.perf_counter()
    worker = consume(forever(1, get(2), *branches, when(6, IS_NONE, leave(7)), done(8)))
    assert worker.leaves_only_on_sentinel
    assert time.perf_counter() - began < 2


def test_a_hundred_tests_of_the_item_can_be_followed() -> None:
    branches = [when(3, equals(Literal(str(n))), call(5)) for n in range(100)]
    worker = consume(forever(1, get(2), *branches, when(6, IS_NONE, leave(7)), done(8)))
    assert worker.leaves_only_on_sentinel


# --- what is forgotten ---------------------------------------------------------------------------


def test_variables_that_nobody_asks_for_any_more_make_no_ways() -> None:
    flags = [Cell(100 + n, f"flag {n}") for n in range(14)]
    branches = [
        operation
        for n, flag in enumerate(flags)
        for operation in (
            when(10, MAYBE, SetCell(flag, Literal(True), at(11)), otherwise=(
                SetCell(flag, Literal(False), at(12)),
            )),
            when(13, ItemTest(flag, (), How.FALSY), call(20 + n)),
        )
    ]  # fmt: skip
    worker = consume(forever(1, get(2), when(3, IS_NONE, done(4), leave(5)), *branches, done(90)))
    assert len(worker.ways) < 20
    assert worker.leaves_only_on_sentinel
    assert leaks(worker) == []


def test_a_variable_is_kept_as_long_as_a_copy_of_it_is_asked_for() -> None:
    copy = Cell(101, "copy")
    worker = consume(
        forever(
            1,
            get(2),
            SetCell(copy, Alias(ITEM), at(3)),
            SetCell(ITEM, Data(), at(4)),
            when(5, ItemTest(copy, (), How.IS, (NONE,)), done(6), leave(7)),
            done(8),
        )
    )
    assert worker.leaves_only_on_sentinel


@pytest.mark.parametrize(("by", "operator"), [(1, ">"), (-1, "<")])
def test_counting_goes_no_further_than_it_is_asked_for(by: int, operator: str) -> None:
    counters = [Cell(100 + n, f"counter {n}") for n in range(3)]
    body: list[Operation] = [SetCell(cell, Literal(0), at(1)) for cell in counters]
    body += [forever(2, get(3), when(4, IS_NONE, done(5), leave(6)), *(
        when(7, MAYBE, Increment(cell, by, at(8))) for cell in counters
    ), *(
        when(9, CountTest(cell, operator, Count.of(0)), call(10)) for cell in counters
    ), done(11))]  # fmt: skip
    worker = consume(*body)
    assert worker.leaves_only_on_sentinel
    assert leaks(worker) == []
