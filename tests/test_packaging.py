"""What people install: built, checked, and used in an environment that has nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import flake8_joinqueue
from tests.test_plugin import HANGS

REPOSITORY = Path(__file__).parent.parent


def test_the_version_stands_in_one_place() -> None:
    """In the package; everything else reads it there."""
    version = re.escape(flake8_joinqueue.__version__)
    mentions = re.compile(rf"""version[^\n]*=\s*["']{version}["']""")
    files = [*REPOSITORY.glob("flake8_joinqueue/**/*.py"), REPOSITORY / "pyproject.toml"]
    assert [file.name for file in files if mentions.search(file.read_text())] == ["__init__.py"]


def run(*command: str | Path, folder: Path, status: int = 0) -> str:
    """Run a command in a folder and return what it prints; it ends with this status."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel that is built from it."""
    pytest.importorskip("build")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, REPOSITORY, folder=folder)
    return folder


def the(folder: Path, pattern: str) -> Path:
    """The one file of a pattern."""
    [found] = folder.glob(pattern)
    return found


def works(installed: Path, folder: Path) -> None:
    """The plugin in an environment finds what it should, in flake8 and by itself."""
    (folder / "hangs.py").write_text(HANGS)
    assert "flake8-joinqueue: " in run(installed / "flake8", "--version", folder=folder)
    itself: list[str | Path] = [installed / "flake8-joinqueue", "check"]
    for command in ([installed / "flake8", "--isolated"], itself):
        printed = run(*command, "hangs.py", folder=folder, status=1)
        assert "hangs.py:9:13: JQ201 " in printed


def environment(folder: Path) -> Path:
    """The folder of the programs of a new, empty virtual environment."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if sys.platform == "win32" else "bin")


@pytest.mark.slow
def test_distributions_are_well_formed(built: Path) -> None:
    pytest.importorskip("twine")
    run(sys.executable, "-m", "twine", "check", "--strict", *built.iterdir(), folder=built)
    with zipfile.ZipFile(the(built, "*.whl")) as wheel:
        names = wheel.namelist()
        [metadata] = [name for name in names if name.endswith("METADATA")]
        about = Parser().parsestr(wheel.read(metadata).decode())
    assert "flake8_joinqueue/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"flake8_joinqueue"}
    assert about["Version"] == flake8_joinqueue.__version__
    classifiers = about.get_all("Classifier")
    assert classifiers is not None
    assert {"Framework :: Flake8", "Typing :: Typed"} <= set(classifiers)


@pytest.mark.slow
def test_the_source_has_what_its_tests_and_documentation_need(built: Path) -> None:
    with tarfile.open(the(built, "*.tar.gz")) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    for needed in ("README.md", "LICENSE", "CHANGELOG.md", "mkdocs.yml", "noxfile.py", ".ci/run"):
        assert needed in names
    for folder in ("tests", "fixtures", "docs"):
        assert any(name.startswith(f"{folder}/") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.startswith(".venv")]


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    programs = environment(tmp_path / "empty")
    run(programs / "python", "-m", "pip", "install", the(built, "*.whl"), folder=tmp_path)
    works(programs, tmp_path)


@pytest.mark.slow
def test_the_source_installs_without_git(built: Path, tmp_path: Path) -> None:
    """`pip install .` in the unpacked source, which is no repository."""
    with tarfile.open(the(built, "*.tar.gz")) as source:
        source.extractall(tmp_path)  # noqa: S202 (it is our own)
    programs = environment(tmp_path / "empty")
    run(programs / "python", "-m", "pip", "install", ".", folder=the(tmp_path, "flake8_*"))
    works(programs, tmp_path)
