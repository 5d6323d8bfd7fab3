"""Questions that were written for functions, beside the code that they ask for.

`questions.tsv.gz` has a line a question: source, path, qualified name, fingerprint of the code, language, question.
A function that is not there any more, or reads otherwise, has none. MODEL_CARD.md says who wrote them.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from smysl.engine.chunk.chunker import chunk_source
from training.fingerprints import Kept, of_chunk
from training.pairs import titled
from training.prose import language
from training.reading import Choice, python_files
from training.rows import QUESTION, Row
from training.sources import Source

QUESTIONS = Path(__file__).with_name("questions.tsv.gz")

_LONGEST = 200
_WORD = re.compile(r"[^\W\d_]{2,}")
_IDENTIFIER = re.compile(r"\w+_\w+|[a-z]+[A-Z]\w*|\w+\(\)")


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """A question for one function. `mark`: the fingerprint of its code, 16 hexadecimal digits."""

    source: str
    path: str
    qualname: str
    mark: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Questions beside their code. marks: the fingerprints of the functions."""

    rows: tuple[Row, ...]
    marks: frozenset[int]


def read_questions(path: Path = QUESTIONS) -> Mapping[str, Sequence[Question]]:
    """The questions by the key of their source."""
    found: dict[str, list[Question]] = defaultdict(list)
    if path.exists():
        for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
            question = Question(*line.split("\t"))
            found[question.source].append(question)
    return found


def write_questions(questions: Iterable[Question], path: Path = QUESTIONS) -> int:
    """Keep them, sorted and without repeats; the same questions give the same bytes. How many they are."""
    lines = sorted({"\t".join(astuple(one)) + "\n" for one in questions})
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    return len(lines)


def written(samples: Iterable[Path], answers: Iterable[Path]) -> Iterator[Question]:
    """What was written for the functions of `samples`: lines {id, ru: […], en: […]}; misfits are passed over."""
    shown = {row["id"]: row for path in samples for row in _lines(path)}
    for row in (row for path in answers for row in _lines(path) if row.get("id") in shown):
        function = shown[row["id"]]
        for said in ("ru", "en"):
            for text in row.get(said) or ():
                question = " ".join(str(text).split())
                if is_fit(question, said, function["qualname"]):
                    key = (function["source"], function["path"], function["qualname"], function["mark"])
                    yield Question(*key, said, question)


def is_fit(question: str, said: str, qualname: str) -> bool:
    """Whether it is a question of that language by somebody who does not know the function's name."""
    names = {name.lower() for name in qualname.split(".") if _IDENTIFIER.search(name)}
    return (
        len(question) <= _LONGEST
        and len(_WORD.findall(question)) >= 2
        and language(question) == said
        and not any(name in question.lower() for name in names)
    )


def beside_code(source: Source, asked: Sequence[Question], mirrors: Path, data: Path, kept: Kept) -> Beside:
    """The questions `asked` about functions of `source`, each beside its function; none where the source is missing."""
    wanted: dict[tuple[str, str, str], list[Question]] = defaultdict(list)
    for question in asked:
        wanted[question.path, question.qualname, question.mark].append(question)
    choice = Choice(seed=0, named=frozenset(question.path for question in asked))
    rows: list[Row] = []
    marks: set[int] = set()
    try:
        files = list(python_files(source, choice, mirrors=mirrors, archives=data / "archives"))
    except FileNotFoundError:
        return Beside((), frozenset())
    for path, text in files:
        for chunk in chunk_source(text, path).chunks:
            mark = of_chunk(chunk)
            found = wanted.pop((path, chunk.qualified_name, f"{mark or 0:016x}"), ())
            if mark is None or not found or kept.holds(chunk.body):
                continue
            marks.add(mark)
            for question in found:
                is_russian = question.language == "ru"
                rows.append(
                    titled(source.key, QUESTION, question.text, chunk, russian=is_russian, later=chunk.docstring)
                )
    return Beside(tuple(rows), frozenset(marks))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file; a last line that is still being written is passed over."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row
