"""All rows as numbers: each part of each row as the numbers of its words, one after the other."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.rows import COMMENT, QUESTION, Row, Sentences
from training.vocabulary import UNKNOWN

PARTS = ("query", "title", "name", "later", "comments", "body")
_LONGEST = {"query": 60, "title": 40, "name": 12, "later": 120, "comments": 90, "body": 320}
_SLICE = 20_000


@dataclass(frozen=True, slots=True)
class Bags:
    """Word numbers of many texts: text `n` is `numbers[starts[n] : starts[n + 1]]`."""

    numbers: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> NDArray[np.int32]:
        return self.numbers[self.starts[place] : self.starts[place + 1]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The training data as numbers.

    parts: by their names. sources, codes: a number a row, equal codes have the same one.
    is_comment, is_question, is_russian, has_query: flags a row. russian, english: the sentence pairs.
    """

    parts: dict[str, Bags]
    sources: NDArray[np.int32]
    codes: NDArray[np.int32]
    is_comment: NDArray[np.bool_]
    is_question: NDArray[np.bool_]
    is_russian: NDArray[np.bool_]
    has_query: NDArray[np.bool_]
    russian: Bags
    english: Bags


def at_most(rows: Iterable[Row], most: int, seed: int) -> list[Row]:
    """The rows without the surplus of the largest sources: questions and Russian stay, then the documented go first."""
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row)
    chance = random.Random(seed)
    kept = []
    for source in sorted(by_source):
        found = by_source[source]
        if len(found) > most:
            found = sorted(
                found, key=lambda row: (row.kind != QUESTION, not row.russian, not row.query, chance.random())
            )[:most]
        kept += found
    return kept


def encode(rows: Sequence[Row], sentences: Sequence[Sentences], tokenizer: Tokenizer) -> Encoded:
    """Rows and sentences as numbers; words that the tokeniser does not know are left out."""
    sources: dict[str, int] = {}
    codes: dict[tuple[str, str], int] = {}
    unknown = tokenizer.token_to_id(UNKNOWN)
    return Encoded(
        parts={part: bags([getattr(row, part) for row in rows], tokenizer, unknown, _LONGEST[part]) for part in PARTS},
        sources=np.array([sources.setdefault(row.source, len(sources)) for row in rows], np.int32),
        codes=np.array([codes.setdefault((row.source, row.body), len(codes)) for row in rows], np.int32),
        is_comment=np.array([row.kind == COMMENT for row in rows]),
        is_question=np.array([row.kind == QUESTION for row in rows]),
        is_russian=np.array([row.russian for row in rows]),
        has_query=np.array([bool(row.query) for row in rows]),
        russian=bags([pair.russian for pair in sentences], tokenizer, unknown, _LONGEST["query"]),
        english=bags([pair.english for pair in sentences], tokenizer, unknown, _LONGEST["query"]),
    )


def bags(texts: Sequence[str], tokenizer: Tokenizer, unknown: int | None, longest: int) -> Bags:
    """The first `longest` known words of each text."""
    numbers, lengths = [], []
    for start in range(0, len(texts), _SLICE):
        for one in tokenizer.encode_batch_fast(list(texts[start : start + _SLICE]), add_special_tokens=False):
            found = np.array(one.ids[: longest + 8], np.int32)
            found = found[found != unknown][:longest]
            numbers.append(found)
            lengths.append(len(found))
    starts = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return Bags(np.concatenate(numbers) if numbers else np.zeros(0, np.int32), starts)


def save(encoded: Encoded, path: Path) -> None:
    """Keep it in one file."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, one in {**encoded.parts, "russian": encoded.russian, "english": encoded.english}.items():
        arrays[f"bag_{name}"], arrays[f"start_{name}"] = one.numbers, one.starts
    for field in fields(Encoded):
        value = getattr(encoded, field.name)
        if isinstance(value, np.ndarray):
            arrays[f"flag_{field.name}"] = value
    np.savez(path, allow_pickle=False, **arrays)


def load(path: Path) -> Encoded:
    """What `save` kept."""
    with np.load(path) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    both = {name: Bags(found[f"bag_{name}"], found[f"start_{name}"]) for name in (*PARTS, "russian", "english")}
    return Encoded(
        parts={part: both[part] for part in PARTS},
        russian=both["russian"],
        english=both["english"],
        **{name.removeprefix("flag_"): value for name, value in found.items() if name.startswith("flag_")},
    )
