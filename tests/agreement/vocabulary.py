"""The words programs are written with: one theme a program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Names and data of one field of work.

    ``items`` are what is put; ``odd`` is an expression on ``item`` that holds for some of them,
    and ``wrong`` one that holds for exactly one; both hold for the item many times over, too. The
    last item is neither: what goes wrong with the last one alone must be seen to.
    """

    queue: str
    item: str
    items: tuple[str, ...]
    worker: str
    work: str
    done: str
    producer: str
    owner: str
    odd: str
    wrong: str

    @property
    def constant(self) -> str:
        """The module constant that holds the items."""
        return self.item.upper() + "S"

    @property
    def worker_class(self) -> str:
        """The name of the worker as a class."""
        return "".join(part.title() for part in self.worker.split("_"))

    @property
    def results(self) -> str:
        """The name of the queue that takes what the workers make."""
        return "finished" if self.queue != "finished" else "results"


THEMES: dict[str, Theme] = {
    "pictures": Theme(
        "pictures", "picture", ("beach.png", "old.bmp", "notes.txt", "cat.png"),
        "painter", "resize", "resized", "scan", "Studio",
        "picture.endswith('.bmp')", "picture.endswith('.txt')",
    ),
    "orders": Theme(
        "orders", "order", ("book", "gift card", "?", "pen"),
        "packer", "pack", "packed", "take_orders", "Warehouse",
        "'card' in order", "order.startswith('?')",
    ),
    "pages": Theme(
        "pages", "page", ("index", "about#team", "404", "news"),
        "crawler", "fetch", "fetched", "list_pages", "Site",
        "'#' in page", "page.startswith('404')",
    ),
    "mails": Theme(
        "outbox", "mail", ("anna", "bob (away)", "nobody", "cleo"),
        "sender", "deliver", "sent", "collect", "Mailroom",
        "'away' in mail", "mail.startswith('nobody')",
    ),
    "jobs": Theme(
        "jobs", "job", ("build", "skip docs", "deploy!", "test"),
        "runner", "run_job", "ran", "schedule", "Builder",
        "job.startswith('skip')", "job.endswith('!')",
    ),
    "songs": Theme(
        "tracks", "track", ("intro", "hidden-7", "silence", "chorus"),
        "encode_tracks", "encode", "encoded", "rip", "Jukebox",
        "'-' in track", "track.startswith('silence')",
    ),
    "numbers": Theme(
        "tasks", "task", ("12", "-5", "oops", "31"),
        "compute", "square", "computed", "feed", "Calculator",
        "task.startswith('-')", "not task.lstrip('-').isdigit()",
    ),
}  # fmt: skip
"""All themes, by name."""
