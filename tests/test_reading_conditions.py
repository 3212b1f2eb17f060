"""The reader: what a program tests, in every spelling."""

from __future__ import annotations

import pytest

from flake8_joinqueue.protocol import Branch, Setting
from tests.reading import lines, main, operations, protocol

PROLOGUE = """
import collections, dataclasses, enum, os, queue, sys

class Stop:
    pass

class Signal(enum.Enum):
    STOP = 1
    GO = 2

Point = collections.namedtuple("Point", "x y")
STOP = object()
STOPS = (None, "STOP")
n = os.cpu_count()
q = queue.Queue()
"""


def condition_of(test: str) -> str:
    """What `if test` over an item that was just taken tests."""
    text = main(f"{PROLOGUE}item = q.get()\nif {test}:\n    q.task_done()\n").splitlines()
    assert text[0] == "get q -> item"
    assert text[-1] == "  task_done q"
    return text[-2].removeprefix("if ").removesuffix(":")


def decided(setup: str, condition: str) -> str:
    """What becomes of `if condition: q.put(1) else: q.put(2)`."""
    return main(f"{PROLOGUE}{setup}\nif {condition}:\n    q.put(1)\nelse:\n    q.put(2)\n")


# --- tests of an item ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("item is None", "item is None"),
        ("None is item", "item is None"),
        ("item is not None", "not (item is None)"),
        ("not item is None", "not (item is None)"),
        ("not (item is not None)", "item is None"),
        ("item == None", "item == None"),
        ("item != None", "not (item == None)"),
        ("item == 'STOP'", "item == 'STOP'"),
        ("'STOP' == item", "item == 'STOP'"),
        ("item == -1", "item == -1"),
        ("item is ...", "item is Ellipsis"),
        ("item is STOP", "item is a object"),
        ("item is Stop", "item is Stop"),
        ("item is Signal.STOP", "item is Signal.STOP"),
        ("item == Signal.STOP", "item == Signal.STOP"),
        ("item is StopIteration", "item is StopIteration"),
        ("item in STOPS", "item in None | 'STOP'"),
        ("item not in STOPS", "not (item in None | 'STOP')"),
        ("item in [None, Stop]", "item in None | Stop"),
        ("item in {None, Stop}", "item in None | Stop"),
        ("item in (None, sys)", "item in None | sys"),
        ("item in (None, f())", "perhaps"),
        ("item in unknown", "perhaps"),
        ("item", "not (item is falsy)"),
        ("not item", "item is falsy"),
        ("bool(item)", "not (item is falsy)"),
        ("not bool(item)", "item is falsy"),
        ("isinstance(item, Stop)", "item isinstance Stop"),
        ("not isinstance(item, Stop)", "not (item isinstance Stop)"),
        ("isinstance(item, (Stop, str))", "item isinstance Stop | str"),
        ("isinstance(item, Point)", "item isinstance Point"),
        ("isinstance(item, kinds)", "perhaps"),
        ("isinstance(item)", "perhaps"),
        ("type(item) is Stop", "item type is Stop"),
        ("type(item) == Stop", "item type is Stop"),
        ("Stop is type(item)", "item type is Stop"),
        ("item.__class__ is Stop", "item type is Stop"),
        ("item.__class__ is not Stop", "not (item type is Stop)"),
        ("type(item) is kind", "perhaps"),
        ("item[0] is None", "item[0] is None"),
        ("item[-1] is None", "item[-1] is None"),
        ("item['kind'] == 'stop'", "item.kind == 'stop'"),
        ("item.kind == 'stop'", "item.kind == 'stop'"),
        ("item[0].kind is None", "item[0].kind is None"),
        ("item[f()] is None", "perhaps"),
        ("item.done()", "perhaps"),
        ("len(item) == 0", "item.__len__ == 0"),
        ("item == n", "item == cpu_count()"),
        ("item[0] == n", "perhaps"),
        ("item is unknown", "perhaps"),
        ("item > 3", "perhaps"),
        ("3 < item < 5", "(perhaps) and (perhaps)"),
        ("item is None or item == 'STOP'", "(item is None) or (item == 'STOP')"),
        ("item is not None and item != 1", "(not (item is None)) and (not (item == 1))"),
        ("item is None and True", "item is None"),
        ("item is None or False", "item is None"),
        ("True and item is None", "item is None"),
        ("False or item is None", "item is None"),
        ("(item is None) == True", "item is None"),
        ("(item is None) is not flag", "not (perhaps)"),
        ("item + 1", "perhaps"),
        ("f(item)", "perhaps"),
        ("f'{item}'", "perhaps"),
        ("(lambda x: x is None)(item)", "item is None"),
        ("(x := item) is None", "item is None"),
    ],
)
def test_tests_of_an_item(condition: str, expected: str) -> None:
    assert condition_of(condition) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("None", "item is None"),
        ("True", "item is True"),
        ("'STOP'", "item == 'STOP'"),
        ("-1", "item == -1"),
        ("Signal.STOP", "item == Signal.STOP"),
        ("None | 'STOP'", "(item is None) or (item == 'STOP')"),
        ("None as stop", "item is None"),
        ("Stop()", "item isinstance Stop"),
        ("Stop(kind='x')", "(item isinstance Stop) and (item.kind == 'x')"),
        ("Stop(kind)", "item isinstance Stop"),
        (
            "('stop', 1)",
            (
                "(item isinstance tuple | list) and (item.__len__ == 2)"
                " and (item[0] == 'stop') and (item[1] == 1)"
            ),
        ),
        (
            "['stop', _]",
            "(item isinstance tuple | list) and (item.__len__ == 2) and (item[0] == 'stop')",
        ),
        (
            "['stop', *rest]",
            "(item isinstance tuple | list) and (not (item.__len__ in 0)) and (item[0] == 'stop')",
        ),
        (
            "['stop', *_]",
            "(item isinstance tuple | list) and (not (item.__len__ in 0)) and (item[0] == 'stop')",
        ),
        (
            "[*_, 'stop']",
            "(item isinstance tuple | list) and (not (item.__len__ in 0)) and (item[-1] == 'stop')",
        ),
        ("[*_]", "item isinstance tuple | list"),
        (
            "{'kind': 'stop'}",
            "(item isinstance dict) and (item has 'kind') and (item.kind == 'stop')",
        ),
        ("{'kind': _, **rest}", "(item isinstance dict) and (item has 'kind')"),
        ("x if x is None", "item is None"),
        ("str() if item == 'STOP'", "(item isinstance str) and (item == 'STOP')"),
    ],
)
def test_patterns(pattern: str, expected: str) -> None:
    program = f"""{PROLOGUE}
item = q.get()
match item:
    case {pattern}:
        q.task_done()
    case _:
        q.put(1)
"""
    assert main(program) == lines(
        f"""
        get q -> item
        if {expected}:
          task_done q
        else:
          put q 1
        """
    )


