"""One source, from its files to its file of rows; made for a process of its own."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from training.fingerprints import Kept, kept_code
from training.pairs import harvest
from training.reading import Choice, files_of_archive, python_files
from training.rows import COMMENT, write_rows
from training.sources import Source

_RUSSIAN_WORD = re.compile(r"[а-яё]{3,}", re.I)


def kept_for_measuring(folder: Path) -> Kept:
    """The code of the packages in `folder`, which was collected; remembered in a file beside it."""
    known = folder / "kept.npz"
    if not known.exists():
        kept = kept_code(_files(folder))
        np.savez_compressed(known, functions=kept.functions, lines=kept.lines)
    with np.load(known) as arrays:
        return Kept(arrays["functions"], arrays["lines"])


def harvest_source(
    source: Source, mirrors: Path, data: Path, kept: Kept, *, seed: int, files: int
) -> tuple[frozenset[int], dict[str, int]]:
    """Write the rows of `source` under `data`; the fingerprints of its functions, and figures. Missing is empty.

    Of files without a Russian word at most `files` are read.
    """
    try:
        there = python_files(source, Choice(seed), mirrors=mirrors, archives=data / "archives")
        found = harvest(source.key, _some(there, files, seed), kept)
    except FileNotFoundError:
        return frozenset(), {"rows": 0, "missing": 1}
    rows = found.rows
    write_rows(rows, data / "rows" / f"{source.key}.jsonl")
    return found.marks, {
        "rows": len(rows),
        "documented": sum(bool(row.query) and row.kind != COMMENT for row in rows),
        "comments": sum(row.kind == COMMENT for row in rows),
        "russian": sum(row.russian for row in rows),
        "dropped": found.dropped,
    }


def _some(files: Iterable[tuple[str, str]], most: int, seed: int) -> Iterator[tuple[str, str]]:
    others = []
    for path, text in files:
        if not text.isascii() and _RUSSIAN_WORD.search(text):
            yield path, text
        else:
            others.append((path, text))
    yield from others if len(others) <= most else random.Random(seed).sample(others, most)


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for archive in sorted(folder.iterdir()):
        if archive.name.endswith((".whl", ".zip", ".tar.gz")):
            for path, raw in files_of_archive(archive):
                yield path, raw.decode("utf-8", "replace")
