"""The scheduler: schedules, replay, virtual time, isolation, limits."""

from __future__ import annotations

import sys
import textwrap
import time

import pytest

from tests.programs import only, printed, verdict, waiting
from tests.simulator import Budget, OutcomeKind, judge, replay

RACE = textwrap.dedent("""
    import multiprocessing as mp
    def work(q):
        while q.get() is not None:
            pass
    q = mp.Queue()
    ps = [mp.Process(target=work, args=(q,)) for _ in range(2)]
    for p in ps:
        p.start()
    for p in ps:
        q.put(None)
        p.join()
""")


def test_a_race_is_found_and_replayed() -> None:
    """One sentinel a worker, joined in turn: the other worker may take it."""
    judgement = judge(RACE)
    assert {o.kind for o in judgement.outcomes} == {OutcomeKind.HANGS, OutcomeKind.FINISHES}
    assert judgement.exhaustive
    for outcome in judgement.outcomes:
        assert replay(RACE, outcome.schedule) == outcome
    hang = judgement.failures()[0]
    assert "Process-2" in hang.trace
    assert "waits in Process.join line 12" in hang.trace


def test_random_schedules_find_it_too() -> None:
    """With no search at all; the seed decides which schedules are tried."""
    budget = Budget(schedules=1, random=60)
    one, same = judge(RACE, budget=budget, seed=7), judge(RACE, budget=budget, seed=7)
    assert one == same
    assert one.fails
    assert not one.exhaustive


def test_the_same_program_gives_the_same_judgement() -> None:
    """Nothing depends on the clock or on chance."""
    assert judge(RACE) == judge(RACE)


def test_virtual_time() -> None:
    """An hour passes at once, and only when nobody can run."""
    begin = time.monotonic()
    assert printed("""
        import threading, time
        def work():
            time.sleep(1800)
            print("half")
        t = threading.Thread(target=work)
        begin = time.time()
        t.start()
        time.sleep(3600)
        print(round(time.time() - begin))
    """) == {"half\n3600\n"}
    assert time.monotonic() - begin < 5


def test_early_timeouts_are_tried_on_demand() -> None:
    """A slow machine: the timeout may come though the item is on its way."""
    program = textwrap.dedent("""
        import queue, threading
        q = queue.Queue()
        threading.Thread(target=q.put, args=(1,)).start()
        q.get(timeout=1)
    """)
    assert judge(program).finishes
    slow = judge(program, budget=Budget(early_timeouts=True))
    assert {e.type for o in slow.outcomes for e in o.errors} == {"Empty"}
    assert judge(program, budget=Budget(early_timeouts=True, patient_gets=True)).finishes


def test_all_of_several_may_give_up_before_the_first_item_is_there() -> None:
    """A feeder that is late for one is late for the others as well."""
    program = textwrap.dedent("""
        import multiprocessing, queue

        def work(q):
            try:
                q.get(timeout=1)
                q.task_done()
            except queue.Empty:
                pass

        if __name__ == "__main__":
            q = multiprocessing.JoinableQueue()
            for number in range(4):
                q.put(number)
            for _ in range(8):
                multiprocessing.Process(target=work, args=(q,)).start()
            q.join()
    """)
    budget = Budget(schedules=50, random=200, early_timeouts=True)
    assert [o.kind for o in judge(program, budget=budget).failures()] == [OutcomeKind.HANGS]


def test_loops_without_an_operation_are_cut() -> None:
    """Undecided, quickly."""
    judgement = judge("while True:\n    pass\n", budget=Budget(ticks=20_000))
    assert not judgement.decided
    assert judgement.outcomes[0].reason == "a loop without an operation near line 1"
    assert judgement.outcomes[0].kind is OutcomeKind.UNDECIDED


def test_busy_waiting_on_a_plain_variable_ends() -> None:
    """A loop lets others run, as the interpreter does."""
    assert printed("""
        import threading
        ready = False
        def work():
            global ready
            ready = True
        threading.Thread(target=work).start()
        while not ready:
            pass
        print("seen")
    """) == {"seen\n"}


