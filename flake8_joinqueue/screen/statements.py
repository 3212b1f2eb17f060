"""What one statement at the top level of a module binds, mentions and may change.

Names are not resolved: a name inside a function counts as a mention of the module's name of the
same spelling even where it is a local. That errs towards keeping too much, which costs a little
time; keeping too little would cost a wrong report.
"""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterable

from flake8_joinqueue.facts.evidence import TELLING, Uses
from flake8_joinqueue.records import dataclass, field
from flake8_joinqueue.screen import values, words
from flake8_joinqueue.screen.signs import ATTRIBUTES_THAT_TELL, NAMES_THAT_TELL, Signs

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_REFLECTION = frozenset({"eval", "exec", "globals", "locals", "vars"})
_ALTERING_CALLS = frozenset({"setattr", "delattr"})
_EXITS = frozenset({"exit", "quit", "_exit", "abort"})
_WORD = re.compile(r"[^\W\d]\w*")


class Binding(enum.Enum):
    """What a statement binds a name to, as far as it matters here."""

    DEFINITION = enum.auto()
    IMPORT = enum.auto()
    CONSTANT = enum.auto()  # cannot be changed, or nobody knows anything about it
    TABLE = enum.auto()  # a list, set or dict of constants
    OBJECT = enum.auto()  # anything else


@dataclass(slots=True)
class Statement:
    """The facts about one top-level statement.

    `binds`: the names it binds in the module, functions' `global`s included. `mentions`: every
    name it uses. `alters`: the names of which it sets an attribute or an item. `handles`: the
    names it uses in a way that may change a list or dict. `speaks`: it names the vocabulary;
    `accounts`: it names `task_done`. `signs`: what in it may make a queue.
    `stays`: it is kept whatever happens. `queue_aliases`, `concurrent`: what it imports of the
    vocabulary and from the modules of the vocabulary, under the names used here.
    """

    node: ast.stmt
    binds: dict[str, Binding] = field(default_factory=dict)
    mentions: set[str] = field(default_factory=set)
    alters: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)
    speaks: bool = False
    accounts: bool = False
    stays: bool = False
    queue_aliases: set[str] = field(default_factory=set)
    concurrent: set[str] = field(default_factory=set)
    signs: Signs = field(default_factory=Signs)

    @property
    def is_definition(self) -> bool:
        """Whether running it does no more than bind a function or class."""
        return isinstance(self.node, _DEFINITIONS)


def describe(
    body: Iterable[ast.stmt], own: frozenset[str] = frozenset(), uses: Uses | None = None
) -> list[Statement]:
    """The facts about each of a module's top-level statements.

    ``own`` names speak of queues; ``uses`` is told what is done with all names, if it is given.
    """
    body = list(body)
    foreign = values.foreign_names(body)
    return [_Walk(node, foreign, own, uses).statement for node in body]


