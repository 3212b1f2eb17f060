"""The control-flow graph of a body."""

from __future__ import annotations

import pytest

from flake8_joinqueue.analysis.flow import DIED, END, EdgeKind, Flow
from flake8_joinqueue.protocol import (
    AllOf,
    AnyOf,
    Condition,
    Exit,
    Get,
    Handler,
    Hunch,
    Not,
    Operation,
    Raise,
)
from tests.protocols import (
    IS_NONE,
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
)

MAYBE = Hunch("something")


def reached(*body: Operation) -> set[int]:
    """Return the lines of the operations that can be reached."""
    flow = Flow(body)
    operations = (flow.nodes[node].operation for node in flow.reachable())
    return {operation.site.line for operation in operations if operation is not None}


def ends(*body: Operation) -> bool:
    return END in Flow(body).reachable()


def dies(*body: Operation) -> bool:
    return DIED in Flow(body).reachable()


def courses(flow: Flow) -> set[tuple[int, ...]]:
    """Return the lines passed on each way without a cycle, with -1 for `DIED` at the end."""
    found: set[tuple[int, ...]] = set()
    todo: list[tuple[int, tuple[int, ...], frozenset[int]]] = [(flow.start, (), frozenset())]
    while todo:
        node, lines, seen = todo.pop()
        if node in {END, DIED}:
            found.add(lines if node == END else (*lines, -1))
        elif node not in seen:
            operation = flow.nodes[node].operation
            here = lines if operation is None else (*lines, operation.site.line)
            todo.extend((edge.target, here, seen | {node}) for edge in flow.successors(node))
    return found


def test_a_body_runs_to_its_end() -> None:
    assert courses(Flow((call(1), call(2)))) == {(1, 2)}
    assert Flow(()).start == END


def test_code_behind_an_endless_loop_is_not_reached() -> None:
    assert reached(forever(1, call(2)), call(3)) == {2}
    assert not ends(forever(1, call(2)))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (MAYBE, {(1,), (2,)}),
        (Not(MAYBE), {(1,), (2,)}),
        (True, {(1,)}),
        (False, {(2,)}),
        (AllOf((MAYBE, False)), {(2,)}),
        (AnyOf((MAYBE, True)), {(1,)}),
        (AllOf(()), {(1,)}),
        (AnyOf(()), {(2,)}),
        (Not(AllOf((True, True))), {(2,)}),
    ],
)
def test_conditions(condition: Condition, expected: set[tuple[int, ...]]) -> None:
    assert courses(Flow((when(3, condition, call(1), otherwise=(call(2),)),))) == expected


def test_tests_are_made_from_left_to_right() -> None:
    flow = Flow((when(1, AllOf((IS_NONE, MAYBE)), call(2)),))
    first = flow.nodes[flow.start]
    assert first.test is IS_NONE
    by_truth = {edge.truth: edge.target for edge in first.edges}
    assert flow.nodes[by_truth[True]].test is MAYBE
    assert by_truth[False] == END


def test_break_and_continue_belong_to_the_innermost_loop() -> None:
    flow = Flow((forever(1, repeat(2, None, when(3, MAYBE, leave(4)), again(5)), leave(6)),))
    assert END in flow.reachable()
    assert reached(forever(1, leave(2), call(3)), call(4)) == {2, 4}
    assert not ends(forever(1, repeat(2, None, leave(3))))


def test_a_known_number_of_rounds_is_at_least_one() -> None:
    assert all(2 in course for course in courses(Flow((repeat(1, 3, call(2)), call(3)))))
    assert (1, 3) in courses(Flow((repeat(1, None, call(2)), call(3))))


def test_one_round_is_no_loop() -> None:
    flow = Flow((repeat(1, 1, get(2)),))
    assert not any(edge.kind is EdgeKind.AGAIN for node in flow.nodes for edge in node.edges)


def test_else_of_a_loop_is_skipped_by_break() -> None:
    loop = while_(1, MAYBE, when(2, MAYBE, leave(3)))
    object.__setattr__(loop, "orelse", (call(4),))
    assert courses(Flow((loop, call(5)))) == {(4, 5), (3, 5)}


def test_the_head_of_a_loop_runs_before_each_test() -> None:
    flow = Flow((while_(1, Not(IS_NONE), call(2), head=(get(3),)),))
    (node,) = flow.where(Get)
    assert node in flow.reachable(flow.nodes[node].edges[0].target)


def test_return_leaves_its_scope_only() -> None:
    assert reached(scope(1, back(2)), call(3)) == {1, 2, 3}
    assert reached(back(2), call(3)) == {2}


def test_a_finally_runs_on_every_way_out() -> None:
    body = forever(
        1,
        attempt(
            2,
            when(3, MAYBE, leave(4)),
            when(5, MAYBE, back(6)),
            when(7, MAYBE, Raise("ValueError", at(8))),
            final=(call(9),),
        ),
    )
    found = courses(Flow((body, call(10))))
    assert found == {(4, 9, 10), (6, 9), (8, 9, -1)}


