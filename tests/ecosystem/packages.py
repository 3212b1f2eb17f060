"""Which packages are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import tomli

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """A source package on the index: the file as it is called there, and its checksum."""

    name: str
    version: str
    file: str
    sha256: str

    @property
    def label(self) -> str:
        """Name and version, as requirements write them."""
        return f"{self.name}=={self.version}"


def load(path: Path = FOLDER / "packages.toml") -> list[Package]:
    """The pinned packages, in the order of the file."""
    document = tomli.loads(path.read_text(encoding="utf-8"))
    return [Package(**entry) for entry in document["package"]]
