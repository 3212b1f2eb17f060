"""The settings of a run as a user writes them, one table for flake8 and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from flake8_joinqueue.options import (
    DEFAULTS,
    Options,
    parse_classes,
    parse_python,
    parse_start_method,
    parse_switch,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: the field of `Options` it fills, and how it is shown and read.

    `default` is the text it has where nobody sets it. A switch has no `metavar`: on the command
    line it takes no value, in a configuration file it is true or false.
    """

    field: str
    metavar: str
    help: str
    default: str

    @property
    def name(self) -> str:
        """The name of the option, without the dashes in front."""
        return f"joinqueue-{self.field.replace('_', '-')}"


_RUNNING: Final = ".".join(map(str, DEFAULTS.python))

SETTINGS: Final = (
    Setting(
        "start_method",
        "METHOD",
        "How processes start where the code does not say: any (whatever the platform does), fork, "
        "spawn or forkserver.",
        "any",
    ),
    Setting(
        "python",
        "VERSION",
        "The lowest version of Python the code has to run on, such as 3.10. Default: the one that "
        f"runs flake8 (here {_RUNNING}).",
        _RUNNING,
    ),
    Setting(
        "queue_classes",
        "CLASSES",
        "Queue classes of your own and the classes they behave like, with commas between them: "
        "app.jobs.Jobs=queue.Queue.",
        "",
    ),
    Setting(
        "worker_classes",
        "CLASSES",
        "Process and thread classes of your own and the classes they behave like, with commas "
        "between them: app.crew.Worker=multiprocessing.Process.",
        "",
    ),
    Setting(
        "follow_imports",
        "",
        "Read functions and classes imported from other files of the same source tree as well.",
        "false",
    ),
)


def options_from(given: Mapping[str, str]) -> Options:
    """Return the options that texts stand for, by the fields they fill; others have defaults.

    Raises `ValueError` with one line that names the option and says what is wrong with its value.
    """
    values = {
        setting.field: _parse(setting, given[setting.field])
        for setting in SETTINGS
        if setting.field in given
    }
    return replace(DEFAULTS, **values)  # type: ignore[arg-type]  # the table knows the types


def _parse(setting: Setting, text: str) -> object:
    try:
        return _PARSERS[setting.field](text)
    except ValueError as error:
        raise ValueError(f"{setting.name}: {error}") from error


def _queue_classes(text: str) -> Mapping[str, str]:
    return _behaving_like(text, "MakesQueue", "queue class", "queue.Queue")


def _worker_classes(text: str) -> Mapping[str, str]:
    return _behaving_like(text, "MakesActor", "class of processes or threads", "threading.Thread")


def _behaving_like(text: str, fact: str, what: str, example: str) -> Mapping[str, str]:
    classes = parse_classes(text)
    if not classes:
        return classes
    # flake8 asks for the settings whatever it does then, so the tables wait until they are needed.
    from flake8_joinqueue.facts import names  # noqa: PLC0415

    kind = getattr(names, fact)
    for own, known in classes.items():
        if not isinstance(names.fact(known), kind):
            raise ValueError(
                f"{own!r} is to behave like {known!r}, which is no known {what} (such as {example})"
            )
    return classes


_PARSERS: Final[dict[str, Callable[..., object]]] = {
    "start_method": parse_start_method,
    "python": parse_python,
    "queue_classes": _queue_classes,
    "worker_classes": _worker_classes,
    "follow_imports": parse_switch,
}
