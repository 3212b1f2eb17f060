"""Run the peers over the programs and write `docs/comparison.md`.

`python -m tests.peers` makes an environment with the peers (`requirements.txt`) in a temporary
folder, or uses one that is there: `--environment FOLDER`.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import venv
from pathlib import Path

from tests.peers.comparing import compare
from tests.peers.writing import PAGE, write

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def install(environment: Path) -> Path:
    """Make an environment with the peers, if it is not there; return where its programs are."""
    programs = environment / "bin"
    if not environment.exists():
        venv.create(environment, with_pip=True)
        pip = str(programs / "pip")
        subprocess.run([pip, "install", "--quiet", "-r", str(REQUIREMENTS)], check=True)
    return programs


def main() -> None:
    """Do it."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("--environment", type=Path, help="a virtual environment to make or use")
    given = parser.parse_args().environment
    with tempfile.TemporaryDirectory() as scratch:
        programs = install((given or Path(scratch, "environment")).absolute())
        PAGE.write_text(write(compare(programs), REQUIREMENTS.read_text()))


if __name__ == "__main__":
    main()
