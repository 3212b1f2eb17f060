"""The hook in the real pre-commit, on a scratch repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_plugin import HANGS

GIT = shutil.which("git") or ""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not GIT, reason="git is not installed"),
]

REPOSITORY = Path(__file__).parent.parent
GOOD = HANGS.replace("            break\n", "            tasks.task_done()\n            break\n")


@dataclass(frozen=True)
class Scratch:
    """A git repository, and a home for pre-commit that nobody else uses."""

    folder: Path
    environment: dict[str, str]

    def git(self, *arguments: str, folder: Path | None = None) -> None:
        """Run git, which knows nobody's settings here."""
        subprocess.run(
            [GIT, "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
            cwd=folder or self.folder,
            env=self.environment,
            check=True,
            capture_output=True,
        )

    def stage(self, name: str, text: str) -> None:
        """Have one file staged, and no other."""
        self.git("reset", "--quiet")
        (self.folder / name).write_text(text)
        self.git("add", name)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pre-commit on what is staged."""
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """A repository with one commit."""
    folder = tmp_path_factory.mktemp("scratch")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("home")),
        "PRE_COMMIT_COLOR": "never",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    made = Scratch(folder, environment)
    made.git("init", "--quiet")
    made.git("commit", "--quiet", "--allow-empty", "--message=Nothing yet")
    return made


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory, scratch: Scratch) -> Path:
    """A copy of this repository as pre-commit clones it: all that is tracked or about to be."""
    copy = tmp_path_factory.mktemp("hooks")
    listed = subprocess.run(
        [GIT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git repository")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, copy / name)
    scratch.git("init", "--quiet", folder=copy)
    scratch.git("add", "--all", folder=copy)
    scratch.git("commit", "--quiet", "--message=As it stands", folder=copy)
    return copy


def test_the_hook_fails_passes_and_is_skipped(scratch: Scratch, hooks: Path) -> None:
    """`pre-commit try-repo`, one after the other: making the environment takes its time."""
    command = ("try-repo", str(hooks), "flake8-joinqueue", "--verbose")
    scratch.stage("hangs.py", HANGS)
    bad = scratch.run(*command)
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "Failed" in bad.stdout
    assert "hangs.py:9:13: JQ201" in bad.stdout

    scratch.stage("ends.py", GOOD)
    good = scratch.run(*command)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout

    scratch.stage("notes.txt", HANGS)
    other = scratch.run(*command)
    assert other.returncode == 0, other.stdout + other.stderr
    assert "(no files to check)Skipped" in other.stdout


FLAKE8_HOOK = """\
repos:
  - repo: local
    hooks:
      - id: flake8
        name: flake8
        entry: flake8
        language: python
        types: [python]
        additional_dependencies: [flake8, "{hooks}"]
"""


def test_with_an_existing_flake8_hook(scratch: Scratch, hooks: Path) -> None:
    """`additional_dependencies`, as docs/hooks.md says; flake8's own hook made local."""
    (scratch.folder / ".pre-commit-config.yaml").write_text(FLAKE8_HOOK.format(hooks=hooks))
    scratch.stage("hangs.py", HANGS)
    bad = scratch.run("run")
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "hangs.py:9:13: JQ201" in bad.stdout
