"""The rules on Protocols written by hand: the bug, its cure, and what must stay silent."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator

import pytest

from flake8_joinqueue.analysis.program import Program
from flake8_joinqueue.analysis.variants import MOST_SETTINGS
from flake8_joinqueue.check import check_source
from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.facts.queues import MANAGER_QUEUE, PROCESS_QUEUE, THREAD_QUEUE
from flake8_joinqueue.findings import Finding, NotAnalysed
from flake8_joinqueue.protocol import (
    Actor,
    Block,
    Cell,
    CountTest,
    Daemon,
    EnterContext,
    Escape,
    Exit,
    Hunch,
    Increment,
    Literal,
    Manager,
    ManagerEnds,
    Operation,
    Protocol,
    SetCell,
    Setting,
    Shutdown,
    Stop,
    Synchronise,
)
from flake8_joinqueue.records import replace
from flake8_joinqueue.rules import OFF_BY_DEFAULT, codes, load, run
from flake8_joinqueue.rules.report import Report
from tests.protocols import (
    IS_NONE,
    NONE,
    N,
    actor,
    again,
    at,
    attempt,
    call,
    done,
    forever,
    get,
    handler,
    join,
    leave,
    program,
    put,
    queue,
    repeat,
    start,
    wait,
    when,
    worker_body,
)

FULL: Block = worker_body(done(13))
BARE: Block = worker_body()
MAYBE = Hunch("something")
ENDED = Cell(3, "ended")


def worker(
    body: Block = FULL, index: int = 1, *, daemon: Daemon = Daemon.NO, count: Count = ONE
) -> Actor:
    return actor(index, *body, daemon=daemon, count=count)


def producer(*body: Operation, index: int = 2, daemon: Daemon = Daemon.NO) -> Actor:
    return actor(index, *body, name="producer", daemon=daemon)


def found(*protocols: Protocol) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in run(protocols)]


def classic(*middle: Operation, workers: Count = N, body: Block = FULL) -> Protocol:
    """Workers are started, `middle` comes, and all of them are waited for."""
    return program(
        repeat(30, workers, start(31)),
        *middle,
        repeat(80, workers, wait(81)),
        actors=(worker(body, count=workers),),
    )


WORK = repeat(40, None, put(41))
PILLS = repeat(50, N, put(51, NONE))


# --- the catalogue --------------------------------------------------------------------------------


def test_every_rule_is_documented_under_the_same_headings() -> None:
    headings = [
        "# What it does",
        "# Why is this bad",
        "# Example",
        "# Use instead",
        "# Known limits",
        "# Fix",
    ]
    rules = load()
    assert [rule.code for rule in rules] == list(codes())
    for rule in rules:
        lines = rule.documentation.splitlines()
        assert [line for line in lines if line in headings] == headings, rule.code
    assert "JQ000" in OFF_BY_DEFAULT


def test_messages_are_one_line_that_editors_can_parse() -> None:
    findings: list[Finding] = run(
        [
            classic(WORK),
            classic(WORK, repeat(50, N - ONE, put(51, NONE))),
            classic(repeat(50, N + ONE, put(51, NONE)), join(60)),
        ]
    )
    assert sorted(finding.code for finding in findings) == ["JQ101", "JQ102", "JQ103"]
    for finding in findings:
        assert "\n" not in finding.message
        assert not finding.message.startswith(":")
        assert "'tasks'" in finding.message


@pytest.mark.parametrize(
    ("get", "told"),
    [("get()", "it waits in get() for ever"), ("get(timeout=1)", "it tries get()")],
)
def test_a_worker_that_gives_up_a_get_does_not_wait_in_it(get: str, told: str) -> None:
    program = f"""
import queue, threading

def work(jobs):
    while True:
        try:
            job = jobs.{get}
        except queue.Empty:
            continue
        if job is None:
            break

def main():
    jobs = queue.Queue()
    worker = threading.Thread(target=work, args=(jobs,))
    worker.start()
    jobs.put(1)
    worker.join()
"""
    (finding,) = check_source(program)
    assert finding.code == "JQ101"
    assert told in finding.message


@pytest.mark.parametrize(
    ("look", "told"),
    [
        ("jobs.empty()", "it looks for more for ever"),
        ("jobs.empty() and others.empty()", "it waits in get() for ever"),
        ("others.empty()", "it waits in get() for ever"),
    ],
)
def test_a_worker_that_looks_first_does_not_wait_in_a_get(look: str, told: str) -> None:
    program = f"""
import queue, threading

