"""One small program for every rule of the catalogue: the simulator shows what the rule says.

Beside each of them stands what makes it right again, as a replacement in its text: then nothing
happens. Held against the real modules where every schedule ends alike.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import pytest

from tests.simulator import Budget, judge
from tests.test_fixtures_judged import AS_THE_RULE_SAYS, held_against_real, shows_here

BUDGET = Budget(schedules=150, random=40)


@dataclass(frozen=True)
class Case:
    """A wrong program; ``wrong`` is replaced by ``right`` in the correct one."""

    code: str
    source: str
    wrong: str
    right: str
    start_method: str = "fork"

    @property
    def text(self) -> str:
        """The wrong program."""
        return textwrap.dedent(self.source).lstrip()

    @property
    def mended(self) -> str:
        """The right one."""
        assert self.wrong in self.text
        return self.text.replace(self.wrong, self.right)


POOL = """
    import multiprocessing as mp
    def work(q):
        while True:
            x = q.get()
            if x is None:
                q.task_done()
                break
            print(x)
            q.task_done()
    if __name__ == "__main__":
        q = mp.JoinableQueue()
        workers = [mp.Process(target=work, args=(q,)) for _ in range(2)]
        for w in workers:
            w.start()
        for x in "abc":
            q.put(x)
        for w in workers:
            q.put(None)
        q.join()
        for w in workers:
            w.join()
