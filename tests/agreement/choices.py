"""The choices a program is made of, and how they are drawn: by dice, by Hypothesis, by shrinking.

Nothing here asks whether the program that comes out is right.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from .vocabulary import THEMES

CHOICES: dict[str, dict[str, int]] = {
    "theme": dict.fromkeys(THEMES, 1),
    "queue": {
        "thread": 30, "process": 32, "context": 8, "manager_joinable": 9, "manager_queue": 9,
        "plain": 8, "asyncio": 12, "mixed": 1, "mixed_right": 1, "wrong": 1, "foreign": 1,
    },
    "imports": {"module": 4, "alias": 4, "names": 4, "renamed": 1},
    "layout": {"main": 8, "guard": 4, "owner": 4},
    "shape": {
        "function": 40, "subclass": 20, "method": 14, "keywords": 8, "partial": 6, "nested": 7,
        "closure": 5, "executor": 7, "pool": 2, "initializer": 2, "global": 5,
    },
    "number": {"2": 6, "1": 3, "3": 4},
    "size": {
        "literal": 8, "constant": 6, "local": 4, "parameter": 5, "length": 3, "cpu_count": 2,
        "environment": 1,
    },
    "start": {"loop": 8, "comprehension": 6, "named": 3},
    "value": {
        "none": 50, "constant_text": 10, "text": 8, "enum": 6, "tuple": 6, "number": 6, "class": 4,
        "object": 3, "instance": 2, "same_instance": 2,
    },
    "stop": {
        "break": 24, "return": 12, "otherwise": 8, "walrus": 9, "iter": 6, "match": 8, "flag": 6,
        "falsy": 3, "stepwise": 6, "before_loop": 3, "never": 7, "timeout": 3, "timeout_test": 3,
        "wrong_timeout": 1, "no_wait": 1, "empty": 1, "counts_ends": 5, "put_back": 2, "counted": 2,
    },
    "compare": {"usual": 24, "other": 1},
    "put": {"same": 40, "none": 1, "text": 1},
    "daemon": {"no": 48, "keyword": 2, "attribute": 2, "misspelt": 1},
    "done": {
        "each": 60, "finally": 18, "first": 14, "work_only": 8, "never": 2, "twice": 2,
        "stop_only": 1,
    },
    "work": {"print": 6, "call": 6, "quiet": 2, "sleep": 2},
    "branch": {"no": 36, "else": 4, "counted_continue": 4, "continue": 2, "only_if": 1},
    "trouble": {
        "no": 36, "handled": 5, "settled": 2, "both": 2, "finally": 3, "swallowed": 1,
        "continue": 1, "else": 1, "extra": 1, "uncaught": 1,
    },
    "sentinels": {
        "range": 16, "workers": 12, "literal": 8, "helper": 7, "none": 1, "start_loop": 1,
        "join_loop": 1, "finally": 4, "producer": 2,
    },
    "amount": {"exact": 60, "one": 1, "less": 2, "more": 3, "double": 1},
    "order": {
        "S P J T Q W": 38, "S P J Q T W": 36, "S P J T W": 22, "S P J Q T": 4, "S P J Q": 3,
        "S P J T Q": 6, "S P J T W Q": 5, "P S J T Q W": 9, "P J T S Q W": 5, "S P J T": 3,
        "S P Q J T W": 3, "S P T J Q W": 3, "S T P J Q W": 2, "S P J W T Q": 2, "S P J Q W T": 1,
        "S P J W": 1, "P Q S J T W": 1, "S P J": 1, "P J S Q T W": 2, "S P Q J": 1,
        "S P J Q K": 2, "S P J Q K S P J Q": 1, "P S J Q": 1,
    },
    "producers": {"main": 30, "one": 10, "two": 6, "several": 6, "helper": 10},
    "waited": {"all": 28, "some": 1, "none": 2, "timeout": 1},
    "pause": {"no": 5, "yes": 1},
    "manager": {"with": 8, "unended": 3, "shutdown": 3, "early": 1, "with_early": 1},
    "results": {"no": 26, "drained": 1, "writer": 5},
    "writer": {"right": 12, "early": 1, "no_sentinel": 1, "no_done": 1},
    "setting": {"no": 30, "verbose": 3, "daemon": 1, "stop": 1, "extra": 1},
    "with_queue": {"no": 80, "yes": 1},
    "maxsize": {"no": 50, "large": 2, "small": 3, "zero": 1},
    "payload": {"no": 50, "large": 3, "lambda": 1},
    "join": {"plain": 80, "keyword": 1, "positional": 1},
    "close": {"no": 60, "late": 2, "early": 1},
}  # fmt: skip
"""Each choice with its options and their weights; the first option is the plainest."""

_AS_USUAL: dict[tuple[str, str], dict[str, dict[str, int]]] = {
    ("stop", "never"): {
        "daemon": {"no": 4, "keyword": 10, "attribute": 8, "misspelt": 1},
        "sentinels": {"none": 9, "range": 1, "workers": 1},
        "order": {
            "S P J Q": 24, "S P J Q T W": 4, "S P J T Q W": 2, "S P J": 5, "S P Q J": 2,
            "S P J Q K": 6, "S P J Q K S P J Q": 4, "P S J Q": 2,
        },
        "done": {"each": 10, "finally": 5, "never": 1, "twice": 1},
    },
    ("stop", "timeout"): {"sentinels": {"none": 6, "range": 1, "workers": 1}},
    ("stop", "wrong_timeout"): {"sentinels": {"none": 6, "range": 1, "workers": 1}},
    ("stop", "no_wait"): {"sentinels": {"none": 9, "range": 1}},
    ("stop", "empty"): {"sentinels": {"none": 9, "range": 1}},
    ("stop", "counted"): {"sentinels": {"none": 9, "range": 1}},
    ("stop", "put_back"): {"amount": {"one": 6, "exact": 2}},
    ("stop", "counts_ends"): {
        "number": {"1": 5, "2": 1}, "producers": {"several": 5, "two": 3, "one": 2, "main": 1},
        "sentinels": {"producer": 8, "literal": 2, "range": 1},
    },
    ("stop", "falsy"): {"value": {"none": 1}},
    ("value", "tuple"): {"put": {"same": 20, "none": 1}},
}  # fmt: skip
"""What people usually write together: weights that replace the general ones."""

Pick = Callable[[str, Mapping[str, int]], str]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One option for every choice; ``recipe["queue"]`` is the option taken."""

    options: tuple[tuple[str, str], ...]

    def __getitem__(self, choice: str) -> str:
        return dict(self.options)[choice]

    def replaced(self, choice: str, option: str) -> Recipe:
        """The same recipe with another option for one choice."""
        return Recipe(tuple((c, option if c == choice else o) for c, o in self.options))

    def simpler(self) -> Iterator[Recipe]:
        """Recipes that differ in one choice, taking an option listed earlier; plainest first."""
        for choice, option in self.options:
            for plainer in CHOICES[choice]:
                if plainer == option:
                    break
                yield self.replaced(choice, plainer)

    @property
    def departures(self) -> tuple[str, ...]:
        """The choices in which the recipe is not the plainest, as ``choice=option``."""
        plain = {choice: next(iter(options)) for choice, options in CHOICES.items()}
        return tuple(f"{c}={o}" for c, o in self.options if o != plain[c] and c != "theme")


