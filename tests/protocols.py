"""Small helpers to write Protocols by hand."""

from __future__ import annotations

import itertools
from typing import Final

from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.facts.queues import PROCESS_JOINABLE, QueueKind
from flake8_joinqueue.protocol import (
    Actor,
    ActorKind,
    Block,
    Branch,
    Break,
    Call,
    Cell,
    Condition,
    Continue,
    Daemon,
    Data,
    ExceptionName,
    Get,
    Handler,
    How,
    Item,
    ItemTest,
    JoinActor,
    JoinQueue,
    Literal,
    Loop,
    LoopKind,
    Manager,
    Operation,
    Protocol,
    Put,
    Queue,
    Return,
    Scope,
    Site,
    Start,
    TaskDone,
    Try,
)

_loops = itertools.count(1)

N: Final = Count.symbol("n")
WORK: Final = Data("job")
NONE: Final = Literal(None)
ITEM: Final = Cell(1, "item")
IS_NONE: Final = ItemTest(ITEM, (), How.IS, (NONE,))


def at(line: int) -> Site:
    return Site.at(line)


def get(line: int, queue: int = 0, *, timeout: bool = False, cell: Cell = ITEM) -> Get:
    return Get(queue, cell, at(line), may_be_empty=timeout)


def put(line: int, item: Item = WORK, queue: int = 0) -> Put:
    return Put(queue, item, at(line))


def done(line: int, queue: int = 0) -> TaskDone:
    return TaskDone(queue, at(line))


def join(line: int, queue: int = 0) -> JoinQueue:
    return JoinQueue(queue, at(line))


def start(line: int, actor: int = 1) -> Start:
    return Start(actor, at(line))


def wait(line: int, actor: int = 1, *, timed: bool = False) -> JoinActor:
    return JoinActor(actor, at(line), timed=timed)


def call(line: int) -> Call:
    return Call(at(line), "handle")


def leave(line: int) -> Break:
    return Break(at(line))


def again(line: int) -> Continue:
    return Continue(at(line))


def back(line: int) -> Return:
    return Return(at(line))


def when(line: int, condition: Condition, *then: Operation, otherwise: Block = ()) -> Branch:
    return Branch(condition, then, otherwise, at(line))


def forever(line: int, *body: Operation) -> Loop:
    return Loop(next(_loops), LoopKind.WHILE, body, at(line))


def while_(line: int, condition: Condition, *body: Operation, head: Block = ()) -> Loop:
    return Loop(next(_loops), LoopKind.WHILE, body, at(line), head=head, condition=condition)


def repeat(line: int, times: Count | int | None, *body: Operation) -> Loop:
    count = Count.of(times) if isinstance(times, int) else times
    return Loop(next(_loops), LoopKind.COUNTED, body, at(line), times=count)


def scope(line: int, *body: Operation) -> Scope:
    return Scope("helper", body, at(line))


def attempt(
    line: int, *body: Operation, handlers: tuple[Handler, ...] = (), final: Block = ()
) -> Try:
    return Try(body, handlers, (), final, at(line))


def handler(line: int, name: str, *body: Operation) -> Handler:
    names = (ExceptionName(name, at(line)),) if name else ()
    return Handler(names, body, at(line))


def queue(  # noqa: PLR0913 (each has a default)
    index: int = 0,
    name: str = "tasks",
    kind: QueueKind = PROCESS_JOINABLE,
    *,
    count: Count = ONE,
    manager: int | None = None,
    hidden: bool = True,
) -> Queue:
    return Queue(index, name, kind, at(1), count, manager=manager, hidden=hidden)


def actor(
    index: int,
    *body: Operation,
    name: str = "worker",
    count: Count = ONE,
    daemon: Daemon = Daemon.NO,
    kind: ActorKind = ActorKind.PROCESS,
) -> Actor:
    return Actor(index, name, kind, count, daemon, body, at(2), parent=0)


def program(
    *body: Operation,
    actors: tuple[Actor, ...] = (),
    queues: tuple[Queue, ...] = (),
    managers: tuple[Manager, ...] = (),
    ends: bool = True,
) -> Protocol:
    main = Actor(0, "main", ActorKind.MAIN, ONE, Daemon.NO, body, at(1))
    return Protocol("module", queues or (queue(),), managers, (main, *actors), ends)


def worker_body(*on_none: Operation) -> Block:
    """A worker's loop from line 10 on: `task_done()` for work; `on_none` and a break on `None`."""
    return (
        forever(
            10,
            get(11),
            when(12, IS_NONE, *on_none, leave(14)),
            call(15),
            done(16),
        ),
    )
