"""What the training data is taken from: pinned repositories and packages, each with its licence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE / "sources.tsv"
EXCLUDED = HERE / "excluded.txt"

_PERMISSIVE = re.compile(
    r"\b(?:MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Unlicense|CC0|HPND|ZPL|Zope|Zlib|Boost|BSL-1)", re.I
)
_NOT_PERMISSIVE = re.compile(
    r"GPL|GNU|Affero|\bMPL|Mozilla|Eclipse|EUPL|CC[ -]BY|NonCommercial|Proprietary|Commercial", re.I
)


class Origin(str, Enum):
    """Where a source is had from."""

    GIT = "git"
    PYPI = "pypi"
    STDLIB = "stdlib"


@dataclass(frozen=True, slots=True)
class Source:
    """A pinned source. `name`: owner/repository, or the package. `revision`: the commit, or the version."""

    origin: Origin
    name: str
    revision: str
    licence: str

    @property
    def key(self) -> str:
        """A name for files, the same on every machine."""
        return f"{self.origin.value}+{self.name.replace('/', '+')}"


@dataclass(frozen=True, slots=True)
class Excluded:
    """A package that must not be learnt from. `folders`: the names it is imported by."""

    package: str
    folders: tuple[str, ...]


def read_sources(path: Path = SOURCES) -> tuple[Source, ...]:
    """The rows of sources.tsv. Raises `ValueError` if one is not permissive or is to be excluded."""
    excluded = {_plain(one.package) for one in read_excluded()}
    found = []
    for line in _lines(path):
        origin, name, revision, licence = line.split("\t")
        source = Source(Origin(origin), name, revision, licence)
        if not is_permissive(licence):
            raise ValueError(f"{name}: the licence {licence} is not known to be permissive")
        if _plain(name.rpartition("/")[2]) in excluded:
            raise ValueError(f"{name} is kept for measuring")
        found.append(source)
    return tuple(found)


def read_excluded(path: Path = EXCLUDED) -> tuple[Excluded, ...]:
    """The rows of excluded.txt."""
    rows = (line.partition("\t") for line in _lines(path))
    return tuple(Excluded(package, tuple((folders or package).split())) for package, _, folders in rows)


def is_permissive(licence: str) -> bool:
    """Whether a licence's name is one that lets anything be made of the code."""
    return bool(_PERMISSIVE.search(licence)) and not _NOT_PERMISSIVE.search(licence)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]", "", name.lower())


def _lines(path: Path) -> Iterable[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