def test_a_sequence_pattern_that_is_too_short_or_long_does_not_match() -> None:
    program = f"""{PROLOGUE}
match (1, 2):
    case (1,):
        q.put("one")
    case (1, 2, 3):
        q.put("three")
    case (1, 2):
        q.put("two")
"""
    assert main(program) == "put q 'two'"


def test_match_over_a_named_tuple_by_position() -> None:
    program = f"""{PROLOGUE}
match Point(1, q):
    case Point(1, where):
        where.join()
"""
    assert "join q" in main(program)


def test_match_without_a_case_that_fits() -> None:
    assert main(f"{PROLOGUE}\nmatch 1:\n    case 2:\n        q.put(1)\n") == ""


def test_match_binds_parts() -> None:
    program = f"""{PROLOGUE}
match q.get():
    case (kind, value) if kind is None:
        q.put(value)
"""
    assert main(program) == lines(
        """
        get q -> item
        if ((item isinstance tuple | list) and (item.__len__ == 2)) and (item[0] is None):
          put q data
        """
    )


def test_unpacking_an_item() -> None:
    program = f"""{PROLOGUE}
kind, (first, *others) = q.get()
if kind is None and first == 1:
    q.join()
if others:
    q.task_done()
"""
    assert main(program) == lines(
        """
        get q -> item
        if (item[0] is None) and (item[1][0] == 1):
          join q
        if perhaps:
          task_done q
        """
    )


