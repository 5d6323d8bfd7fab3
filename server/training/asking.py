"""Functions that questions are to be written for: a few of every source, wide apart.

Whoever writes the questions sees this code and nothing else of the project, least of all a benchmark.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from smysl.engine.chunk.chunker import chunk_source
from smysl.engine.types import Chunk, Kind
from training.fingerprints import Kept, of_chunk
from training.prose import language
from training.reading import Choice, python_files
from training.sources import Source

_LINES = range(8, 61)
_LONGEST = 1_600
_FILES = 30
"""So many files of a source are looked into, chosen by chance."""

_CLASSES = 0.1
_MOST_OF_A_FILE = 2
_TELLING = re.compile(r"_*[a-zA-Z]\w{3,}")


@dataclass(frozen=True, slots=True)
class Shown:
    """A function as it is shown to whoever writes the questions."""

    source: str
    path: str
    qualname: str
    mark: str
    russian: bool
    code: str


def functions_to_ask_about(source: Source, mirrors: Path, data: Path, kept: Kept, seed: int, most: int) -> list[Shown]:
    """At most `most` functions of `source`, those described in Russian first. Nothing of a source that is not there."""
    chance = random.Random(f"{seed} {source.key}")
    choice = Choice(seed)
    try:
        files = list(python_files(source, choice, mirrors=mirrors, archives=data / "archives"))
    except FileNotFoundError:
        return []
    files.sort(key=lambda file: (file[1].isascii() or language(file[1]) != "ru", chance.random()))
    found: list[Shown] = []
    for path, text in files[:_FILES]:
        chunks = [one for one in chunk_source(text, path).chunks if _is_worth_it(one, chance)]
        for chunk in chance.sample(chunks, min(_MOST_OF_A_FILE, len(chunks))):
            if not kept.holds(chunk.body):
                is_russian = language(f"{chunk.docstring} {chunk.comments}") == "ru"
                mark = f"{of_chunk(chunk) or 0:016x}"
                found.append(Shown(source.key, path, chunk.qualified_name, mark, is_russian, chunk.code))
        if len(found) >= 2 * most:
            break
    chance.shuffle(found)
    return sorted(found, key=lambda one: not one.russian)[:most]


def spread(shown: Iterable[Shown], count: int, seed: int) -> list[Shown]:
    """`count` of them in an order of chance: those described in Russian all, of the others equally many a source."""
    chance = random.Random(seed)
    by_source: dict[str, int] = {}
    ranked = []
    for one in shown:
        place = by_source[one.source] = by_source.get(one.source, 0) + 1
        ranked.append((not one.russian, place, chance.random(), one))
    chosen = [one for *_, one in sorted(ranked, key=lambda row: row[:3])[:count]]
    chance.shuffle(chosen)
    return chosen


def write_shown(shown: Iterable[Shown], path: Path) -> None:
    """JSON lines; the fingerprint of the code is the id, which no other round of questions has either."""
    with path.open("w", encoding="utf-8") as file:
        for one in shown:
            row = {"id": one.mark, **asdict(one)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _is_worth_it(chunk: Chunk, chance: random.Random) -> bool:
    return (
        chunk.kind is not Kind.MODULE
        and not chunk.is_test
        and chunk.span.end_line - chunk.span.start_line + 1 in _LINES
        and len(chunk.code) <= _LONGEST
        and bool(_TELLING.fullmatch(chunk.name))
        and not (chunk.name.startswith("__") or chunk.name.startswith("test"))
        and of_chunk(chunk) is not None
        and (chunk.kind is not Kind.CLASS or chance.random() < _CLASSES)
    )
