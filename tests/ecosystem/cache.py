"""The packages' Python files, in a folder outside of the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from .index import download
from .packages import Package

_COMPLETE = ".complete"


def default_folder() -> Path:
    """Where the cache is, by the XDG rules."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "flake8-joinqueue" / "ecosystem"


def is_complete(packages: Iterable[Package], folder: Path) -> bool:
    """Whether every package is in the cache."""
    return all((_place(package, folder) / _COMPLETE).exists() for package in packages)


def sources(
    package: Package,
    folder: Path,
    fetch: Callable[[str, str, Path], None] = download,
) -> Path:
    """The folder with a package's Python files, fetched if need be.

    Raises `RuntimeError` where the package cannot be fetched, or is not what was pinned.
    """
    place = _place(package, folder)
    if (place / _COMPLETE).exists():
        return place
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / package.file
        fetch(package.name, package.file, archive)
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != package.sha256:
            raise RuntimeError(f"{package.file} has the checksum {digest}, another one is pinned")
        for name, content in _members(archive):
            _write(place, name, content)
    (place / _COMPLETE).touch()
    return place


def python_files(place: Path) -> list[Path]:
    """The Python files of an unpacked package, sorted."""
    return sorted(path for path in place.rglob("*.py") if path.is_file())


def _place(package: Package, folder: Path) -> Path:
    return folder / f"{package.name}-{package.version}"


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of an archive that is a Python file."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            for name in zipped.namelist():
                if name.endswith(".py"):
                    yield name, zipped.read(name)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith(".py"):
                content = tar.extractfile(member)
                assert content is not None
                yield member.name, content.read()


def _write(place: Path, name: str, content: bytes) -> None:
    """Write one file, without the archive's own top folder. Names never lead out of `place`."""
    parts = PurePosixPath(name).parts[1:] or PurePosixPath(name).parts
    if not parts or ".." in parts or PurePosixPath(*parts).is_absolute():
        raise RuntimeError(f"the archive has a file outside of its folder: {name}")
    path = place.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
