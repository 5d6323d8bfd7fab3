"""A source text into what the index stores of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Protocol

from smysl.engine.index.reconcile import AddedChunk
from smysl.engine.store import NewChunk
from smysl.engine.text.document import (
    DOCUMENT_VERSION,
    LEXICAL_VERSION,
    lexical_fields,
    spoken_words,
    text_hash,
    windows,
)
from smysl.engine.text.terms import fold
from smysl.engine.types import Chunk, InputLimit, Kind, Message, Span

CONTENT_VERSION = 1
"""Goes up when the same source gives other chunks; every file is then cut again, no vector is lost."""


class Cut(Protocol):
    """The chunks of a file, and what was broken in it."""

    @property
    def chunks(self) -> tuple[Chunk, ...]: ...

    @property
    def notes(self) -> tuple[Message, ...]: ...


Cutter = Callable[[str, str], Cut]
"""Cuts a source text; the second argument is its path."""


def version() -> str:
    """Names how chunks and terms are made here."""
    return f"chunks {CONTENT_VERSION}, terms {LEXICAL_VERSION}"


@functools.lru_cache(maxsize=8)
def windowing(limit: InputLimit | None) -> str:
    """Names how texts for a model are made under `limit`: whatever changes them changes this."""
    lines = "\n".join(f"    total = total + values[{number}]  # приём {number}" for number in range(2_000))
    code = f"# Sums.\ndef sum_up(values):\n    '''Sum.'''\n{lines}\n    return total"
    probe = Chunk(
        kind=Kind.METHOD,
        name="sum_up",
        qualified_name="Totals.sum_up",
        span=Span(1, 2_004, 0, len(code)),
        name_line=2,
        name_column=4,
        signature="def sum_up(values)",
        docstring="Sum.",
        comments="Sums.",
        code=code,
        body=code,
        context="Totals of all sorts.",
    )
    return text_hash("\0".join((str(DOCUMENT_VERSION), *windows(probe, limit))))


def new_chunk(added: AddedChunk, path: str, *, text_hashes: Sequence[str]) -> NewChunk:
    """All that the index keeps of a new chunk in the file at `path`."""
    chunk = added.chunk
    fields = lexical_fields(chunk, path)
    return NewChunk(
        chunk=chunk,
        content_hash=added.content_hash,
        folded_name=".".join(fold(part) for part in chunk.qualified_name.split(".")),
        fields=(fields.name, fields.header, fields.prose, fields.body, fields.context),
        spoken=spoken_words(chunk),
        text_hashes=tuple(text_hashes),
    )


def text_hashes(chunk: Chunk, limit: InputLimit | None) -> tuple[str, ...]:
    """The hashes of the texts that a model embeds for `chunk`, one a window."""
    return tuple(map(text_hash, windows(chunk, limit)))
