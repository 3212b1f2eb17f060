"""The reader: loops, counts, containers and what is gone over."""

from __future__ import annotations

import pytest

from tests.reading import lines, main, protocol

PROLOGUE = """
import collections, itertools, multiprocessing, os, queue, sys, threading
q = queue.Queue()
n = int(sys.argv[1])
"""


def over(iterable: str, setup: str = "") -> str:
    """What becomes of `for x in iterable: q.put(1)`."""
    return main(f"{PROLOGUE}{setup}\nfor x in {iterable}:\n    q.put(1)\n")


def rounds(iterable: str, setup: str = "") -> str:
    """How often `for x in iterable` goes round."""
    text = over(iterable, setup).splitlines()
    heads = [
        line.strip().removeprefix("loop x").removesuffix(":") for line in text if "loop" in line
    ]
    return " then ".join(heads)


# --- how often -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("iterable", "times"),
    [
        ("range(3)", "3"),
        ("range(0)", ""),
        ("range(-2)", ""),
        ("range(2, 5)", "3"),
        ("range(5, 2)", ""),
        ("range(2, 5, 1)", "3"),
        ("range(5, 2, -1)", "3"),
        ("range(0, 9, 2)", "5"),
        ("range(9, 0, -2)", "5"),
        ("range(0, 9, -2)", ""),
        ("range(0, 9, n)", "range()"),
        ("range(*bounds)", "range()"),
        ("range(n)", "sys.argv"),
        ("range(n - 1)", "sys.argv - 1"),
        ("range(n + 1)", "sys.argv + 1"),
        ("range(2 * n)", "2 * sys.argv"),
        ("range(n * n)", "sys.argv * sys.argv"),
        ("range(n // 2)", "(sys.argv) // (2)"),
        ("range(8 // 2)", "4"),
        ("range(n - n)", ""),
        ("range(-(-3))", "3"),
        ("range(-n + n + 2)", "2"),
        ("range(1, n)", "sys.argv - 1"),
        ("range(n, 1, -1)", "sys.argv - 1"),
        ("range(os.cpu_count())", "cpu_count()"),
        ("range(os.cpu_count() or 1)", "cpu_count()"),
        ("range(multiprocessing.cpu_count() * 2)", "2 * cpu_count()"),
        ("range(max(1, 4))", "4"),
        ("range(min(3, 4))", "3"),
        ("range(max(1, n))", "max(1, sys.argv)"),
        ("range(min(n, 4))", "min(4, sys.argv)"),
        ("range(max(xs))", "n"),
        ("range(abs(3))", "3"),
        ("range(len([1, 2]))", "2"),
        ("range(len('abc'))", "3"),
        ("range(len(xs))", "len(xs)"),
        ("range(len(sys.argv))", "len(sys.argv)"),
        ("range(len([0] * n))", "sys.argv"),
        ("range(True)", "1"),
        ("xs", "len(xs)"),
        ("'abc'", "3"),
        ("[0] * 3", "3"),
        ("3 * [0]", "3"),
        ("(0,) * n", "sys.argv"),
        ("list(range(4))", "4"),
        ("tuple(range(n))", "sys.argv"),
        ("list(xs)", "len(xs)"),
        ("list()", ""),
        ("set()", ""),
        ("sorted(range(4))", "4"),
        ("reversed(range(n))", "sys.argv"),
        ("enumerate(range(n))", "sys.argv"),
        ("enumerate(range(4), 1)", "4"),
        ("zip(range(n), xs)", "sys.argv"),
        ("zip(range(3), xs)", "3"),
        ("zip()", ""),
        ("iter(range(3))", "3"),
        ("itertools.repeat(None, 3)", "3"),
        ("itertools.repeat(None, times=n)", "sys.argv"),
        ("itertools.chain(range(3), range(n))", "3 then sys.argv"),
        ("itertools.islice(range(9), 4)", "4"),
        ("range(9)[:4]", "4"),
        ("range(n)[1:]", "sys.argv - 1"),
        ("list(range(n))[:-1]", "sys.argv - 1"),
        ("map(str, range(3))", "3"),
        ("(y for y in range(3))", "3"),
        ("[y for y in range(n)]", "sys.argv"),
        ("{y: y for y in range(n)}", "sys.argv"),
        ("[y for y in range(2) for z in range(n)]", "2 * sys.argv"),
        ("collections.deque(range(3))", "3"),
        ("range(3) if n else range(3)", "3 then 3"),
    ],
)
def test_rounds(iterable: str, times: str) -> None:
    assert rounds(iterable) == times