"""
THREADS = POOL.replace("mp.JoinableQueue", "queue.Queue").replace("mp.Process", "threading.Thread")
THREADS = THREADS.replace("import multiprocessing as mp", "import queue, threading")

CASES = [
    Case(
        "JQ106",
        POOL.replace("def work", "STOP = object()\n    def work")
        .replace("is None", "is STOP")
        .replace("put(None)", "put(STOP)"),
        "object()",
        "None",
    ),
    Case("JQ107", POOL.replace("is None:", "is None:\n                q.put(None)").replace(
        "for w in workers:\n            q.put(None)", "q.put(None)"),
        "    q.join()\n", ""),
    Case("JQ108", """
        import multiprocessing as mp
        def work(q):
            while not q.empty():
                print(q.get())
                q.task_done()
        if __name__ == "__main__":
            q = mp.JoinableQueue()
            for x in "abc":
                q.put(x)
            mp.Process(target=work, args=(q,)).start()
            q.join()
        """, "while not q.empty():", "for _ in range(3):"),
    Case("JQ204", POOL.replace("print(x)", "print(int(x, 11))"), "11", "16"),
    Case("JQ205", """
        import queue, threading
        def work(q):
            while True:
                try:
                    print(q.get(timeout=1))
                except queue.Empty:
                    break
                finally:
                    q.task_done()
        q = queue.Queue()
        worker = threading.Thread(target=work, args=(q,))
        worker.start()
        for x in "abc":
            q.put(x)
        q.join()
        worker.join()
        """, "finally", "else"),
    Case("JQ205", """
        import asyncio
        async def work(q):
            while True:
                try:
                    print(await q.get())
                finally:
                    q.task_done()
        async def main():
            q = asyncio.Queue()
            worker = asyncio.create_task(work(q))
            for x in "abc":
                await q.put(x)
            await q.join()
        asyncio.run(main())
        """, "finally:", "except asyncio.CancelledError:\n            raise\n        else:"),
    Case("JQ206", """
        import multiprocessing as mp
        def work(q, results):
            while True:
                x = q.get()
                q.task_done()
                results.put(x * 2)
        if __name__ == "__main__":
            q, results = mp.JoinableQueue(), mp.Queue()
            mp.Process(target=work, args=(q, results), daemon=True).start()
            for x in "abc":
                q.put(x)
            q.join()
            while not results.empty():
                print(results.get())
        """, "while not results.empty():", "for _ in range(3):"),
    Case("JQ303", """
        import multiprocessing as mp
        def work(q):
            while True:
                print(q.get())
                q.task_done()
        if __name__ == "__main__":
            q = mp.JoinableQueue()
            for x in "abc":
                q.put(x)
            q.join()
            mp.Process(target=work, args=(q,), daemon=True).start()
            q.join()
        """, "    q.join()\n    mp.Process", "    mp.Process"),
    Case("JQ304", """
        import multiprocessing as mp
        def work(results):
            for x in "abc":
                results.put(x * 50000)
        if __name__ == "__main__":
            results = mp.Queue()
            worker = mp.Process(target=work, args=(results,))
            worker.start()
            worker.join()
            for _ in range(3):
                print(len(results.get()))
        """, "50000", "5"),
    Case("JQ305", """
        import multiprocessing as mp
        def work(q):
            for _ in range(3):
                print(q.get())
                q.task_done()
        if __name__ == "__main__":
            q = mp.JoinableQueue(2)
            for x in "abc":
                q.put(x)
            mp.Process(target=work, args=(q,)).start()
            q.join()
        """, "(2)", "(0)"),
    Case("JQ306", """
        import queue, threading
        def work(q):
            print(q.get())
            q.task_done()
        q = queue.Queue()
        for x in "abc":
            q.put(x)
        for _ in range(2):
            threading.Thread(target=work, args=(q,)).start()
        q.join()
        """, "range(2)", "range(3)"),
    Case("JQ403", """
        import multiprocessing as mp
        def work(q, x):
            q.put(x)
        if __name__ == "__main__":
            with mp.Manager() as manager:
                q = mp.Queue()
                with mp.Pool(2) as pool:
                    pool.apply_async(work, (q, 1))
                    pool.close()
                    pool.join()
        """, "mp.Queue", "manager.Queue"),
    Case("JQ403", """
        import multiprocessing as mp
        def work(q):
            q.get().put(1)
            q.task_done()
        if __name__ == "__main__":
            with mp.Manager() as manager:
                q, answer = mp.JoinableQueue(), mp.Queue()
                mp.Process(target=work, args=(q,), daemon=True).start()
                q.put(answer)
                q.join()
        """, "mp.Queue", "manager.Queue"),
    Case("JQ404", """
        import multiprocessing as mp
        def work(q):
            print(q.get())
            q.task_done()
        if __name__ == "__main__":
            q = mp.Queue()
            mp.Process(target=work, args=(q,)).start()
            q.put(1)
        """, "mp.Queue", "mp.JoinableQueue"),
    Case("JQ404", THREADS.replace("import queue", "import multiprocessing as mp, queue").replace(
        "threading.Thread", "mp.Process"), "queue.Queue", "mp.JoinableQueue"),
    Case("JQ404", """
        import asyncio, threading
        def work(q, loop):
            for x in range(3):
                q.put_nowait(x)
        async def main():
            q = asyncio.Queue()
            given = (q, asyncio.get_running_loop())
            threading.Thread(target=work, args=given).start()
            for _ in range(3):
                print(await q.get())
        asyncio.run(main())
        """, "q.put_nowait(x)", "loop.call_soon_threadsafe(q.put_nowait, x)"),
    Case("JQ406", POOL.replace("def work(q):", "def work():").replace(", args=(q,)", ""),
         "def work():", "def work(q=None):", "spawn"),
    Case("JQ407", POOL.replace("mp.JoinableQueue", 'mp.get_context("fork").JoinableQueue').replace(
        "mp.Process", 'mp.get_context("spawn").Process'), '"fork"', '"spawn"'),
    Case("JQ408", POOL.replace("q.join()", "q.join(timeout=5)"), "timeout=5", ""),
    Case("JQ408", THREADS.replace("q.join()", "q.join(5)"), "5", ""),
    Case("JQ409", """
        import queue, threading
        def work(q):
            while True:
                print(q.get())
                q.task_done()
        q = queue.Queue()
        threading.Thread(target=work, args=(q,), daemon=True).start()
        for x in "abc":
            q.put(x)
        print("end")
        """, 'print("end")', "q.join()"),
    Case("JQ410", """
        import multiprocessing as mp
        if __name__ == "__main__":
            q = mp.Queue()
            q.close()
            q.put(1)
        """, "q.close()", ""),
    Case("JQ410", """
        import multiprocessing as mp
        if __name__ == "__main__":
            q = mp.Queue()
            q.put(1)
            q.close()
            print(q.get())
        """, "q.close()", ""),
    Case("JQ411", """
        import multiprocessing as mp
        def work(q):
            while True:
                print(q.get())
                q.task_done()
        if __name__ == "__main__":
            q = mp.JoinableQueue()
            for _ in range(2):
                worker = mp.Process(target=work, args=(q,), daemon=True)
                worker.start()
                q.put(1)
                q.join()
                worker.terminate()
                worker.join()
        """, "range(2)", "range(1)"),
    *(
        Case("JQ412", POOL.replace("q.put(x)", f"q.put({item})"), item, "x")
        for item in (
            "lambda: x", "(y for y in x)", "__import__('threading').Lock()", "mp.Lock()",
            "__import__('threading').Thread()",
        )
    ),
    *(
        Case("JQ413", """
            import queue, threading
            def work(q):
                while True:
                    print(q.get())
                    q.task_done()
            q = queue.Queue()
            worker = threading.Thread(target=work, args=(q,))
            worker.daemon_ = True
            worker.start()
            for x in "abc":
                q.put(x)
            q.join()
            """.replace("daemon_", name), name, "daemon")
        for name in ("deamon", "Daemon")
    ),
    Case("JQ413", """
        import multiprocessing as mp
        class Worker(mp.Process):
            def __init__(self, q):
                super().__init__()
                self.q = q
                self.deamon = True
            def run(self):
                while True:
                    print(self.q.get())
                    self.q.task_done()
        if __name__ == "__main__":
            q = mp.JoinableQueue()
            Worker(q).start()
            for x in "abc":
                q.put(x)
            q.join()
        """, "deamon", "daemon"),
    Case("JQ501", """
        import queue, threading
        def work(q):
            while True:
                x = q.get()
                if x is None:
                    break
                print(x)
        q = queue.Queue()
        worker = threading.Thread(target=work, args=(q,))
        worker.start()
        try:
            for x in ("1", "x"):
                q.put(int(x))
        except ValueError:
            raise
        q.put(None)
        worker.join()
        """, "raise", "pass"),
]  # fmt: skip

WITHOUT_TWIN = frozenset({"JQ406"})
"""What another text alone does not mend; the program is run by fork instead."""

IDS = [f"{number:02}-{case.code}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_what_the_rule_says_is_seen(case: Case) -> None:
    shows_here(case.code)
    judgement = judge(case.text, budget=BUDGET, start_method=case.start_method)
    assert any(AS_THE_RULE_SAYS[case.code](o) for o in judgement.outcomes), judgement.outcomes


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_mended_it_finishes(case: Case) -> None:
    text = case.text if case.code in WITHOUT_TWIN else case.mended
    judgement = judge(text, budget=BUDGET)
    assert judgement.finishes, judgement.outcomes


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=IDS)
@pytest.mark.parametrize("mended", [False, True])
def test_the_real_modules_agree(case: Case, mended: bool) -> None:
    text = case.mended if mended and case.code not in WITHOUT_TWIN else case.text
    method = "fork" if mended else case.start_method
    held_against_real(text, judge(text, budget=BUDGET, start_method=method), method)


def test_every_rule_has_a_program() -> None:
    others = {"JQ101", "JQ102", "JQ103", "JQ104", "JQ105", "JQ201", "JQ202", "JQ203", "JQ301",
              "JQ302", "JQ401", "JQ402", "JQ405"}  # fmt: skip
    assert {case.code for case in CASES} | others == set(AS_THE_RULE_SAYS)
