"""Signs that a rule may have anything to say of a module at all.

Every rule is about a queue, but for two: of exceptions that do not exist, and of a misspelt
`daemon`. A queue comes about where the program mentions a class of queue of a library that is
known, or where the use of a name tells that it is one (`facts.evidence`). A class of the file's own
that is called `Queue` makes none, nor does what is imported from a module that nothing is known of.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_joinqueue.facts.daemons import MISSPELT_DAEMON
from flake8_joinqueue.records import dataclass, field
from flake8_joinqueue.screen import words

_EXCEPTIONS = frozenset({"Empty", "Full"})
_QUEUE_MODULE = "queue"
NAMES_THAT_TELL = words.CLASSES | MISSPELT_DAEMON
ATTRIBUTES_THAT_TELL = NAMES_THAT_TELL | _EXCEPTIONS | {_QUEUE_MODULE}


@dataclass(slots=True)
class Signs:
    """What a statement, with all that is in it, shows of queues.

    `sure`: something that may be a queue, or of which a rule may speak without one, whatever the
    rest of the module is. `reads` and `binds`: the names of classes of queue that it uses as
    variables, and those that it binds to anything (where that is a class of queue, the place that
    it comes from shows it). `brings`: the names that it imports a class of queue under.
    `exceptions`: the names of which it uses an attribute `Empty` or `Full`; `modules`, `others`:
    the names that stand for the module `queue`, and for all else that it imports.
    `queue_of`: the names of which it uses an attribute `queue`.
    """

    sure: bool = False
    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    brings: set[str] = field(default_factory=set)
    exceptions: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    queue_of: set[str] = field(default_factory=set)

    def name(self, node: ast.Name) -> None:
        """Note a variable."""
        if node.id in words.CLASSES:
            (self.reads if isinstance(node.ctx, ast.Load) else self.binds).add(node.id)
        elif node.id in MISSPELT_DAEMON:
            self.sure = True

    def attribute(self, node: ast.Attribute) -> None:
        """Note an attribute of something."""
        loaded = isinstance(node.ctx, ast.Load)
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        if node.attr in words.CLASSES:
            self.sure = self.sure or loaded
        elif node.attr in MISSPELT_DAEMON:
            self.sure = self.sure or not loaded
        elif node.attr in _EXCEPTIONS:
            self.exceptions.add(base)
        elif node.attr == _QUEUE_MODULE:
            self.queue_of.add(base)

    def text(self, text: str) -> None:
        """Note a literal string: it may be the name of something that is asked for."""
        if text in words.CLASSES or text in MISSPELT_DAEMON:
            self.sure = True

    def quoted(self, found: Iterable[str]) -> None:
        """Note the names in an annotation in quotes."""
        self.reads.update(words.CLASSES.intersection(found))

    def bound(self, name: str) -> None:
        """Note what binds a name to anything."""
        if name in words.CLASSES:
            self.binds.add(name)

    def imported(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> None:
        """Note what one name of an import stands for."""
        bound = alias.asname or alias.name.partition(".")[0]
        if isinstance(node, ast.Import):
            plain = alias.name == _QUEUE_MODULE
            (self.modules if plain else self.others).add(bound)
            self.bound(bound)
            return
        self.others.add(bound)
        package, _, rest = (node.module or "").partition(".")
        if node.level or package not in words.MODULES:
            self.bound(bound)
        elif alias.name in words.CLASSES:
            self.brings.add(bound)
        else:
            self.bound(bound)
            plain = package == _QUEUE_MODULE and not rest
            wrong = not plain and alias.name in {_QUEUE_MODULE, *_EXCEPTIONS}
            self.sure = self.sure or wrong or alias.name == "*"


def any_of(every: Iterable[Signs], mentions: Iterable[set[str]]) -> bool:
    """Whether a module of statements with these signs, and these mentions, may make a queue."""
    every = list(every)
    if any(each.sure for each in every):
        return True

    def all_of(name: str) -> set[str]:
        return set().union(*(getattr(each, name) for each in every))

    brings = all_of("brings")
    if brings and any(not brings.isdisjoint(names) for names in mentions):
        return True
    if not all_of("reads") <= all_of("binds"):
        return True
    others = all_of("others")
    if not all_of("exceptions") <= all_of("modules") - others:
        return True
    return not others.isdisjoint(all_of("queue_of"))