def test_elements_known_one_by_one_are_gone_over_one_by_one() -> None:
    program = f"""{PROLOGUE}
for x in (1, None):
    q.put(x)
for x in [2, *(3, 4)]:
    q.put(x)
for x, y in zip((5, 6), [7, 8]):
    q.put(y)
for i, x in enumerate([9]):
    q.put(x)
"""
    puts = [line.strip() for line in main(program).splitlines() if "put" in line]
    assert puts == [f"put q {x}" for x in (1, None, 2, 3, 4, 7, 8, 9)]


def test_a_long_literal_is_data_but_for_its_ends() -> None:
    program = f"{PROLOGUE}\nfor x in {[*range(40), None]}:\n    q.put(x)\n"
    assert main(program) == lines(
        """
        loop x1:
          put q 0
        loop x38:
          put q data
        loop x1:
          put q 39
        loop x1:
          put q None
        """
    )


def test_a_long_literal_of_queues_is_not_data() -> None:
    program = f"{PROLOGUE}\nfor x in [{'q, ' * 20}]:\n    x.put(1)\n"
    assert main(program).count("put q 1") == 20


def test_rounds_with_a_break_cannot_be_told_apart() -> None:
    program = f"""{PROLOGUE}
for x in (1, 2, 3):
    q.put(x)
    if f(1):
        break
else:
    q.join()
"""
    text = main(program)
    assert text.startswith("loop x3:\n  put q data\n")
    assert text.endswith("else:\n  join q")


def test_rounds_over_queues_with_a_break() -> None:
    program = f"""{PROLOGUE}
for x in (q, q):
    x.put(1)
    break
for x in (q, queue.Queue()):
    x.put(1)
    break
"""
    text = main(program)
    assert "loop x2:\n  put q 1\n  break" in text
    assert "escape q: gone over in a loop with a break" in text


def test_a_break_of_an_inner_loop_is_not_the_outer_ones() -> None:
    program = f"""{PROLOGUE}
for x in (1, 2):
    q.put(x)
    for y in xs:
        break
    def inner():
        for z in xs:
            break
"""
    assert main(program).count("put q") == 2


def test_a_break_in_the_else_of_an_inner_loop_is_the_outer_ones() -> None:
    program = f"""{PROLOGUE}
for x in (1, 2):
    q.put(x)
    while f(1):
        pass
    else:
        break
"""
    assert main(program).startswith("loop x2:\n  put q data")


# --- while ---------------------------------------------------------------------------------------


def test_while_true_without_a_break_never_ends() -> None:
    program = f"{PROLOGUE}\nwhile True:\n    q.get()\nq.join()\n"
    assert main(program) == "for ever:\n  get q -> item"


def test_while_true_with_a_break_goes_on() -> None:
    program = f"{PROLOGUE}\nwhile 1:\n    if q.get() is None:\n        break\nq.join()\n"
    assert main(program) == lines(
        """
        for ever:
          get q -> item
          if item is None:
            break
        join q
        """
    )


def test_while_true_whose_break_is_an_inner_loops() -> None:
    program = (
        f"{PROLOGUE}\nwhile True:\n    for x in xs:\n        q.get()\n        break\nq.join()\n"
    )
    assert "join q" not in main(program)


@pytest.mark.parametrize("condition", ["False", "0", "None", "[]"])
def test_a_loop_that_is_never_entered(condition: str) -> None:
    program = f"{PROLOGUE}\nwhile {condition}:\n    q.get()\nq.join()\n"
    assert main(program) == "join q"


def test_the_else_of_a_loop_that_is_never_entered() -> None:
    program = f"{PROLOGUE}\nwhile False:\n    q.get()\nelse:\n    q.task_done()\n"
    assert "task_done q" in main(program)
    program = f"{PROLOGUE}\nfor x in ():\n    q.get()\nelse:\n    q.task_done()\n"
    assert main(program) == "task_done q"


