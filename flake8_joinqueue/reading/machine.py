"""The abstract machine: its memory, what it emits, and how it goes two ways at once.

The machine runs a program on abstract values. What the program does with queues is emitted as the
operations of a Protocol; what it computes otherwise is forgotten or becomes `Unknown`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import libcst as cst

from flake8_joinqueue.counts import ONE, Count
from flake8_joinqueue.facts.queues import QueueKind
from flake8_joinqueue.findings import NotAnalysed
from flake8_joinqueue.options import DEFAULTS, Options, StartMethod
from flake8_joinqueue.protocol import ActorKind as Kind
from flake8_joinqueue.protocol import (
    Alias,
    Branch,
    Cell,
    Condition,
    Emptiness,
    Escape,
    Item,
    Operation,
    SetCell,
    Site,
)
from flake8_joinqueue.reading import limits, merging, signals, values
from flake8_joinqueue.reading.drafts import (
    ActorDraft,
    Assigned,
    Attempt,
    Frame,
    LoopFrame,
    ManagerDraft,
    QueueDraft,
)
from flake8_joinqueue.reading.scopes import Heap, Place, Scope, new_serial
from flake8_joinqueue.reading.survey import Survey, survey
from flake8_joinqueue.reading.values import Unknown, Value

if TYPE_CHECKING:
    from flake8_joinqueue.reading.following import Follower
    from flake8_joinqueue.reading.hooks import Hook
    from flake8_joinqueue.reading.places import Places


class _Collecting:
    """A block that collects operations; a class, since there are many and it costs a third."""

    __slots__ = ("_blocks",)

    def __init__(self, blocks: list[list[Operation]]) -> None:
        self._blocks = blocks

    def __enter__(self) -> list[Operation]:
        operations: list[Operation] = []
        self._blocks.append(operations)
        return operations

    def __exit__(self, *_: object) -> None:
        self._blocks.pop()


class Machine:
    """The state of one abstract run."""

    def __init__(  # noqa: PLR0915 (all of the state at one place)
        self, places: Places, assigned_attributes: frozenset[str], options: Options = DEFAULTS
    ) -> None:
        self.places = places
        self.options = options
        # Whether some function may bind names of the scopes around it.
        self.declares_outer = True
        # Who reads the modules of the same source tree, where imports are followed.
        self.follower: Follower | None = None
        # Attributes assigned at more than one place of the file: variables, not settings.
        self.assigned_attributes = assigned_attributes
        self.heap = Heap()
        self.queues: list[QueueDraft] = []
        self.managers: list[ManagerDraft] = []
        self.actors: list[ActorDraft] = []
        self.running: list[ActorDraft] = []
        self.frames: list[Frame] = []
        self.loops: list[LoopFrame] = []
        self.classes: list[values.Class] = []
        self.defined: list[values.Function] = []
        self.defined_classes: list[values.Class] = []
        # Of how many of these the methods are known that only return something, and their names.
        self.questions: tuple[int, frozenset[str]] = (0, frozenset())
        self.made_classes: list[values.Class] = []
        self.star_modules: list[str] = []
        self.last_node: cst.CSTNode = places.module
        self.ended = False
        # Whether the module's own top level is being run, or that of one it imports.
        self.at_top_level = False
        self.narrowed: dict[tuple[Cell, tuple[int | str, ...]], Item] = {}
        # Whether waits are for a time only, by `wait_for` or `asyncio.timeout`.
        self.hurried = False
        # Whether `TimeoutError` is raised where that time is over.
        self.expires = False
        # How settings go on the way being run, by their keys.
        self.assumed: Mapping[str, bool] = {}
        self.entered: set[int] = set()
        # Where code runs that others call at any time: how many functions were being run before.
        self.called_at_any_time: int | None = None
        # At how many places of the file something is stored at an index or a key, and those that
        # have been run and are not come to again.
        self.keys_stored: Counter[int | str] = Counter()
        self.stores_run: defaultdict[int | str, set[int]] = defaultdict(set)
        # The names of collections that something is added to, or taken from, somewhere in the file.
        self.collections_changed: frozenset[str] = frozenset()
        # What has a lower serial number was there before that call.
        self.born_since_called = 0
        self.instance_actors: dict[int, int] = {}
        self.instance_queues: dict[int, int] = {}
        # The names that go by nothing but queues, by what the file does with them.
        self.queues_by_use: Mapping[str, QueueKind] = {}
        # Queues that annotations or their use tell of, by the keys of the unknown values they are.
        self.declared: dict[str, int] = {}
        # Classes of the file that annotations tell of: of unknown values, by their keys, and of
        # what containers hold, by their serial numbers.
        self.class_of: dict[str, values.Class] = {}
        self.class_within: dict[int, values.Class] = {}
        self.container_depths: dict[int, int] = {}
        # The loops in each round of which a container gets something more.
        self.grown_in: dict[int, set[int]] = {}
        # The numbers that `qsize()` has returned, and the looks at queues that they are.
        self.sizes_seen: dict[Count, Emptiness] = {}
        self.signals = signals.Signals()
        # Whom the program has asked for whether they are alive, by the keys of the answers.
        self.alive: dict[str, int] = {}
        # Names of lists whose length matters, and the variables that hold it, by serial number.
        self.measured: frozenset[str] = frozenset()
        self.lengths: dict[int, Cell] = {}
        self.cells: dict[Place, Cell] = {}
        self.cell_sets: list[Assigned] = []
        # What unknown values may turn out to be, or yield, by their keys; which of them are chosen
        # out of sight; which are put on a queue, and which of these the program tests after.
        self.origins: dict[str, tuple[Value, ...]] = {}
        self.yields: dict[str, tuple[Value, ...]] = {}
        self.chosen_elsewhere: set[str] = set()
        self.handed_over: set[str] = set()
        self.examined: set[str] = set()
        # What the interpreter calls by itself some time, and whether that is being looked at.
        self.hooks: list[Hook] = []
        self.at_exit: list[Hook] = []
        # The classes of which every method is run as others may call it.
        self.used_in_any_order: list[values.Class] = []
        self.looking_at_hooks = False
        # Generators: those nobody has gone over yet, and those that got out of sight.
        self.not_gone_over: dict[int, values.Generator] = {}
        self.run_out_of_sight: set[values.Generator] = set()
        self.callbacks: set[tuple[values.Function, Value | None]] = set()
        self.surveys: dict[int, Survey] = {}
        self.spoken_of: dict[int, frozenset[str]] = {}
        # The start method of the default context, as far as the program sets it.
        self.default_start: StartMethod | None = StartMethod.ANY
        # Who assigned a value to a global, and where; the value tells one assignment from another.
        self.global_writes: dict[tuple[Place, Value], tuple[int, Site]] = {}
        self._blocks: list[list[Operation]] = [[]]
        self._serials: dict[str, int] = {}
        self._keys = 0
        self._clock = 0
        # How deep what is being run is nested, by the measure of `limits.MAX_NESTING`.
        self.depth = 0
        # The functions being run, in whatever actor.
        self.entering: list[values.Function] = []
        # What was given up, and why.
        self.given_up: dict[str, None] = {}
        # How often each function was run, and which only work something out, by `id` of the node.
        self.runs: dict[int, int] = {}
        self.plain: dict[int, bool] = {}
        # What each returned last.
        self.answers: dict[int, list[Value]] = {}
        self._steps = 0
        self._share = 0

    # --- work and names --------------------------------------------------------------------------

    def step(self) -> None:
        """Count one step of work. Raises `NotAnalysed` when there have been far too many."""
        self._steps += 1
        if self._steps > self._share + limits.LAST_STEPS:
            raise NotAnalysed(limits.TOO_MANY_STEPS)

    def begin_share(self) -> bool:
        """Begin an entry point with its share of the steps; `False` if none are left."""
        self._share = min(self._steps + limits.MAX_STEPS_OF_ENTRY, limits.MAX_STEPS)
        self.runs.clear()
        return self._steps < limits.MAX_STEPS

    @property
    def spent(self) -> bool:
        """Whether the entry point being run has had its share of the steps."""
        return self._steps > self._share

    def give_up(self, node: cst.CSTNode, reason: str) -> Unknown:
        """Leave code alone: it may do anything with every queue and actor there is."""
        if self.queues or self.actors[1:] or self.spent:
            self.given_up[reason] = None
        for queue in self.queues:
            self.escape(values.QueueRef(queue.index), node, reason)
        for actor in self.actors[1:]:
            self.escape(values.ActorRef(actor.index), node, reason)
        self.signals.lost.update(self.signals.made)
        return self.unknown()

    def tick(self) -> int:
        """Return the time: a number that grows with every call."""
        self._clock += 1
        return self._clock

    def fresh_key(self) -> str:
        """Return a key that no unknown value has yet."""
        self._keys += 1
        return f"#{self._keys}"

    def survey(
        self,
        node: cst.Module | cst.FunctionDef | cst.Lambda | cst.ClassDef,
        parameters: Iterable[str] = (),
    ) -> Survey:
        """Return what the body of a node binds, and its `parameters`."""
        body = node.body if isinstance(node, cst.Module) else [node.body]
        binding = self.places.binds_in_expressions(node)
        return survey(body, parameters, deep=self.declares_outer, expressions=binding)

    def unknown(self, label: str = "", *because: Value) -> Unknown:
        """Return a new unknown value; free where one of the values it comes from is."""
        return Unknown(
            self.fresh_key(), label, any(values.depends_on_item(value) for value in because)
        )

    def one_of(self, label: str, free: bool, *origins: Value, cell: Cell | None = None) -> Unknown:
        """Return an unknown value that is one of `origins`."""
        made = Unknown(self.fresh_key(), label, free, cell)
        self.origins[made.key] = origins
        return made

    def examine(self, *tested: Value) -> None:
        """Note that values are tested: one that has been put on a queue may end a worker then."""
        keys = {value.key for value in tested if isinstance(value, Unknown)}
        self.examined |= keys & self.handed_over

    def symbol(self, key: str, name: str, low: int = 0) -> Count:
        """Return the count that stands for the unknown number `key`, called `name`."""
        return Count.symbol(name, self._interned(key), low)

    def foreign(self, key: str) -> int:
        """Return the serial number under which the attributes of an unknown object are kept."""
        return self._interned(f"object {key}")

    def _interned(self, key: str) -> int:
        serial = self._serials.get(key)
        if serial is None:
            serial = self._serials[key] = new_serial()
        return serial

    def site(self, node: cst.CSTNode) -> Site:
        """Return the place of a node."""
        return self.places.site(node)

    @property
    def actor(self) -> ActorDraft:
        """The actor whose body is being run."""
        return self.running[-1]

    @property
    def frame(self) -> Frame:
        """The function being run."""
        return self.frames[-1]

    @property
    def scope(self) -> Scope:
        """The scope of the code being run."""
        return self.frames[-1].scope

    # --- other modules ---------------------------------------------------------------------------

    @contextmanager
    def elsewhere(self, frame: Frame) -> Iterator[list[Operation]]:
        """Run the top level of another module: what it binds stays, what it does is given out."""
        names = ("frames", "loops", "classes", "narrowed", "assumed", "running", "ended",
                 "last_node", "star_modules")  # fmt: skip
        saved = {name: getattr(self, name) for name in names}
        self.frames, self.loops, self.classes, self.star_modules = [frame], [], [], []
        self.narrowed, self.assumed, self.ended = {}, {}, False
        self.running = self.actors[:1]
        try:
            with self.heap.for_good(), self.block() as operations:
                yield operations
        finally:
            for name, value in saved.items():
                setattr(self, name, value)

    def forget(self, before: tuple[int, int, int]) -> None:
        """Forget what queues, managers and actors there are beyond those of `before`."""
        del self.queues[before[0] :], self.managers[before[1] :], self.actors[before[2] :]

    def drafts(self) -> tuple[int, int, int]:
        """Return how many queues, managers and actors there are."""
        return len(self.queues), len(self.managers), len(self.actors)

    # --- emitting --------------------------------------------------------------------------------

    def emit(self, operation: Operation) -> None:
        """Add an operation to the block being written."""
        self._blocks[-1].append(operation)

    def block(self) -> _Collecting:
        """Collect what is emitted in the block, instead of emitting it."""
        return _Collecting(self._blocks)

    def multiplicity(self, depth: int = 0) -> Count:
        """Return how often the code being run is run, by the loops inside of the first `depth`."""
        count = ONE
        for loop in self.loops[depth:]:
            count = count * loop.times
        return count

    def is_seen_by_others(self, serial: int) -> bool:
        """Say whether a thread or task is being run that did not make the scope or object itself.

        What it stores there others find, who started it or were started with it.
        """
        actor = self.actor
        return actor.index > 0 and actor.kind is not Kind.PROCESS and serial < actor.born

    def escape(self, value: Value, node: cst.CSTNode, reason: str) -> None:
        """Note that a queue or an actor gets out of sight."""
        if isinstance(value, values.QueueRef):
            self.emit(Escape(self.site(node), reason, queue=value.index))
        elif isinstance(value, values.ActorRef):
            self.emit(Escape(self.site(node), reason, actor=value.index))

    @contextmanager
    def time_limit(self, *, expires: bool = False) -> Iterator[None]:
        """Every wait in the block is for a time only; `expires` if it then raises."""
        before = self.hurried, self.expires
        self.hurried, self.expires = True, expires
        try:
            yield
        finally:
            self.hurried, self.expires = before

    # --- variables -------------------------------------------------------------------------------

    def cell(self, place: Place) -> Cell:
        """Return the cell that stands for the variable at `place`."""
        cell = self.cells.get(place)
        if cell is None:
            cell = self.cells[place] = Cell(new_serial(), place[1])
        return cell

    def new_cell(self, name: str) -> Cell:
        """Return a cell of its own."""
        return Cell(new_serial(), name)

    @property
    def turn(self) -> int:
        """The call that others make at any time that is being run, by a number; 0 in none.

        That by which an object is made comes first.
        """
        if self.called_at_any_time is None or any(
            frame.function is not None and frame.function.name == "__init__"
            for frame in self.frames
        ):
            return 0
        return self.born_since_called

    def set_cell(self, cell: Cell, value: Item | Alias | Count | None, node: cst.CSTNode) -> None:
        """Emit an assignment to a cell."""
        self.emit(SetCell(cell, value, self.note_assigned(cell, node)))

    def note_assigned(self, cell: Cell, node: cst.CSTNode) -> Site:
        """Note that a cell gets another value, and where."""
        site = self.site(node)
        self.cell_sets.append(Assigned(cell, self.actor.index, self.tick(), self.turn, site))
        return site

    # --- two ways --------------------------------------------------------------------------------

    def attempt(self, run: Callable[[], object]) -> Attempt:
        """Run code on the side: collect what it emits, take back what it changes."""
        ended = self.ended
        with self.block() as operations, self.heap.trial() as changes:
            run()
        left, self.ended = self.ended, ended
        return Attempt(tuple(operations), dict(changes), left)

    def attempt_at_any_time(self, run: Callable[[], object]) -> Attempt:
        """Run code on the side that is called by others, after who knows what else."""
        before = self.called_at_any_time, self.born_since_called
        self.called_at_any_time, self.born_since_called = len(self.frames), new_serial()
        try:
            return self.attempt(run)
        finally:
            self.called_at_any_time, self.born_since_called = before

    def attempt_within_limits(self, run: Callable[[], object]) -> Attempt | None:
        """Run an entry point at any time; `None` where it has to be cut off."""
        if not self.begin_share():
            self.given_up[limits.TOO_MANY_STEPS] = None
            return None
        names = ("frames", "loops", "classes", "narrowed", "assumed", "running", "ended", "hurried",
                 "expires", "depth", "entering")  # fmt: skip
        saved = {name: getattr(self, name) for name in names}
        stacks = {name: value[:] for name, value in saved.items() if isinstance(value, list)}
        try:
            return self.attempt_at_any_time(run)
        except (NotAnalysed, RecursionError) as error:
            self.given_up[error.reason if isinstance(error, NotAnalysed) else limits.NESTED] = None
            for name, value in {**saved, **stacks}.items():
                setattr(self, name, value)
            return None

    def branch(
        self,
        condition: Condition,
        then: Callable[[], object],
        otherwise: Callable[[], object],
        node: cst.CSTNode,
    ) -> None:
        """Run one way, the other, or both, and go on with what may be true after them."""
        if condition is True:
            then()
            return
        if condition is False:
            otherwise()
            return
        with self.narrow(condition, True):
            first = self.attempt(then)
        with self.narrow(condition, False):
            second = self.attempt(otherwise)
        if first.operations or second.operations:
            self.emit(Branch(condition, first.operations, second.operations, self.site(node)))
        self.merge(condition, first, second)

    def merge(self, condition: Condition | None, first: Attempt, second: Attempt) -> None:
        """Go on with what may be true after either of two ways."""
        if first.ended and second.ended:
            self.ended = True
            return
        ways = [way for way in (first, second) if not way.ended]
        if len(ways) == 1:
            for place, value in ways[0].changes.items():
                self.heap.set(place, value)
            return
        for place in {**first.changes, **second.changes}:
            current = self.heap.get(place)
            left = first.changes.get(place, current)
            right = second.changes.get(place, current)
            merged = merging.merge(self, condition, left, right)
            if merged is not None:
                self.heap.set(place, merged)

    @contextmanager
    def narrow(self, condition: Condition, outcome: bool) -> Iterator[None]:
        """Know more of an item or a setting while the block runs, since a test went one way."""
        before = self.narrowed, self.assumed
        self.narrowed = {**self.narrowed, **merging.narrowing(condition, outcome)}
        self.assumed = {**self.assumed, **merging.assumptions(condition, outcome)}
        try:
            yield
        finally:
            self.narrowed, self.assumed = before

    def settled(self, value: Value) -> Value:
        """Return the alternative that is meant where settings are known to go one way."""
        while isinstance(value, values.Either):
            outcome = merging.under(value.condition, self.assumed)
            if outcome is None:
                break
            value = value.then if outcome else value.otherwise
        return value