def test_walrus_in_the_condition_of_a_loop() -> None:
    program = f"""{PROLOGUE}
while (item := q.get()) is not None:
    q.task_done()
q.task_done()
"""
    assert main(program) == lines(
        """
        while, after
          get q -> item
        not (item is None):
          task_done q
        task_done q
        """
    )


def test_the_right_side_runs_only_where_the_left_does_not_decide() -> None:
    program = f"""{PROLOGUE}
item = q.get()
if item is None and q.get() == 1:
    q.task_done()
if item == 2 or q.get():
    q.join()
"""
    assert main(program) == lines(
        """
        get q -> item
        if item is None:
          get q -> item#2
        if (item is None) and (item#2 == 1):
          task_done q
        if item == 2:
        else:
          get q -> item#3
        if (item == 2) or (not (item#3 is falsy)):
          join q
        """
    )


def test_a_test_kept_in_a_variable() -> None:
    program = f"""{PROLOGUE}
item = q.get()
over = item is None or item == "STOP"
if not over:
    q.task_done()
"""
    assert main(program) == lines(
        """
        get q -> item
        if not ((item is None) or (item == 'STOP')):
          task_done q
        """
    )


# --- helpers -------------------------------------------------------------------------------------


def test_a_helper_that_returns_a_test() -> None:
    program = f"""{PROLOGUE}
def over(item):
    return item is None

item = q.get()
if over(item):
    q.task_done()
"""
    assert "\nif item is None:\n  task_done q" in main(program)


def test_a_helper_that_returns_true_on_one_path_and_false_on_the_other() -> None:
    program = f"""{PROLOGUE}
def handle():
    item = q.get()
    if item is None:
        return False
    return True

while handle():
    q.task_done()
"""
    assert main(program) == lines(
        """
        while, after
          handle():
            get q -> item
            if item is None:
              set handle() = False
              return
            set handle() = True
            return
        not (handle() is falsy):
          task_done q
        """
    )


def test_a_helper_whose_end_is_a_result_as_well() -> None:
    program = f"""{PROLOGUE}
def handle():
    item = q.get()
    if item is not None:
        return item == 1

if handle() is None:
    q.task_done()
"""
    assert main(program) == lines(
        """
        handle():
          get q -> item
          if not (item is None):
            if item == 1:
              set handle() = True
            else:
              set handle() = False
            return
          set handle() = None
          return
        if handle() is None:
          task_done q
        """
    )


def test_a_helper_that_hands_on_the_item() -> None:
    program = f"""{PROLOGUE}
def take(wait):
    try:
        return q.get(timeout=1)
    except queue.Empty:
        return None

item = take(1)
if item is None:
    q.join()
"""
    assert main(program) == lines(
        """
        take():
          try:
            get q -> item, may be empty
            set take() = item
            return
          except queue.Empty:
            set take() = None
            return
        if take() is None:
          join q
        """
    )


# --- flags and counters --------------------------------------------------------------------------


def test_a_flag() -> None:
    program = f"""{PROLOGUE}
running = True
while running:
    item = q.get()
    if item is None:
        running = False
    q.task_done()
"""
    assert main(program) == lines(
        """
        set running = True
        while not (running is falsy):
          get q -> item
          if item is None:
            set running = False
          task_done q
        """
    )


def test_a_flag_kept_in_an_attribute() -> None:
    program = """
        import queue

        class Worker:
            def __init__(self):
                self.done = False

            def work(self, q):
                while not self.done:
                    if q.get() is None:
                        self.done = True

        Worker().work(queue.Queue())
    """
    assert main(program) == lines(
        """
        __init__():
          set done = False
        work():
          while done is falsy:
            get queue -> item
            if item is None:
              set done = True
        """
    ).replace("queue", "q")