def test_what_the_condition_does_is_done_each_round() -> None:
    program = f"{PROLOGUE}\nwhile not q.empty():\n    q.get()\n"
    assert main(program) == lines(
        """
        while, after
          empty q
        not (perhaps):
          get q -> item
        """
    ).replace("perhaps", "looks empty")


def test_iter_with_a_sentinel() -> None:
    program = (
        f"{PROLOGUE}\nfor item in iter(q.get, None):\n    q.task_done()\nelse:\n    q.join()\n"
    )
    assert main(program) == lines(
        """
        while, after
          get q -> item
        not (item == None):
          task_done q
        else:
          join q
        """
    )


def test_continue_and_else() -> None:
    program = f"""{PROLOGUE}
for x in range(n):
    if f(x):
        continue
    q.put(x)
else:
    q.join()
"""
    assert main(program) == lines(
        """
        loop xsys.argv:
          call f
          if perhaps:
            continue
          put q data
        else:
          join q
        """
    )


def test_async_loops_and_comprehensions_are_read_like_others() -> None:
    program = f"""{PROLOGUE}
async def work():
    async for x in f():
        q.put(x)
    return [q.put(y) async for y in f()]

async def main():
    await work()

async def start():
    await main()
"""
    assert main(program).count("put q data") >= 2


# --- what loops change ---------------------------------------------------------------------------


def test_what_a_loop_assigns_is_unknown_in_it() -> None:
    program = f"""{PROLOGUE}
last = None
for x in range(3):
    if last is None:
        q.put(1)
    last = x
"""
    assert "if last is None:" in main(program)


def test_a_class_or_container_that_a_loop_changes_is_kept() -> None:
    program = f"""{PROLOGUE}
made = []
for x in range(n):
    made.append(threading.Thread(target=q.get))
for t in made:
    t.start()
made.clear()
for t in made:
    t.join()
"""
    assert main(program) == "loop xsys.argv:\n  start get"


def test_a_list_filled_in_a_while_loop_has_as_many_as_there_were_rounds() -> None:
    program = f"""{PROLOGUE}
made = []
while f(1):
    t = threading.Thread(target=q.get)
    made.append(t)
for t in made:
    t.start()
"""
    made = protocol(program)
    assert str(made.actors[1].count) == "rounds"
    assert "loop xrounds:\n  start get" in main(program)


def test_nested_loops_multiply() -> None:
    program = f"""{PROLOGUE}
made = []
for x in range(3):
    for y in range(n):
        made.append(threading.Thread(target=q.get))
for t in made:
    t.start()
"""
    assert main(program) == "loop x3 * sys.argv:\n  start get"


def test_a_name_first_bound_in_a_loop_that_may_not_run() -> None:
    program = f"""{PROLOGUE}
for x in xs:
    t = threading.Thread(target=q.get)
    t.start()
t.join()
"""
    assert main(program) == "loop xlen(xs):\n  start get\nwait for get"


def test_an_attribute_that_a_loop_of_a_method_changes() -> None:
    program = f"""{PROLOGUE}
class Worker:
    def __init__(self):
        self.last = None
    def work(self):
        while True:
            if self.last == 1:
                break
            self.last = q.get()

Worker().work()
"""
    assert "if last == 1:" in main(program)


