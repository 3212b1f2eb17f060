"""Running statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_joinqueue.facts import names
from flake8_joinqueue.facts.names import DISPATCHING_DECORATORS
from flake8_joinqueue.facts.tasks import CONTEXT_DECORATORS, COROUTINE_DECORATORS, EAGER_DECORATORS
from flake8_joinqueue.protocol import (
    ActorKind,
    Call,
    Cell,
    Exit,
    Increment,
    Raise,
)
from flake8_joinqueue.reading import (
    arithmetic,
    calls,
    classes,
    conditions,
    contexts,
    declarations,
    elements,
    expressions,
    functions,
    generators,
    handling,
    imports,
    items,
    iteration,
    lengths,
    loops,
    operators,
    patterns,
    queues,
    tasks,
    trees,
    values,
    variables,
)
from flake8_joinqueue.reading.values import Function, Unknown, Value
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine


def run(machine: Machine, body: cst.BaseSuite) -> None:
    """Run a block, up to where it is left."""
    for statement in body.body:
        if machine.ended:
            return
        run_one(machine, statement)


def run_one(machine: Machine, statement: cst.CSTNode) -> None:
    """Run one statement; `a; b` on a line is one."""
    machine.step()
    machine.last_node = statement
    machine.depth += 2
    if isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            if machine.ended:
                break
            machine.last_node = small
            _dispatch(machine, small)
    else:
        _dispatch(machine, statement)
    machine.depth -= 2


def _dispatch(machine: Machine, node: cst.CSTNode) -> None:
    how = _STATEMENTS.get(type(node))
    if how is not None:
        how(machine, node)


# An actor of these kinds that calls a method of `asyncio.Queue` means to use it.
_WITHOUT_LOOP = frozenset({ActorKind.PROCESS, ActorKind.THREAD})


# --- simple statements ---------------------------------------------------------------------------


def _expression(machine: Machine, node: cst.Expr) -> None:
    value = tasks.begun(machine, expressions.evaluate(machine, node.value), node)
    if isinstance(value, values.Coroutine) and machine.actor.kind in _WITHOUT_LOOP:
        queues.in_vain(machine, value, node)


def _assign(machine: Machine, node: cst.Assign) -> None:
    value = _unpacked_one_by_one(machine, node) or expressions.evaluate(machine, node.value)
    value = tasks.begun(machine, value, node)
    for target in node.targets:
        named = variables.labelled(value, target.target)
        expressions.assign(machine, target.target, named, node)


def _unpacked_one_by_one(machine: Machine, node: cst.Assign) -> Value | None:
    """Return what `a, b = (make() for _ in range(2))` unpacks, each element made on its own."""
    target, made = node.targets[0].target, node.value
    if not isinstance(target, (cst.Tuple, cst.List)):
        return None
    if not isinstance(made, (cst.ListComp, cst.GeneratorExp)):
        return None
    return iteration.comprehension(machine, made, apart=len(target.elements))


def _annotated(machine: Machine, node: cst.AnnAssign) -> None:
    if node.value is not None:
        value = variables.labelled(expressions.evaluate(machine, node.value), node.target)
        name = trees.dotted(node.target).rpartition(".")[2]
        value = declarations.declared(machine, value, node.annotation, name, node.target)
        expressions.assign(machine, node.target, value, node)


_AUGMENTED: dict[type[cst.BaseAugOp], cst.BaseBinaryOp] = {
    cst.AddAssign: cst.Add(),
    cst.SubtractAssign: cst.Subtract(),
    cst.MultiplyAssign: cst.Multiply(),
    cst.FloorDivideAssign: cst.FloorDivide(),
    cst.LeftShiftAssign: cst.LeftShift(),
    cst.RightShiftAssign: cst.RightShift(),
    cst.BitOrAssign: cst.BitOr(),
    cst.BitAndAssign: cst.BitAnd(),
}


_ADDING = (cst.AddAssign, cst.BitOrAssign)
_OF_SETS = (
    cst.SubtractAssign,
    cst.BitAndAssign,
    cst.BitXorAssign,
)


def _augmented(machine: Machine, node: cst.AugAssign) -> None:
    current = expressions.evaluate(machine, node.target)
    added = expressions.evaluate(machine, node.value)
    if elements.is_dict(current) and isinstance(node.operator, cst.BitOrAssign):
        content = elements.laid_over(machine, items.content_of(machine, current), added)
        elements.set_content(machine, current, content)
        lengths.changed(machine, current, None)
        return
    if isinstance(current, values.Container) and isinstance(node.operator, _ADDING):
        elements.extend(machine, current, added)
        return
    if isinstance(current, values.Container) and isinstance(node.operator, _OF_SETS):
        elements.changed(machine, current)
        return
    operator = _AUGMENTED.get(type(node.operator), cst.Divide())
    value = operators.in_place(machine, operator, current, added, node)
    if value is None:
        value = arithmetic.binary(machine, operator, current, added, node)
    if isinstance(node.target, cst.Subscript):
        # Its parts have been run already.
        with machine.block():
            expressions.assign(machine, node.target, value, node)
        return
    cell = _counter(machine, node.target)
    step = items.as_count(machine, added)
    if cell is None or step is None or step.number is None:
        expressions.assign(machine, node.target, value, node)
    elif isinstance(node.operator, (cst.AddAssign, cst.SubtractAssign)):
        by = step.number if isinstance(node.operator, cst.AddAssign) else -step.number
        variables.count_up(machine, node.target, value)
        machine.emit(Increment(cell, by, machine.note_assigned(cell, node)))
    else:
        expressions.assign(machine, node.target, value, node)


def _counter(machine: Machine, target: cst.BaseExpression) -> Cell | None:
    place = variables.place_of(machine, target)
    return None if place is None else machine.cell(place)


def _return(machine: Machine, node: cst.Return) -> None:
    value: Value = values.NONE
    if node.value is not None:
        value = expressions.evaluate(machine, node.value)
    note_return(machine, value, node)


def note_return(machine: Machine, value: Value, node: cst.CSTNode) -> None:
    """Note what the function being run returns here."""
    frame = machine.frame
    frame.returned.append(value)
    if isinstance(value, values.Truth) and frame.cell is not None:
        variables.set_choice(
            machine, frame.cell, value.condition, (values.TRUE, values.FALSE), node
        )
    elif frame.cell is not None:
        machine.set_cell(frame.cell, variables.as_cell_value(machine, value), node)
    generators.leave_function(machine, machine.site(node))


def _break(machine: Machine, node: cst.Break) -> None:
    generators.leave_loop(machine, machine.site(node))


def _continue(machine: Machine, node: cst.Continue) -> None:
    generators.next_round(machine, machine.site(node))


def _raise(machine: Machine, node: cst.Raise) -> None:
    name = "reraise"
    if node.exc is not None:
        made = node.exc
        if isinstance(made, cst.Call):
            calls.evaluate_arguments(machine, made)
            made = made.func
        name = handling.exception_name(machine, expressions.evaluate(machine, made))
    site = machine.site(node)
    machine.emit(Exit(site) if name == "SystemExit" else Raise(name, site))
    machine.ended = True


def _assert(machine: Machine, node: cst.Assert) -> None:
    with machine.block() as operations:
        condition = conditions.test(machine, node.test)
    for operation in operations:
        machine.emit(operation)
    if condition is not True:
        machine.emit(Call(machine.site(node), "an assert"))


def _import(machine: Machine, node: cst.Import) -> None:
    imports.run_import(machine, node)


def _import_from(machine: Machine, node: cst.ImportFrom) -> None:
    imports.run_import_from(machine, node)


# --- compound statements -------------------------------------------------------------------------


def _if(machine: Machine, node: cst.If) -> None:
    condition = conditions.test(machine, node.test)
    machine.branch(condition, lambda: run(machine, node.body), lambda: _orelse(machine, node), node)


def _orelse(machine: Machine, node: cst.If) -> None:
    if isinstance(node.orelse, cst.If):
        _if(machine, node.orelse)
    elif node.orelse is not None:
        run(machine, node.orelse.body)


def _match(machine: Machine, node: cst.Match) -> None:
    subject = expressions.evaluate(machine, node.subject)
    _cases(machine, subject, node.cases, 0)


def _cases(machine: Machine, subject: Value, cases: Sequence[cst.MatchCase], index: int) -> None:
    if index >= len(cases):
        return
    case = cases[index]
    condition = patterns.match(machine, subject, case.pattern)
    if case.guard is not None:
        condition = conditions.both((condition, conditions.test(machine, case.guard)), True)
    machine.branch(
        condition,
        lambda: run(machine, case.body),
        lambda: _cases(machine, subject, cases, index + 1),
        case,
    )


_KINDS = {"staticmethod": "staticmethod", "classmethod": "classmethod", "property": "property",
          "functools.cached_property": "property"}  # fmt: skip


def _accessor(machine: Machine, node: cst.FunctionDef) -> str:
    """Return what a function is to a property that is there already: "setter", "deleter", or ""."""
    for decorator in node.decorators:
        named = decorator.decorator
        if isinstance(named, cst.Attribute) and named.attr.value in ("setter", "deleter"):
            known = expressions.evaluate(machine, named.value)
            if isinstance(known, Function) and known.kind == "property":
                return named.attr.value
    return ""


def _function(machine: Machine, node: cst.FunctionDef) -> None:
    accessor = _accessor(machine, node)
    if accessor:
        # The name goes on standing for the property; no name has a dot in it.
        owner = machine.classes[-1] if machine.classes else None
        setter = functions.define(machine, node, node.name.value, owner)
        machine.heap.set((machine.scope.serial, f"{node.name.value}.{accessor}"), setter)
        return
    kind = "function"
    by_yield = is_context = eager = dispatches = is_kept = False
    wrappers: list[Value] = []
    for decorator in node.decorators:
        value = expressions.evaluate(machine, decorator.decorator)
        name = value.name if isinstance(value, values.Library) else _maker(machine, decorator)
        kind = _KINDS.get(name, kind)
        by_yield = by_yield or name in COROUTINE_DECORATORS
        eager = eager or name in EAGER_DECORATORS
        is_kept = is_kept or name == "functools.cached_property"
        dispatches = dispatches or name in DISPATCHING_DECORATORS
        is_context = is_context or name in CONTEXT_DECORATORS
        registers = isinstance(value, values.Library) and isinstance(
            names.fact(name), names.RegistersHook
        )
        if isinstance(value, Function) or registers:
            wrappers.append(value)
    in_class = machine.scope.kind == "class"
    owner = machine.classes[-1] if in_class and machine.classes else None
    defined = functions.define(machine, node, node.name.value, owner, kind)
    if by_yield:
        defined = replace(defined, is_async=True, is_generator=False, is_eager=eager)
    if is_context:
        defined = replace(defined, is_context=True)
    if is_kept:
        defined = replace(defined, is_kept=True)
    # Which of the functions registered for it is called, the argument's class decides.
    made: Value = machine.unknown(node.name.value) if dispatches else defined
    for wrapper in reversed(wrappers):
        made = calls.call(machine, wrapper, values.Arguments([made]), node)
    variables.write_name(machine, node.name.value, made, node)
    if isinstance(made, Function):
        machine.defined.append(made)


def _maker(machine: Machine, decorator: cst.Decorator) -> str:
    """Return the name of the library function that a decorator `name(...)` calls, "" for others."""
    if not isinstance(decorator.decorator, cst.Call):
        return ""
    called = expressions.evaluate(machine, decorator.decorator.func)
    return called.name if isinstance(called, values.Library) else ""


def _class(machine: Machine, node: cst.ClassDef) -> None:
    decorated, compares = False, False
    for decorator in node.decorators:
        value = expressions.evaluate(machine, _undecorated(decorator.decorator))
        if value == values.Library("dataclasses.dataclass"):
            decorated, compares = True, not _says(decorator.decorator, "eq", "False")
    bases = tuple(expressions.evaluate(machine, base.value) for base in node.bases)
    made = classes.define(machine, node, bases, decorated, compares=compares)
    variables.write_name(machine, node.name.value, made, node)
    if isinstance(made, values.Class):
        machine.defined_classes.append(made)


def _says(node: cst.BaseExpression, keyword: str, value: str) -> bool:
    """Say whether a call has an argument of that name and that constant."""
    return isinstance(node, cst.Call) and any(
        argument.keyword is not None
        and argument.keyword.value == keyword
        and trees.dotted(argument.value) == value
        for argument in node.args
    )


def _undecorated(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.func if isinstance(node, cst.Call) else node


def _delete(machine: Machine, node: cst.Del) -> None:
    name = trees.dotted(node.target)
    if isinstance(node.target, cst.Subscript):
        elements.delete(machine, node.target)
    elif name and "." not in name:
        variables.write_name(machine, name, Unknown(machine.fresh_key(), name), node)


_STATEMENTS: dict[type[cst.CSTNode], Callable[[Machine, Any], None]] = {
    cst.Expr: _expression,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.Return: _return,
    cst.Break: _break,
    cst.Continue: _continue,
    cst.Raise: _raise,
    cst.Assert: _assert,
    cst.Del: _delete,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.If: _if,
    cst.For: lambda machine, node: loops.run_for(machine, node),
    cst.While: lambda machine, node: loops.run_while(machine, node),
    cst.Try: lambda machine, node: handling.run_try(machine, node),
    cst.TryStar: lambda machine, node: handling.run_try(machine, node),
    cst.With: lambda machine, node: contexts.run_with(machine, node),
    cst.Match: _match,
    cst.FunctionDef: _function,
    cst.ClassDef: _class,
}