def recipe_by(pick: Pick) -> Recipe:
    """A recipe whose options ``pick`` takes; it gets each choice's name and weighted options."""
    made: dict[str, str] = {}
    order = ["stop", "value", *(c for c in CHOICES if c not in ("stop", "value"))]
    for choice in order:
        weights = CHOICES[choice]
        for given, usual in _AS_USUAL.items():
            if made.get(given[0]) == given[1] and choice in usual:
                weights = usual[choice]
        made[choice] = pick(choice, weights)
    return Recipe(tuple((choice, made[choice]) for choice in CHOICES))


PLAINEST = recipe_by(lambda _, weights: next(iter(weights)))
"""The recipe that takes the first option of every choice."""


def random_recipe(dice: random.Random) -> Recipe:
    """A recipe drawn by dice, the same for the same state of the dice."""
    return recipe_by(lambda _, weights: dice.choices(list(weights), list(weights.values()))[0])


def random_recipes(seed: int, count: int) -> list[Recipe]:
    """As many recipes as asked for; the same for the same seed, and a longer list starts alike."""
    dice = random.Random(seed)  # noqa: S311 (nothing secret about it)
    return [random_recipe(dice) for _ in range(count)]


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """A Hypothesis strategy for recipes; it shrinks towards the plainest options."""

    def pick(choice: str, weights: Mapping[str, int]) -> str:
        bag = [option for option, weight in weights.items() for _ in range(weight)]
        return draw(st.sampled_from(bag), label=choice)

    return recipe_by(pick)