# --- containers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "puts"),
    [
        ("xs = [1]; xs.append(2)", [1, 2]),
        ("xs = [1]; xs += [2, 3]", [1, 2, 3]),
        ("xs = [1]; xs.extend((2, 3))", [1, 2, 3]),
        ("xs = [1] + [2]", [1, 2]),
        ("xs = (1,) + (2,)", [1, 2]),
        ("xs = [1, 2, 3][:2]", [1, 2]),
        ("xs = [1, 2, 3][1:]", [2, 3]),
        ("xs = [1, 2, 3][-2:]", [2, 3]),
        ("xs = [1, 2]; xs.pop()", [1]),
        ("xs = [1, 2]; xs.pop(0)", [2]),
        ("xs = collections.deque([1, 2]); xs.popleft()", [2]),
        ("xs = [1, 2]; xs = [xs.pop()]", [2]),
        ("xs = [1, 2]; xs[0] = 3", [3, 2]),
        ("xs = [1, 2]; xs[-1] = 3", [1, 3]),
        ("ys = [1]; xs = ys.copy(); ys.append(2)", [1]),
        ("ys = [1]; xs = ys; ys.append(2)", [1, 2]),
        ("xs = [1]; xs.clear(); xs.append(2)", [2]),
        ("xs = [[1, 2], 3][0]", [1, 2]),
        ("xs = {'a': 1, 'b': 2}.values()", [1, 2]),
        ("xs = {'a': 1, 'b': 2}", ["'a'", "'b'"]),
        ("xs = {'a': 1}.keys()", ["'a'"]),
        ("d = {'a': 1}; d['b'] = 2; xs = d.values()", [1, 2]),
        ("d = {'a': 1}; d['a'] = 2; xs = d.values()", [2]),
        ("d = dict(a=1); xs = [d['a']]", [1]),
        ("d = {'a': 1}; xs = [d.get('a')]", [1]),
        ("d = {}; d.setdefault('a', 2); xs = [d['a']]", [2]),
        ("d = {k: k for k in 'a'}; d['x'] = 1; xs = [d['x']]", [1]),
        ("xs = [v for k, v in {'a': 1, 'b': 2}.items()]", [1, 2]),
        ("xs = [x for x in (1, 2)]", [1, 2]),
        ("xs = [x for x in (1, 2) if True]", [1, 2]),
        ("xs = [x for x in (1, 2) if False]", []),
        ("xs = [x for x in (1, None) if x is not None]", [1]),
        ("xs = list((1, 2))", [1, 2]),
        ("xs = list([1, 2]); xs.append(3)", [1, 2, 3]),
        ("xs = set([1]); xs.add(2)", [1, 2]),
        ("xs = map(lambda x: x, (1, 2))", [1, 2]),
        ("xs = itertools.chain([1], (2,))", [1, 2]),
        ("xs = itertools.islice([1, 2, 3], 2)", [1, 2]),
        ("a, b = 1, 2; xs = (b, a)", [2, 1]),
        ("a, (b, c) = 1, [2, 3]; xs = (c, a)", [3, 1]),
        ("[a, b] = (1, 2); xs = (b, a)", [2, 1]),
        ("xs = ys = [1]", [1]),
        ("xs: list = [1]", [1]),
        ("xs = collections.OrderedDict(a=1).values()", [1]),
        ("xs = getattr({'a': 1}, 'values')()", [1]),
        ("xs = [1, 2]; xs.reverse(); xs.sort(); xs.index(1)", None),
        ("xs = [2]; xs.insert(0, 1)", [1, 2]),
        ("xs = collections.deque([2]); xs.appendleft(1)", [1, 2]),
        (
            "xs = sorted([3, 1, 2])",
            [1, 2, 3],
        ),
        ("xs = reversed([1, 2])", [2, 1]),
        (
            "xs = [1, 2, 3]; xs.remove(2)",
            [1, 3],
        ),
    ],
)
def test_containers(statements: str, puts: list[object] | None) -> None:
    found = [
        line.strip().removeprefix("put q ")
        for line in main(f"{PROLOGUE}{statements}\nfor x in xs:\n    q.put(x)\n").splitlines()
        if "put q" in line
    ]
    if puts is None:
        assert len(found) == 2
    else:
        assert found == [str(item) for item in puts]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("queues[f(1)].get()", "escape a: picked from a container by an unknown index"),
        ("table[f(1)].join()", "escape a: picked from a container by an unknown index"),
        ("table.get(f(1)).get()", "escape a: picked from a container by an unknown index"),
        ("unseen(table[f(1)])", "escape a: handed to unseen"),
        ("unseen[0] = a", "escape a: stored in a container from elsewhere"),
    ],
)
def test_queues_that_get_out_of_sight_in_containers(statement: str, reason: str) -> None:
    program = f"""{PROLOGUE}
a, b = queue.Queue(), queue.Queue()
queues = [a, b]
table = {{"a": a, "b": b}}
{statement}
queues[0].put(0)
"""
    assert reason in main(program)


def test_any_of_the_same_queue_is_that_queue() -> None:
    program = f"""{PROLOGUE}
queues = [queue.Queue() for _ in range(n)]
queues[f(1)].put(1)
queues[0].join()
while True:
    queues.pop().get()
"""
    text = main(program)
    assert "put queues 1" in text
    assert "join queues" in text
    assert "get queues" in text