class _Walk:
    """A walk without recursion, since expressions nest deeper than Python's stack."""

    def __init__(
        self, node: ast.stmt, foreign: frozenset[str], own: frozenset[str], uses: Uses | None
    ) -> None:
        self._own = own
        self._telling = TELLING if uses is not None else frozenset()
        self._uses = uses or Uses()
        self.statement = Statement(node)
        self._foreign = foreign
        self._harmless: set[ast.AST] = set()
        # Nodes yet to see, with whether they run at the module's level (not in a def or class).
        self._stack: list[tuple[ast.AST, bool]] = [(node, True)]
        while self._stack:
            self._see(*self._stack.pop())

    def _see(self, node: ast.AST, outer: bool) -> None:
        kind = type(node)
        if kind is ast.Name:
            self._name(node, outer)  # type: ignore[arg-type]  # as its type says
            return
        if kind is ast.Constant:
            self._constant(node)  # type: ignore[arg-type]
            return
        if kind in self._telling:
            self._uses.note(node)
        if kind is ast.Attribute:
            self._attribute(node)  # type: ignore[arg-type]
        elif kind in _STATEMENTS:
            self._bindings_of_statement(node, outer)  # type: ignore[arg-type]
        elif kind in _BINDING:
            self._bindings_of_rest(node, outer)
        if outer and kind in _SCOPES:
            outer = False
        for name in _fields(kind):
            value = getattr(node, name, None)
            if type(value) is list:
                self._stack += [(each, outer) for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                self._stack.append((value, outer))

    def _speaks(self, name: str) -> bool:
        if name in self._own:
            # Known for certain, whatever module it is from.
            self.statement.accounts = True
            self.statement.signs.sure = True
            return True
        return words.is_vocabulary(name)

    def _bind(self, name: str, binding: Binding) -> None:
        binds = self.statement.binds
        # Of two bindings in one statement the one that says less about the value counts.
        if name not in binds or binding.value > binds[name].value:
            binds[name] = binding

    def _name(self, node: ast.Name, outer: bool) -> None:
        found = self.statement
        found.mentions.add(node.id)
        if node.id in NAMES_THAT_TELL:
            found.signs.name(node)
        if self._speaks(node.id) or node.id in found.queue_aliases:
            found.speaks = True
        if node.id in _REFLECTION:
            found.stays = True
        if isinstance(node.ctx, ast.Load):
            if node not in self._harmless:
                found.handles.add(node.id)
        elif outer and node not in self._harmless:
            self._bind(node.id, Binding.OBJECT)

    def _attribute(self, node: ast.Attribute) -> None:
        if node.attr in ATTRIBUTES_THAT_TELL:
            self.statement.signs.attribute(node)
        if self._speaks(node.attr):
            self.statement.speaks = True
            if node.attr == words.TASK_DONE:
                self.statement.accounts = True
        if not isinstance(node.ctx, ast.Load):
            self._altered(node)
        elif isinstance(node.value, ast.Name) and node.attr in values.READING_METHODS:
            self._harmless.add(node.value)

    def _altered(self, target: ast.expr) -> None:
        root = values.root(target)
        if root is not None:
            self.statement.alters.add(root.id)

    def _constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and node not in self._harmless:
            if text.isidentifier():
                self.statement.mentions.add(text)
                self.statement.signs.text(text)
            if self._speaks(text):
                self.statement.speaks = True

    def _bindings_of_statement(self, node: ast.stmt, outer: bool) -> None:
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                self._harmless.add(docstring)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._definition(node, outer)
            case ast.Import() | ast.ImportFrom():
                self._import(node, outer)
            case ast.Assign():
                self._assignment(node.targets, node.value, outer)
            case ast.AnnAssign():
                self._annotation(node.annotation)
                if node.value is not None:
                    self._assignment([node.target], node.value, outer)
            case ast.Global():
                for name in node.names:
                    self._bind(name, Binding.OBJECT)
                self.statement.mentions.update(node.names)
                self.statement.alters.update(node.names)
            case ast.For() | ast.AsyncFor():
                self._harmless.add(node.iter)
            case ast.Raise():
                self._exit(outer)
            case _:
                pass

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, outer: bool
    ) -> None:
        if outer:
            self._bind(node.name, Binding.DEFINITION)
        self.statement.signs.bound(node.name)
        if not isinstance(node, ast.ClassDef):
            self._annotation(node.returns)

    def _import(self, node: ast.Import | ast.ImportFrom, outer: bool) -> None:
        found = self.statement
        found.stays = found.stays or outer
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            if outer:
                self._bind(name, Binding.IMPORT)
            elif self._speaks(alias.name):
                found.speaks = True
            if self._speaks(alias.name):
                found.queue_aliases.add(name)
            found.signs.imported(node, alias)
            if (module or alias.name).partition(".")[0] in words.MODULES:
                found.concurrent.add(name)

    def _assignment(self, targets: list[ast.expr], value: ast.expr, outer: bool) -> None:
        if not outer:
            return
        for target in targets:
            match target, value:
                case ast.Tuple(elts=parts), ast.Tuple(elts=items) if len(parts) == len(items):
                    for part, item in zip(parts, items, strict=True):
                        self._assigned(part, item)
                case _:
                    self._assigned(target, value)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        if not isinstance(target, ast.Name) or isinstance(value, ast.Starred):
            return
        binding = Binding.OBJECT
        if values.is_constant(value, self._foreign):
            binding = Binding.CONSTANT
        elif values.is_table(value, self._foreign):
            binding = Binding.TABLE
        self._bind(target.id, binding)
        self._harmless.add(target)
        if target.id == "__all__":
            # What a module offers is for others to know: nothing here asks.
            self._harmless.update(ast.walk(value))

    def _annotation(self, annotation: ast.expr | None) -> None:
        """Names in quotes count where a type is expected."""
        for node in ast.walk(annotation) if annotation is not None else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = _WORD.findall(node.value)
                self._harmless.add(node)
                self.statement.mentions.update(found)
                if any(self._speaks(word) for word in found):
                    self.statement.speaks = True
                    self.statement.signs.quoted(found)

    def _exit(self, outer: bool) -> None:
        if outer:
            self.statement.stays = True

    def _bindings_of_rest(self, node: ast.AST, outer: bool) -> None:
        match node:
            case ast.Subscript():
                if not isinstance(node.ctx, ast.Load):
                    self._altered(node)
                else:
                    self._harmless.add(node.value)
            case ast.Compare():
                self._harmless.update((node.left, *node.comparators))
            case ast.comprehension():
                self._harmless.add(node.iter)
                self._harmless.update(ast.walk(node.target))
            case ast.Call():
                self._call(node, outer)
            case ast.arg():
                self.statement.signs.bound(node.arg)
                self._annotation(node.annotation)
            case (
                ast.ExceptHandler(name=str() as name)
                | ast.MatchAs(name=str() as name)
                | ast.MatchStar(name=str() as name)
                | ast.MatchMapping(rest=str() as name)
            ):
                self.statement.signs.bound(name)
                if outer:
                    self._bind(name, Binding.OBJECT)
            case _:
                pass

    def _call(self, node: ast.Call, outer: bool) -> None:
        function = node.func
        if isinstance(function, ast.Name):
            if function.id in values.READING_FUNCTIONS:
                self._harmless.update(node.args)
            elif function.id in _ALTERING_CALLS and node.args:
                self._altered(node.args[0])
            elif function.id in _EXITS:
                self._exit(outer)
        elif isinstance(function, ast.Attribute) and function.attr in _EXITS:
            self._exit(outer)


# The kinds of node that one of the methods above has anything to say about.
_STATEMENTS = frozenset(
    {
        ast.Expr,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Import,
        ast.ImportFrom,
        ast.Assign,
        ast.AnnAssign,
        ast.Global,
        ast.For,
        ast.AsyncFor,
        ast.Raise,
    }
)
_BINDING = frozenset(
    {
        ast.Subscript,
        ast.Compare,
        ast.comprehension,
        ast.Call,
        ast.arg,
        ast.ExceptHandler,
        ast.MatchAs,
        ast.MatchStar,
        ast.MatchMapping,
    }
)
_SCOPES = frozenset({*_DEFINITIONS, ast.Lambda})


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields that may hold code: not a context, an operator, a name, a comment."""
    known = _CODE_FIELDS.get(kind)
    if known is None:
        known = tuple(name for name in kind._fields if name not in _NO_CODE)
        _CODE_FIELDS[kind] = known
    return known


_CODE_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


_NO_CODE = frozenset(
    {"ctx", "op", "ops", "id", "attr", "asname", "arg", "type_comment", "kind"}
    | {"conversion", "is_async", "simple", "level", "module"}
)
