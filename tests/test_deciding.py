"""Whether a test is true of an item that was put."""

from __future__ import annotations

import pytest

from flake8_joinqueue.analysis.deciding import decide, implied
from flake8_joinqueue.protocol import (
    Data,
    How,
    Item,
    ItemTest,
    Literal,
    Named,
    Record,
    Unique,
)
from tests.protocols import ITEM, NONE

STOP = Literal("STOP")
TOKEN = Unique(1, "object", plain=True)
OTHER = Unique(2, "object", plain=True)
SINGLE = Unique(4, "module.Single", plain=True, pickles_itself=True)
JOB = Unique(3, "module.Job")


def a_test(how: How, *against: Item, path: tuple[int | str, ...] = ()) -> ItemTest:
    return ItemTest(ITEM, path, how, against)


@pytest.mark.parametrize(
    ("how", "against", "item", "thread", "process"),
    [
        (How.IS, NONE, NONE, True, True),
        (How.IS, NONE, STOP, False, False),
        (How.IS, Literal(...), Literal(...), True, True),
        (How.IS, Literal(256), Literal(256), True, True),
        (How.IS, Literal(257), Literal(257), True, False),
        (How.IS, STOP, STOP, True, False),
        (How.IS, Literal(1), Literal(value=True), False, False),
        (How.IS, Literal("x"), Literal("x"), True, None),
        (How.IS, Literal(b""), Literal(b""), True, None),
        (How.IS, Record(()), Record(()), True, True),
        (How.IS, Record((STOP,)), Record((STOP,)), None, False),
        (How.IS, Record((STOP,)), Record((NONE,)), False, False),
        (How.IS, Named("module.End"), Named("module.End"), True, True),
        (How.IS, TOKEN, TOKEN, True, False),
        (How.IS, TOKEN, OTHER, False, False),
        (How.IS, TOKEN, Data("job"), None, False),
        (How.IS, SINGLE, Data("job"), None, None),
        (How.IS, SINGLE, SINGLE, True, None),
        (How.EQUAL, SINGLE, SINGLE, True, None),
        (How.EQUAL, STOP, STOP, True, True),
        (How.EQUAL, Literal(1), Literal(value=True), True, True),
        (How.EQUAL, TOKEN, TOKEN, True, False),
        (How.EQUAL, JOB, JOB, True, None),
        (How.EQUAL, NONE, JOB, False, False),
        (How.EQUAL, NONE, Data("job"), None, None),
        (How.EQUAL, Record((STOP, NONE)), Record((STOP, NONE)), True, True),
        (How.EQUAL, Record((STOP, NONE)), Record((STOP, STOP)), False, False),
        (How.EQUAL, Record((STOP,)), Record((STOP, STOP)), False, False),
        (How.INSTANCE, Named("int"), Literal(value=True), True, True),
        (How.TYPE, Named("int"), Literal(value=True), False, False),
        (How.INSTANCE, Named("module.Job"), NONE, False, False),
        (How.INSTANCE, Named("module.Job"), JOB, True, True),
    ],
)
def test_one_test(how: How, against: Item, item: Item, thread: object, process: object) -> None:
    test = a_test(how, against)
    assert decide(test, item, pickled=False) is thread
    assert decide(test, item, pickled=True) is process


def test_falsy() -> None:
    falsy = a_test(How.FALSY)
    values: list[Item] = [
        NONE,
        Literal(0),
        Literal(""),
        STOP,
        Record(()),
        Record((NONE,)),
        TOKEN,
        JOB,
    ]
    expected = [True, True, True, False, True, False, False, None]
    assert [decide(falsy, value, pickled=False) for value in values] == expected


def test_one_of_several() -> None:
    test = a_test(How.IN, NONE, STOP)
    assert decide(test, STOP, pickled=True) is True
    assert decide(test, Literal("go"), pickled=True) is False


def test_a_part_of_an_item() -> None:
    first = a_test(How.EQUAL, STOP, path=(0,))
    assert decide(first, Record((STOP, NONE)), pickled=True) is True
    assert decide(first, Record((NONE, STOP)), pickled=True) is False
    assert decide(first, Record(()), pickled=True) is None
    assert decide(first, NONE, pickled=True) is False
    assert decide(a_test(How.EQUAL, Literal("S"), path=(0,)), STOP, pickled=True) is True


@pytest.mark.parametrize(
    ("known", "truth", "test", "answer"),
    [
        (a_test(How.IS, NONE), True, a_test(How.EQUAL, NONE), True),
        (a_test(How.EQUAL, NONE), False, a_test(How.IS, NONE), False),
        (a_test(How.IS, NONE), True, a_test(How.EQUAL, STOP), False),
        (a_test(How.IS, NONE), True, a_test(How.FALSY), True),
        (a_test(How.FALSY), False, a_test(How.IS, NONE), False),
        (a_test(How.FALSY), True, a_test(How.IS, NONE), None),
        (a_test(How.INSTANCE, Named("module.Job")), True, a_test(How.IS, NONE), False),
        (a_test(How.EQUAL, STOP), False, a_test(How.EQUAL, Literal("go")), None),
        (a_test(How.EQUAL, STOP), True, a_test(How.EQUAL, STOP, path=(0,)), None),
    ],
)
def test_what_follows_from_another_test(
    known: ItemTest, *, truth: bool, test: ItemTest, answer: bool | None
) -> None:
    assert implied([(known, truth)], test, pickled=False) is answer


MESSAGE = Record((STOP, Data()), "dict", ("op", "rest"))


@pytest.mark.parametrize(
    ("item", "wanted", "answer"),
    [
        (MESSAGE, Literal("op"), True),
        (MESSAGE, STOP, False),
        (Record((), "dict"), Literal("op"), False),
        (Record((STOP, NONE)), STOP, True),
        (Record((STOP, NONE)), Literal("op"), False),
        (Record((STOP, Data())), Literal("op"), None),
        (STOP, Literal("TO"), True),
        (STOP, Literal("op"), False),
        (NONE, Literal("op"), False),
        (Data(), Literal("op"), None),
        (JOB, Literal("op"), None),
    ],
)
def test_what_is_in_an_item(item: Item, wanted: Item, answer: bool | None) -> None:
    assert decide(a_test(How.HAS, wanted), item, pickled=False) is answer


def test_a_key_that_a_message_lacks() -> None:
    assert decide(a_test(How.EQUAL, STOP, path=("kind",)), MESSAGE, pickled=False) is False
    assert decide(a_test(How.IS, NONE, path=("kind",)), MESSAGE, pickled=False) is True
    assert decide(a_test(How.FALSY, path=("rest",)), MESSAGE, pickled=False) is None
