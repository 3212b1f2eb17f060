"""The main program: its steps in the order of the recipe, its helpers, its layout."""

from __future__ import annotations

from collections.abc import Sequence

from .scene import Scene, block, indent
from .starting import Crew


def listing(items: Sequence[str]) -> str:
    """The list of some texts, as it is written in a program."""
    return "[" + ", ".join(f'"{text}"' for text in items) + "]"


class MainText:
    """Writes everything the main program does."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.recipe = scene.recipe
        self.crew = Crew(scene)
        self.queue = scene.main_queue

    # The work

    def items(self) -> str:
        """The constant that holds the work."""
        theme = self.scene.theme
        self.scene.constants.setdefault(
            theme.constant, f"{theme.constant} = {listing(theme.items)}"
        )
        return theme.constant

    def fill_loop(self, queue: str, items: str) -> list[str]:
        """The loop that puts the work."""
        item, scene = self.scene.theme.item, self.scene
        shown = item
        if self.recipe["payload"] == "lambda":
            shown = f"lambda {item}={item}: {item}"
        elif self.recipe["payload"] == "large" and self.recipe["results"] == "no":
            shown = f"{item} * 20000"
        put = f'("work", {shown})' if scene.pairs else shown
        pause = []
        if self.recipe["pause"] == "yes":
            pause = [f"{scene.module('time')}.sleep(0.01)"]
        return block(f"for {item} in {items}:", [*pause, f"{queue}.put({put})"])

    def fill(self) -> list[str]:
        """Put the work, or start those who do."""
        theme, scene, items = self.scene.theme, self.scene, self.items()
        producers, name = self.recipe["producers"], self.scene.theme.producer
        own = [f"@.put({scene.told()})"] if self.recipe["sentinels"] == "producer" else []
        extra = block(f"if {scene.setting()}:", [f"{self.queue}.put({self.extra()})"]) if (
            self.recipe["setting"] == "extra"
        ) else []  # fmt: skip
        if producers == "main":
            told = [line.replace("@", self.queue) for line in own]
            return self.fill_loop(self.queue, items) + extra + told
        told = [line.replace("@", theme.queue) for line in own]
        body = self.fill_loop(theme.queue, "batch") + told
        scene.define(name, block(f"def {name}({theme.queue}, batch):", body))
        if producers == "helper":
            return [f"{name}({self.queue}, {items})", *extra]
        actor = scene.actor()
        if producers == "one":
            made = f"producer = {actor}(target={name}, args=({self.queue}, {items}))"
            return [made, "producer.start()", *extra]
        if producers == "two":
            lines = []
            for who, part in (("early", "[:2]"), ("late", "[2:]")):
                made = f"{who} = {actor}(target={name}, args=({self.queue}, {items}{part}))"
                lines += [made, f"{who}.start()"]
            return lines + extra
        made = f"{actor}(target={name}, args=({self.queue}, part))"
        lines = ["producers = []"]
        return lines + block(
            f"for part in ({items}[:2], {items}[2:]):",
            [f"producer = {made}", "producer.start()", "producers.append(producer)"],
        ) + extra  # fmt: skip

    def extra(self) -> str:
        """One more item."""
        item = f'"{self.scene.theme.items[0]}"'
        return f'("work", {item})' if self.scene.pairs else item

    def wait_for_producers(self) -> list[str]:
        """Wait for those who put, as far as the recipe does."""
        producers, waited = self.recipe["producers"], self.recipe["waited"]
        join = "join(timeout=1)" if waited == "timeout" else "join()"
        if producers in ("main", "helper") or waited == "none":
            return []
        if producers == "one":
            return [] if waited == "some" else [f"producer.{join}"]
        if producers == "two":
            return [f"early.{join}"] + ([] if waited == "some" else [f"late.{join}"])
        if waited == "some":
            return [f"producers[0].{join}"]
        return block("for producer in producers:", [f"producer.{join}"])

    # The sentinels

    def amounts(self, size: str) -> str:
        """The expression for how many sentinels are put."""
        amount = self.recipe["amount"]
        if size.isdigit():
            number = int(size)
            made = {"less": number - 1, "more": number + 1, "double": 2 * number, "one": 1}
            return str(made.get(amount, number))
        made_of = {"less": f"{size} - 1", "more": f"{size} + 1", "double": f"2 * {size}"}
        return {**made_of, "one": "1"}.get(amount, size)

    def tell(self) -> list[str]:
        """Put the sentinels where they are put by a step of their own."""
        style, amount = self.recipe["sentinels"], self.recipe["amount"]
        order = self.recipe["order"].split()
        if style == "workers" and order.index("T") < order.index("S"):
            style = "range"  # there is no list of workers yet
        lines: list[str] = []
        put = f"{self.queue}.put({self.scene.told()})"
        if style in ("range", "finally"):
            count = self.amounts(self.crew.size())
            lines = [put] if count == "1" else block(f"for _ in range({count}):", [put])
        elif style == "workers":
            lines = self.tell_each(put, amount)
        elif style == "literal":
            lines = [put] * int(self.amounts(str(self.crew.number)))
        elif style == "helper":
            lines = self.tell_by_helper()
        if lines and self.recipe["setting"] == "stop":
            return block(f"if not {self.scene.setting()}:", lines)
        return lines

    def tell_each(self, put: str, amount: str) -> list[str]:
        """A loop over the workers."""
        if amount == "one":
            return [put]
        workers = self.crew.workers + ("[1:]" if amount == "less" else "")
        lines = block(f"for _ in {workers}:", [put] * (2 if amount == "double" else 1))
        return lines + [put] * (amount == "more")

    def tell_by_helper(self) -> list[str]:
        """A function that puts the sentinels."""
        queue = self.scene.theme.queue
        body = block("for _ in range(number):", [f"{queue}.put({self.scene.told()})"])
        self.scene.define("stop_workers", block(f"def stop_workers({queue}, number):", body))
        return [f"stop_workers({self.queue}, {self.amounts(self.crew.size())})"]

    # The steps

    def steps(self) -> list[list[str]]:
        """The lines of every step, in the order of the recipe."""
        order = self.recipe["order"].split()
        joined_in_turn = self.recipe["sentinels"] == "join_loop"
        put = [f"{self.queue}.put({self.scene.told()})"]
        early = self.recipe["results"] == "writer" and self.recipe["writer"] == "early"
        made: list[list[str]] = []
        for step in order:
            if step == "S":
                first = put if self.recipe["sentinels"] == "start_loop" else []
                writer = self.crew.start_writer() if self.recipe["results"] == "writer" else []
                made.append(self.crew.start(first) + writer)
            elif step == "P":
                made.append(self.filled())
            elif step == "J":
                made.append(self.wait_for_producers())
            elif step == "T":
                made.append(self.tell())
            elif step == "Q":
                made.append(self.join_queue())
            elif step == "K":
                made.append(self.crew.stop())
            elif step == "W":
                before = self.crew.end_writer() if early else []
                made.append(before + self.crew.wait(put if joined_in_turn else []))
        late = [f"{self.queue}.close()"] * (self.closed == "late")
        return [*self.with_finally(order, made), self.end() + late]

    @property
    def closed(self) -> str:
        """When the queue is closed, where it can be."""
        return self.recipe["close"] if self.scene.closable else "no"

    def join_queue(self) -> list[str]:
        """Wait for the queue, where it counts."""
        argument = {"keyword": "timeout=5", "positional": "5"}.get(self.recipe["join"], "")
        return [f"{self.queue}.join({argument})"] if self.scene.counts else []

    def filled(self) -> list[str]:
        """Put the work, in a ``with`` on the queue where the recipe wants one."""
        lines = self.fill()
        closed = [f"{self.queue}.close()"] * (self.closed == "early")
        if self.recipe["with_queue"] == "yes":
            return block(f"with {self.queue}:", lines) + closed
        return lines + closed

    def with_finally(self, order: list[str], made: list[list[str]]) -> list[list[str]]:
        """The sentinels in a ``finally`` around what comes between them and the start."""
        if self.recipe["sentinels"] != "finally" or "T" not in order or "S" not in order:
            return made
        start, tell = order.index("S"), order.index("T")
        inside = [line for lines in made[start + 1 : tell] for line in lines]
        if start > tell or not inside:
            return made
        wrapped = block("try:", inside) + block("finally:", made[tell])
        empty: list[list[str]] = [[] for _ in range(tell - start - 1)]
        return [*made[: start + 1], *empty, wrapped, *made[tell + 1 :]]

    def end(self) -> list[str]:
        """What comes last: the results."""
        results = self.recipe["results"]
        if results == "drained":
            return block(f"for _ in {self.items()}:", [f"print({self.scene.main_results}.get())"])
        if results == "writer":
            if self.recipe["writer"] == "early":
                put = [] if "W" in self.recipe["order"].split() else self.crew.end_writer()
                return put + self.crew.join_writer()
            return self.crew.end_writer()
        return []

    # The whole

    def queues(self) -> list[str]:
        """Make the queue, and the one of the results."""
        size = {"large": "100", "small": "2", "zero": "0"}.get(self.recipe["maxsize"], "")
        lines = [f"{self.queue} = {self.scene.new_queue(size=size)}"]
        if self.recipe["results"] != "no":
            counts = self.recipe["results"] == "writer"
            lines.append(f"{self.scene.main_results} = {self.scene.new_queue(counts)}")
        return lines

    def manager(self) -> str:
        """The expression that makes the manager."""
        return self.scene.library("multiprocessing", "Manager") + "()"

    def body(self) -> list[str]:
        """Everything but the layout: queues, steps, the manager around them."""
        scene, manager = self.scene, self.recipe["manager"]
        name = "self.manager" if scene.owner and not scene.in_with else "manager"
        local = self.crew.local_definitions()
        steps = self.steps()
        made = [] if scene.owner and not scene.in_with else self.queues()
        if not scene.managed:
            return local + made + [line for step in steps for line in step]
        last = self.last_wait()
        if scene.in_with:
            cut = last if manager == "with_early" else len(steps)
            inside = made + [line for step in steps[:cut] for line in step]
            outside = [line for step in steps[cut:] for line in step]
            return local + block(f"with {self.manager()} as manager:", inside) + outside
        if manager == "shutdown":
            steps.append([f"{name}.shutdown()"])
        elif manager == "early":
            steps.insert(last, [f"{name}.shutdown()"])
        start = [] if scene.owner else [f"{name} = {self.manager()}"]
        return local + start + made + [line for step in steps for line in step]

    def last_wait(self) -> int:
        """Which step waits for the workers; the number of steps where none does."""
        order = self.recipe["order"].split()
        return order.index("W") if "W" in order else len(order)

    def lines(self) -> list[str]:
        """The main program in its layout, with the guard."""
        guard = 'if __name__ == "__main__":'
        if self.scene.owner:
            return self.owner(guard)
        body = self.body()
        count = [f"count = {self.crew.size_value()}"] * self.crew.counted_by_main
        if self.scene.at_guard:
            return block(guard, count + body)
        if self.recipe["size"] == "parameter":
            main = block("def main(count):", body)
            return [*main, "", "", *block(guard, [f"main({self.crew.size_value()})"])]
        return [*block("def main():", count + body), "", "", *block(guard, ["main()"])]

    def owner(self, guard: str) -> list[str]:
        """A class that owns queue and workers."""
        scene, name = self.scene, self.scene.theme.owner
        run = self.body()
        given = "size" if self.recipe["size"] == "parameter" else ""
        init = [f"self.size = {given or self.crew.size_value()}"] * self.crew.counted_by_main
        if scene.managed and not scene.in_with:
            init.append(f"self.manager = {self.manager()}")
        if not scene.in_with:
            init += self.queues()
        if not self.crew.named and self.recipe["start"] != "comprehension":
            init.append("self.workers = []")
        lines = block(f"def __init__(self{', size' if given else ''}):", init)
        if scene.shape == "method":
            lines += ["", *self.crew.method()]
        lines += ["", *block("def run(self):", run)]
        argument = self.crew.size_value() if given else ""
        return [
            f"class {name}:",
            *indent(lines),
            "",
            "",
            *block(guard, [f"{name}({argument}).run()"]),
        ]
