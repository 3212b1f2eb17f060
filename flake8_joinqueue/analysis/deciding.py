"""Whether a test is true of an item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flake8_joinqueue.analysis.hints import sounds_like_the_end
from flake8_joinqueue.protocol import (
    ASKED,
    LENGTH,
    Data,
    How,
    Item,
    ItemTest,
    Literal,
    Named,
    Record,
    Unique,
)

_SMALL_INTS: Final = range(-5, 257)
_BUILTINS: Final[dict[str, tuple[type, ...]]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float,),
    "complex": (complex,),
    "str": (str,),
    "bytes": (bytes,),
    "NoneType": (type(None),),
    "tuple": (),
    "list": (),
    "dict": (),
    "set": (),
    "frozenset": (),
}


def decide(test: ItemTest, item: Item, *, pickled: bool) -> bool | None:
    """Say whether `test` is true of an item that was put; `None` where that cannot be told.

    `pickled` says that the item was copied on its way, so that identity is lost but for what
    pickling finds again. Of `Data` nothing else can be told.
    """
    if test.path and isinstance(item, Literal) and not _has_part(item, test.path[0]):
        return False  # looking for it raises
    if pickled and test.how is How.IS and not test.path and all(map(_is_copied, test.against)):
        return False  # whatever was put, what comes is a copy
    if isinstance(item, Data) and item.kind and _is_constant(test):
        return False  # a container is no constant, whatever is in it
    part = _part(item, test.path)
    if part is None:
        return None
    match test.how:
        case How.FALSY:
            return _falsy(part)
        case How.IS:
            return _any(_identical(part, other, pickled=pickled) for other in test.against)
        case How.EQUAL | How.IN:
            return _any(_equal(part, other, pickled=pickled) for other in test.against)
        case How.INSTANCE | How.TYPE:
            return _any(_instance(part, kind, test.how) for kind in test.against)
        case How.HAS:
            return _any(_has(part, wanted, pickled=pickled) for wanted in test.against)


def _is_constant(test: ItemTest) -> bool:
    """Say whether an item as a whole is compared with constants."""
    compares = test.how in {How.IS, How.EQUAL, How.IN} and not test.path
    return compares and all(isinstance(other, Literal) for other in test.against)


def implied(
    known: Iterable[tuple[ItemTest, bool]], test: ItemTest, *, pickled: bool
) -> bool | None:
    """Say how a test goes for an item of which some tests are known; `None` where it is open."""
    same = [(other, truth) for other, truth in known if other.path == test.path]
    for other, truth in same:
        if _alike(other, test):
            return truth
    for other, truth in same:
        if truth and _names_one(other):
            answer = decide(_at_root(test), other.against[0], pickled=pickled)
            if answer is not None:
                return answer
    if _names_one(test):
        for other, truth in same:
            answer = decide(_at_root(other), test.against[0], pickled=pickled)
            if answer is not None and answer != truth:
                return False
    return None


def _alike(left: ItemTest, right: ItemTest) -> bool:
    if len(left.against) != len(right.against):
        return False
    if not all(map(_same, left.against, right.against)):
        return False
    if left.how is right.how:
        return True
    comparisons = {How.IS, How.EQUAL}
    # For these, `is` and `==` say the same.
    return {left.how, right.how} <= comparisons and _is_singleton(left.against[0])


def _same(left: Item, right: Item) -> bool:
    if isinstance(left, Literal) and isinstance(right, Literal):
        return type(left.value) is type(right.value) and left.value == right.value
    return left == right


def _is_singleton(item: Item) -> bool:
    return isinstance(item, Literal) and (item.value is None or item.value is ...)


def _names_one(test: ItemTest) -> bool:
    return test.how in {How.IS, How.EQUAL} and len(test.against) == 1


def _at_root(test: ItemTest) -> ItemTest:
    return ItemTest(test.cell, (), test.how, test.against)


def part_of(item: Item, path: tuple[int | str, ...]) -> Item | None:
    """Return the part of an item at the end of `path`, `None` where nothing is known of it."""
    found: Item | None = item
    for step in path:
        found = None if found is None else _step(found, step)
    return found


def _part(item: Item, path: tuple[int | str, ...]) -> Item | None:
    found = part_of(item, path)
    return None if isinstance(found, Data) else found


def _has_part(item: Literal, step: int | str) -> bool:
    """Say whether a constant may have such a part: texts have characters, `None` has nothing."""
    if isinstance(step, str) and step.endswith(ASKED):
        return item.value is not None  # a method: what it returns is not known
    return isinstance(item.value, str | bytes) and (isinstance(step, int) or step == LENGTH)


def _step(item: Item, step: int | str) -> Item | None:
    """Return the element, key or attribute `step` of an item, `None` where that is not known."""
    match item:
        case Record() if step in item.names:
            return item.fields[item.names.index(str(step))]
        case Record(fields) if step == LENGTH:
            return Literal(len(fields))
        case Record(type_name="dict") if isinstance(step, str) and not step.startswith("__"):
            return Literal(None)  # what `get()` brings; a subscript raises
        case Record(fields, type_name) if isinstance(step, int) and type_name != "dict":
            return fields[step] if -len(fields) <= step < len(fields) else None
        case Unique(attributes=attributes):
            return dict(attributes).get(str(step))
        case Literal(str() | bytes() as text) if step == LENGTH:
            return Literal(len(text))
        case Literal(str() as text) if isinstance(step, int) and -len(text) <= step < len(text):
            return Literal(text[step])
    return None


def _any(answers: Iterable[bool | None]) -> bool | None:
    known: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            known = None
    return known


def _has(item: Item, wanted: Item, *, pickled: bool) -> bool | None:
    """Say whether something is in an item: a key in a dict, an element, a part of a text."""
    match item, wanted:
        case Record(names=names, type_name="dict"), Literal(key):
            return key in names
        case Record(fields, type_name), _ if type_name != "dict":
            return _any(_equal(field, wanted, pickled=pickled) for field in fields)
        case Literal(str() as text), Literal(str() as part):
            return part in text
        case Literal(), _:
            return False  # looking for it raises
    return None


def _falsy(item: Item) -> bool | None:
    match item:
        case Literal(value):
            return not value
        case Record(fields):
            return not fields
        case Named():
            return None if "." in item.name else False
        case Unique(plain=True):
            return False
    return None


def _identical(item: Item, other: Item, *, pickled: bool) -> bool | None:
    match item, other:
        case Data(), _:
            return None
        case _, Data():
            return None
        case Literal(), Literal():
            if not _same(item, other):
                return False
            return _keeps_identity(item) if pickled else True
        case Named(), Named():
            return item == other
        case Unique(), Unique():
            if item.serial != other.serial or not pickled:
                return item.serial == other.serial
            return None if item.pickles_itself else False
        case Record(), Record():
            if item != other:
                return False
            if not item.fields and item.type_name == "tuple":
                return True  # there is but one empty tuple
            return False if pickled else None
    return False


def _is_copied(item: Item) -> bool:
    return isinstance(item, Unique) and not item.pickles_itself


def _keeps_identity(item: Literal) -> bool | None:
    value = item.value
    if isinstance(value, int):
        return isinstance(value, bool) or value in _SMALL_INTS
    if isinstance(value, str | bytes) and len(value) <= 1:
        return None  # whether there is but one of each depends on the version
    return value is None or value is ...


def _equal(item: Item, other: Item, *, pickled: bool) -> bool | None:
    match item, other:
        case Data(), _:
            return None
        case _, Data():
            return None
        case Literal(), Literal():
            return bool(item.value == other.value)
        case Named(), Named():
            return item == other
        case Unique(), Unique():
            return _equal_objects(item, other, pickled=pickled)
        case Record(), Record():
            if len(item.fields) != len(other.fields):
                return False
            answers = [
                _equal_parts(left, right, pickled=pickled)
                for left, right in zip(item.fields, other.fields, strict=True)
            ]
            if False in answers:
                return False
            return None if None in answers else True
        case (Named(sealed=True) as named, Literal() as literal) | (
            Literal() as literal,
            Named(sealed=True) as named,
        ):
            return named.equals is not None and bool(named.equals.value == literal.value)
        case (Named(), Literal()) | (Literal(), Named()):
            # An enum member may equal its value.
            return None if not _is_singleton(item) and not _is_singleton(other) else False
        case (Unique(), _) | (_, Unique()):
            unique = item if isinstance(item, Unique) else other
            assert isinstance(unique, Unique)
            plain = unique.plain
            return False if plain or _is_singleton(item) or _is_singleton(other) else None
    return False


def _equal_parts(left: Item, right: Item, *, pickled: bool) -> bool | None:
    """Say whether parts of two records are equal: a part that is work is not `None`."""
    for part, other in ((left, right), (right, left)):
        if isinstance(part, Data) and isinstance(other, Literal) and other.value is None:
            unsure = part.open or part.taken is not None or sounds_like_the_end(part)
            return None if unsure or other in part.perhaps else False
    return _equal(left, right, pickled=pickled)


def _equal_objects(item: Unique, other: Unique, *, pickled: bool) -> bool | None:
    if item.serial == other.serial:
        if not pickled:
            return True
        if item.pickles_itself:
            return None
    return False if item.plain or other.plain else None


def _instance(item: Item, kind: Item, how: How) -> bool | None:
    if not isinstance(kind, Named):
        return None
    name = kind.name.removeprefix("builtins.").removeprefix("types.")
    match item:
        case Literal(value):
            if name in _BUILTINS:
                types = _BUILTINS[name]
                return type(value) in types if how is How.TYPE else isinstance(value, types)
            return None if "." not in kind.name and name.islower() else False
        case Record(type_name=type_name) | Unique(type_name=type_name):
            own = type_name.removeprefix("builtins.")
            if own == name:
                return True
            if how is How.TYPE or (own in _BUILTINS and name in _BUILTINS):
                return False
            if isinstance(item, Unique) and item.ancestors is not None:
                return name in item.ancestors
            return False if own == "object" else None
        case Named(own):
            owner, _, _ = own.rpartition(".")
            if not owner:
                # A class or a function itself is an instance of nothing but its metaclass.
                return None if name in {"type", "Callable", "object"} else False
            return True if owner == name else None
    return None
