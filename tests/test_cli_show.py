"""`flake8-joinqueue show`: what was understood of a file, as text and as pictures."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from flake8_joinqueue.check import study
from flake8_joinqueue.cli.files import Filter
from flake8_joinqueue.drawing import mermaid, overview, svg
from flake8_joinqueue.drawing.arrows import arrows
from flake8_joinqueue.drawing.layout import lay_out
from flake8_joinqueue.drawing.scene import Scene, scene
from flake8_joinqueue.options import DEFAULTS
from flake8_joinqueue.reporting.terminal import Paint
from flake8_joinqueue.rules.registry import codes
from tests.commands import joinqueue
from tests.test_plugin import HANGS

FIXTURES = Path(__file__).parent.parent / "fixtures"

SHOWN = """\
hangs.py

from the module

queue 'tasks' (line 14): queue.Queue
  main
    puts     1 (line 17)
    puts     None (line 18)
    joins    join() (line 19)
    waits    'work', join() (line 20)
  'work': thread, started line 16
    takes    get() (line 7) JQ201
    accounts task_done() (line 11)
    ends     when the item is None
  unknown    nothing
  JQ201      line 9: 'work' leaves on the sentinel of 'tasks' without task_done(): join() on line \
19 waits for it for ever, call task_done() first
"""

WHY_NOT = """\
import queue
import threading

from elsewhere import register


def work(tasks):
    while True:
        if tasks.get() is None:
            break


