"""Rows of the index file as values."""

from __future__ import annotations

from typing import Any

from smysl.engine.store.records import StoredChunk, StoredFile, StoredSpace
from smysl.engine.types import Chunk, Kind, Space, Span

CHUNK_COLUMNS = (
    "chunks.id, files.path, kind, name, qualified_name, start_line, end_line, start_byte, end_byte, "
    "name_line, name_column, signature, docstring, comments, code, body, context, is_test, is_deprecated"
)
FILE_COLUMNS = "id, path, size, mtime_ns, content_hash, indexed_ns"
SPACE_COLUMNS = (
    "id, key, model, dimensions, digest, prompt_version, options, probe, computed_by, created_at, last_used_at, "
    "(SELECT count(*) FROM embeddings WHERE space_id = spaces.id), "
    "(SELECT count(*) FROM retired WHERE space_id = spaces.id)"
)


def chunk_of(row: tuple[Any, ...]) -> StoredChunk:
    """The chunk of a row of `CHUNK_COLUMNS`."""
    return StoredChunk(
        row[0],
        row[1],
        Chunk(
            kind=Kind(row[2]),
            name=row[3],
            qualified_name=row[4],
            span=Span(row[5], row[6], row[7], row[8]),
            name_line=row[9],
            name_column=row[10],
            signature=row[11],
            docstring=row[12],
            comments=row[13],
            code=row[14],
            body=row[15],
            context=row[16],
            is_test=bool(row[17]),
            is_deprecated=bool(row[18]),
        ),
    )


def file_of(row: tuple[Any, ...]) -> StoredFile:
    """The file of a row of `FILE_COLUMNS`."""
    return StoredFile(*row)


def space_of(row: tuple[Any, ...]) -> StoredSpace:
    """The space of a row of `SPACE_COLUMNS`."""
    return StoredSpace(row[0], Space(*row[1:9]), *row[9:13])