def work(jobs, others):
    while True:
        if {look}:
            continue
        job = jobs.get()
        if job is None:
            break

def main():
    jobs, others = queue.Queue(), queue.Queue()
    worker = threading.Thread(target=work, args=(jobs, others))
    worker.start()
    jobs.put(1)
    worker.join()
"""
    (finding,) = check_source(program)
    assert finding.code == "JQ101"
    assert told in finding.message


@pytest.mark.parametrize(
    ("join", "becomes"),
    [("jobs.join()", "hangs"), ("asyncio.wait_for(jobs.join(), 5)", "times out")],
)
@pytest.mark.parametrize(
    ("code", "work", "puts"),
    [
        ("JQ103", "job = await jobs.get(); jobs.task_done()\n        if job is None: break", 2),
        (
            "JQ107",
            (
                "job = await jobs.get()\n"
                "        if job is None: await jobs.put(job); jobs.task_done(); break\n"
                "        jobs.task_done()"
            ),
            1,
        ),
        ("JQ202", "job = await jobs.get()\n        if job is None: break", 1),
    ],
)
def test_the_other_half_says_what_becomes_of_a_join(
    join: str, becomes: str, code: str, work: str, puts: int
) -> None:
    program = f"""
import asyncio

async def work(jobs):
    while True:
        {work}

async def main():
    jobs = asyncio.Queue()
    worker = asyncio.create_task(work(jobs))
    await jobs.put(1)
    {"await jobs.put(None);" * puts}
    await {join}
    await worker

