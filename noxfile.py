"""flake8 6, 7.0 and the newest, on every Python that is supported: `nox`, or `nox --session NAME`.

An interpreter that is not on this machine is skipped, and nox says so (with `CI` set it fails).
"""

from __future__ import annotations

import itertools

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["matrix"]

NEWEST = "newest"
MATRIX = [
    *itertools.product(["3.10", "3.11", "3.12", "3.13"], ["6.0.0", "7.0.0"]),
    *itertools.product(["3.10", "3.11", "3.12", "3.13", "3.14"], [NEWEST]),
]
# What depends on the version of flake8: the plugin in its host, and what editors make of it.
HOST_TESTS = ["tests/test_plugin.py", "tests/test_editors_commands.py"]
# What depends on that of Python: places in syntax trees, facts about the library, odd sources.
PYTHON_TESTS = ["tests/test_fixtures.py", "tests/test_harm.py"]


@nox.session
@nox.parametrize(("python", "flake8"), MATRIX)
def matrix(session: nox.Session, flake8: str) -> None:
    """The tests of the plugin in one version of flake8 on one version of Python."""
    newest = flake8 == NEWEST
    wanted = "flake8" if newest else f"flake8=={flake8}"
    session.install("--quiet", ".", wanted, "pytest", "hypothesis")
    session.run("flake8", "--version")
    tests = HOST_TESTS + PYTHON_TESTS if newest else HOST_TESTS
    session.run("pytest", "-q", *(session.posargs or tests))


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines and branches the tests reach; tracing makes them take more than twice as long."""
    session.install("--quiet", "-e", ".[dev]")
    session.run("pytest", "-n", "2", "--cov", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    session.install("--quiet", ".[docs]")
    session.run("mkdocs", "build", "--strict", "--site-dir", session.create_tmp())
