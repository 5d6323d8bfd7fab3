"""The Python files of a source, wherever it lies: a bare repository, a wheel, a tarball, a folder."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.sources import Origin, Source, read_excluded

_LARGEST = 300_000
_VENDORED = re.compile(
    r"vendor|third[_-]?party|extern(?:al)?s?$|contrib_libs|node_modules|^site-packages$|^ext$|^_?vendored?$|packages$",
    re.I,
)
_NOT_WORTH = re.compile(
    r"(?:^|/)(?:migrations|alembic|locale|_pb2\.py|idlelib|lib2to3|turtledemo)(?:/|$)|_pb2(?:_grpc)?\.py$"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files of a source: at most `most` that may be learnt from, by `seed`; with `named` just those."""

    seed: int
    most: int = 2_500
    named: frozenset[str] | None = None


def python_files(source: Source, choice: Choice, *, mirrors: Path, archives: Path) -> Iterator[tuple[str, str]]:
    """Path and text of the files of `source` that are chosen.

    Raises `FileNotFoundError` when the source was not collected.
    """
    if source.origin is Origin.GIT:
        files = _of_repository(mirrors / source.name.replace("/", "+") / "repo", source.revision, choice)
    elif source.origin is Origin.PYPI:
        files = files_of_archive(find_archive(source, archives), choice)
    else:
        files = _of_folder(Path(sysconfig.get_path("stdlib")), choice)
    for path, raw in files:
        yield path, raw.decode("utf-8", "replace")


def find_archive(source: Source, archives: Path) -> Path:
    """The downloaded archive of a package. Raises `FileNotFoundError`."""
    plain = re.sub(r"[-_.]+", "_", source.name).lower()
    for path in sorted(archives.iterdir()):
        name, _, version = re.sub(r"\.tar\.gz$|\.zip$|-py[23].*$|-cp3.*$", "", path.name).partition("-")
        if re.sub(r"[-_.]+", "_", name).lower() == plain and version == source.revision:
            return path
    raise FileNotFoundError(f"{source.name} {source.revision} in {archives}")


def may_be_learnt_from(path: str) -> bool:
    """Whether the file is the source's own work and none of the packages kept for measuring."""
    *folders, file = path.split("/")
    names = [*folders, file.rpartition(".")[0]]
    return not (
        _NOT_WORTH.search(path)
        or any(map(_VENDORED.search, folders))
        or not _kept_for_measuring().isdisjoint(name.lower() for name in names)
    )


@cache
def _kept_for_measuring() -> frozenset[str]:
    return frozenset(name for one in read_excluded() for name in one.folders)


def _of_repository(folder: Path, commit: str, choice: Choice) -> Iterator[tuple[str, bytes]]:
    git_dir = folder / ".git" if (folder / ".git").exists() else folder
    if not git_dir.exists():
        raise FileNotFoundError(str(folder))
    git = ["git", "-c", "safe.directory=*", "--git-dir", str(git_dir)]
    listing = subprocess.run([*git, "ls-tree", "-r", "-l", "-z", commit], check=True, stdout=subprocess.PIPE).stdout
    blobs = {}
    for entry in listing.decode("utf-8", "replace").split("\0"):
        meta, _, path = entry.partition("\t")
        if path.endswith(".py"):
            mode, _, blob, size = meta.split()
            if mode != "120000" and size.isdigit() and int(size) <= _LARGEST:
                blobs[path] = blob
    chosen = _chosen(blobs, choice)
    if not chosen:
        return
    # All at once: a conversation with git, blob by blob, would take many times as long.
    answer = subprocess.run(
        [*git, "cat-file", "--batch"],
        input="\n".join(blobs[path] for path in chosen).encode(),
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "GIT_NO_LAZY_FETCH": "1"},
    ).stdout
    position = 0
    for path in chosen:
        end = answer.index(b"\n", position)
        header = answer[position:end].split()
        position = end + 1
        if header[-1] == b"missing":
            continue
        length = int(header[2])
        yield path, answer[position : position + length]
        position += length + 1


def files_of_archive(archive: Path, choice: Choice | None = None) -> Iterator[tuple[str, bytes]]:
    """Path and content of the Python files in `archive`: those that are chosen, or without a choice all."""
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as packed:
            names = {info.filename for info in packed.infolist() if info.file_size <= _LARGEST}
            for name in _chosen((name for name in names if name.endswith(".py")), choice):
                yield name, packed.read(name)
        return
    with tarfile.open(archive) as packed_tar:
        members = {one.name: one for one in packed_tar if one.isreg() and one.size <= _LARGEST}
        for name in _chosen((name for name in members if name.endswith(".py")), choice):
            file = packed_tar.extractfile(members[name])
            if file is not None:
                yield name, file.read()


def _of_folder(folder: Path, choice: Choice) -> Iterator[tuple[str, bytes]]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
    for name in _chosen((name for name in paths if not name.startswith(("test/", "site-packages/"))), choice):
        yield name, paths[name].read_bytes()


def _chosen(paths: Iterable[str], choice: Choice | None) -> list[str]:
    if choice is None:
        return sorted(paths)
    allowed = sorted(filter(may_be_learnt_from, paths))
    if choice.named is not None:
        return [path for path in allowed if path in choice.named]
    if len(allowed) > choice.most:
        allowed = sorted(random.Random(choice.seed).sample(allowed, choice.most))
    return allowed
