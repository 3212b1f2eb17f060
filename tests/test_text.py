"""Protocols as text."""

from __future__ import annotations

import pytest

from flake8_joinqueue.facts.queues import MANAGER_QUEUE
from flake8_joinqueue.protocol import (
    Alias,
    AllOf,
    AnyOf,
    AnyOrder,
    Cell,
    Close,
    Condition,
    CountTest,
    Data,
    EnterContext,
    Escape,
    Exit,
    How,
    Hunch,
    Increment,
    Item,
    ItemTest,
    JoinQueue,
    Literal,
    Manager,
    ManagerEnds,
    Named,
    Not,
    Operation,
    Peek,
    Put,
    Raise,
    Record,
    SetCell,
    Setting,
    Shutdown,
    Stop,
    Synchronise,
    Unique,
)
from flake8_joinqueue.protocol.text import condition, item, render
from flake8_joinqueue.records import replace
from tests.protocols import (
    IS_NONE,
    ITEM,
    NONE,
    N,
    actor,
    again,
    at,
    attempt,
    back,
    call,
    done,
    get,
    handler,
    join,
    program,
    put,
    queue,
    repeat,
    scope,
    start,
    wait,
    when,
    while_,
    worker_body,
)

EXPECTED = """\
entry module
queue tasks: process joinable queue  (line 1)

actor main  (line 1)
    repeat n times  (line 30)
        start worker  (line 31)
    put job on tasks  (line 41)
    put None on tasks  (line 51)
    join tasks  (line 60)
    wait for worker  (line 81)

actor worker x n: process, not a daemon  (line 2)
    while True  (line 10)
        item = get from tasks  (line 11)
        if item is None  (line 12)
            task_done on tasks  (line 13)
            break  (line 14)
        call handle  (line 15)
        task_done on tasks  (line 16)
"""


def test_a_whole_protocol() -> None:
    protocol = program(
        repeat(30, N, start(31)),
        put(41),
        put(51, NONE),
        join(60),
        wait(81),
        actors=(actor(1, *worker_body(done(13)), count=N),),
    )
    assert render(protocol) == EXPECTED


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (Put(0, NONE, at(1), blocking=False), "put None on tasks without waiting"),
        (get(1, timeout=True), "item = get from tasks, or Empty"),
        (replace(get(1), nowait=True), "item = get from tasks, or Empty at once"),
        (JoinQueue(0, at(1), at(1)), "join tasks with a timeout"),
        (Peek(0, "empty", at(1)), "empty of tasks"),
        (Close(0, at(1)), "close tasks"),
        (Shutdown(0, at(1), immediate=True), "shut down tasks at once"),
        (EnterContext(0, at(1)), "with tasks"),
        (Escape(at(1), "returned", queue=0), "tasks gets out of sight: returned"),
        (Escape(at(1), "stored", actor=1), "worker gets out of sight: stored"),
        (wait(1, timed=True), "wait for worker for a time"),
        (Stop(1, at(1), "kill"), "kill worker"),
        (ManagerEnds(0, at(1)), "manager boss ends"),
        (Synchronise(at(1), "an event"), "wait for an event"),
        (SetCell(ITEM, NONE, at(1)), "item = None"),
        (SetCell(ITEM, None, at(1)), "item = something unknown"),
        (SetCell(ITEM, Alias(Cell(2, "pair"), (0,)), at(1)), "item = pair[0]"),
        (Increment(ITEM, -1, at(1)), "item += -1"),
        (Raise("ValueError", at(1)), "raise ValueError"),
        (Exit(at(1), hard=True), "exit at once"),
        (Exit(at(1)), "exit"),
        (again(1), "continue"),
        (back(1), "return"),
    ],
)
def test_simple_operations(operation: Operation, text: str) -> None:
    protocol = program(operation, actors=(actor(1),), managers=(Manager(0, "boss", at(1)),))
    assert f"    {text}  (line 1)\n" in render(protocol)


def test_compound_operations() -> None:
    body = (
        while_(1, IS_NONE, call(2), head=(get(3),)),
        attempt(4, call(5), handlers=(handler(6, "ValueError", call(7)),), final=(done(8),)),
        scope(9, call(10)),
        AnyOrder(((call(11),), (call(12),)), at(13)),
        when(14, condition=True, otherwise=(call(15),)),
        repeat(16, None),
    )
    lines = [line.strip() for line in render(program(*body)).splitlines()]
    for expected in (
        "while item is None  (line 1)",
        "first",
        "then",
        "try  (line 4)",
        "except ValueError  (line 6)",
        "finally",
        "in helper()  (line 9)",
        "in any order, any number of times  (line 13)",
        "one of",
        "else",
        "repeat any number of times  (line 16)",
    ):
        assert expected in lines


def test_queues_managers_and_actors_out_of_sight() -> None:
    served = replace(queue(kind=MANAGER_QUEUE, manager=0, count=N, hidden=False), maxsize=N)
    hidden = replace(actor(1), opaque=True)
    protocol = program(
        actors=(hidden,), queues=(served,), managers=(Manager(0, "boss", at(3)),), ends=False
    )
    text = render(protocol)
    assert text.startswith("entry module, called by others\nmanager boss  (line 3)\n")
    assert "queue tasks x n: manager queue of boss, at most n, used elsewhere too" in text
    assert "    (out of sight)\n" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Literal("STOP"), "'STOP'"),
        (Literal(...), "..."),
        (Named("module.End"), "module.End"),
        (Unique(1, "object"), "a new object"),
        (Record((NONE, Data("job"))), "(None, job)"),
        (Data(), "work"),
    ],
)
def test_items(value: Item, text: str) -> None:
    assert item(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (ItemTest(ITEM, ("kind",), How.IN, (NONE, Literal(1))), "item['kind'] in (None, 1)"),
        (ItemTest(ITEM, (), How.FALSY), "item is falsy"),
        (CountTest(ITEM, "<", N), "item < n"),
        (Hunch("it", outside=True), "perhaps outside it"),
        (Setting("s", "verbose"), "setting verbose"),
        (Not(IS_NONE), "not (item is None)"),
        (AllOf((IS_NONE, True)), "(item is None) and (True)"),
        (AnyOf((IS_NONE, True)), "(item is None) or (True)"),
    ],
)
def test_conditions(value: Condition, text: str) -> None:
    assert condition(value) == text
