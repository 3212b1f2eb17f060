"""What the use of a value tells of it: what is taken from and accounted for is a joinable queue.

Files that hold one side only are handed their queue, often without an annotation. Nothing but a
queue has both `get()` and `task_done()`, so that a name on which a file calls both stands for one.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from flake8_joinqueue.facts.queues import GET_METHODS, UNSEEN_QUEUE, UNSEEN_TASK_QUEUE, QueueKind
from flake8_joinqueue.records import dataclass, field

_TASK_DONE = "task_done"
# What awaits the coroutine it is given.
_WAITERS = frozenset({"wait_for", "create_task", "ensure_future", "shield"})


@dataclass(slots=True)
class Uses:
    """What a file does with its names: with variables, and with attributes of whatever.

    It is told of the nodes one by one, whoever awaits before what is awaited.
    """

    accounted: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    # Of these, by which `get()` is awaited, and by which it is not.
    awaited: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    # What cannot be, or need not be, a queue.
    others: set[str] = field(default_factory=set)
    has_tasks: bool = False
    has_own: bool = False
    _waited: set[ast.AST] = field(default_factory=set)

    def note(self, node: ast.AST) -> None:
        """Note what a node tells."""
        match node:
            case ast.Attribute(value=value, attr=method):
                if method in GET_METHODS:
                    self.taken.add(_name(value))  # also uncalled, as in `iter(jobs.get, None)`
            case ast.Call():
                if _name(node.func) in _WAITERS:
                    self._waited.update(node.args)
                self._call(node, node in self._waited)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.has_own = self.has_own or name == _TASK_DONE
                self.has_tasks = self.has_tasks or isinstance(node, ast.AsyncFunctionDef)
            case ast.Await(value=value):
                self._waited.add(value)
            case ast.arg(arg=name, annotation=ast.expr()):
                self.others.add(name)
            case ast.AnnAssign(target=target):
                self.others.add(_name(target))
            case _:
                pass

    def _call(self, node: ast.Call, awaited: bool) -> None:
        if not isinstance(node.func, ast.Attribute):
            return
        name, method = _name(node.func.value), node.func.attr
        if method == _TASK_DONE:
            fits = not (node.args or node.keywords or awaited)
            (self.accounted if fits else self.others).add(name)
        elif method in GET_METHODS and any(map(_is_key, node.args)):
            self.others.add(name)
        elif method == "get":
            (self.awaited if awaited else self.plain).add(name)

    def queues(self) -> Mapping[str, QueueKind]:
        """Return the names of variables and attributes that must be joinable queues.

        None where the file has a class with a `task_done()` of its own, and none that is annotated.
        """
        if self.has_own:
            return {}
        names = (self.accounted & self.taken) - self.others - {""}
        kinds = {name: _kind(self, name) for name in sorted(names)}
        return {name: kind for name, kind in kinds.items() if kind is not None}


# The kinds of node that `Uses.note` has anything to say of.
TELLING = frozenset(
    {ast.FunctionDef, ast.AsyncFunctionDef, ast.Await, ast.Call, ast.Attribute, ast.arg}
    | {ast.AnnAssign}
)


def queues_by_use(source: str, tree: ast.Module) -> Mapping[str, QueueKind]:
    """Return the names that must be joinable queues by their use in a file."""
    if _TASK_DONE not in source:
        return {}
    uses = Uses()
    for node in ast.walk(tree):
        uses.note(node)
    return uses.queues()


def _is_key(node: ast.expr) -> bool:
    """Say whether an argument is a key of a dictionary: neither `block` nor `timeout`."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    )


def _name(node: ast.expr) -> str:
    """Return the name of a variable, or of the attribute of something; nothing for the rest."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _kind(uses: Uses, name: str) -> QueueKind | None:
    """Return the kind of a queue, `None` where its `get()` may or may not have to be awaited."""
    if name in uses.awaited:
        return None if name in uses.plain else UNSEEN_TASK_QUEUE
    return None if uses.has_tasks else UNSEEN_QUEUE