def test_exits() -> None:
    final = (call(2),)
    assert courses(Flow((attempt(1, Exit(at(3)), final=final),))) == {(3, 2)}
    assert courses(Flow((attempt(1, Exit(at(3), hard=True), final=final),))) == {(3,)}


def test_a_call_raises_only_where_a_handler_is_ready() -> None:
    assert not dies(call(1))
    assert not dies(attempt(1, call(2), final=(call(3),)))
    assert reached(attempt(1, call(2), handlers=(handler(3, "ValueError", call(4)),))) == {2, 3, 4}


@pytest.mark.parametrize(
    "name", ["queue.Empty", "asyncio.QueueEmpty", "queue.ShutDown", "KeyboardInterrupt"]
)
def test_a_call_does_not_raise_what_queues_and_signals_raise(name: str) -> None:
    assert reached(attempt(1, call(2), handlers=(handler(3, name, call(4)),))) == {2}


def test_calls_go_to_all_handlers_up_to_one_that_catches_all() -> None:
    inner = attempt(2, call(3), handlers=(handler(4, "ValueError", put(5)),))
    middle = attempt(1, inner, handlers=(handler(6, "Exception", put(7)),))
    outer = attempt(1, middle, handlers=(handler(8, "KeyError", put(9)),))
    assert reached(outer) == {3, 4, 5, 6, 7}


@pytest.mark.parametrize(
    ("name", "caught", "uncaught"),
    [
        ("queue.Empty", True, False),
        ("multiprocessing.queue.Empty", True, False),
        ("Exception", True, False),
        ("BaseException", True, False),
        ("", True, True),  # bare
        ("ValueError", False, True),
    ],
)
def test_who_catches_empty(name: str, *, caught: bool, uncaught: bool) -> None:
    clause = handler(3, name, call(4))
    if not name:
        clause = Handler((), (call(4),), at(3))
        uncaught = False
    flow = Flow((attempt(1, get(2, timeout=True), handlers=(clause,)),))
    lines = {course for course in courses(flow) if 3 in course}
    assert bool(lines) is caught
    assert (DIED in flow.reachable()) is uncaught


def test_an_unknown_exception_name_may_catch_empty() -> None:
    clause = handler(3, "x", call(4))
    unknown = Handler((clause.exceptions[0].__class__("", at(3)),), clause.body, at(3))
    flow = Flow((attempt(1, get(2, timeout=True), handlers=(unknown,)),))
    assert courses(flow) == {(2,), (2, 3, 4), (2, -1)}


def test_a_blocking_get_raises_nothing() -> None:
    assert courses(Flow((attempt(1, get(2), handlers=(handler(3, "Exception"),)),))) == {(2,)}


def test_a_get_may_find_the_queue_shut_down() -> None:
    clause = handler(3, "queue.ShutDown", call(4))
    assert courses(Flow((attempt(1, get(2), handlers=(clause,)),))) == {(2,), (2, 3, 4)}


@pytest.mark.parametrize(
    ("raised", "name", "caught", "died"),
    [
        ("ValueError", "ValueError", True, False),
        ("ValueError", "Exception", True, False),
        ("ValueError", "KeyError", False, True),
        ("KeyError", "LookupError", True, False),
        ("BrokenPipeError", "OSError", True, False),
        ("module.Stop", "module.Stop", True, False),
        ("module.Stop", "ValueError", True, True),
        ("module.Stop", "module.Base", True, True),
        ("", "ValueError", True, True),
        ("SystemExit", "Exception", False, True),
        ("SystemExit", "BaseException", True, False),
    ],
)
def test_a_raise_goes_to_its_handler(raised: str, name: str, *, caught: bool, died: bool) -> None:
    flow = Flow((attempt(1, Raise(raised, at(2)), handlers=(handler(3, name, call(4)),)),))
    assert (any(3 in course for course in courses(flow))) is caught
    assert (DIED in flow.reachable()) is died


def test_a_reraise_goes_outwards() -> None:
    clause = handler(3, "Exception", Raise("reraise", at(4)))
    assert courses(Flow((attempt(1, call(2), handlers=(clause,)),))) == {(2,), (2, 3, 4, -1)}


def test_a_handler_is_not_guarded_by_its_own_try() -> None:
    clause = handler(3, "Exception", Raise("ValueError", at(4)))
    flow = Flow((attempt(1, call(2), handlers=(clause,), final=(done(5),)),))
    assert (2, 3, 4, 5, -1) in courses(flow)


def test_reaching_stops_at_barriers() -> None:
    flow = Flow((call(1), get(2), put(3), call(4)))
    by_line = {node.operation.site.line: i for i, node in enumerate(flow.nodes) if node.operation}
    assert flow.reaching({by_line[4]}, {by_line[2]}) == {by_line[4], by_line[3]}
