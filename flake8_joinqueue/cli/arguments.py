"""What may be written on the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from flake8_joinqueue import __version__
from flake8_joinqueue.cli import checking, explaining, showing
from flake8_joinqueue.cli.trouble import Trouble
from flake8_joinqueue.settings import SETTINGS

_EPILOG: Final = "exit status: 0 nothing found, 1 findings, 2 trouble, 130 interrupted"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all of this program's."""

    def error(self, message: str) -> NoReturn:
        raise Trouble(f"{message} (see {self.prog} --help)")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what is asked for; `run` of it does it. Raises `Trouble` where it makes no sense."""
    parser = _Parser(
        prog="flake8-joinqueue",
        description="Find programs with joinable queues that hang, die or lose work.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"flake8-joinqueue {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands)
    _add_explain(commands)
    _add_rules(commands)
    _add_show(commands)
    return parser.parse_args(arguments)


def _add_check(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "check",
        help="check files and folders",
        description="Check Python files, and folders of them, as flake8 with this plugin would.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.set_defaults(run=checking.run)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="default: .; - is standard input")
    parser.add_argument(
        "--output-format",
        choices=tuple(checking.FORMATS),
        default="text",
        help="default: text",
    )
    parser.add_argument("--no-source", action="store_true", help="text: a line a finding, no more")
    _add_colour(parser)
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 despite findings")
    parser.add_argument(
        "-j", "--jobs", type=_jobs, metavar="N", help="processes; default: one a processor"
    )
    _add_choice(parser)
    files = parser.add_argument_group("which files are checked")
    files.add_argument("--exclude", metavar="PATTERNS", help="not these")
    files.add_argument("--extend-exclude", metavar="PATTERNS", help="nor these")
    files.add_argument("--filename", metavar="PATTERNS", help="of a folder these; default: *.py")
    files.add_argument(
        "--no-gitignore",
        action="store_true",
        help="those too that .gitignore names (flake8 does not ask it)",
    )
    _add_stdin(files)
    _add_configuration(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    chosen = parser.add_argument_group("what is reported (codes or beginnings of codes)")
    for name, text in (
        ("select", "only these"),
        ("extend-select", "these too, such as JQ204, which is off"),
        ("ignore", "not these; rules that are off are on then, as flake8 has it"),
        ("extend-ignore", "nor these"),
    ):
        chosen.add_argument(f"--{name}", action="append", metavar="CODES", help=text)
    chosen.add_argument(
        "--per-file-ignores", metavar="FILES:CODES", help="not these in these files"
    )
    chosen.add_argument(
        "--disable-noqa", action="store_true", help="report in spite of noqa comments"
    )


def _add_explain(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "explain", help="say what a rule is about", allow_abbrev=False, epilog=_EPILOG
    )
    parser.set_defaults(run=explaining.explain)
    parser.add_argument("code", metavar="CODE", help="its code or its name, such as JQ201")
    _add_documentation_format(parser)


def _add_rules(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("rules", help="list the rules", allow_abbrev=False, epilog=_EPILOG)
    parser.set_defaults(run=explaining.rules)
    _add_documentation_format(parser)


def _add_documentation_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="default: text"
    )
    parser.add_argument(
        "--json",
        dest="output_format",
        action="store_const",
        const="json",
        help="short for --output-format json",
    )
    _add_colour(parser)


def _add_show(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "show",
        help="show what was understood of a file",
        description="Show who puts, who takes and who waits on each queue of a file, and what "
        "stayed unknown: the answer to why something is reported, or is not.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.set_defaults(run=showing.run)
    parser.add_argument("path", metavar="FILE", help="- is standard input")
    parser.add_argument(
        "--format", choices=("text", "mermaid", "svg"), default="text", help="default: text"
    )
    parser.add_argument("--steps", action="store_true", help="text: all that is done, step by step")
    _add_colour(parser)
    _add_stdin(parser)
    _add_choice(parser)
    _add_configuration(parser)
    parser.set_defaults(exclude=None, extend_exclude=None, filename=None, no_gitignore=False)


def _add_stdin(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--stdin-filename",
        "--stdin-display-name",
        metavar="NAME",
        default="stdin",
        help="the name of what comes from standard input",
    )


def _add_colour(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="default: auto, that is on a terminal; NO_COLOR and FORCE_COLOR are heeded",
    )


def _add_configuration(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("configuration (section [flake8])")
    group.add_argument("--config", metavar="FILE", help="instead of setup.cfg, tox.ini or .flake8")
    group.add_argument(
        "--append-config", metavar="FILE", action="append", default=[], help="read after it"
    )
    group.add_argument("--isolated", action="store_true", help="read none")
    group = parser.add_argument_group("the code under analysis")
    for setting in SETTINGS:
        if setting.metavar:
            group.add_argument(f"--{setting.name}", metavar=setting.metavar, help=setting.help)
        else:
            group.add_argument(
                f"--{setting.name}", action="store_const", const="true", help=setting.help
            )


def _jobs(text: str) -> int:
    if text == "auto":
        return 0
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes")
    return int(text)


def colour(asked: str) -> bool:
    """Say whether standard output is to be coloured: by option, by environment, by terminal."""
    if asked != "auto":
        return asked == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