def test_polling_for_ever_is_a_hang() -> None:
    """Timeouts that expire again and again are no progress."""
    judgement = verdict("""
        import multiprocessing as mp, queue
        def work(q):
            while True:
                try:
                    if q.get(timeout=1) is None:
                        return
                except queue.Empty:
                    continue
        q = mp.Queue()
        p = mp.Process(target=work, args=(q,))
        p.start()
        p.join()
    """)
    assert judgement.always_fails
    assert waiting(judgement, "Process.join")


@pytest.mark.parametrize(
    "line",
    ["open('x', 'w')", "import socket", "import subprocess", "import os; os.system('true')",
     "import pathlib", "import os; os.fork()"],
)  # fmt: skip
def test_a_program_cannot_reach_out(line: str) -> None:
    """Files, network and real processes are refused, and the verdict is left open."""
    judgement = judge(line)
    assert not judgement.decided
    assert judgement.outcomes[0].reason.startswith("the program ")


def test_what_is_not_installed_cannot_be_imported() -> None:
    """As in a real run."""
    assert printed("""
        try:
            import no_such_package
        except ImportError:
            print("none")
    """) == {"none\n"}


def test_the_interpreter_is_left_as_it_was() -> None:
    """Streams, arguments and the main module are put back."""
    before = (sys.stdout, sys.stderr, sys.argv, sys.modules["__main__"])
    judge("import sys\nprint(1)\nsys.exit(2)")
    assert (sys.stdout, sys.stderr, sys.argv, sys.modules["__main__"]) == before


def test_code_of_a_killed_actor_does_nothing() -> None:
    """No finally and no bare except runs when a daemon is killed."""
    assert printed("""
        import threading, queue
        q = queue.Queue()
        def work():
            while True:
                try:
                    q.get()
                except:
                    print("caught")
                finally:
                    print("finally")
        threading.Thread(target=work, daemon=True).start()
        print("end")
    """) == {"end\n"}


def test_exit_codes_and_output() -> None:
    """As a real run would give them."""
    outcome = only(
        verdict("""
        import sys
        print("out")
        print("err", file=sys.stderr)
        sys.exit(3)
    """)
    )
    assert (outcome.stdout, outcome.stderr, outcome.exit_code) == ("out\n", "err\n", 3)


TYPICAL = textwrap.dedent("""
    import multiprocessing as mp
    import queue

    def square(tasks, results):
        while True:
            item = tasks.get()
            try:
                if item is None:
                    break
                results.put(item * item)
            finally:
                tasks.task_done()

    def produce(tasks, numbers):
        for number in numbers:
            tasks.put(number)

    def main():
        tasks = mp.JoinableQueue()
        results = mp.Queue()
        workers = [mp.Process(target=square, args=(tasks, results)) for _ in range(2)]
        producer = mp.Process(target=produce, args=(tasks, range(4)))
        producer.start()
        for worker in workers:
            worker.start()
        producer.join()
        for _ in workers:
            tasks.put(None)
        tasks.join()
        found = sorted(results.get() for _ in range(4))
        for worker in workers:
            worker.join()
        print(found)

    if __name__ == "__main__":
        main()
""")


def test_a_typical_program_is_decided_quickly() -> None:
    """Forty lines, four actors: under a second on an idle machine, three leave room for others."""
    judge(TYPICAL, budget=Budget(schedules=2))
    begin = time.process_time()
    judgement = judge(TYPICAL)
    assert judgement.finishes
    assert time.process_time() - begin < 3


def test_a_daemon_may_have_begun_before_main_ends() -> None:
    """Between its start and the end of main there is time, if little, to take what then is lost."""
    source = """
        import multiprocessing
        def work(q):
            while True:
                q.get()
        if __name__ == "__main__":
            q = multiprocessing.Queue()
            for item in range(3):
                q.put(item)
            multiprocessing.Process(target=work, args=(q,), daemon=True).start()
    """
    assert OutcomeKind.LOSES_ITEMS in {outcome.kind for outcome in verdict(source).outcomes}
