"""The worker's text: how it takes, tests, works, accounts and ends."""

from __future__ import annotations

from dataclasses import dataclass

from .scene import Scene, block, indent


@dataclass
class WorkerText:
    """Writes the body of one worker that takes from ``queue`` and may put on ``results``."""

    scene: Scene
    queue: str
    results: str | None

    def body(self) -> list[str]:
        """The whole body."""
        forms = {
            "walrus": self.walrus, "iter": self.for_loop, "match": self.match,
            "flag": self.flag, "stepwise": self.stepwise, "before_loop": self.before_loop,
            "timeout": self.timed, "timeout_test": self.timed, "wrong_timeout": self.timed,
            "no_wait": self.timed, "empty": self.until_empty, "counts_ends": self.ends_counted,
            "counted": self.counted, "otherwise": self.otherwise,
        }  # fmt: skip
        return forms.get(self.scene.stop, self.plain)()

    # The parts

    @property
    def item(self) -> str:
        return self.scene.theme.item

    @property
    def mode(self) -> str:
        return self.scene.recipe["done"]

    @property
    def done(self) -> list[str]:
        return self.scene.done(self.queue)

    @property
    def tail(self) -> list[str]:
        """What accounts for an item of work at its end."""
        return self.done * {"each": 1, "work_only": 1, "twice": 2}.get(self.mode, 0)

    @property
    def stop_done(self) -> list[str]:
        """What accounts for the sentinel before the worker leaves."""
        return self.done if self.mode in ("each", "twice", "stop_only") else []

    @property
    def loop_end_done(self) -> list[str]:
        """The same behind a loop whose own condition takes the sentinel."""
        return self.done if self.mode not in ("work_only", "never") else []

    def tests(self, item: str = "") -> tuple[str, str]:
        """The test for the sentinel and its opposite."""
        recipe, item = self.scene.recipe, item or self.item
        sentinel = self.scene.sentinel()
        if self.scene.stop == "falsy":
            return f"not {item}", item
        if self.scene.pairs:
            return 'kind == "stop"', 'kind != "stop"'
        if recipe["value"] == "instance":
            return f"isinstance({item}, Stop)", f"not isinstance({item}, Stop)"
        usual = recipe["value"] in (
            "none", "enum", "class", "object", "tuple", "same_instance",
        )  # fmt: skip
        identity = usual == (recipe["compare"] == "usual") and recipe["value"] != "text"
        yes, no = ("is", "is not") if identity else ("==", "!=")
        return f"{item} {yes} {sentinel}", f"{item} {no} {sentinel}"

    def take(self, arguments: str = "", method: str = "get") -> str:
        """The statement that takes an item."""
        target = f"kind, {self.item}" if self.scene.pairs else self.item
        return f"{target} = {self.queue}.{method}({arguments})"

    def work(self) -> list[str]:
        """The work on an item, with what a setting adds to it."""
        scene, theme = self.scene, self.scene.theme
        recipe = scene.recipe
        lines: list[str] = []
        if recipe["setting"] == "verbose":
            lines += block(f"if {scene.setting()}:", [f'print("got", {self.item})'])
        called = recipe["trouble"] != "no" or recipe["work"] in ("call", "quiet")
        made = f"{theme.work}({self.item})" if called else self.item
        if called:
            self.define_work()
        if recipe["work"] == "sleep":
            lines.append(f"{scene.module('time')}.sleep(0.01)")
        if self.results:
            large = " * 20000" * (recipe["payload"] == "large")
            lines.append(f"{self.results}.put({made}{large})")
        elif recipe["work"] == "quiet":
            lines.append(made)
        else:
            lines.append(f'print("{theme.done}", {made})')
        return lines

    def define_work(self) -> None:
        """The function that does the work; it fails for an item where the recipe says so."""
        scene, theme = self.scene, self.scene.theme
        lines = [f"return {self.item}.upper()"]
        if scene.recipe["trouble"] != "no":
            lines = [*block(f"if {theme.wrong}:", [f"raise ValueError({self.item})"]), *lines]
        scene.define(theme.work, block(f"def {theme.work}({self.item}):", lines))

    def guarded(self, again: str) -> list[str]:
        """The work with its exceptions seen to, and what accounts for the item."""
        work, tail = self.work(), self.tail
        complain = [f'print("failed", {self.item})']
        trouble = self.scene.recipe["trouble"]
        if trouble in ("no", "uncaught"):
            return work + tail
        inside = work + (tail if trouble in ("swallowed", "both", "extra") else [])
        handler = complain + {
            "settled": [*tail, again], "both": tail, "continue": [again],
        }.get(trouble, [])  # fmt: skip
        lines = block("try:", inside) + block("except ValueError:", handler)
        if trouble in ("finally", "extra") and tail:
            return lines + block("finally:", tail)
        if trouble == "else" and tail:
            return lines + block("else:", tail)
        return lines + (tail if trouble in ("handled", "settled", "continue") else [])

    def ordinary(self, again: str = "continue") -> list[str]:
        """Everything done with an item of work; ``again`` goes on to the next."""
        branch, odd = self.scene.recipe["branch"], self.scene.theme.odd
        rest = self.guarded(again)
        called = [f"{self.item} = {self.item}()"] * (self.scene.recipe["payload"] == "lambda")
        return called + self.branched(branch, odd, rest, again)

    def branched(self, branch: str, odd: str, rest: list[str], again: str) -> list[str]:
        """The rest of the work, by the branches in front of it."""
        skip = [f'print("skipped", {self.item})']
        if branch == "else":
            return block(f"if {odd}:", skip + self.tail) + block("else:", rest)
        if branch == "counted_continue":
            return block(f"if {odd}:", [*skip, *self.tail, again]) + rest
        if branch == "continue":
            return block(f"if {odd}:", [again]) + rest
        if branch == "only_if":
            return block(f"if not ({odd}):", rest)
        return rest

    def wrapped(self, take: list[str], then: list[str]) -> list[str]:
        """Taking an item and what follows, accounted for at once or in a ``finally``."""
        if self.mode == "first":
            return take + self.done + then
        if self.mode == "finally" and self.done:
            return take + block("try:", then) + block("finally:", self.done)
        return take + then

    # The forms of the loop

    def plain(self) -> list[str]:
        """``while True`` with a test that leaves, or with none."""
        leave: list[str] = []
        if self.scene.tests:
            back = [f"{self.queue}.put({self.item})"] if self.scene.stop == "put_back" else []
            if back and self.scene.pairs:
                back = [f"{self.queue}.put((kind, {self.item}))"]
            last = "return" if self.scene.stop == "return" else "break"
            leave = block(f"if {self.tests()[0]}:", [*back, *self.stop_done, last])
        return block("while True:", self.wrapped([self.take()], leave + self.ordinary()))

    def otherwise(self) -> list[str]:
        """Work where the item is not the sentinel, ``else`` leave."""
        test = block(f"if {self.tests()[1]}:", self.ordinary())
        test += block("else:", [*self.stop_done, "break"])
        return block("while True:", self.wrapped([self.take()], test))

    def flag(self) -> list[str]:
        """A flag that the sentinel clears."""
        test = block(f"if {self.tests()[0]}:", [*self.stop_done, "running = False"])
        test += block("else:", self.ordinary())
        return ["running = True", *block("while running:", self.wrapped([self.take()], test))]

    def walrus(self) -> list[str]:
        """The loop's condition takes the item and tests it."""
        if self.scene.pairs:
            head = f'while (entry := {self.queue}.get())[0] != "stop":'
            start = [f"{self.item} = entry[1]"]
        else:
            start = []
            no = self.tests("@")[1]
            head = f"while {no.replace('@', f'({self.item} := {self.queue}.get())')}:"
        body = self.wrapped(start, self.ordinary())
        return block(head, body) + self.loop_end_done

    def for_loop(self) -> list[str]:
        """``for item in iter(queue.get, sentinel)``."""
        target = f"kind, {self.item}" if self.scene.pairs else self.item
        head = f"for {target} in iter({self.queue}.get, {self.scene.sentinel()}):"
        return block(head, self.wrapped([], self.ordinary())) + self.loop_end_done

    def match(self) -> list[str]:
        """A ``match`` on the item."""
        value, sentinel = self.scene.recipe["value"], self.scene.sentinel()
        leave, other = f"case {sentinel}:", f"case {self.item}:"
        if self.scene.pairs:
            leave, other = 'case ("stop", _):', f"case (_, {self.item}):"
        elif value not in ("none", "text", "enum", "instance"):
            leave = f"case {self.item} if {self.tests()[0]}:"
        cases = block(leave, [*self.stop_done, "return"]) + block(other, self.ordinary())
        match = block("match entry:", cases)
        return block("while True:", self.wrapped([f"entry = {self.queue}.get()"], match))

    def stepwise(self) -> list[str]:
        """A helper takes one item and says whether to go on."""
        queue, results = self.scene.theme.queue, self.scene.theme.results
        inner = WorkerText(self.scene, queue, results if self.results else None)
        leave = block(f"if {inner.tests()[0]}:", [*inner.stop_done, "return False"])
        lines = inner.wrapped([inner.take()], leave + inner.ordinary("return True"))
        if self.mode != "finally" or not self.done:
            lines.append("return True")
        else:
            lines[-2:-2] = ["    return True"]
        given = f"{queue}, {results}" if self.results else queue
        self.scene.define(f"handle_{self.item}", block(f"def handle_{self.item}({given}):", lines))
        passed = f"{self.queue}, {self.results}" if self.results else self.queue
        return block(f"while handle_{self.item}({passed}):", ["pass"])

    def before_loop(self) -> list[str]:
        """The first item is taken before the loop, the next ones at its end."""
        no = self.tests()[1]
        # A ``continue`` would go past the next ``get``: the skipped items share one way on.
        again = self.take()
        body = self.wrapped([], self.ordinary("pass"))
        return [self.take(), *block(f"while {no}:", [*body, again]), *self.loop_end_done]

    def timed(self) -> list[str]:
        """The worker gives up where no item comes in time."""
        stop = self.scene.stop
        take = self.take(method="get_nowait") if stop == "no_wait" else self.take("timeout=1")
        if stop == "wrong_timeout" and self.scene.recipe["imports"] in ("module", "alias"):
            empty = self.scene.library("multiprocessing", "queue.Empty")
        else:
            empty = self.scene.library("queue", "Empty")
        leave: list[str] = []
        if stop == "timeout_test":
            leave = block(f"if {self.tests()[0]}:", [*self.stop_done, "break"])
        if self.mode == "finally" and self.done:
            inside = [take, *leave, *self.ordinary()]
            lines = block("try:", inside) + block(f"except {empty}:", ["break"])
            return block("while True:", lines + block("finally:", self.done))
        lines = block("try:", [take]) + block(f"except {empty}:", ["break"])
        return block("while True:", self.wrapped(lines, leave + self.ordinary()))

    def until_empty(self) -> list[str]:
        """The worker stops where the queue says it is empty."""
        head = f"while not {self.queue}.empty():"
        return block(head, self.wrapped([self.take()], self.ordinary()))

    def ends_counted(self) -> list[str]:
        """The worker leaves when every producer has said that it is done."""
        count = 2 if self.scene.recipe["producers"] in ("two", "several") else 1
        self.scene.constants.setdefault("PRODUCERS", f"PRODUCERS = {count}")
        test = block(f"if {self.tests()[0]}:", [*self.stop_done, "ended += 1"])
        test += block("else:", self.ordinary())
        head = "while ended < PRODUCERS:"
        return ["ended = 0", *block(head, self.wrapped([self.take()], test))]

    def counted(self) -> list[str]:
        """The worker takes a fixed number of items."""
        return block("for _ in range(2):", self.wrapped([self.take()], self.ordinary()))


def subclass(scene: Scene, name: str, base: str, fields: list[str], run: list[str]) -> list[str]:
    """A worker as a class that keeps ``fields`` and runs ``run``."""
    daemon = "daemon=True" if scene.recipe["daemon"] == "keyword" else ""
    init = [f"super().__init__({daemon})", *(f"self.{field} = {field}" for field in fields)]
    lines = block(f"def __init__(self, {', '.join(fields)}):", init)
    return [f"class {name}({base}):", *indent([*lines, "", *block("def run(self):", run)])]
