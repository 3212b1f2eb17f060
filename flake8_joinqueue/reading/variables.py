"""Reading and writing names and attributes."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import Count
from flake8_joinqueue.facts import daemons, names
from flake8_joinqueue.protocol import (
    ActorKind,
    Alias,
    Block,
    Branch,
    Cell,
    Condition,
    Daemon,
    Item,
    SetAttribute,
    Synchronise,
    UseGlobal,
)
from flake8_joinqueue.reading import (
    calls,
    classes,
    declarations,
    items,
    lengths,
    merging,
    ownqueues,
    values,
)
from flake8_joinqueue.reading.scopes import Place, Scope
from flake8_joinqueue.reading.values import Const, Either, Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.machine import Machine

_BUILTINS = frozenset(dir(builtins))
_NAMED_CONSTANTS = {"__name__": Const("__main__"), "Ellipsis": Const(...)}
_KEPT_BY_ACTORS = ("start", "run", "join", "terminate", "kill", "is_alive", "close", "cancel",
                   "setDaemon", "isDaemon", "get", "link")  # fmt: skip


# --- names ---------------------------------------------------------------------------------------


def read_name(machine: Machine, name: str, node: cst.CSTNode | None = None) -> Value:
    """Return what `name` stands for where the machine is; `node` is where it is used, if at all."""
    scope: Scope | None = machine.scope.holder(name)
    innermost = True
    while scope is not None:
        # The names of a class are seen by its own body only, not by its methods.
        if innermost or scope.kind != "class":
            place = (scope.serial, name)
            value = machine.heap.get(place)
            if value is not None and not isinstance(value, values.Content):
                if scope.kind == "module" and node is not None:
                    _note_global(machine, place, value, node)
                    value = declarations.imported(machine, value, name, node)
                variable = _is_variable(scope, name)
                if variable and _is_shared_number(machine, place, value):
                    return Unknown(machine.fresh_key(), name, free=True)
                if variable and _is_flag(value) and _may_change(machine, scope):
                    return Unknown(f"{place[0]}.{name}", name, cell=machine.cell(place))
                return _as_variable(machine, place, value, variable)
        innermost = False
        scope = scope.parent
    if name in _NAMED_CONSTANTS:
        return _NAMED_CONSTANTS[name]
    if name in _BUILTINS:
        return values.Library(name)
    for module in machine.star_modules:
        if names.fact(f"{module}.{name}") is not None or name in ("Empty", "Full"):
            return values.Library(f"{module}.{name}")
    return Unknown(f"name {name}", name)


def _note_global(machine: Machine, place: Place, value: Value, node: cst.CSTNode) -> None:
    """A process that uses a global which another actor assigned has none, or one of its own."""
    if len(machine.running) == 1 or not isinstance(
        value, (values.QueueRef, values.Container, values.Either)
    ):
        return
    chain = [actor.index for actor in machine.running]
    processes = [actor.index for actor in machine.running if actor.kind is ActorKind.PROCESS]
    writer, assigned = machine.global_writes.get((place, value), (0, None))
    if not processes or assigned is None or writer in chain[chain.index(processes[-1]) :]:
        return
    for queue in calls.queues_in(machine, value):
        machine.emit(UseGlobal(queue, place[1], machine.site(node), assigned))


def _is_class_of_module(scope: Scope) -> bool:
    """Say whether a scope is that of a class which every process makes when it imports."""
    return scope.kind == "class" and scope.parent is not None and scope.parent.kind == "module"


def _note_class_attribute(
    machine: Machine, cls: values.Class, name: str, value: Value, node: cst.CSTNode
) -> None:
    """What a class of the module holds is a global as well: an instance does not bring it along."""
    for base in classes.lineage(cls):
        if isinstance(base, values.Class):
            place = (base.scope.serial, name)
            if machine.heap.get(place) == value:
                _note_global(machine, place, value, node)
                return


def _is_flag(value: Value) -> bool:
    return isinstance(value, Const) and (value.value is None or isinstance(value.value, bool))


def _is_shared_number(machine: Machine, place: Place, value: Value) -> bool:
    """Say whether several threads or tasks that do the same may count in one variable."""
    actor = machine.actor
    if actor.index == 0 or actor.kind is ActorKind.PROCESS or actor.count.number == 1:
        return False
    own = place[0] >= actor.born or (actor.instance and actor.instance.serial == place[0])
    return not own and isinstance(value, (Const, values.Number)) and not _is_flag(value)


def _may_change(machine: Machine, scope: Scope) -> bool:
    """Say whether a variable of `scope` may be changed by others before the code runs, or while."""
    first = machine.called_at_any_time
    if machine.actor.index == 0 and first is None:
        return False
    return all(frame.scope is not scope for frame in machine.frames[first or 0 :])


def write_name(machine: Machine, name: str, value: Value, node: cst.CSTNode) -> None:
    """Bind `name` to `value`."""
    scope = machine.scope.holder(name)
    place = (scope.serial, name)
    _name_it(machine, value, name)
    if scope.kind == "module" or _is_class_of_module(scope):
        machine.global_writes[place, value] = machine.actor.index, machine.site(node)
    if machine.is_seen_by_others(scope.serial):
        calls.leak(machine, value, node, f"assigned to {name!r}, which others see")
    lengths.named(machine, place, machine.heap.get(place), value, node)
    number = isinstance(value, values.Number) and value.cell is not None
    if _is_variable(scope, name) or number:
        set_variable(machine, machine.cell(place), value, node)
    if isinstance(value, values.Number) and number:
        value = values.Number(value.count, machine.cell(place))  # what it was at this moment
    machine.heap.set(place, value)


def labelled(value: Value, target: cst.BaseExpression) -> Value:
    """Return a constant that goes by the name it is assigned to, other values as they are."""
    if isinstance(target, cst.Attribute):
        target = target.attr
    if not isinstance(target, cst.Name):
        return value
    if isinstance(value, Const) and not value.label:
        return Const(value.value, target.value)
    if isinstance(value, values.Fresh) and not value.label:
        return values.Fresh(value.serial, value.type_name, target.value)
    return value


def _is_variable(scope: Scope, name: str) -> bool:
    return scope.kind != "class" and scope.survey.bindings[name] > 1


def _as_variable(machine: Machine, place: Place, value: Value, variable: bool) -> Value:
    """A variable of which nothing is known here may be known path by path."""
    if variable and isinstance(value, Unknown):
        return Unknown(value.key, value.label or place[1], value.free, machine.cell(place))
    return value


def as_cell_value(machine: Machine, value: Value) -> Item | Alias | Count | None:
    """Return what a cell holds that `value` is assigned to; `None` where that is not known."""
    if isinstance(value, values.Taken):
        return Alias(value.cell, value.path)
    if isinstance(value, Unknown) and value.cell is not None:
        return Alias(value.cell)
    if isinstance(value, values.Number) and value.cell is not None:
        return Alias(value.cell)
    constant = items.as_constant_item(machine, value)
    return constant if constant is not None else items.as_count(machine, value)


def set_variable(machine: Machine, cell: Cell, value: Value, node: cst.CSTNode) -> None:
    """Emit what an assignment of `value` makes of a variable that paths decide."""
    if isinstance(value, values.Truth) and merging.tests_item(value.condition):
        set_choice(machine, cell, value.condition, (values.TRUE, values.FALSE), node)
    else:
        machine.set_cell(cell, as_cell_value(machine, value), node)


def set_choice(
    machine: Machine,
    cell: Cell,
    condition: Condition,
    choice: tuple[Value, Value],
    node: cst.CSTNode,
) -> None:
    """Emit an assignment of one of two constants: the first where `condition` is true."""
    blocks: list[Block] = []
    for value in choice:
        with machine.block() as operations:
            machine.set_cell(cell, items.as_constant_item(machine, value), node)
        blocks.append(tuple(operations))
    machine.emit(Branch(condition, blocks[0], blocks[1], machine.site(node)))


def place_of(machine: Machine, target: cst.BaseExpression) -> Place | None:
    """Return the place of a variable that paths decide, `None` for any other target."""
    if isinstance(target, cst.Name):
        scope = machine.scope.holder(target.value)
        return (scope.serial, target.value) if _is_variable(scope, target.value) else None
    if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name):
        base = read_name(machine, target.value.value)
        if isinstance(base, values.Instance) and target.attr.value in machine.assigned_attributes:
            return (base.serial, target.attr.value)
    return None


def count_up(machine: Machine, target: cst.BaseExpression, value: Value) -> None:
    """Give a counter its new value; paths follow the change by itself."""
    place = place_of(machine, target)
    if place is not None:
        machine.heap.set(place, value)


# Most of what is assigned: nobody asks what it is called.
_NAMELESS = frozenset({Unknown, Const, values.Library, values.Taken, values.Truth, values.Number})


def _name_it(machine: Machine, value: Value, name: str) -> None:
    """Queues, managers and events go by the first name they are given."""
    if type(value) in _NAMELESS:
        return
    if isinstance(value, values.QueueRef):
        queue = machine.queues[value.index]
        queue.name = queue.name or name
    elif isinstance(value, values.Instance) and value.serial in machine.instance_queues:
        if name == "self":
            return
        _name_it(machine, values.QueueRef(machine.instance_queues[value.serial]), name)
    elif isinstance(value, values.ManagerRef):
        manager = machine.managers[value.index]
        manager.name = manager.name or name
    elif isinstance(value, values.Synchroniser):
        machine.signals.names.setdefault(value.serial, name)
    elif isinstance(value, values.Container):
        content = machine.heap.get((value.serial, "content"))
        if isinstance(content, values.Content):
            for segment in content.segments:
                if isinstance(segment.value, values.QueueRef):
                    _name_it(machine, segment.value, name)
    elif isinstance(value, Either):
        _name_it(machine, value.then, name)
        _name_it(machine, value.otherwise, name)


# --- attributes ----------------------------------------------------------------------------------


def read_attribute(machine: Machine, base: Value, name: str, node: cst.CSTNode) -> Value:
    """Return the attribute `name` of `base`."""
    if isinstance(base, Either):
        then = read_attribute(machine, base.then, name, node)
        return Either(base.condition, then, read_attribute(machine, base.otherwise, name, node))
    if isinstance(base, values.Library):
        known = machine.options.behaves_like(f"{base.name}.{name}")
        return declarations.imported(machine, values.Library(known, base.context), name, node)
    if isinstance(base, values.Module):
        return _read_module(machine, base, name)
    if isinstance(base, values.Taken):
        return values.Taken(base.cell, (*base.path, name))
    if isinstance(base, values.Instance):
        return _read_instance(machine, base, name, node)
    if isinstance(base, values.Class):
        return _read_class(machine, base, name, node)
    if isinstance(base, values.Super):
        return _read_super(machine, base, name)
    if isinstance(base, values.Tuple) and name in base.names:
        return base.values[base.names.index(name)]
    if isinstance(base, values.Member) and base.value is not None and name == "value":
        return base.value
    if isinstance(base, Unknown):
        return _read_unknown(machine, base, name, node)
    if isinstance(base, values.ActorRef) and name in ("exitcode", "returncode") and machine.loops:
        machine.emit(Synchronise(machine.site(node), name))
        return Unknown(machine.fresh_key(), name)
    if isinstance(base, _WITH_METHODS):
        return values.Method(base, name)
    return Unknown(machine.fresh_key(), name)


_WITH_METHODS = (
    values.QueueRef,
    values.SomeQueue,
    values.ManagerRef,
    values.ActorRef,
    values.Container,
    values.Const,
    values.Tuple,
    values.Series,
    values.Synchroniser,
    values.ExitStack,
    values.Crew,
    values.Gathering,
    values.Generator,
)


def _read_unknown(machine: Machine, base: Unknown, name: str, node: cst.CSTNode) -> Value:
    kept = machine.heap.get((machine.foreign(base.key), name))
    if kept is not None and not isinstance(kept, values.Content):
        return kept
    label = f"{base.label}.{name}" if base.label else name
    value = Unknown(f"{base.key}.{name}", label, base.free)
    if base.key in machine.class_of:
        return declarations.attribute(machine, base, value, node)
    return declarations.by_use(machine, value, name, node)


def _read_super(machine: Machine, base: values.Super, name: str) -> Value:
    found = classes.find_beyond(machine, base, name)
    if isinstance(found, values.Function):
        return values.BoundFunction(found, base.receiver)
    return values.Method(base, name) if found is None else found


def _read_module(machine: Machine, base: values.Module, name: str) -> Value:
    held = machine.heap.get((base.scope.serial, name))
    known = machine.options.behaves_like(f"{base.name}.{name}")
    mapped = known != f"{base.name}.{name}"
    if held is None or isinstance(held, values.Content) or mapped:
        return values.Library(known)
    return held


def _read_class(machine: Machine, base: values.Class, name: str, node: cst.CSTNode) -> Value:
    found = classes.find(machine, base, name)
    if found is None:
        return Unknown(f"{base.scope.serial}.{name}", name)
    _note_class_attribute(machine, base, name, found, node)
    if isinstance(found, values.Function) and found.kind == "classmethod":
        return values.BoundFunction(found, base)
    return found


def _read_instance(
    machine: Machine, instance: values.Instance, name: str, node: cst.CSTNode
) -> Value:
    place = (instance.serial, name)
    value = machine.heap.get(place)
    if value is not None and not isinstance(value, values.Content):
        return _read_variable_attribute(machine, place, value)
    found = classes.find(machine, instance.cls, name)
    if isinstance(found, values.Function):
        if found.kind == "property":
            made = calls.enter(machine, found, values.Arguments([instance]), node)
            if found.is_kept:
                # Whoever asks first makes it: another actor may have, before or meanwhile.
                calls.leak(machine, made, node, "kept by a cached property")
                machine.heap.set(place, made)
            return made
        if found.kind == "staticmethod":
            return found
        receiver = instance.cls if found.kind == "classmethod" else instance
        return values.BoundFunction(found, receiver)
    if isinstance(found, values.Partial) and found.is_method:
        function = found.function
        if isinstance(function, values.Function):
            function = values.BoundFunction(function, instance)
        return values.Partial(function, found.positional, found.keywords)
    if found is not None:
        _note_class_attribute(machine, instance.cls, name, found, node)
        return _read_variable_attribute(machine, place, found)
    actor = machine.instance_actors.get(instance.serial)
    if actor is not None and name in _KEPT_BY_ACTORS:
        return values.Method(values.ActorRef(actor), name)
    queue = machine.instance_queues.get(instance.serial)
    if queue is not None:
        return ownqueues.attribute(machine, queue, name, node)
    if classes.has_unknown_base(instance.cls):
        if name in machine.queues_by_use:
            return declarations.inherited(machine, instance, name, node)
        return values.Method(instance, name)
    return Unknown(f"{instance.serial}.{name}", name)


def _read_variable_attribute(machine: Machine, place: Place, value: Value) -> Value:
    """An attribute assigned at several places is a variable that others may change meanwhile.

    Main may trust what it assigned itself, but not within a loop, where it may assign again, nor
    where others call what it runs.
    """
    if place[1] not in machine.assigned_attributes:
        return value
    if _is_shared_number(machine, place, value):
        return Unknown(machine.fresh_key(), place[1], free=True)
    shared = machine.actor.index != 0 or machine.called_at_any_time is not None
    if _is_flag(value) and (shared or machine.loops):
        return Unknown(f"{place[0]}.{place[1]}", place[1], cell=machine.cell(place))
    return _as_variable(machine, place, value, True)


def write_attribute(  # noqa: PLR0913, PLR0917 (an assignment, and where it stands)
    machine: Machine,
    base: Value,
    name: str,
    value: Value,
    node: cst.CSTNode,
    target: cst.CSTNode | None = None,
) -> None:
    """Set the attribute `name` of `base` to `value`; `target` is where it is named."""
    if isinstance(base, Either):
        machine.branch(
            base.condition,
            lambda: write_attribute(machine, base.then, name, value, node, target),
            lambda: write_attribute(machine, base.otherwise, name, value, node, target),
            node,
        )
        return
    actor = _actor_of(machine, base)
    if actor is not None and name == "daemon":
        machine.actors[actor].daemon = daemon_of(value)
        return
    setter = None
    if isinstance(base, values.Instance):
        setter = classes.find(machine, base.cls, f"{name}.setter")
    if isinstance(setter, values.Function):
        calls.enter(machine, setter, values.Arguments([base, value]), node)
        return
    if actor is not None and name in daemons.MISSPELT_DAEMON:
        true = daemon_of(value) is Daemon.YES
        machine.emit(SetAttribute(actor, name, true, machine.site(target or node)))
    _name_it(machine, value, name)
    if isinstance(base, values.Instance):
        value = declarations.by_use(machine, value, name, target or node)
        place = (base.serial, name)
        if machine.is_seen_by_others(base.serial):
            calls.leak(machine, value, node, f"stored as {name!r} on an object of others")
        lengths.named(machine, place, machine.heap.get(place), value, node)
        if name in machine.assigned_attributes:
            set_variable(machine, machine.cell(place), value, node)
        machine.heap.set(place, value)
    elif isinstance(base, values.Class):
        place = (base.scope.serial, name)
        if _is_class_of_module(base.scope):
            machine.global_writes[place, value] = machine.actor.index, machine.site(target or node)
        machine.heap.set(place, value)
    elif isinstance(base, Unknown):
        machine.heap.set((machine.foreign(base.key), name), value)
        calls.leak(machine, value, node, f"stored as {name!r} on an object from elsewhere")
    else:
        calls.leak(machine, value, node, f"stored as {name!r}")


def daemon_of(value: Value | None) -> Daemon:
    """Return what setting `daemon` to `value` makes of an actor."""
    if value is None:
        return Daemon.NO
    if isinstance(value, Const):
        # `daemon=None` means: as the creator, which main is not.
        return Daemon.YES if value.value else Daemon.NO
    return Daemon.UNKNOWN


def _actor_of(machine: Machine, base: Value) -> int | None:
    if isinstance(base, values.ActorRef):
        return base.index
    if isinstance(base, values.Instance):
        return machine.instance_actors.get(base.serial)
    return None
