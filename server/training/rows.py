"""The rows of the training data, and the files that they are kept in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

COMMENT, QUESTION = "comment", "question"
"""Kinds of rows that are no kinds of code."""


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of code, and what was said about it.

    query: the sentence that says what it does, "" if nobody wrote one; russian: whether that is Russian.
    kind: function, method, class, comment (a comment, and the lines that it stands above), or question (one that was
    written for the code).
    title: as the product's documents begin. later, comments: the other prose. body: the code without prose.
    """

    source: str
    kind: str
    query: str
    russian: bool
    title: str
    name: str
    later: str
    comments: str
    body: str


@dataclass(frozen=True, slots=True)
class Sentences:
    """The same in both languages."""

    russian: str
    english: str
    source: str


def write_rows(rows: Iterable[Row | Sentences], path: Path) -> int:
    """Write rows as JSON lines; how many they were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.with_suffix(".part").open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            count += 1
    path.with_suffix(".part").replace(path)
    return count


def read_rows(folder: Path) -> Iterator[Row]:
    """The rows of all sources in `folder`, in the order of their names."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield Row(**json.loads(line))


def read_sentences(path: Path) -> Iterator[Sentences]:
    """The sentence pairs in `path`."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield Sentences(**json.loads(line))