def test_a_counter() -> None:
    program = f"""{PROLOGUE}
left = 3
while left > 0:
    if q.get() is None:
        left -= 1
"""
    assert main(program) == lines(
        """
        set left = 3
        while left > 0:
          get q -> item
          if item is None:
            add -1 to left
        """
    )


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("seen < n", "seen < cpu_count()"),
        ("n > seen", "seen < cpu_count()"),
        ("seen != n", "not (seen == cpu_count())"),
        ("seen <= 4", "seen <= 4"),
        ("4 >= seen", "seen <= 4"),
        ("n != seen", "not (seen == cpu_count())"),
    ],
)
def test_counters_against_counts(test: str, expected: str) -> None:
    program = f"""{PROLOGUE}
seen = 0
while {test}:
    if q.get():
        seen += 1
"""
    assert main(program) == lines(
        f"""
        set seen = 0
        while {expected}:
          get q -> item
          if not (item is falsy):
            add 1 to seen
        """
    )


def test_a_counter_that_is_an_attribute() -> None:
    program = """
        import queue

        class Worker:
            def __init__(self):
                self.left = 3

            def work(self, q):
                while self.left:
                    q.get()
                    self.left -= 1

        Worker().work(queue.Queue())
    """
    assert "add -1 to left" in main(program)


@pytest.mark.parametrize("statement", ["seen *= 2", "seen += f()", "seen //= 2", "seen |= 1"])
def test_other_changes_of_a_counter_leave_it_unknown(statement: str) -> None:
    program = f"""{PROLOGUE}
seen = 1
while seen < 9:
    q.get()
    {statement}
"""
    assert "  set seen = ?" in main(program).splitlines()


def test_a_variable_that_was_given_another_variable() -> None:
    program = f"""{PROLOGUE}
item = q.get()
last = None
last = item
if f(1):
    last = 3
if last is None:
    q.task_done()
"""
    text = main(program)
    assert "set last = item" in text
    assert "if last is None:" in text


# --- what is known -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setup", "condition", "put"),
    [
        ("", "True", 1),
        ("", "0", 2),
        ("", "''", 2),
        ("", "not ''", 1),
        ("", "None is None", 1),
        ("", "1 is not None", 1),
        ("", "q is None", 2),
        ("", "q is not None", 1),
        ("", "q", 1),
        ("", "STOP is STOP", 1),
        ("", "n", 1),
        ("", "n > 0", 1),
        ("", "n >= 1", 1),
        ("", "n < 1", 2),
        ("", "n <= 0", 2),
        ("", "n == n", 1),
        ("", "n + 1 == n", 2),
        ("", "n != n + 1", 1),
        ("", "1 < 2 < 3", 1),
        ("", "1 < 2 > 3", 2),
        ("", "True == True", 1),
        ("", "True is False", 2),
        ("", "'a' == 'b'", 2),
        ("", "[]", 2),
        ("", "[1]", 1),
        ("", "()", 2),
        ("", "{}", 2),
        ("", "bool()", 2),
        ("", "bool([1])", 1),
        ("", "len([1, 2]) == 2", 1),
        ("", "len('ab') == 2", 1),
        ("", "len((1, 2)) < 2", 2),
        ("", "__name__ == '__main__'", 1),
        ("", "isinstance(3, int) or True", 1),
        ("", "False and f()", 2),
        ("x = Stop()", "x", 1),
        ("x = Stop()", "x is None", 2),
        ("x = Stop()", "x is x", 1),
        ("x = Stop()", "type(x) is Stop", 1),
        ("x = [1] * 3", "len(x) == 3", 1),
        ("x = None or 3", "x == 3", 1),
        ("x = 0 or None", "x is None", 1),
        ("x = 1 if True else 2", "x == 1", 1),
        ("x = 1 and 2", "x == 2", 1),
    ],
)
def test_what_is_decided(setup: str, condition: str, put: int) -> None:
    if condition == "isinstance(3, int) or True":
        assert "put q 1" in decided(setup, condition)
        return
    assert decided(setup, condition) == f"put q {put}"


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setup", "first", "second"),
    [
        ("", "debug", "debug"),
        ("", "debug", "not debug"),
        ("", "debug is None", "debug is None"),
        ("", "debug == 1", "debug == 1"),
        ("", "debug == 'x'", "debug != 'x'"),
        ("", "debug == other", "debug == other"),
        ("", "debug.level > 1", "debug.level > 1"),
        ("", "sys.platform == 'win32'", "sys.platform == 'win32'"),
        ("", "sys.flags.debug", "sys.flags.debug"),
        ("", "n > 3", "n > 3"),
        ("", "debug in (1, 2)", "debug in (1, 2)"),
        ("", "isinstance(debug, int)", "isinstance(debug, int)"),
        ("", "options['debug']", "options['debug']"),
        ("args = f()", "args.debug", "args.debug"),
        ("flag = debug is None", "flag", "debug is None"),
        ("xs = f()", "len(xs) > 2", "len(xs) > 2"),
    ],
)
def test_the_same_test_twice_goes_the_same_way(setup: str, first: str, second: str) -> None:
    program = f"{PROLOGUE}{setup}\nif {first}:\n    q.put(1)\nif {second}:\n    q.put(2)\n"
    keys = _keys(program)
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("debug", "other"),
        ("debug == 1", "debug == 2"),
        ("debug.a", "debug.b"),
        ("f()", "f()"),
        ("n > 3", "n > 4"),
        ("debug < 1", "debug > 1"),
    ],
)
def test_other_tests_are_other_settings(first: str, second: str) -> None:
    program = f"{PROLOGUE}if {first}:\n    q.put(1)\nif {second}:\n    q.put(2)\n"
    keys = _keys(program)
    assert len(keys) == len(set(keys)) == 2


