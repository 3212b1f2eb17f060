"""The reader: queues, managers, and what their methods do."""

from __future__ import annotations

import pytest

from flake8_joinqueue.protocol import JoinQueue, Protocol, Put
from tests.reading import lines, main, operations, protocol, protocols, whole

# --- how queues are made -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("multiprocessing.JoinableQueue()", "process joinable queue"),
        ("multiprocessing.Queue()", "process queue"),
        ("multiprocessing.SimpleQueue()", "process simple queue"),
        ("multiprocessing.queues.JoinableQueue(ctx=c)", "process joinable queue"),
        ("multiprocessing.get_context().JoinableQueue()", "process joinable queue"),
        ("multiprocessing.get_context('spawn').JoinableQueue()", "process joinable queue"),
        ("multiprocessing.get_context(method='fork').Queue()", "process queue"),
        ("multiprocessing.get_context(f()).Queue()", "process queue"),
        ("queue.Queue()", "thread queue"),
        ("queue.LifoQueue()", "thread queue in an order of its own"),
        ("queue.PriorityQueue()", "thread queue in an order of its own"),
        ("queue.SimpleQueue()", "thread simple queue"),
        ("queue.Queue[int]()", "thread queue"),
    ],
)
def test_each_constructor_makes_its_kind(made: str, kind: str) -> None:
    program = f"import multiprocessing, queue\nq = {made}\n"
    assert [each.kind.name for each in protocol(program).queues] == [kind]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", "q: thread queue"),
        ("3", "q: thread queue, maxsize 3"),
        ("maxsize=3", "q: thread queue, maxsize 3"),
        ("0", "q: thread queue, maxsize 0"),
        ("-1", "q: thread queue, maxsize -1"),
        ("2 * 4", "q: thread queue, maxsize 8"),
        ("os.cpu_count()", "q: thread queue, maxsize cpu_count()"),
    ],
)
def test_maxsize(arguments: str, expected: str) -> None:
    program = f"import queue, os\nq = queue.Queue({arguments})\n"
    assert whole(program) == f"{expected}\nmain:"


def test_a_simple_queue_has_no_bound() -> None:
    made = protocol("import queue\nq = queue.SimpleQueue()\n").queues[0]
    assert made.maxsize is None


def test_a_context_in_a_variable() -> None:
    assert (
        whole(
            """
            import multiprocessing as mp
            context = mp.get_context("spawn")
            jobs = context.JoinableQueue()
            context.Process(target=print, args=(jobs,)).start()
            """
        ).splitlines()[0]
        == "jobs: process joinable queue"
    )


def test_a_queue_goes_by_its_first_name() -> None:
    program = """
        import queue
        jobs = queue.Queue()
        other = jobs
        other.put(1)
    """
    assert main(program) == "put jobs 1"


def test_a_queue_without_a_name() -> None:
    assert main("import queue\nqueue.Queue().put(1)\n") == "put queue 1"


def test_a_queue_in_an_attribute_goes_by_the_attribute() -> None:
    program = """
        import queue

        class Pool:
            def __init__(self):
                self.jobs = queue.Queue()

        pool = Pool()
        pool.jobs.put(1)
    """
    assert main(program) == "put jobs 1"


def test_one_queue_a_worker() -> None:
    program = """
        import queue
        queues = [queue.Queue() for _ in range(3)]
        for q in queues:
            q.put(None)
    """
    assert whole(program) == lines(
        """
        queues: thread queue x3
        main:
          loop x3:
            put queues None
        """
    )


def test_a_queue_class_of_the_file_is_what_its_base_is() -> None:
    program = """
        import queue

        class Jobs(queue.Queue):
            name = "jobs"

        q = Jobs()
        q.put(1)
        q.join()
    """
    assert whole(program) == lines(
        """
        q: thread queue
        main:
          put q 1
          join q
        """
    )


def test_a_queue_class_keeps_its_maxsize() -> None:
    program = """
        import queue

        class Jobs(queue.Queue):
            pass

        q = Jobs(3)
    """
    assert whole(program) == "q: thread queue, maxsize 3\nmain:"


def test_what_a_queue_class_redefines_is_run() -> None:
    program = """
        import queue

        class Jobs(queue.Queue):
            def put(self, item):
                super().put(item)
                super().put(item)

        q = Jobs()
        q.put(1)
    """
    assert main(program) == "put():\n  put q 1\n  put q 1"


# --- managers ------------------------------------------------------------------------------------


