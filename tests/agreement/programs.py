"""A program's text from a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .choices import Recipe
from .mains import MainText, listing
from .scene import Scene
from .tasks import as_tasks

_SETTING = '"--full" in sys.argv'
_OTHERWISE = '"--full" not in sys.argv'


@dataclass(frozen=True, slots=True)
class Program:
    """The text, and the same text for every value of its settings.

    ``others`` are, for each of these, the same text with other data: as many items, of which one
    goes another way, or all go the same.
    """

    source: str
    variants: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()


def write(recipe: Recipe) -> Program:
    """The program a recipe stands for; always the same for the same recipe."""
    scene = Scene(recipe)
    main = MainText(scene).lines()
    lines = scene.import_lines()
    for constant in sorted(scene.constants, key=lambda name: name == "context"):
        if lines and not lines[-1].startswith(("import", "from")):
            lines.append(scene.constants[constant])
        else:
            lines += ["", scene.constants[constant]]
    for definition in scene.definitions:
        lines += ["", "", *definition]
    lines += ["", "", *main]
    source = "\n".join(lines) + "\n"
    variants = [source]
    if _SETTING in source:
        variants.append(source.replace(_SETTING, _OTHERWISE))
    others = [with_other_items(text, scene.theme.items) for text in variants]
    if scene.tasks:
        variants = [as_tasks(text) for text in variants]
        others = [[as_tasks(text) for text in each] for each in others]
    return Program(variants[0], tuple(variants), tuple(map(tuple, others)))


def with_other_items(text: str, items: Sequence[str]) -> list[str]:
    """The text with each item but the first, in turn, replaced by the first; and by one for all."""
    changed = [(*items[:at], items[0], *items[at + 1 :]) for at in range(1, len(items))]
    changed += [(item,) * len(items) for item in items]
    made = [text.replace(listing(items), listing(each)) for each in changed]
    return [each for each in made if each != text]
