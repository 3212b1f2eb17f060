"""What is shared between processes, what is copied, what cannot be passed."""

from __future__ import annotations

import sys

import pytest

from tests.programs import kinds, only, printed, raised, verdict, waiting
from tests.simulator import OutcomeKind

INHERITANCE = "only be shared between processes through inheritance"


def test_process_queue_as_a_pools_argument() -> None:
    """RuntimeError where the result is read, silence where it is not; an initialiser is fine."""
    program = """
        import multiprocessing as mp
        def init(queue):
            global shared
            shared = queue
        def work(queue):
            (queue or shared).put(1)
        if __name__ == "__main__":
            q = mp.Queue()
            with mp.Pool(2, initializer=init, initargs=(q,)) as pool:
                {call}
    """
    read = only(verdict(program.format(call="pool.map(work, [q])")))
    assert read.kind is OutcomeKind.RAISES
    assert read.exit_code == 1
    assert INHERITANCE in read.errors[0].message
    unread = only(verdict(program.format(call="pool.apply_async(work, (q,))")))
    assert unread.exit_code == 0
    assert [(e.type, e.silent) for e in unread.errors] == [("RuntimeError", True)]
    assert verdict(program.format(call="pool.map(work, [None]); print(q.get())")).finishes


def test_process_queue_as_an_executors_argument() -> None:
    """The same, with ``ProcessPoolExecutor``."""
    judgement = verdict("""
        import multiprocessing as mp
        from concurrent.futures import ProcessPoolExecutor
        def work(queue):
            queue.put(1)
        if __name__ == "__main__":
            with ProcessPoolExecutor(2) as pool:
                pool.submit(work, mp.JoinableQueue()).result()
    """)
    assert INHERITANCE in only(judgement).errors[0].message


def test_manager_queue_as_an_argument() -> None:
    """Proxies may be passed."""
    assert printed("""
        import multiprocessing as mp
        def work(queue, item):
            queue.put(item)
        if __name__ == "__main__":
            with mp.Manager() as manager, mp.Pool(2) as pool:
                q = manager.Queue()
                pool.starmap(work, [(q, 1), (q, 2)])
                print(q.get() + q.get())
    """) == {"3\n"}


THREAD_QUEUE = """
    import multiprocessing as mp, queue
    def work(q):
        print("got", q.get())
    if __name__ == "__main__":
        q = queue.Queue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        q.put(1)
        p.join()
"""


def test_thread_queue_to_a_forked_process() -> None:
    """Two copies: the child waits for ever."""
    assert waiting(verdict(THREAD_QUEUE), "Queue.get")


def test_thread_queue_to_a_spawned_process() -> None:
    """TypeError in ``start``."""
    outcome = only(verdict(THREAD_QUEUE, start_method="spawn"))
    assert (outcome.errors[0].type, outcome.errors[0].line) == ("TypeError", 8)


MIXED = """
    import multiprocessing as mp
    def work(q):
        q.put(1)
    if __name__ == "__main__":
        q = mp.get_context("{queue}").JoinableQueue()
        p = mp.get_context("{process}").Process(target=work, args=(q,))
        p.start()
        print(q.get())
        p.join()
"""


def test_mixed_contexts() -> None:
    """Fork queue to spawn process: RuntimeError from 3.11.5; the other way round is fine."""
    judgement = verdict(MIXED.format(queue="fork", process="spawn"))
    expected = {"RuntimeError"} if sys.version_info >= (3, 11, 5) else set()
    assert raised(judgement) == expected
    assert verdict(MIXED.format(queue="spawn", process="fork")).finishes
    assert verdict(MIXED.format(queue="spawn", process="spawn")).finishes


GLOBAL = """
    import multiprocessing as mp
    seen = None
    def work(answer):
        answer.put(seen)
    if __name__ == "__main__":
        seen = "set under main"
        answer = mp.Queue()
        p = mp.Process(target=work, args=(answer,))
        p.start()
        print(answer.get())
        p.join()
"""


def test_globals_with_fork_and_with_spawn() -> None:
    """A global set under the main guard is seen with fork, and not with spawn."""
    assert printed(GLOBAL) == {"set under main\n"}
    assert printed(GLOBAL, start_method="spawn") == {"None\n"}


def test_spawn_runs_the_module_again() -> None:
    """Under the name ``__mp_main__``; a start without a guard is refused."""
    assert printed(
        """
        import multiprocessing as mp
        print(__name__)
        def work():
            print("in", __name__)
        if __name__ == "__main__":
            p = mp.Process(target=work)
            p.start()
            p.join()
        """,
        start_method="spawn",
    ) == {"__main__\n__mp_main__\nin __mp_main__\n"}
    judgement = verdict(
        """
        import multiprocessing as mp
        def work():
            pass
        mp.Process(target=work).start()
        """,
        start_method="spawn",
    )
    assert raised(judgement) == {"RuntimeError"}