def test_a_manager_in_a_with_block_ends_where_it_is_left() -> None:
    program = """
        import multiprocessing
        with multiprocessing.Manager() as manager:
            jobs = manager.JoinableQueue()
            jobs.put(1)
        print("over")
    """
    assert whole(program) == lines(
        """
        jobs: manager queue, of manager
        manager: manager
        main:
          try:
            put jobs 1
          finally:
            end manager
        """
    )


def test_a_manager_that_is_shut_down() -> None:
    program = """
        import multiprocessing
        m = multiprocessing.Manager()
        jobs = m.Queue(2)
        jobs.join()
        m.shutdown()
    """
    assert whole(program) == lines(
        """
        jobs: manager queue, maxsize 2, of m
        m: manager
        main:
          join jobs
          end m
        """
    )


def test_a_manager_that_is_started_by_hand() -> None:
    program = """
        from multiprocessing.managers import SyncManager
        m = SyncManager()
        m.start()
        jobs = m.Queue()
        jobs.put(1)
        m.shutdown()
    """
    assert main(program) == "put jobs 1\nend m"


def test_a_manager_without_a_name() -> None:
    program = """
        import multiprocessing
        jobs = multiprocessing.Manager().JoinableQueue()
    """
    assert whole(program) == lines(
        """
        jobs: manager queue, of manager
        manager: manager
        main:
        """
    )


def test_other_things_of_a_manager() -> None:
    program = """
        import multiprocessing
        m = multiprocessing.Manager()
        results = m.dict()
        done = m.Event()
        jobs = m.Queue()
        done.wait()
        jobs.put(results)
    """
    assert main(program) == "synchronise Event.wait\nput jobs data"


# --- what the methods do -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("q.put(1)", "put q 1"),
        ("q.put(item=1)", "put q 1"),
        ("q.put(obj=1)", "put q 1"),
        ("q.put(1, True)", "put q 1"),
        ("q.put(1, True, None)", "put q 1"),
        ("q.put(1, timeout=None)", "put q 1"),
        ("q.put(1, False)", "put q 1 without waiting"),
        ("q.put(1, block=False)", "put q 1 without waiting"),
        ("q.put(1, timeout=5)", "put q 1 without waiting"),
        ("q.put(1, True, 5)", "put q 1 without waiting"),
        ("q.put_nowait(1)", "put q 1 without waiting"),
        ("q.get()", "get q -> item"),
        ("q.get(True)", "get q -> item"),
        ("q.get(True, None)", "get q -> item"),
        ("q.get(timeout=None)", "get q -> item"),
        ("q.get(timeout=5)", "get q -> item, may be empty"),
        ("q.get(True, 5)", "get q -> item, may be empty"),
        ("q.get(False)", "get q -> item, may be empty, no wait"),
        ("q.get(block=False)", "get q -> item, may be empty, no wait"),
        ("q.get(block=wait)", "get q -> item, may be empty"),
        ("q.get_nowait()", "get q -> item, may be empty, no wait"),
        ("q.task_done()", "task_done q"),
        ("q.join()", "join q"),
        ("q.join(5)", "join q (argument)"),
        ("q.join(timeout=5)", "join q (argument)"),
        ("q.empty()", "empty q"),
        ("q.full()", "full q"),
        ("q.qsize()", "qsize q"),
        ("q.close()", "close q"),
        ("q.shutdown()", "shutdown q"),
        ("q.shutdown(immediate=False)", "shutdown q"),
        ("q.shutdown(True)", "shutdown q at once"),
        ("q.shutdown(immediate=True)", "shutdown q at once"),
        ("q.join_thread()", ""),
        ("q.mutex", ""),
        ("take = q.get; take()", "get q -> item"),
        ("getattr(q, 'get')()", "get q -> item"),
        ("q\\\n.get()", "get q -> item"),
    ],
)
def test_methods(call: str, expected: str) -> None:
    assert main(f"import queue\nq = queue.Queue()\n{call}\n") == expected


def test_the_argument_of_join_is_where_it_stands() -> None:
    made = protocol("import queue\nq = queue.Queue()\nq.join(timeout=5)\n")
    joins = [each for each in operations(made) if isinstance(each, JoinQueue)]
    assert joins[0].argument is not None
    span = joins[0].argument.span
    assert (span.line, span.column, span.end_column) == (3, 15, 16)


def test_with_over_a_queue() -> None:
    program = """
        import queue
        with queue.Queue() as q:
            q.put(1)
    """
    assert main(program) == "with q\nput q 1"


