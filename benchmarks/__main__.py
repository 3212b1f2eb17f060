"""python -m benchmarks: measure, print, and write `docs/performance.md` and its picture."""

from __future__ import annotations

import argparse
import platform
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import floor, growth, hosts, inputs

_ROOT = Path(__file__).parent.parent
_PAGE = _ROOT / "docs" / "performance.md"
_PICTURE = _ROOT / "docs" / "images" / "growth.png"
_MARKS = ("<!-- figures: begin -->", "<!-- figures: end -->")
_LONG, _SHORT = 300, 100


def main() -> None:
    """Run the comparisons that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turn")
    parser.add_argument("--files", type=int, default=0, help="the first so many files only")
    parser.add_argument("--peers", action="store_true", help="flake8-bugbear and flake8-async too")
    parser.add_argument("--peer-rounds", type=int, default=1, help="runs of each with peers")
    parser.add_argument("--peer-files", type=int, default=84, help="so many files for them")
    parser.add_argument("--queue-files", nargs="*", type=Path, default=[], help="more files")
    parser.add_argument("--skip-hosts", action="store_true", help="no whole flake8 runs")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    parts = [f"Python {platform.python_version()}, {platform.system()}, {platform.machine()}.\n"]
    if not options.skip_hosts:
        paths = [str(path) for path in inputs.standard_library()]
        paths = paths[: options.files] if options.files else paths
        parts.append(_hosts([hosts.BARE, "flake8-joinqueue"], paths, options.rounds))
        if options.peers:
            # flake8-async takes minutes for all.
            some = paths[:: max(1, len(paths) // options.peer_files)]
            parts.append(_hosts(list(hosts.ENVIRONMENTS), some, options.peer_rounds))
    parts.append(_floor(options.rounds, options.queue_files))
    points = growth.measure(rounds=options.rounds)
    parts.append(_growth(points))
    text = "\n".join(parts)
    print(text)  # noqa: T201 (it is what the command is for)
    if options.write:
        _write(text)
        _draw(points)


def _hosts(names: Sequence[str], paths: Sequence[str], rounds: int) -> str:
    pythons = {name: hosts.prepare(name) for name in names}
    lint = hosts.alternate(pythons, ["-j1", "--isolated", "--exit-zero", *paths], rounds)
    version = hosts.alternate(pythons, ["--version"], max(rounds, 9))
    rows = []
    for name in names:
        seconds = statistics.median(run.processor for run in lint[name])
        start = statistics.median(run.processor for run in version[name])
        memory = statistics.median(run.memory for run in lint[name]) / 2**20
        rows.append(
            (name, f"{seconds:.2f}", f"{hosts.ratio(lint, name):.3f}", f"{start * 1000:.0f}",
             f"{memory:.0f}")
        )  # fmt: skip
    head = ("environment", "seconds", "ratio to bare", "`--version`, ms", "memory, MiB")
    title = f"### flake8 -j1 over {len(paths)} files of the standard library, {rounds} rounds\n\n"
    return title + _table(head, rows)


def _floor(rounds: int, more: Sequence[Path]) -> str:
    fixtures = sorted((_ROOT / "fixtures").rglob("*.py"))
    ratios = floor.measure([*fixtures, *more], rounds)
    groups = (
        (f"under {_SHORT} lines", [each for each in ratios if each.lines < _SHORT]),
        (f"{_SHORT} to {_LONG} lines", [r for r in ratios if _SHORT <= r.lines <= _LONG]),
        (f"over {_LONG} lines", [each for each in ratios if each.lines > _LONG]),
    )
    rows = []
    for name, group in groups:
        found = floor.summary(group)
        if found is not None:
            rows.append(
                (name, str(found.files), f"{found.median:.2f}", f"{found.percentile95:.2f}",
                 f"{found.most:.2f}")
            )  # fmt: skip
    head = ("files with queues", "number", "median", "95th percentile", "most")
    title = "### From text to findings, in parses of the whole file by LibCST\n\n"
    return title + _table(head, rows)


def _growth(points: Sequence[growth.Point]) -> str:
    rows = [
        (f"{point.lines:,}", str(point.queues), f"{point.seconds:.3f}",
         f"{point.memory / point.lines:.0f}")
        for point in points
    ]  # fmt: skip
    head = ("lines", "queues", "seconds", "bytes a line")
    fit = f"\nThe time grows with the {growth.exponent(points):.2f}th power of the lines.\n"
    return "### Growth on made files\n\n" + _table(head, rows) + fit


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _write(text: str) -> None:
    begin, end = _MARKS
    page = _PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    _PAGE.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def _draw(points: Sequence[growth.Point]) -> None:
    # An extra, that only this needs.
    import matplotlib as mpl  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(6.4, 4), dpi=120)
    axes.loglog([p.lines for p in points], [p.seconds for p in points], "o-", label="measured")
    first = points[1]
    straight = [first.seconds * p.lines / first.lines for p in points]
    axes.loglog([p.lines for p in points], straight, "--", color="grey", label="linear")
    axes.set_xlabel("lines of the file")
    axes.set_ylabel("seconds, from text to findings")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend()
    figure.tight_layout()
    _PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(_PICTURE)


main()
