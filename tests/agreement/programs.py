"""A program's text from a recipe."""

from __future__ import annotations

from dataclasses import dataclass

from .choices import Recipe
from .mains import MainText
from .scene import Scene
from .tasks import as_tasks

_SETTING = '"--full" in sys.argv'
_OTHERWISE = '"--full" not in sys.argv'


@dataclass(frozen=True, slots=True)
class Program:
    """The text, and the same text for every value of its settings."""

    source: str
    variants: tuple[str, ...]


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
    if scene.tasks:
        variants = [as_tasks(text) for text in variants]
    return Program(variants[0], tuple(variants))
