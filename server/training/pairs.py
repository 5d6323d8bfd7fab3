"""From the files of a source to rows: docstring and code, comment and code, name and body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from smysl.engine.chunk.chunker import chunk_source
from smysl.engine.text.document import document
from smysl.engine.types import Chunk, Kind
from training.fingerprints import Kept, of_chunk
from training.prose import is_worth_asking, is_worth_asking_as_comment, language, plain, said_first, said_later
from training.rows import COMMENT, Row

_SHORTEST_BODY = 60
_LONGEST_BODY = 3_000
_LONGEST_COMMENTS = 500
_UNDOCUMENTED_BODY = 150
"""Of code that nobody described only the name is learnt, so there has to be something to it."""

_COMMENT = re.compile(r"\s*#+[:!]?\s?(.*)")
_LINES_BELOW = 12


@dataclass(frozen=True, slots=True)
class Harvest:
    """What was made of a source. marks: the fingerprints of all functions it was made of."""

    rows: tuple[Row, ...]
    marks: frozenset[int]
    dropped: int


def harvest(source: str, files: Iterable[tuple[str, str]], kept: Kept) -> Harvest:
    """The rows of `files` (path, text) without repeats, and without all that `kept` holds."""
    rows: dict[tuple[str, str], Row] = {}
    marks: set[int] = set()
    dropped = 0
    for path, text in files:
        for chunk in chunk_source(text, path).chunks:
            if chunk.kind is Kind.MODULE:
                continue
            made = tuple(_rows(source, chunk))
            if not made:
                continue
            if kept.holds(chunk.body):
                dropped += 1
                continue
            mark = of_chunk(chunk)
            if mark is not None:
                marks.add(mark)
            for row in made:
                rows.setdefault((row.query, row.body[:400]), row)
    return Harvest(tuple(rows.values()), frozenset(marks), dropped)


def _rows(source: str, chunk: Chunk) -> Iterator[Row]:
    if len(chunk.body) < _SHORTEST_BODY:
        return
    query = said_first(chunk.docstring)
    russian = language(query) == "ru"
    is_asked = is_worth_asking(query) and (russian or not chunk.is_test)
    if is_asked or (not chunk.is_test and len(chunk.body) >= _UNDOCUMENTED_BODY and not chunk.name.startswith("__")):
        yield titled(
            source,
            chunk.kind.value,
            query if is_asked else "",
            chunk,
            russian=is_asked and russian,
            later=said_later(chunk.docstring) if is_asked else chunk.docstring,
        )
    if chunk.kind is not Kind.CLASS:
        for said, below in _comments(chunk.code):
            if language(said) == "ru" or not chunk.is_test:
                yield Row(source, COMMENT, said, language(said) == "ru", title(chunk), chunk.name, "", "", below)


def titled(source: str, kind: str, query: str, chunk: Chunk, *, russian: bool, later: str) -> Row:
    """The row of a whole chunk; `later`: its docstring, or what of it is not the query."""
    return Row(
        source=source,
        kind=kind,
        query=query,
        russian=russian,
        title=title(chunk),
        name=chunk.name,
        later=plain(later)[: _LONGEST_COMMENTS + 100],
        comments=plain(chunk.comments)[:_LONGEST_COMMENTS],
        body=chunk.body[:_LONGEST_BODY],
    )


def title(chunk: Chunk) -> str:
    """What the product's document of a chunk begins with."""
    return document(chunk)[: -len(chunk.code)].strip() if chunk.code else ""


def _comments(code: str) -> Iterator[tuple[str, str]]:
    """Each comment on lines of its own, and the lines below that it is about."""
    lines = code.splitlines()
    place = 1
    while place < len(lines):
        if not lines[place].lstrip().startswith("#"):
            place += 1
            continue
        start = place
        while place < len(lines) and lines[place].lstrip().startswith("#"):
            place += 1
        said = plain(" ".join(_COMMENT.sub(r"\1", line) for line in lines[start:place]))[:_LONGEST_COMMENTS]
        indent = _indent(lines[start])
        below: list[str] = []
        for line in lines[place : place + _LINES_BELOW]:
            is_end = not line.strip() or line.lstrip().startswith("#")
            if (is_end and len(below) >= 3) or (line.strip() and _indent(line) < indent):
                break
            if not is_end:
                below.append(line)
        text = "\n".join(below)
        if len(text) > 40 and is_worth_asking_as_comment(said):
            yield said, text


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
