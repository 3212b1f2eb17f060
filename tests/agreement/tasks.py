"""Turns a program of threads into the same program of asyncio tasks."""

from __future__ import annotations

import ast

from .vocabulary import THEMES

_QUEUES = {name for theme in THEMES.values() for name in (theme.queue, theme.results)}
_PLAIN = {theme.work for theme in THEMES.values()} | {"__init__"}
_EXCEPTIONS = {"get_nowait": "QueueEmpty", "get": "TimeoutError"}


def as_tasks(source: str) -> str:
    """The text of the program with tasks for its threads; comments and layout are lost."""
    tree = ast.parse(source)
    polls = any(isinstance(n, ast.Attribute) and n.attr == "get_nowait" for n in ast.walk(tree))
    waiting = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name not in _PLAIN
    }
    tree = _Tasks(waiting, _EXCEPTIONS["get_nowait" if polls else "get"]).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _asyncio(name: str) -> ast.expr:
    return ast.Attribute(ast.Name("asyncio", ast.Load()), name, ast.Load())


def _call(function: ast.expr, *arguments: ast.expr) -> ast.Call:
    return ast.Call(function, list(arguments), [])


def _is_queue(node: ast.expr) -> bool:
    return getattr(node, "attr", getattr(node, "id", "")) in _QUEUES


class _Tasks(ast.NodeTransformer):
    """``waiting`` are the functions that become coroutines."""

    def __init__(self, waiting: set[str], empty: str) -> None:
        self.waiting = waiting
        self.empty = empty

    def visit_Import(self, node: ast.Import) -> ast.AST | None:
        if node.names[0].name == "threading":
            return ast.Import([ast.alias("asyncio")])
        return None if node.names[0].name in ("queue", "time") else node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if node.name not in self.waiting:
            return node
        return ast.AsyncFunctionDef(node.name, node.args, node.body, node.decorator_list)

    def visit_If(self, node: ast.If) -> ast.AST:
        guard = isinstance(node.test, ast.Compare) and "__main__" in ast.dump(node.test)
        if not guard:
            return self.generic_visit(node)
        start = node.body[-1]
        assert isinstance(start, ast.Expr)
        node.body[-1] = ast.Expr(_call(_asyncio("run"), start.value))
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            if call.func.attr == "start":
                return None  # a task starts by itself
            if call.func.attr == "terminate":
                call.func.attr = "cancel"
                return node
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        target = node.targets[0]
        if isinstance(target, ast.Attribute) and target.attr in ("daemon", "deamon"):
            return None
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "queue":
            return _asyncio(self.empty if node.attr == "Empty" else node.attr)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        made = self.task(node)
        if made is not None:
            return made
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Name) and function.id in self.waiting:
            return ast.Await(node)
        if isinstance(function, ast.Attribute):
            return self.method(node, function)
        return node

    def task(self, node: ast.Call) -> ast.AST | None:
        """``threading.Thread(target=work, args=(tasks,))`` as a task."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if "target" not in given:
            return None
        arguments = given.get("args", ast.Tuple([], ast.Load()))
        assert isinstance(arguments, ast.Tuple)
        call = _call(given["target"], *arguments.elts)
        named = given.get("kwargs")
        if isinstance(named, ast.Dict):
            for key, value in zip(named.keys, named.values, strict=True):
                assert isinstance(key, ast.Constant)
                assert isinstance(key.value, str)
                call.keywords.append(ast.keyword(key.value, value))
        return _call(_asyncio("create_task"), call)

    def method(self, node: ast.Call, function: ast.Attribute) -> ast.AST:
        """A call of a method that waits."""
        if function.attr == "sleep":
            return ast.Await(_call(_asyncio("sleep"), *node.args))
        if function.attr in ("get", "put") and _is_queue(function.value):
            if not node.keywords:
                return ast.Await(node)
            timed = _call(_asyncio("wait_for"), _call(function), node.keywords[0].value)
            return ast.Await(timed)
        if function.attr == "join":
            return ast.Await(node if _is_queue(function.value) else self.waited(node, function))
        return node

    def waited(self, node: ast.Call, function: ast.Attribute) -> ast.expr:
        """What is awaited instead of a thread's ``join``."""
        if not node.keywords:
            return function.value
        wait = _call(_asyncio("wait"), ast.List([function.value], ast.Load()))
        wait.keywords = node.keywords
        return wait
