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
            return f'int({self.scene.module("os")}.environ.get("WORKERS", "{self.number}"))'
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
        elif shape != "closure":
            arguments.append(f"args=({', '.join(given)}{',' if len(given) == 1 else ''})")
        if recipe["daemon"] == "keyword":
            arguments.append("daemon=True")
        elif recipe["setting"] == "daemon":
            arguments.append(f"daemon={scene.setting()}")
        return f"{scene.actor()}({', '.join(arguments)})"

    def start(self, first_put: list[str]) -> list[str]:
        """Make and start the workers; ``first_put`` goes into the loop that starts them."""
        scene, new = self.scene, self.new_worker()
        daemon = scene.recipe["daemon"] == "attribute"
        if self.named:
            lines = []
            for name in self.workers.strip("(),").split(", "):
                lines += [f"{name} = {new}", *([f"{name}.daemon = True"] if daemon else [])]
                lines += [f"{name}.start()", *first_put]
            return lines
        size = self.size()
        head = f"_ in range({size})"
        if scene.recipe["size"] == "length":
            head = "name in NAMES"
            if scene.shape != "subclass":
                new = new[:-1] + ", name=name)"
        each = ["worker.daemon = True"] if daemon else []
        if scene.recipe["start"] == "comprehension":
            made = [f"{self.workers} = [{new} for {head}]"]
            return made + block(
                f"for worker in {self.workers}:", [*each, "worker.start()", *first_put]
            )
        lines = [f"worker = {new}", *each, "worker.start()", f"{self.workers}.append(worker)"]
        made = [] if scene.owner else [f"{self.workers} = []"]
        return made + block(f"for {head}:", lines + first_put)

    def wait(self, before_each: list[str]) -> list[str]:
        """Wait for the workers; ``before_each`` comes before each ``join``."""
        if self.named:
            names = self.workers.strip("(),").split(", ")
            return [line for n in names for line in (*before_each, f"{n}.join()")]
        return block(f"for worker in {self.workers}:", [*before_each, "worker.join()"])

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