def test_a_queue_that_is_closed_by_closing() -> None:
    program = """
        import contextlib
        import multiprocessing
        with contextlib.closing(multiprocessing.JoinableQueue()) as q:
            q.put(1)
    """
    assert main(program) == lines(
        """
        try:
          put q 1
        finally:
          close q
        """
    )


def test_enter_context_on_a_queue() -> None:
    program = """
        import contextlib
        import multiprocessing
        with contextlib.ExitStack() as stack:
            q = stack.enter_context(multiprocessing.JoinableQueue())
            q.put(1)
    """
    assert main(program).splitlines()[0] == "with q"


# --- what is put ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "item"),
    [
        ("None", "None"),
        ("True", "True"),
        ("-1", "-1"),
        ("-1.5", "-1.5"),
        ("1j", "1j"),
        ("...", "Ellipsis"),
        ("'STOP'", "'STOP'"),
        ("'ST' 'OP'", "'STOP'"),
        ("b'a' b'b'", "b'ab'"),
        ("f'{n}'", "data"),
        ("'a' f'{n}'", "data"),
        ("()", "tuple()"),
        ("(None, 1)", "tuple(None, 1)"),
        ("[None, n]", "list(None, data)"),
        ("{'a': 1}", "dict(1)"),
        ("{1, 2}", "data"),
        ("[0] * n", "data"),
        ("object()", "a object"),
        ("StopIteration", "StopIteration"),
        ("Stop", "Stop"),
        ("Stop()", "a Stop"),
        ("stop", "stop"),
        ("Signal.STOP", "Signal.STOP"),
        ("Point(1, None)", "Point(1, None)"),
        ("2 + 3", "5"),
        ("7 // 2", "3"),
        ("n", "data"),
        ("not None", "True"),
        ("-n", "data"),
        ("~n", "data"),
        ("n if n else None", "data"),
        ("lambda: 1", "<lambda>"),
    ],
)
def test_what_is_put(value: str, item: str) -> None:
    program = f"""
import collections, enum, queue

class Stop:
    pass

class Signal(enum.Enum):
    STOP = 1

Point = collections.namedtuple("Point", "x y")

def stop():
    pass

q = queue.Queue()
q.put({value})
"""
    assert main(program) == f"put q {item}"


def test_a_constant_remembers_its_name() -> None:
    made = protocol("import queue\nSTOP = None\nEND = STOP\nq = queue.Queue()\nq.put(END)\n")
    item = _put(made).item
    assert getattr(item, "label", "") == "STOP"


def test_a_fresh_object_is_one_object_wherever_it_goes() -> None:
    program = """
        import queue
        STOP = object()
        OTHER = object()
        q = queue.Queue()
        q.put(STOP)
        q.put(OTHER)
        q.put(STOP)
    """
    assert main(program) == "put q a object\nput q a object#2\nput q a object"


def test_a_long_record_is_cut() -> None:
    made = protocol(f"import queue\nq = queue.Queue()\nq.put({tuple(range(40))})\n")
    assert len(getattr(_put(made).item, "fields", ())) == 12


def test_a_taken_item_that_is_put_back_after_a_test_is_what_the_test_told() -> None:
    program = """
        import queue
        q = queue.Queue()
        item = q.get()
        if item is None:
            q.put(item)
        else:
            q.put(item)
    """
    assert main(program) == lines(
        """
        get q -> item
        if item is None:
          put q None
        else:
          put q data
        """
    )


def test_the_result_of_a_helper_put_back_is_what_a_test_told() -> None:
    program = """
        import queue
        q = queue.Queue()

        def take(quick):
            if f(quick):
                return None
            return 5

        item = take(1)
        if item is None:
            q.put(item)
        q.put(item)
    """
    puts = [line.strip() for line in main(program).splitlines() if "put" in line]
    assert puts == ["put q None", "put q data"]


def _put(made: Protocol) -> Put:
    return next(each for each in operations(made) if isinstance(each, Put))


# --- programs without queues ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "program",
    [
        "",
        "x = 1\n",
        "import queue\n",
        "import threading\nthreading.Thread(target=print).start()\n",
        "def f():\n    return 1\n",
    ],
)
def test_no_protocol_where_nothing_concerns_queues(program: str) -> None:
    assert protocols(program) == {}


def test_a_handler_alone_makes_a_protocol() -> None:
    program = """
        import multiprocessing
        try:
            work()
        except multiprocessing.queue.Empty:
            pass
    """
    assert main(program) == lines(
        """
        try:
          call work
        except multiprocessing.queue.Empty:
        """
    )
