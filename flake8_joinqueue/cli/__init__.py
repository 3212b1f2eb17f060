"""The command line `flake8-joinqueue`: check, explain, rules, show.

`main` is what the installed script calls. `checking`, `explaining` and `showing` are the commands;
`configuration`, `decisions`, `noqa`, `files` and `gitignore` say what is checked and reported, as
flake8 does; `pool` spreads the work over processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

CLEAN: Final = 0
FINDINGS: Final = 1
TROUBLE: Final = 2
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    0: nothing found; 1: findings; 2: something the user has to mend, said in one line on standard
    error; 130: interrupted.
    """
    from flake8_joinqueue.cli.arguments import parse  # noqa: PLC0415 (keep import cheap)
    from flake8_joinqueue.cli.trouble import Trouble  # noqa: PLC0415

    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot show is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        asked = parse(arguments)
        status: int = asked.run(asked)
        sys.stdout.flush()
    except Trouble as trouble:
        from flake8_joinqueue.reporting.terminal import harmless  # noqa: PLC0415

        sys.stderr.write(f"flake8-joinqueue: error: {harmless(str(trouble))}\n")
        return TROUBLE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read has had enough; Python must not complain when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    return status
