"""The held-out sources as benchmarks for `smysl evaluate`: written questions, and docstrings of code that lost them."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smysl.evaluation.docstrings import without_docstrings
from smysl.evaluation.units import Unit, units_of_source
from training.prose import is_worth_asking, language, said_first
from training.questions import Question
from training.reading import Choice, python_files
from training.sources import Source

_FEWEST = 60
"""Of a source with fewer functions than that any answer is among the first."""

_TOLD = 30
"""Docstrings of one source in each language."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a unit."""

    language: str
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Part:
    """One source to be searched: its files, and what is asked of it."""

    source: Source
    files: Mapping[str, str]
    asked: Sequence[Asked]


def with_questions(source: Source, questions: Sequence[Question], mirrors: Path, data: Path, files: int) -> Part | None:
    """The files that are asked about and at most `files` others; None where too little is there."""
    texts = _files(source, frozenset(one.path for one in questions), mirrors, data, files)
    units = [unit for path, text in texts.items() for unit in units_of_source(text, path)]
    known = {unit.id for unit in units}
    asked = [Asked(one.language, one.text, f"{one.path}::{one.qualname}") for one in questions]
    asked = [one for one in asked if one.unit in known]
    return Part(source, texts, asked) if asked and len(units) >= _FEWEST else None


def with_docstrings(source: Source, mirrors: Path, data: Path, files: int, seed: int) -> Part | None:
    """At most `files` files without docstrings; the first paragraphs of some of those are what is asked."""
    texts = _files(source, frozenset(), mirrors, data, files)
    bare = {path: stripped for path, text in texts.items() if (stripped := without_docstrings(text)) is not None}
    units = [unit for path in bare for unit in units_of_source(texts[path], path)]
    told: dict[str, list[Unit]] = {}
    for unit in units:
        told.setdefault(said_first(unit.docstring), []).append(unit)
    single = [(said, found[0]) for said, found in told.items() if len(found) == 1 and is_worth_asking(said)]
    random.Random(f"{seed} {source.key}").shuffle(single)
    asked = [
        Asked(spoken, said, unit.id)
        for spoken in ("ru", "en")
        for said, unit in [one for one in single if language(one[0]) == spoken][:_TOLD]
    ]
    return Part(source, bare, asked) if asked and len(units) >= _FEWEST else None


def write_benchmark(parts: Iterable[Part], folder: Path, archives: Path) -> int:
    """Write corpora.json and queries.jsonl into `folder`, and the files to be searched into `archives`."""
    folder.mkdir(parents=True, exist_ok=True)
    archives.mkdir(parents=True, exist_ok=True)
    corpora, queries = [], []
    for part in parts:
        raw = _packed(part.files)
        digest = hashlib.sha256(raw).hexdigest()
        name = f"{part.source.key}-{digest[:12]}.zip"
        (archives / name).write_bytes(raw)
        corpora.append(
            {
                "corpus": part.source.key,
                "name": part.source.name,
                "version": part.source.revision,
                "filename": name,
                "sha256": digest,
                "roots": ["."],
            }
        )
        queries += [
            {
                "corpus": part.source.key,
                "query_id": f"{part.source.key}-{number}",
                "lang": one.language,
                "query": one.text,
                "gold": [one.unit],
                "style": folder.name,
            }
            for number, one in enumerate(part.asked)
        ]
    (folder / "corpora.json").write_text(json.dumps(corpora, indent=1), encoding="utf-8")
    lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in queries)
    (folder / "queries.jsonl").write_text("".join(lines), encoding="utf-8")
    return len(queries)


def _files(source: Source, named: frozenset[str], mirrors: Path, data: Path, files: int) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        for choice in (Choice(0, named=named), Choice(0, files)):
            found |= python_files(source, choice, mirrors=mirrors, archives=data / "archives")
    except FileNotFoundError:
        return {}
    return dict(sorted(found.items()))


def _packed(files: Mapping[str, str]) -> bytes:
    """A zip archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in files.items():
            packed.writestr(zipfile.ZipInfo(path), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
