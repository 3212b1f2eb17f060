"""flake8 6, 7.0 and the newest, on every Python that is supported: `nox`, or `nox --session NAME`.

An interpreter that is not on this machine is skipped, and nox says so (with `CI` set it fails).
"""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["matrix"]

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
FLAKE8 = ["6.0.0", "7.0.0", "newest"]
# What depends on flake8 or on the version of Python: the plugin in its host, positions, editors.
HOST_TESTS = [
    "tests/test_plugin.py",
    "tests/test_harm.py",
    "tests/test_editors_commands.py",
    "tests/test_fixtures.py",
]


@nox.session(python=PYTHONS)
@nox.parametrize("flake8", FLAKE8)
def matrix(session: nox.Session, flake8: str) -> None:
    """The tests of the plugin in one version of flake8 on one version of Python."""
    wanted = "flake8" if flake8 == "newest" else f"flake8=={flake8}"
    session.install("--quiet", ".", wanted, "pytest", "hypothesis")
    session.run("flake8", "--version")
    session.run("pytest", "-q", *(session.posargs or HOST_TESTS))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    session.install("--quiet", ".[docs]")
    session.run("mkdocs", "build", "--strict", "--site-dir", session.create_tmp())