def test_fork_copies_memory() -> None:
    """What a child changes, the parent does not see, whatever way it was reached."""
    assert printed("""
        import multiprocessing as mp
        class Box:
            count = 0
        box, total = Box(), 0
        def main():
            inside = []
            def work():
                global total
                total += 1
                inside.append(1)
                box.count += 1
                Box.count += 5
                print(total, inside, box.count, Box.count)
            p = mp.Process(target=work)
            p.start()
            p.join()
            print(total, inside, box.count, Box.count)
        main()
    """) == {"1 [1] 1 5\n0 [] 0 0\n"}


IDENTITY = """
    import enum, multiprocessing as mp
    class Stop: pass
    class Sign(enum.Enum):
        STOP = 1
    def function(): pass
    thing, big, text = object(), 1000, "a text"
    plain, nan, pair = Stop(), float("nan"), (1, 2)
    values = [{values}]
    def work(q):
        print([q.get() {test} value for value in values])
    if __name__ == "__main__":
        q = {queue}
        for value in values:
            q.put(value)
        p = mp.Process(target=work, args=(q,))
        p.start()
        p.join()
"""
KEPT = "None, ..., NotImplemented, True, Stop, function, Sign.STOP, 256, ()"
EQUAL = "text, pair, big"
NEITHER = "thing, plain, nan, StopIteration()"


@pytest.mark.parametrize("queue", ["mp.Queue()", "mp.Manager().Queue()"])
@pytest.mark.parametrize(
    ("values", "test", "expected"),
    [
        (KEPT, "is", [True] * 9),
        (EQUAL, "is", [False] * 3),
        (EQUAL, "==", [True] * 3),
        (NEITHER, "is", [False] * 4),
        (NEITHER, "==", [False] * 4),
    ],
)
def test_identity_across_processes(
    queue: str, values: str, test: str, expected: list[bool]
) -> None:
    """Items are pickled, so identity is lost where pickling loses it."""
    program = IDENTITY.format(values=values, test=test, queue=queue)
    assert printed(program) == {f"{expected}\n"}


def test_identity_between_threads() -> None:
    """A thread queue hands the object itself over."""
    assert printed("""
        import queue
        thing = object()
        q = queue.Queue()
        q.put(thing)
        print(q.get() is thing)
    """) == {"True\n"}


def test_iter_with_an_object_sentinel_never_stops() -> None:
    """``iter(q.get, thing)`` in another process."""
    judgement = verdict("""
        import multiprocessing as mp
        stop = object()
        def work(q):
            for item in iter(q.get, stop):
                pass
        q = mp.Queue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        q.put(stop)
        p.join()
    """)
    assert judgement.always_fails
    assert waiting(judgement, "Queue.get")


@pytest.mark.parametrize("package", ["torch.multiprocessing", "billiard", "multiprocess"])
def test_compatible_packages(package: str) -> None:
    """Are taken for ``multiprocessing``."""
    assert printed(f"""
        import {package} as mp
        from {package}.queues import JoinableQueue
        q = mp.JoinableQueue()
        print(isinstance(q, JoinableQueue))
    """) == {"True\n"}


def test_spawn_of_torch_tells_each_process_its_number_and_waits_for_all() -> None:
    assert printed("""
        import torch.multiprocessing as mp
        def work(rank, q, more):
            q.put(rank + more)
        if __name__ == "__main__":
            q = mp.get_context("spawn").SimpleQueue()
            print(mp.spawn(work, (q, 5), nprocs=2))
            print(sorted([q.get(), q.get()]), q.empty())
    """) == {"None\n[5, 6] True\n"}


def test_spawn_of_torch_without_waiting_gives_what_waits_for_one_after_the_other() -> None:
    assert printed("""
        import torch.multiprocessing as mp
        def work(rank):
            pass
        if __name__ == "__main__":
            context = mp.spawn(work, nprocs=3, join=False)
            asked = []
            while not asked or not asked[-1]:
                asked.append(context.join())
            print(asked[-1], context.join(), len(context.processes))
    """) == {"True True 3\n"}


def test_spawn_of_torch_stops_all_when_one_fails() -> None:
    judgement = verdict("""
        import torch.multiprocessing as mp
        def work(rank, q):
            if rank:
                raise ValueError(rank)
            q.get()
        if __name__ == "__main__":
            mp.spawn(work, (mp.get_context("spawn").SimpleQueue(),), nprocs=2)
    """)
    assert {outcome.kind for outcome in judgement.outcomes} == {OutcomeKind.RAISES}
    raised = {error.type for outcome in judgement.outcomes for error in outcome.errors}
    assert raised == {"ValueError", "ProcessRaisedException"}


@pytest.mark.parametrize(("does", "kind"), [
    ("q.put(1)", OutcomeKind.LOSES_ITEMS),
    ("q.empty()", OutcomeKind.LOSES_ITEMS),
    ("pass", OutcomeKind.FINISHES),
])  # fmt: skip
def test_what_is_put_on_a_copy_is_lost(does: str, kind: OutcomeKind) -> None:
    """Nobody else can take it; nor can a process that only looks take what is put elsewhere."""
    judgement = verdict(f"""
        import multiprocessing as mp, queue
        def work(q):
            {does}
        q = queue.Queue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        q.put(2)
        p.join()
    """)
    assert kinds(judgement) == {kind}
