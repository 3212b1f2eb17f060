"""Ask the index for files, with pip's own settings: mirrors, certificates, proxies.

`pip download` runs the build backend of a source package to learn its name. Nothing may run here,
so pip is only asked where a file is, and its session fetches the bytes. Run as a program of its own
(`python -m tests.ecosystem.index NAME FILE TARGET`), as pip's parts are not made to be imported.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

_TIMEOUT = 300  # seconds for one file


def download(name: str, file: str, target: Path) -> None:
    """Bring the file of a project from the index to `target`. Raises `RuntimeError`."""
    command = [sys.executable, "-m", __spec__.name, name, file, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"{file}: {done.stderr.strip() or 'cannot be fetched'}")


def _pip() -> tuple[Any, Any]:
    """Pip's session and its finder of links."""
    from pip._internal.commands import create_command  # noqa: PLC0415

    command: Any = create_command("download")
    options, _ = command.parse_args(["--no-deps", "--no-binary", ":all:", "anything"])
    session = command._build_session(options)  # noqa: SLF001
    finder = command._build_package_finder(  # noqa: SLF001
        options, session, ignore_requires_python=True
    )
    return session, finder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("file")
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    session, finder = _pip()
    links = (candidate.link for candidate in finder.find_all_candidates(arguments.name))
    link = next((link for link in links if link.filename == arguments.file), None)
    if link is None:
        print("the index does not have it", file=sys.stderr)  # noqa: T201
        return 1
    if link.is_file:
        arguments.target.write_bytes(Path(link.file_path).read_bytes())
        return 0
    response = session.get(link.url_without_fragment, timeout=60)
    response.raise_for_status()
    arguments.target.write_bytes(response.content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