def _keys(program: str) -> list[str]:
    found: list[str] = []
    for each in operations(protocol(program)):
        if isinstance(each, Branch):
            text = repr(each.condition)
            assert "Setting(key=" in text, text
            inner = each.condition
            while not isinstance(inner, Setting):
                inner = getattr(inner, "condition")  # noqa: B009 (a Not)
            found.append(inner.key)
    return found


def test_either_of_two_queues_by_a_setting() -> None:
    program = """
        import multiprocessing, queue
        if debug:
            q = queue.Queue()
        else:
            q = multiprocessing.JoinableQueue()
        q.put(1)
        q.join()
    """
    assert main(program) == lines(
        """
        if <debug>:
          put q 1
        else:
          put q#2 1
        if <debug>:
          join q
        else:
          join q#2
        """
    )


def test_either_of_two_classes_by_a_setting() -> None:
    program = f"""{PROLOGUE}
import multiprocessing, threading
kind = threading.Thread if debug else multiprocessing.Process
w = kind(target=q.get)
w.daemon = True
w.start()
w.join()
"""
    assert main(program) == lines(
        """
        if <debug>:
          start get
        else:
          start get#2
        if <debug>:
          wait for get
        else:
          wait for get#2
        """
    )


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("other is None", "not (<debug>)"),
        ("other is not None", "<debug>"),
        ("other", "<debug>"),
        ("not other", "not (<debug>)"),
        ("None is other", "not (<debug>)"),
    ],
)
def test_tests_of_what_a_setting_chose(test: str, expected: str) -> None:
    chosen = f"{PROLOGUE}\nother = q if debug else None\nif {test}:\n    q.put(1)\n"
    assert main(chosen) == f"if {expected}:\n  put q 1"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("both", "if <debug>:\n  join q\nelse:\n  join other"),
        ("both is None", "if <debug>:\n  task_done q\nelse:\n  task_done other"),
    ],
)
def test_tests_of_two_queues_a_setting_chose_between(test: str, expected: str) -> None:
    program = f"""{PROLOGUE}
other = queue.Queue()
both = q if debug else other
if {test}:
    both.join()
else:
    both.task_done()
"""
    assert main(program) == expected


def test_a_value_for_want_of_another() -> None:
    program = f"""{PROLOGUE}
jobs = given or q
jobs.put(1)
"""
    assert main(program) == "if <given>:\n  call jobs.put\nelse:\n  put q 1"


def test_narrowing_under_a_test() -> None:
    program = f"""{PROLOGUE}
item = q.get()
if item is None or item == 5:
    pass
elif not (item != 7):
    q.put(item)
if item is None and f(1):
    q.put(item)
"""
    puts = [line.strip() for line in main(program).splitlines() if "put" in line]
    assert puts == ["put q 7", "put q None"]
