"""Every trap of the catalogue stands in at least two fixtures, in different spellings, silent.

That they are silent, and that they really finish, is what the tests of the fixtures say of each;
here it says which of them shows what, so that no trap goes without.
"""

from __future__ import annotations

import pytest

from tests.test_fixtures import FIXTURES, expected, read

TRAPS: dict[str, tuple[str, ...]] = {
    "daemon workers without a sentinel, main ends with queue.join()": (
        "daemon_processes_and_queue_join",
        "daemon_threads_in_a_class",
        "daemons_in_a_set",
        "inner_while_continue",
    ),
    "queue.join() before the sentinels, which nobody counts": (
        "queue_joined_before_sentinels",
        "walrus_after_queue_join",
        "asyncio_joined_before_stops",
    ),
    "finally counts the sentinel as well": (
        "finally_around_return",
        "finally_around_break_and_except",
        "finally_by_context_manager",
    ),
    "task_done() before the test for the sentinel": (
        "task_done_before_test",
        "counted_at_once",
        "asyncio_counted_before_the_test",
    ),
    "follow-up work before the worker's own task_done()": (
        "follow_up_before_task_done",
        "follow_up_threads_then_stop",
        "asyncio_follow_up",
    ),
    "a relayed sentinel, and no queue.join() after": (
        "relayed_sentinel",
        "relayed_sentinel_processes",
        "relayed_after_queue_join",
        "asyncio_relayed_end",
    ),
    "one consumer that counts a sentinel from each producer": (
        "one_end_from_each_producer",
        "main_counts_ends",
        "asyncio_one_end_from_each",
        "ends_crossed_off",
        "asyncio_ends_crossed_off",
    ),
    "n - 1 helpers and main, n sentinels": (
        "main_is_a_worker",
        "main_is_a_worker_threads",
        "asyncio_main_takes_too",
    ),
    "one sentinel ends one of several workers while others remain": (
        "shrink_by_one",
        "asyncio_scaled_down",
    ),
    "old workers leave before new ones start on the same queue": (
        "second_shift",
        "crew_replaced",
    ),
    "surplus sentinels, and no queue.join() after": (
        "surplus_without_queue_join",
        "surplus_to_be_sure",
        "asyncio_surplus_stops",
    ),
    "a queue of its own for each worker": (
        "queue_per_worker",
        "queue_per_thread_pairs",
        "queue_by_number_of_worker",
        "asyncio_queue_for_each_task",
    ),
    "object() as a sentinel between threads": (
        "object_between_threads",
        "object_in_a_class_of_threads",
    ),
    "None, ..., classes, functions, enum members and small ints between processes": (
        "finally_around_return",
        "ellipsis_between_processes",
        "class_and_enum_between_processes",
        "small_int_and_function_between_processes",
        "small_values_between_processes",
    ),
    "a manager's queue without a variable for the manager": (
        "manager_without_variable",
        "manager_kept_by_its_queue",
    ),
    "a queue that nobody joins, of processes": (
        "plain_queues_nobody_joins",
        "queue_by_number_of_worker",
    ),
    "a queue that nobody joins, of threads and tasks": (
        "uncounted_thread_queue",
        "asyncio_never_joined",
    ),
    "workers terminated after queue.join()": (
        "terminated_after_queue_join",
        "terminated_when_all_is_done",
    ),
    "roles reversed": (
        "roles_reversed",
        "roles_reversed_threads",
        "asyncio_roles_reversed",
    ),
    "empty() where the queue was filled before its only consumer started": (
        "filled_before_only_consumer",
        "filled_manager_queue",
        "filled_and_qsize",
    ),
    "get() and task_done() in accessor methods": (
        "accessor_methods",
        "accessor_methods_uncalled_order",
        "accessors_of_a_base_class",
    ),
    "a queue class chosen at run time": (
        "queue_class_from_dict",
        "kind_of_everything_by_setting",
        "kind_by_branch",
    ),
    "a process or a thread by a setting": (
        "process_or_thread_by_setting",
        "kind_of_everything_by_setting",
        "kind_by_branch",
    ),
    "two gets in one loop": (
        "two_gets_in_one_loop",
        "second_get_may_be_the_end",
        "asyncio_pair_of_gets",
    ),
    "the continue of an inner loop": (
        "inner_continue",
        "inner_while_continue",
    ),
    "a second task_done() that cannot follow the first": (
        "exclusive_task_done",
        "exclusive_by_exception",
    ),
    "main waits for an Event": (
        "event_before_queue_join",
        "asyncio_event_before_join",
    ),
    "main waits at a Barrier": (
        "barrier_before_sentinels",
        "process_barrier_before_join",
    ),
    "main waits for a Condition, or for what counts like one": (
        "condition_before_queue_join",
        "process_condition_before_join",
        "semaphore_counts_producers",
    ),
    "tasks cancelled after queue.join()": (
        "asyncio_cancel_after_join",
        "asyncio_bus",
        "asyncio_task_group_cancelled",
    ),
    "greenlets killed after queue.join()": (
        "gevent_killed_after_join",
        "gevent_each_killed",
    ),
    "shutdown() ends the workers": (
        "shutdown_ends_workers",
        "shutdown_in_a_class",
        "shutdown_immediate",
        "asyncio_shut_down",
    ),
}
"""The traps of the catalogue (those that name several things one by one), and what shows them."""


@pytest.mark.parametrize("trap", TRAPS)
def test_trap_stands_in_fixtures_that_are_silent(trap: str) -> None:
    names = TRAPS[trap]
    assert len(set(names)) >= 2
    for name in names:
        text = read(FIXTURES / "traps" / f"{name}.py")
        assert not expected(text), name


def test_no_trap_expects_anything() -> None:
    for path in sorted((FIXTURES / "traps").glob("*.py")):
        assert not expected(read(path)), path
