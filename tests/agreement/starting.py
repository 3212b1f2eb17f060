"""The main program's first steps: how many workers there are, and how actors are started."""

from __future__ import annotations

from dataclasses import dataclass

from .scene import Scene, block
from .workers import WorkerText, subclass


@dataclass
class Crew:
    """Writes what makes, starts and waits for the workers, the writer and the producers."""

    scene: Scene

    # How many

    @property
    def named(self) -> bool:
        """Whether each worker has a variable of its own."""
        recipe = self.scene.recipe
        return recipe["start"] == "named" and recipe["size"] in ("literal", "constant", "local")

    @property
    def number(self) -> int:
        """How many workers the recipe asks for; the machine may say otherwise."""
        return int(self.scene.recipe["number"])

    @property
    def counted_by_main(self) -> bool:
        """Whether the count is a variable of the main program, or an attribute of the owner."""
        return self.scene.recipe["size"] in ("local", "parameter", "cpu_count", "environment")

    def size(self) -> str:
        """The expression for the number of workers."""
        scene, size = self.scene, self.scene.recipe["size"]
        if size == "literal":
            return str(self.number)
        if size == "constant":
            scene.constants.setdefault("WORKERS", f"WORKERS = {self.number}")
            return "WORKERS"
        if size == "length":
            names = ", ".join(f'"{n}"' for n in ("ada", "ben", "cyd")[: self.number])
            scene.constants.setdefault("NAMES", f"NAMES = [{names}]")
            return "len(NAMES)"
        return "self.size" if scene.owner else "count"

    def size_value(self) -> str:
        """What a variable that holds the number of workers is set to."""
        size = self.scene.recipe["size"]
        if size == "cpu_count":
            if self.scene.threads:
                return f"{self.scene.module('os')}.cpu_count()"
            return self.scene.library("multiprocessing", "cpu_count") + "()"
        if size == "environment":
            # One would be no number like any other.
            usual = max(2, self.number)
            return f'int({self.scene.module("os")}.environ.get("WORKERS", "{usual}"))'
        return str(self.number)

    # Workers

    @property
    def workers(self) -> str:
        """The expression for all workers."""
        if self.named:
            names = ("first", "second", "third")[: self.number]
            own = [f"self.{n}" for n in names] if self.scene.owner else list(names)
            return f"({', '.join(own)}{',' if self.number == 1 else ''})"
        return "self.workers" if self.scene.owner else "workers"

    def local_definitions(self) -> list[str]:
        """The worker where it is a function inside of the main program; else it is defined."""
        scene, theme, shape = self.scene, self.scene.theme, self.scene.shape
        results = scene.recipe["results"] != "no"
        fields = [theme.queue, *([theme.results] if results else [])]
        if shape == "subclass":
            text = WorkerText(scene, f"self.{theme.queue}", f"self.{theme.results}" * results)
            name, base = theme.worker_class, scene.actor()
            scene.define(name, subclass(scene, name, base, fields, text.body()))
            return []
        if shape == "method":
            return []
        if shape in ("global", "initializer"):
            text = WorkerText(scene, theme.queue, theme.results * results)
            scene.define(theme.worker, block(f"def {theme.worker}():", text.body()))
            if shape == "initializer":
                scene.define("attach", attach(fields))
            return [f"global {', '.join(fields)}"] * (shape == "global" and not scene.at_guard)
        if shape == "closure":
            text = WorkerText(scene, scene.main_queue, scene.main_results * results)
            return [*block(f"def {theme.worker}():", text.body()), ""]
        text = WorkerText(scene, theme.queue, theme.results * results)
        lines = block(f"def {theme.worker}({', '.join(fields)}):", text.body())
        if shape == "nested":
            return [*lines, ""]
        scene.define(theme.worker, lines)
        return []

    def method(self) -> list[str]:
        """The worker where it is a method of the owner."""
        scene, results = self.scene, self.scene.recipe["results"] != "no"
        text = WorkerText(scene, scene.main_queue, scene.main_results * results)
        return block(f"def {scene.theme.worker}(self):", text.body())

    def new_worker(self) -> str:
        """The expression that makes one worker."""
        scene, theme, shape = self.scene, self.scene.theme, self.scene.shape
        recipe = scene.recipe
        given = [scene.main_queue]
        if recipe["results"] != "no":
            given.append(scene.main_results)
        if shape == "subclass":
            return f"{theme.worker_class}({', '.join(given)})"
        if shape == "executor":
            return f"{self.pool}.submit({theme.worker}, {', '.join(given)})"
        if shape == "pool":
            comma = "," * (len(given) == 1)
            return f"{self.pool}.apply_async({theme.worker}, ({', '.join(given)}{comma}))"
        if shape == "initializer":
            return f"{self.pool}.apply_async({theme.worker})"
        arguments = [f"target={theme.worker}"]
        if shape == "method":
            arguments = [f"target=self.{theme.worker}"]
        elif shape == "keywords":
            names = [theme.queue, theme.results]
            pairs = ", ".join(f'"{n}": {q}' for n, q in zip(names, given, strict=False))
            arguments.append(f"kwargs={{{pairs}}}")
        elif shape == "partial":
            partial = f"{scene.module('functools')}.partial"
            arguments = [f"target={partial}({theme.worker}, {', '.join(given)})"]
        elif shape not in ("closure", "global"):
            arguments.append(f"args=({', '.join(given)}{',' if len(given) == 1 else ''})")
        if recipe["daemon"] == "keyword":
            arguments.append("daemon=True")
        elif recipe["setting"] == "daemon":
            arguments.append(f"daemon={scene.setting()}")
        return f"{scene.actor()}({', '.join(arguments)})"

    @property
    def pool(self) -> str:
        """The name of the pool that makes the calls."""
        return "self.pool" if self.scene.owner else "pool"

    def new_pool(self) -> list[str]:
        """Make the pool, for workers that have one."""
        scene, size = self.scene, self.size()
        if not scene.pooled:
            return []
        if scene.shape == "executor":
            kind = "ThreadPoolExecutor" if scene.threads else "ProcessPoolExecutor"
            return [f"{self.pool} = {scene.library('concurrent.futures', kind)}({size})"]
        given = ""
        if scene.shape == "initializer":
            queues = [scene.main_queue]
            queues += [scene.main_results] * (scene.recipe["results"] != "no")
            given = f", attach, ({', '.join(queues)}{',' if len(queues) == 1 else ''})"
        return [f"{self.pool} = {scene.library('multiprocessing', 'Pool')}({size}{given})"]

    def daemon_line(self, name: str) -> list[str]:
        """The line that makes a worker a daemon, or means to."""
        if self.scene.pooled:
            return []
        attribute = {"attribute": "daemon", "misspelt": "deamon"}
        daemon = attribute.get(self.scene.recipe["daemon"])
        return [f"{name}.{daemon} = True"] if daemon else []

    def start(self, first_put: list[str]) -> list[str]:
        """Make and start the workers; ``first_put`` goes into the loop that starts them."""
        return self.new_pool() + self.start_each(first_put)

    def start_each(self, first_put: list[str]) -> list[str]:
        """Make and start the workers one by one."""
        scene, new = self.scene, self.new_worker()
        started = not scene.pooled
        if self.named:
            lines = []
            for name in self.workers.strip("(),").split(", "):
                lines += [f"{name} = {new}", *self.daemon_line(name)]
                lines += [f"{name}.start()"] * started + first_put
            return lines
        size = self.size()
        head = f"_ in range({size})"
        if scene.recipe["size"] == "length":
            head = "name in NAMES"
            if scene.shape != "subclass" and started:
                new = new[:-1] + ", name=name)"
        each = self.daemon_line("worker") + ["worker.start()"] * started
        if scene.recipe["start"] == "comprehension":
            made = [f"{self.workers} = [{new} for {head}]"]
            inside = [*each, *first_put]
            return made + (block(f"for worker in {self.workers}:", inside) if inside else [])
        lines = [f"worker = {new}", *each, f"{self.workers}.append(worker)"]
        made = [] if scene.owner else [f"{self.workers} = []"]
        return made + block(f"for {head}:", lines + first_put)

    def wait(self, before_each: list[str]) -> list[str]:
        """Wait for the workers; ``before_each`` comes before each ``join``."""
        shape = self.scene.shape
        wait = "result" if shape == "executor" else "get" if self.scene.pooled else "join"
        return self.each(before_each, wait)

    def stop(self) -> list[str]:
        """Stop the workers by force, where they can be stopped so."""
        scene = self.scene
        processes = not scene.threads or scene.tasks
        return self.each([], "terminate") if processes and not scene.pooled else []

    def each(self, before: list[str], method: str) -> list[str]:
        """Call a method of each worker."""
        if self.named:
            names = self.workers.strip("(),").split(", ")
            return [line for n in names for line in (*before, f"{n}.{method}()")]
        return block(f"for worker in {self.workers}:", [*before, f"worker.{method}()"])

    # The writer of the results

    def start_writer(self) -> list[str]:
        """Define and start the actor that takes the results."""
        scene, results = self.scene, self.scene.theme.results
        done = [] if scene.recipe["writer"] == "no_done" else scene.done(results)
        leave = block("if line is None:", [*done, "break"])
        body = block("while True:", [f"line = {results}.get()", *leave, "print(line)", *done])
        scene.define("write_lines", block(f"def write_lines({results}):", body))
        writer = "self.writer" if scene.owner else "writer"
        return [
            f"{writer} = {scene.actor()}(target=write_lines, args=({scene.main_results},))",
            f"{writer}.start()",
        ]

    def end_writer(self) -> list[str]:
        """Tell the writer to stop and wait for it."""
        scene = self.scene
        if scene.recipe["writer"] == "no_sentinel":
            return self.join_writer()
        put = [f"{scene.main_results}.put(None)"]
        return put if scene.recipe["writer"] == "early" else put + self.join_writer()

    def join_writer(self) -> list[str]:
        """Wait for the writer, after its queue where that counts."""
        join = [f"{self.scene.main_results}.join()"] if self.scene.counts else []
        return [*join, "self.writer.join()" if self.scene.owner else "writer.join()"]


def attach(fields: list[str]) -> list[str]:
    """The function that gives a pool's processes their queues."""
    given = [f"given_{field}" for field in fields]
    lines = [f"global {', '.join(fields)}"]
    lines += [f"{field} = {value}" for field, value in zip(fields, given, strict=True)]
    return block(f"def attach({', '.join(given)}):", lines)