def test_what_is_stored_at_an_unknown_index_may_be_anywhere() -> None:
    program = f"""{PROLOGUE}
a, b = queue.Queue(), queue.Queue()
queues = [a, a]
queues[f(1)] = b
for each in queues:
    each.put(1)
"""
    puts = [line.strip() for line in main(program).splitlines() if "put" in line]
    assert "put b 1" in puts


def test_an_open_dict_may_hold_more() -> None:
    program = f"""{PROLOGUE}
table = {{**unseen, "a": q}}
table.update(unseen)
for key in table:
    q.put(key)
table["a"].join()
for x in collections.defaultdict(list):
    q.put(x)
for x in dict(unseen):
    q.put(x)
"""
    text = main(program)
    assert "put q 'a'" in text
    assert "loop xmore:" in text
    assert "join q" in text


def test_slices_of_what_is_known_in_part() -> None:
    program = f"""{PROLOGUE}
xs = [1, 2]
for x in xs[n:]:
    q.put(x)
for x in unseen[1:]:
    q.put(x)
for x in xs[0:2:1, 0]:
    q.put(x)
"""
    assert main(program).count("put q") == 4


def test_length_of_what_grows_out_of_sight_is_unknown() -> None:
    program = f"""{PROLOGUE}
xs = [1]
xs.unseen()
if len(xs) == 1:
    q.put(1)
if xs:
    q.put(2)
"""
    text = main(program)
    assert "if <len() == 1>:" in text
    assert "if perhaps:" in text


def test_a_container_of_many_things_is_known_in_part() -> None:
    body = "\n".join(f"if f({i}):\n    xs.append({i})" for i in range(80))
    program = f"{PROLOGUE}\nxs = []\n{body}\nfor x in xs:\n    q.put(x)\n"
    text = main(program)
    # It is not taken to hold the first few things only.
    assert "loop xmore:\n  put q data" in text
    assert text.count("put q") < 80


def test_lists_that_grew_on_one_way_or_the_other() -> None:
    program = f"""{PROLOGUE}
xs = [0]
if f(1):
    xs.append(1)
else:
    xs.append(2)
for x in xs:
    q.put(x)
"""
    assert main(program).replace("call f\n", "") == lines(
        """
        loop x1:
          put q 0
        loop xsome:
          put q 1
        loop xsome:
          put q 2
        """
    )


# --- comprehensions ------------------------------------------------------------------------------


def test_what_comprehensions_do_is_emitted() -> None:
    program = f"""{PROLOGUE}
[q.put(x) for x in range(3)]
{{q.put(x) for x in (1, 2)}}
{{x: q.get() for x in range(n)}}
all(q.get() for x in range(2))
[q.task_done() for x in range(n) if f(x)]
"""
    assert main(program) == lines(
        """
        loop x3:
          put q data
        put q 1
        put q 2
        loop xsys.argv:
          get q -> item
        loop x2:
          get q -> item#2
        call all
        loop xsys.argv:
          call f
          if perhaps:
            task_done q
        """
    )


def test_the_variable_of_a_comprehension_is_its_own() -> None:
    program = f"{PROLOGUE}\nx = 1\nys = [x for x in (5, 6)]\nq.put(x)\n"
    assert main(program) == "put q 1"


def test_map_runs_its_function() -> None:
    program = (
        f"{PROLOGUE}\nfor x in map(q.put, range(n)):\n    pass\nlist(map(q.put, (1,), (2,)))\n"
    )
    text = main(program)
    assert text.startswith("loop xsys.argv:\n  put q data")
    assert "escape q: handed to map" in text


@pytest.mark.parametrize("which", ["queues[f(1)]", "table[f(1)]", "table.get(f(1))"])
def test_a_put_by_an_unknown_index_goes_to_any_of_some_queues(which: str) -> None:
    program = f"""{PROLOGUE}
a, b = queue.Queue(), queue.Queue()
queues = [a, b]
table = {{"a": a, "b": b}}
some = {which}
some.put(1)
"""
    read = main(program)
    assert "put a 1" in read
    assert "put b 1" in read
    assert "escape" not in read