asyncio.run(main())
"""
    (finding,) = check_source(program)
    assert finding.code == code
    assert re.search(rf": join\(\) on line \d+ {becomes}", finding.message)
    assert f"join() {becomes} here" in {related.message for related in finding.related}


# --- sentinels ------------------------------------------------------------------------------------


def test_the_classic_pool_is_right() -> None:
    assert found(classic(WORK, PILLS, join(60))) == []
    assert found(classic(WORK, join(60), PILLS, body=BARE)) == []


def test_jq101_no_sentinel() -> None:
    assert found(classic(WORK, join(60))) == [("JQ101", 11)]


@pytest.mark.parametrize(
    "extra",
    [
        when(70, MAYBE, put(71, NONE)),
        attempt(70, call(71), handlers=(handler(72, "KeyboardInterrupt", put(73, NONE)),)),
        Escape(at(70), "handed to unknown code", queue=0),
        Escape(at(70), "stored elsewhere", actor=1),
        Shutdown(0, at(70)),
        Stop(1, at(70), "terminate"),
    ],
)
def test_jq101_is_silent_where_something_may_end_the_worker(extra: Operation) -> None:
    assert found(classic(WORK, join(60), extra)) == []


def test_jq101_needs_somebody_who_waits() -> None:
    def main(daemon: Daemon, *last: Operation, ends: bool = True) -> Protocol:
        body = (start(31), WORK, join(60), *last)
        return program(*body, actors=(worker(daemon=daemon),), ends=ends)

    assert found(main(Daemon.NO)) == [("JQ101", 11)]
    assert found(main(Daemon.YES)) == []
    assert found(main(Daemon.UNKNOWN)) == []
    assert found(main(Daemon.YES, wait(81))) == [("JQ101", 11)]
    assert found(main(Daemon.YES, wait(81, timed=True))) == []
    assert found(main(Daemon.NO, Exit(at(82), hard=True))) == []
    assert found(main(Daemon.NO, forever(82, call(83)))) == []


def test_jq101_a_worker_that_never_leaves() -> None:
    endless = (forever(10, get(11), done(12)),)
    assert found(classic(WORK, join(60), body=endless)) == [("JQ101", 11)]


def test_jq101_a_service_is_fed_as_long_as_it_runs() -> None:
    """Whoever always gets another item never waits for ever: the program is meant to go on."""
    endless = forever(10, get(11), done(12))

    def served(*maker: Operation, daemon: Daemon = Daemon.NO, last: Block = ()) -> Protocol:
        actors = (worker((endless,)), producer(*maker, daemon=daemon))
        return program(start(31), start(32, 2), *last, actors=actors)

    assert found(served(forever(20, call(21), put(22)))) == []
    assert found(served(forever(20, call(21), put(22)), daemon=Daemon.YES)) == [("JQ101", 11)]
    assert found(served(forever(20, put(22)), daemon=Daemon.YES, last=(wait(81),))) == []
    assert found(served(forever(20, put(22), leave(23)))) == [("JQ101", 11)]
    assert found(served(put(21), forever(22, call(23)))) == [("JQ101", 11)]
    stopped = (Stop(2, at(33), "terminate"),)
    assert found(served(forever(20, put(22)), last=stopped)) == [("JQ101", 11)]


def test_jq101_a_stage_is_fed_only_where_what_it_takes_from_is() -> None:
    first, second = Cell(5, "first"), Cell(6, "second")
    stage = forever(20, get(21, 0, cell=first), put(22, queue=1))
    show = forever(60, get(61, 1, cell=second))

    def staged(*rest: Operation) -> Protocol:
        actors = (actor(1, stage), actor(2, show), actor(3, *rest))
        starts = (start(31, 1), start(32, 2), start(33, 3))
        return program(*starts, queues=(queue(0), queue(1)), actors=actors)

    assert found(staged(forever(40, put(41)))) == []
    assert found(staged(put(41))) == [("JQ101", 21), ("JQ101", 61)]


def test_jq101_a_ball_is_handed_round_for_ever() -> None:
    first, second = Cell(5, "first"), Cell(6, "second")

    def game(*answer: Operation, served: bool = True) -> Protocol:
        left = forever(20, get(21, 0, cell=first), put(22, queue=1))
        right = forever(60, get(61, 1, cell=second), *answer)
        actors = (actor(1, left), actor(2, right))
        serve = (put(41),) if served else ()
        return program(
            *serve, start(31, 1), start(32, 2), queues=(queue(0), queue(1)), actors=actors
        )

    both = [("JQ101", 21), ("JQ101", 61)]
    assert found(game(put(62))) == []
    assert found(game(put(62), served=False)) == both
    assert found(game(when(62, MAYBE, put(63)))) == both
    assert found(game(put(62), leave(64))) == [("JQ101", 21)]


@pytest.mark.parametrize("surely", [True, False])
def test_jq101_a_net_of_many_is_looked_at_once(surely: bool) -> None:
    """All of them put on the queues of all others: there are millions of ways round."""
    count = 11
    taken = [Cell(index + 5, f"taken {index}") for index in range(count)]
    players = [
        actor(
            index + 1,
            forever(
                20,
                get(21 + index, index, cell=taken[index]),
                *(
                    put(61, queue=other) if surely else when(60, MAYBE, put(61, queue=other))
                    for other in range(count)
                    if other != index
                ),
            ),
        )
        for index in range(count)
    ]
    starts = [start(41, index + 1) for index in range(count)]
    queues = tuple(queue(index) for index in range(count))
    # Nobody puts the first item.
    assert found(program(*starts, queues=queues, actors=tuple(players))) == [
        ("JQ101", 21 + index) for index in range(count)
    ]


def test_jq101_main_runs_the_loop_itself() -> None:
    assert found(program(WORK, *FULL)) == [("JQ101", 11)]
    assert found(program(WORK, put(51, NONE), *FULL)) == []


@pytest.mark.parametrize(
    ("workers", "pills", "expected"),
    [
        (N, N - ONE, [("JQ102", 51)]),
        (Count.of(3), ONE, [("JQ102", 51)]),
        (N * Count.of(2), N, [("JQ102", 51)]),
        (N, ONE, []),
        (N, Count.symbol("m"), []),
        (N, N + ONE, []),
    ],
)
def test_jq102_numbers(workers: Count, pills: Count, expected: list[tuple[str, int]]) -> None:
    protocol = classic(WORK, repeat(50, pills, put(51, NONE)), workers=workers)
    assert found(protocol) == expected


def test_jq102_main_may_be_one_of_the_workers() -> None:
    def main(pills: Count) -> Protocol:
        return program(
            repeat(30, N - ONE, start(31)),
            WORK,
            repeat(50, pills, put(51, NONE)),
            *FULL,
            repeat(80, N - ONE, wait(81)),
            actors=(worker(count=N - ONE),),
        )

    assert found(main(N)) == []
    assert found(main(N - ONE)) == [("JQ102", 51)]


def test_jq102_a_relay_needs_but_one() -> None:
    relaying = worker_body(done(13), put(13, NONE))
    assert found(classic(WORK, put(51, NONE), workers=Count.of(3), body=relaying)) == []


def test_jq103_surplus_that_is_joined() -> None:
    surplus = repeat(50, N + ONE, put(51, NONE))
    assert found(classic(WORK, surplus, join(60))) == [("JQ103", 51)]
    assert found(classic(WORK, join(60), surplus)) == []
    assert found(classic(WORK, surplus)) == []


def test_jq103_one_consumer_that_counts_ends() -> None:
    counting = (
        SetCell(ENDED, Literal(0), at(9)),
        forever(
            10,
            get(11),
            when(
                12,
                IS_NONE,
                done(13),
                Increment(ENDED, 1, at(13)),
                when(14, CountTest(ENDED, "==", Count.of(3)), leave(15)),
                again(16),
            ),
            done(17),
        ),
    )

    def main(ends: int) -> Protocol:
        pills = repeat(50, ends, put(51, NONE))
        return program(start(31), WORK, pills, join(60), wait(81), actors=(worker(counting),))

    assert found(main(3)) == []
    assert found(main(2)) == [("JQ102", 51)]
    assert found(main(4)) == [("JQ103", 51)]


def test_jq104_sentinels_before_the_work() -> None:
    assert found(classic(PILLS, WORK, join(60))) == [("JQ104", 51)]


def test_jq104_one_of_several_workers_may_leave_early() -> None:
    one, rest = put(51, NONE), repeat(70, 2, put(71, NONE))
    assert found(classic(one, WORK, rest, workers=Count.of(3))) == []


def test_jq104_beside_a_producer() -> None:
    def main(*middle: Operation) -> Protocol:
        return program(
            start(31),
            start(32, 2),
            *middle,
            wait(81),
            actors=(worker(), producer(repeat(20, None, put(21)))),
        )

    assert found(main(put(51, NONE), wait(52, 2))) == [("JQ104", 51)]
    assert found(main(wait(50, 2), put(51, NONE))) == []
    assert found(main(wait(50, 2, timed=True), put(51, NONE))) == [("JQ104", 51)]
    assert found(main(Synchronise(at(50), "event"), put(51, NONE))) == []


def test_jq104_gives_way_to_jq301() -> None:
    protocol = program(
        start(31),
        start(32, 2),
        put(51, NONE),
        join(60),
        wait(52, 2),
        wait(81),
        actors=(worker(), producer(repeat(20, None, put(21)))),
    )
    assert found(protocol) == [("JQ301", 60)]


def test_jq104_follow_up_work() -> None:
    body = (forever(10, get(11), when(12, IS_NONE, done(13), leave(14)), put(15), done(16)),)
    assert found(classic(WORK, PILLS, body=body)) == [("JQ104", 51)]
    assert found(classic(WORK, join(45), PILLS, body=body)) == []


@pytest.mark.parametrize(
    ("sentinel", "expected"),
    [
        (Literal("STOP"), [("JQ105", 51)]),
        (Literal(value=-1, label="SENTINEL"), [("JQ105", 51)]),
        (NONE, []),
    ],
)
def test_jq105_the_worker_does_not_know_it(
    sentinel: Literal, expected: list[tuple[str, int]]
) -> None:
    assert found(classic(WORK, repeat(50, N, put(51, sentinel)))) == expected


def test_jq105_where_a_timeout_ends_the_worker() -> None:
    body = attempt(11, get(12, timeout=True), done(13), handlers=(handler(14, "", leave(15)),))
    timed = (forever(10, replace(body, handlers=(handler(14, "queue.Empty", leave(15)),))),)
    assert found(classic(WORK, PILLS, body=timed)) == [("JQ105", 51)]
    assert found(classic(WORK, body=timed)) == []


def test_jq105_a_token_is_no_sentinel() -> None:
    endless = (forever(10, get(11), done(12)),)
    protocol = program(start(31), PILLS, join(60), actors=(worker(endless, daemon=Daemon.YES),))
    assert found(protocol) == []


# --- the balance ----------------------------------------------------------------------------------


def test_jq201_the_break() -> None:
    assert found(classic(WORK, PILLS, join(60), body=BARE)) == [("JQ201", 14)]


def test_jq201_needs_a_join_that_still_waits() -> None:
    assert found(classic(WORK, PILLS, body=BARE)) == []
    assert found(classic(WORK, join(45), PILLS, body=BARE)) == []
    looped = repeat(35, None, WORK, join(45), PILLS)
    assert ("JQ201", 14) in found(classic(looped, body=BARE))


def test_jq202_never_accounts() -> None:
    never = (forever(10, get(11), when(12, IS_NONE, leave(14)), call(15)),)
    assert found(classic(WORK, PILLS, join(60), body=never)) == [("JQ202", 11)]
    assert found(classic(WORK, PILLS, body=never)) == []


def test_jq202_a_continue_and_a_handler() -> None:
    skipping = (
        forever(10, get(11), when(12, IS_NONE, done(13), leave(14)), when(15, MAYBE, again(16)),
                done(17)),
    )  # fmt: skip
    assert found(classic(WORK, PILLS, join(60), body=skipping)) == [("JQ202", 16)]
    work = attempt(15, call(16), done(17), handlers=(handler(18, "Exception", call(19)),))
    swallowing = (forever(10, get(11), when(12, IS_NONE, done(13), leave(14)), work),)
    assert found(classic(WORK, PILLS, join(60), body=swallowing)) == [("JQ202", 18)]


def test_jq202_is_silent_where_others_account() -> None:
    never = (forever(10, get(11), when(12, IS_NONE, leave(14)), call(15)),)
    assert found(classic(WORK, PILLS, done(55), join(60), body=never)) == []
    escaping = (Escape(at(9), "handed to unknown code", queue=0), *never)
    assert found(classic(WORK, PILLS, join(60), body=escaping)) == []


def test_jq203_twice() -> None:
    twice = (
        forever(
            10,
            get(11),
            when(12, IS_NONE, done(13), leave(14)),
            attempt(15, call(16), done(17), final=(done(18),)),
        ),
    )
    assert found(classic(WORK, PILLS, body=twice)) == [("JQ203", 18)]


def test_a_queue_that_does_not_count_has_no_balance() -> None:
    protocol = classic(WORK, PILLS, join(60), body=BARE)
    plain = replace(protocol, queues=(queue(kind=PROCESS_QUEUE),))
    # Only that it has neither of the methods.
    assert found(plain) == [("JQ404", 16), ("JQ404", 60)]


# --- order ----------------------------------------------------------------------------------------


def feeding(*middle: Operation) -> Protocol:
    return program(
        start(31),
        start(32, 2),
        *middle,
        actors=(worker(daemon=Daemon.YES), producer(repeat(20, None, put(21)), daemon=Daemon.YES)),
    )


def test_jq301_a_producer_that_still_puts() -> None:
    assert found(feeding(join(60), wait(61, 2))) == [("JQ301", 60)]
    assert found(feeding(wait(59, 2), join(60))) == []
    assert found(feeding(wait(59, 2, timed=True), join(60))) == [("JQ301", 60)]
    assert found(feeding(Synchronise(at(59), "barrier"), join(60))) == []


def test_jq301_a_stage_between_two_queues() -> None:
    second = Cell(9, "second")

    def main(*stage: Operation, upstream: bool = True) -> Protocol:
        joins = (join(60, 1), join(61)) if upstream else (join(61),)
        return program(
            start(31),
            start(32, 2),
            repeat(40, None, put(41, queue=1)),
            *joins,
            actors=(
                worker(daemon=Daemon.YES),
                producer(forever(20, get(21, 1, cell=second), *stage), daemon=Daemon.YES),
            ),
            queues=(queue(), queue(1, "raw")),
        )

    assert found(main(put(22), done(23, 1))) == []
    assert found(main(done(22, 1), put(23))) == [("JQ301", 61)]
    assert found(main(put(22), done(23, 1), upstream=False)) == [("JQ301", 61)]


def test_jq301_roles_reversed() -> None:
    child = worker((put(20), join(21)))
    main = program(start(31), repeat(40, None, get(41), done(42)), wait(81), actors=(child,))
    assert found(main) == []


def test_jq302_joined_before_the_sentinels() -> None:
    wrong = program(
        repeat(30, 3, start(31)),
        WORK,
        repeat(50, 3, wait(51)),
        repeat(60, 3, put(61, NONE)),
        actors=(worker(count=Count.of(3)),),
    )
    assert found(wrong) == [("JQ302", 51)]


def test_jq302_by_turns() -> None:
    def main(count: int, several: Count = ONE) -> Protocol:
        return program(
            repeat(30, count, start(31)),
            WORK,
            repeat(50, count, put(51, NONE), wait(52)),
            actors=(worker(count=Count.of(count)),),
            queues=(queue(count=several),),
        )

    assert found(main(3)) == [("JQ302", 52)]
    assert found(main(1)) == []
    assert found(main(3, Count.of(3))) == []


def test_jq302_old_workers_before_new_ones() -> None:
    generation = (repeat(30, 2, start(31)), WORK, repeat(50, 2, put(51, NONE)),
                  repeat(60, 2, wait(61)))  # fmt: skip
    following = (repeat(70, 2, start(71)), WORK, repeat(75, 2, put(76, NONE)),
                 repeat(80, 2, wait(81)))  # fmt: skip
    protocol = program(*generation, *following, actors=(worker(count=Count.of(4)),))
    assert found(protocol) == []


# --- managers and interfaces ----------------------------------------------------------------------


def managed(*body: Operation, daemon: Daemon = Daemon.NO, worker_does: Block = FULL) -> Protocol:
    return program(
        *body,
        actors=(worker(worker_does, daemon=daemon),),
        queues=(queue(kind=MANAGER_QUEUE, manager=0),),
        managers=(Manager(0, "manager", at(3)),),
    )


def test_jq401_the_manager_ends_first() -> None:
    end = ManagerEnds(0, at(70))
    before = (start(31), WORK, put(51, NONE))
    assert found(managed(*before, end, wait(81))) == [("JQ401", 3)]
    assert found(managed(*before, wait(69), end)) == []
    assert found(managed(*before, wait(69, timed=True), end)) == [("JQ401", 3)]
    assert found(managed(*before)) == [("JQ401", 3)]
    assert found(managed(*before, wait(81))) == []


def test_jq401_daemons_that_have_nothing_left_to_do() -> None:
    end = ManagerEnds(0, at(70))
    endless = (forever(10, get(11), done(12)),)
    main = (start(31), WORK, join(60), end)
    assert found(managed(*main, daemon=Daemon.YES, worker_does=endless)) == []
    late = (start(31), WORK, join(60), put(61), end)
    assert found(managed(*late, daemon=Daemon.YES, worker_does=endless)) == [("JQ401", 3)]


def test_jq402_a_queue_in_a_with_statement() -> None:
    assert found(program(EnterContext(0, at(5)))) == [("JQ402", 5)]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("multiprocessing.queue.Empty", True),
        ("multiprocessing.Queue.Empty", True),
        ("multiprocessing.Empty", True),
        ("multiprocessing.queue.Full", True),
        ("asyncio.QueueEmpty", True),
        ("multiprocessing.queues.Empty", False),
        ("queue.Empty", False),
    ],
)
def test_jq405_exceptions_that_never_come(name: str, *, wrong: bool) -> None:
    body = attempt(4, get(5, timeout=True), handlers=(handler(6, name, call(7)),))
    protocol = program(body, queues=(queue(kind=THREAD_QUEUE),))
    assert found(protocol) == ([("JQ405", 6)] if wrong else [])


# --- settings -------------------------------------------------------------------------------------


def test_a_report_holds_however_the_settings_go() -> None:
    pills = when(49, Setting("polite"), PILLS)
    assert found(classic(WORK, pills)) == []
    wordy = when(49, Setting("verbose"), call(50))
    assert found(classic(WORK, wordy)) == [("JQ101", 11)]


def test_a_variant_without_the_worker_says_nothing() -> None:
    body = when(29, Setting("parallel"), start(31), WORK, wait(81))
    assert found(program(body, actors=(worker(),))) == [("JQ101", 11)]


def test_a_limit_is_reported_and_the_rest_is_read() -> None:
    many = program(*(when(1, Setting(str(n)), put(2)) for n in range(MOST_SETTINGS + 1)))
    assert [code for code, _ in found(many, classic(WORK))] == ["JQ000", "JQ101"]


def test_a_rule_that_reaches_a_limit_silences_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(_program: Program) -> Iterator[Report]:
        raise NotAnalysed("too much")

    rules = tuple(replace(r, check=give_up) if r.code == "JQ202" else r for r in load())
    # The package has a function of the module's name.
    runner = importlib.import_module("flake8_joinqueue.rules.run")
    monkeypatch.setattr(runner, "load", lambda: rules)
    assert [code for code, _ in found(classic(WORK))] == ["JQ000", "JQ101"]


def test_one_place_is_reported_once() -> None:
    protocol = classic(WORK)
    assert found(protocol, protocol) == [("JQ101", 11)]


@pytest.mark.parametrize(("until", "expected"), [("True", []), ("more()", [(11, "JQ304")])])
def test_jq304_who_never_ends_is_waited_for_in_vain_whoever_takes(
    until: str, expected: list[tuple[int, str]]
) -> None:
    source = f"""\
import multiprocessing
from camera import more

def film(frames):
    while {until}:
        frames.put(bytes(9999))

frames = multiprocessing.Queue()
camera = multiprocessing.Process(target=film, args=(frames,))
camera.start()
camera.join()
print(frames.get())
"""
    assert [(f.line, f.code) for f in check_source(source)] == expected
