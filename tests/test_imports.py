"""LibCST takes a fifth of a second to import: only files about queues may pay for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_plugin import HANGS

# flake8 as a user starts it; at the end, whether LibCST was imported along the way.
_PROBE = """
import sys
from flake8.main.cli import main
try:
    main(["--isolated", "--jobs=1", "--exit-zero", *sys.argv[1:]])
except SystemExit:
    pass
print("loaded", "flake8_joinqueue.plugin" in sys.modules, "libcst" in sys.modules)
"""


def _probe(*arguments: str) -> tuple[bool, bool]:
    """Whether the plugin and LibCST were imported by a run of flake8."""
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    words = done.stdout.splitlines()[-1].split()
    assert words[0] == "loaded"
    return words[1] == "True", words[2] == "True"


def test_version_does_not_import_libcst() -> None:
    assert _probe("--version") == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import os\n\nprint(os.name)\n",
        "import threading\n\nlock = threading.Lock()\n",
        # The word alone, in a comment or a docstring, is not yet a queue.
        '"""Queue of people."""\nimport queue  # a Queue\n',
    ],
)
def test_file_without_queues_does_not_import_libcst(tmp_path: Path, text: str) -> None:
    (tmp_path / "plain.py").write_text(text)
    assert _probe(str(tmp_path / "plain.py")) == (True, False)


def test_file_with_queues_does(tmp_path: Path) -> None:
    """Otherwise the tests above would show nothing."""
    (tmp_path / "hangs.py").write_text(HANGS)
    assert _probe(str(tmp_path / "hangs.py")) == (True, True)
