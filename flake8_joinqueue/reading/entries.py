"""Entry points: where a run may begin.

The module's own top level with its main guard; then every function and class that nothing in the
file calls, their arguments unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.options import DEFAULTS, Options
from flake8_joinqueue.protocol import (
    ActorKind,
    AnyOrder,
    Block,
    Escape,
    Operation,
    Protocol,
    Sleep,
    operations_in,
)
from flake8_joinqueue.reading import (
    calls,
    classes,
    declarations,
    elements,
    finishing,
    following,
    functions,
    generators,
    hooks,
    items,
    keeping,
    lengths,
    owning,
    signals,
    statements,
    trees,
    values,
    wording,
)
from flake8_joinqueue.reading.drafts import ActorDraft, Frame
from flake8_joinqueue.reading.machine import Machine
from flake8_joinqueue.reading.scopes import Scope, new_serial
from flake8_joinqueue.reading.values import Class, Function
from flake8_joinqueue.records import replace

if TYPE_CHECKING:
    from flake8_joinqueue.reading.places import Places


def run(  # noqa: PLR0913 (a file, where it stands, and how it is read)
    places: Places,
    source: str,
    options: Options = DEFAULTS,
    filename: str = "",
    *,
    core: Collection[str] | None = None,
    lingers: tuple[int, ...] = (),
    by_use: Mapping[str, QueueKind] | None = None,
    inside: bool = True,
    setters: Callable[[], int] = int,
) -> tuple[tuple[Protocol, ...], tuple[str, ...]]:
    """Run a module from each of its entry points; return their Protocols, and what was given up.

    `core` are the functions and classes worth beginning with, `None` for all. `lingers`: the
    lines where its top level does more than is left of it here, which takes its time. `by_use` are
    the names that go by queues alone. `inside`: functions and classes have to do with queues even
    where the top level has none to give them. `setters` counts the places of the file at which
    something is set, an event say.
    """
    assigned = wording.attributes_assigned(source)
    several = frozenset(name for name, count in assigned.items() if count > 1)
    machine = Machine(places, several, options)
    machine.measured = lengths.measured(source)
    machine.queues_by_use = by_use or {}
    machine.signals.mentions = setters
    if options.follow_imports:
        machine.follower = following.Follower(filename)
    machine.declares_outer = wording.declares_outer(source)
    machine.keys_stored = wording.keys_stored(source)
    machine.collections_changed = wording.collections_changed(source)
    words = wording.Words(source)
    try:
        found = _Entries(machine, assigned, words, core=core).run(lingers=lingers, inside=inside)
        return found, tuple(machine.given_up)
    finally:
        # All of it holds all else in circles, which else were for the garbage collector to find.
        vars(machine).clear()
        places.forget()


class _Entries:
    def __init__(
        self,
        machine: Machine,
        assigned: Counter[str],
        words: wording.Words,
        *,
        core: Collection[str] | None,
    ) -> None:
        self.core = core
        self.machine = machine
        self.module = machine.places.module
        self.assigned = assigned  # how often attributes of a name are
        self.words = words
        self.scope = Scope(None, machine.survey(self.module), "module")
        self.protocols: list[Protocol] = []

    def run(self, *, lingers: tuple[int, ...], inside: bool) -> tuple[Protocol, ...]:
        machine = self.machine
        machine.begin_share()
        self._begin(self.module)
        with machine.block() as operations:
            machine.at_top_level = True
            for statement in self.module.body:
                if machine.ended:
                    break
                site = machine.site(statement)
                behind = tuple(line for line in lingers if line >= site.line)
                if behind != lingers:
                    machine.emit(Sleep(site))
                    lingers = behind
                statements.run_one(machine, statement)
            machine.at_top_level = False
            if lingers and not machine.ended:
                machine.emit(Sleep(machine.site(self.module.body[-1])))
            forgotten = generators.forgotten(machine)
            self._find_imported_queues()
            shared = bool(machine.queues or machine.actors[1:] or machine.managers)
            if shared:
                # The module's own queues are used by its functions, called from who knows where.
                self._functions_in_any_order()
            hooks.run_at_exit(machine)
            if machine.follower is not None:
                machine.follower.leak_unused(machine)
        self._finish("the module", (*forgotten, *operations), ends=True)
        if inside and not shared:
            self._functions_one_by_one()
        return tuple(self.protocols)

    def _find_imported_queues(self) -> None:
        """Queues that the file imports, by what it does with them, are used by its functions."""
        for name in self.machine.queues_by_use:
            value = self.machine.heap.get((self.scope.serial, name))
            if isinstance(value, values.Library):
                declarations.imported(self.machine, value, name, self.module)

    def _begin(self, node: cst.CSTNode) -> None:
        machine = self.machine
        machine.queues, machine.managers, machine.cell_sets = [], [], []
        machine.declared, machine.class_of = {}, {}
        machine.hooks, machine.at_exit = [], []
        machine.signals.run.clear()
        main = ActorDraft(0, ActorKind.MAIN, machine.site(node), ONE, None, name="main")
        machine.actors = [main]
        machine.running = [main]
        machine.frames = [Frame(self.scope)]
        machine.loops = []
        machine.ended = False

    def _started_out_of_sight(self, operations: Block) -> Iterator[Operation]:
        """Yield that queues get out of sight with an actor that nothing in sight has started."""
        machine = self.machine
        for escape in operations_in(operations):
            if not isinstance(escape, Escape) or escape.actor is None:
                continue
            draft = machine.actors[escape.actor]
            if draft.body is not None:
                continue
            for value in (draft.target, draft.instance, *draft.arguments.every()):
                for queue in calls.queues_in(machine, value) if value is not None else ():
                    yield Escape(escape.site, f"used by {draft.name}", queue=queue)

    def _finish(self, entry: str, operations: Block, ends: bool) -> None:
        # First, as the end of the program need not be come to.
        hooked = hooks.touched_at_the_end(self.machine)
        operations = (*hooked, *self._started_out_of_sight(operations), *operations)
        alone = ends and not any(isinstance(each, AnyOrder) for each in operations)
        unset = signals.never_set(self.machine, self.scope, alone=alone)
        protocol = finishing.finish(self.machine, entry, operations, ends, self.assigned, unset)
        if protocol is not None:
            self.protocols += [protocol, *owning.parts(protocol)]

    # --- functions and classes that nothing in the file calls ------------------------------------

    def _functions_in_any_order(self) -> None:
        machine = self.machine
        machine.ended = False
        blocks: list[Block] = [
            self._attempt(lambda made=function: self._call(made))  # type: ignore[misc]
            for function in self._uncalled_functions()
        ]
        blocks += [
            self._attempt(lambda made=made: self._use(made))  # type: ignore[misc]
            for made in self._unmade_classes()
        ]
        if any(blocks):
            machine.emit(AnyOrder(tuple(filter(None, blocks)), machine.site(self.module.body[0])))

    def _functions_one_by_one(self) -> None:
        for function in self._uncalled_functions():
            self._begin(function.node)
            operations = self._attempt(lambda made=function: self._call(made))  # type: ignore[misc]
            self._finish(f"{function.name}()", operations, ends=False)
        for made in self._unmade_classes():
            self._begin(self.module)
            operations = self._attempt(lambda made=made: self._use(made))  # type: ignore[misc]
            self._finish(f"class {made.name}", operations, ends=False)

    def _attempt(self, run: Callable[[], object]) -> Block:
        """Return what an entry point does; where it had to be cut off, it may do anything."""
        machine = self.machine
        before = keeping.Before(machine.drafts(), new_serial(), (), ())
        entered = set(machine.entered)
        attempt = machine.attempt_within_limits(run)
        if attempt is not None:
            own = machine.entered - entered
            others = [each for each in machine.defined if id(each.node) not in own]
            with machine.block() as left_behind:
                keeping.leave_behind(machine, attempt, replace(before, others=others))
            return *generators.forgotten(machine), *attempt.operations, *left_behind
        with machine.block() as operations:
            machine.give_up(machine.last_node, "used by what is too much to follow")
        return tuple(operations)

    def _uncalled_functions(self) -> Iterator[Function]:
        """Yield the functions that nothing calls; asked one by one, since each may call others."""
        found = [
            function
            for function in self.machine.defined
            if function.owner is None
            and function.scope is self.scope
            and self._is_core(function.name)
        ]
        return self._not_entered(found)

    def _not_entered(self, found: list[Function]) -> Iterator[Function]:
        """Yield the functions not run yet, last those that others name: they may run them.

        Of these, last the ones that nobody outside is to call: a worker's body, say. Of the others,
        first the methods that may make what their class then works with.
        """

        def turn(function: Function) -> tuple[bool, bool, bool]:
            named = self.words.repeats(function.name, alone=function.owner is None)
            hidden = function.name.startswith("_") and not function.name.endswith("__")
            makes = function.owner is not None and trees.fills_attributes(function.node)
            return named and hidden, not makes, named

        for function in sorted(found, key=turn):
            if id(function.node) not in self.machine.entered:
                yield function

    def _unmade_classes(self) -> list[Class]:
        machine = self.machine
        return [
            made
            for made in machine.defined_classes
            if made.scope.parent is self.scope
            and self._is_core(made.name)
            and not self._is_used(made)
        ]

    def _is_core(self, name: str) -> bool:
        """Say whether a function or class may come to do something with a queue."""
        return self.core is None or name in self.core

    def _is_used(self, made: Class) -> bool:
        """Say whether the file makes instances of a class, or of one derived from it."""
        return any(made in classes.lineage(other) for other in self.machine.made_classes)

    def _call(self, function: Function) -> None:
        machine = self.machine
        result = functions.enter(
            machine, function, functions.unknown_arguments(machine, function), function.node
        )
        machine.ended = False
        if function.is_async or function.is_generator:
            return
        calls.leak(machine, result, function.node, f"returned by {function.name}")

    def _use(self, made: Class) -> None:
        """Make an instance, then call its methods in any order, any number of times."""
        machine = self.machine
        every = classes.methods(machine, made)
        methods = [each for each in every if not trees.is_placeholder(each.node)]
        if not methods:
            return
        # What subclasses are to override is none of its methods.
        machine.entered |= {id(each.node) for each in every if each not in methods}
        # What it inherits may have been run, but with other instances.
        machine.entered -= {id(method.node) for method in methods if method.owner is not made}
        node = methods[0].node
        arguments = values.Arguments()
        init = classes.find(machine, made, "__init__")
        if isinstance(init, Function):
            arguments = functions.unknown_arguments(machine, init, values.NONE)
            arguments.positional.clear()
        machine.used_in_any_order.append(made)
        instance = classes.instantiate(machine, made, arguments, node)
        self._expose(instance, node)
        blocks: list[tuple[Operation, ...]] = []
        ran: list[Function] = []
        for method in self._not_entered(methods):
            others = [other for other in methods if other is not method]
            before = keeping.Before(machine.drafts(), new_serial(), tuple(ran), others)
            receiver = {"staticmethod": None, "classmethod": made}.get(method.kind, instance)
            given = functions.unknown_arguments(machine, method, receiver)
            attempt = machine.attempt_at_any_time(
                lambda method=method, given=given: functions.enter(  # type: ignore[misc]
                    machine, method, given, method.node
                )
            )
            if attempt.operations:
                blocks.append(attempt.operations)
            keeping.keep(machine, instance, attempt, before)
            ran.append(method)
        if blocks:
            machine.emit(AnyOrder(tuple(blocks), machine.site(node)))

    def _is_others(self, value: values.Value) -> bool:
        """Say whether a value is a queue that comes from those out of sight anyway."""
        return isinstance(value, values.QueueRef) and not self.machine.queues[value.index].hidden

    def _expose(self, instance: values.Value, node: cst.CSTNode) -> None:
        """Whoever holds the instance may use what it does not hide behind an underscore."""
        machine = self.machine
        if not isinstance(instance, values.Instance):
            return
        for name in machine.heap.names(instance.serial):
            value = machine.heap.get((instance.serial, name))
            if value is None or isinstance(value, values.Content):
                continue
            if isinstance(value, values.Container) and not items.length(machine, value).terms:
                # Some method is going to fill it, and others come after that one.
                elements.set_content(machine, value, values.Content((), open=True))
            if self._is_others(value):
                continue
            # A class derived from it may set an event that it hides.
            signals.lose(machine, value)
            if name.startswith("_"):
                continue
            calls.leak(machine, value, node, f"the public attribute {name!r}")