def main(settings):
    tasks = queue.Queue()
    register(tasks)
    workers = [threading.Thread(target=work, args=(tasks,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    tasks.put(None)
    for worker in workers:
        worker.join()
"""


def scenes(text: str) -> list[Scene]:
    """What there is to see in a program."""
    protocols = study(text).protocols
    return [scene(each, DEFAULTS, codes()) for each in protocols if each.queues]


def test_show(tmp_path: Path) -> None:
    (tmp_path / "hangs.py").write_text(HANGS)
    outcome = joinqueue("show", "hangs.py", folder=tmp_path)
    assert (outcome.status, outcome.output, outcome.errors) == (0, SHOWN, "")


def test_why_not_here() -> None:
    """A program that would have a finding if nothing were out of sight says what is."""
    text = "\n".join(line for each in scenes(WHY_NOT) for line in overview.render(each, Paint()))
    seen = WHY_NOT.replace("    register(tasks)\n", "")
    assert "JQ102" in [trouble.code for each in scenes(seen) for trouble in each.troubles]
    assert "JQ" not in text
    assert re.search(r"unknown    'tasks' gets out of sight \(line 15\): .", text)
    assert "which others call" in text


def test_step_by_step(tmp_path: Path) -> None:
    outcome = joinqueue("show", "-", "--steps", folder=tmp_path, stdin=HANGS.encode())
    assert outcome.output.startswith("stdin\n")
    assert "          task_done on tasks  (line 11)" in outcome.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "no queue is made here"),
        ("from queue import Queue\ndef broken(:\n", "not analysed, syntax error on line 2"),
    ],
)
def test_nothing_to_show(tmp_path: Path, text: str, said: str) -> None:
    outcome = joinqueue("show", "-", folder=tmp_path, stdin=text.encode())
    assert outcome.status == 0
    assert said in outcome.output


def test_codes_that_are_not_reported_are_not_shown(tmp_path: Path) -> None:
    outcome = joinqueue("show", "-", "--ignore=JQ201", folder=tmp_path, stdin=HANGS.encode())
    assert "JQ201" not in outcome.output


def test_mermaid() -> None:
    lines = list(mermaid.render(scenes(HANGS)))
    assert lines[:9] == [
        "flowchart LR",
        '  s0q0[("tasks<br/>queue.Queue")]',
        '  s0a0["main"]',
        '  s0a1["work<br/>thread"]',
        '  s0a0 -- "puts 1, line 17<br/>puts None, line 18" --> s0q0',
        '  s0a0 -. "waits: join(), line 19" .-> s0q0',
        '  s0q0 -- "takes: get(), line 7 [JQ201]<br/>task_done(), line 11" --> s0a1',
        '  s0a0 -. "waits: join(), line 20" .-> s0a1',
        "  classDef trouble stroke:#c62828,color:#c62828,stroke-width:2px",
    ]
    assert lines[9].startswith("  linkStyle 2 stroke:#c62828")
    assert lines[10].startswith("  %% JQ201 line 9: ")


def test_mermaid_escapes_what_it_would_read() -> None:
    text = HANGS.replace("tasks.put(None)", """tasks.put('"]--> <b> `x` # ;')\ntasks.put(None)""")
    [line] = [line for line in mermaid.render(scenes(text)) if "puts" in line]
    label = line.split(' -- "')[1].split('" --> ')[0]
    assert '"' not in label
    assert "<b>" not in label
    assert label.count("<br/>") == label.count("<")


def test_svg(tmp_path: Path) -> None:
    outcome = joinqueue("show", "-", "--format=svg", folder=tmp_path, stdin=HANGS.encode())
    root = ET.fromstring(outcome.output)  # noqa: S314 (our own)
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    for expected in ("tasks", "queue.Queue", "main", "work", "puts 1, line 17", "started line 16"):
        assert expected in texts
    assert any(text.startswith("JQ201 line 9: 'work' leaves") for text in texts)
    hurt = [way for way in root.iter() if "hurt" in way.get("class", "")]
    assert len(hurt) == 1


def test_svg_escapes_what_it_would_read() -> None:
    text = HANGS.replace("tasks.put(None)", "tasks.put('</svg>&\x1b[2J')\ntasks.put(None)")
    picture = "".join(svg.render(scenes(text)))
    ET.fromstring(picture)  # noqa: S314
    assert "\x1b" not in picture
    assert picture.count("</svg>") == 1


def _programs() -> list[Path]:
    files = Filter().files([str(FIXTURES)])
    return [Path(file) for file in files][::12]


@pytest.mark.parametrize("path", _programs(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_pictures_of_fixtures(path: Path) -> None:
    """All stands within the picture, no box covers another, and no label covers a box."""
    seen = scenes(path.read_text(encoding="utf-8"))
    ET.fromstring("".join(svg.render(seen)))  # noqa: S314
    assert list(mermaid.render(seen))
    for each in seen:
        assert list(overview.render(each, Paint()))
        ways = list(arrows(each))
        layout = lay_out(svg.boxes(each), ways, svg.LABEL)
        assert len(layout.paths) == len(ways)
        for box in layout.boxes:
            assert box.x > 0
            assert box.y > 0
            assert box.right < layout.width
            assert box.bottom < layout.height
            for other in layout.boxes:
                apart = (
                    box is other
                    or box.right <= other.x
                    or other.right <= box.x
                    or box.bottom <= other.y
                    or other.bottom <= box.y
                )
                assert apart, (box, other)
            for way in layout.paths:
                x, y = way.label
                assert not (box.x < x < box.right and box.y < y < box.bottom), (box, way)


@pytest.mark.slow
def test_pictures_of_all_fixtures() -> None:
    for file in Filter().files([str(FIXTURES)]):
        seen = scenes(Path(file).read_text(encoding="utf-8"))
        ET.fromstring("".join(svg.render(seen)))  # noqa: S314


def test_what_is_too_much_for_the_rules_is_shown_all_the_same() -> None:
    """Each branch doubles the ways to the next `get`, of which some leave without accounting."""
    one = "        if f{0}(item):\n            a{0} = 1\n        else:\n            a{0} = 0\n"
    branches = "".join(one.format(number) for number in range(16))
    asked = "".join(f"        if a{n}:\n            tasks.task_done()\n" for n in range(16))
    [protocol] = study(HANGS.replace("        tasks.task_done()\n", branches + asked)).protocols
    seen = scene(protocol, DEFAULTS, codes())
    assert "more ways" in seen.limit
    assert any("not every rule could be asked" in line for line in overview.render(seen, Paint()))
