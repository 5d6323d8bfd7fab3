"""Counts, spaces and problems of an index file. Raises apsw errors."""

from __future__ import annotations

import apsw

from smysl.engine.store import messages
from smysl.engine.store.connection import fetch_rows, fetch_value
from smysl.engine.store.records import Counts, Coverage, Filling, StoredSpace
from smysl.engine.store.rows import SPACE_COLUMNS, space_of
from smysl.engine.types import FileProblem

_PROBLEMS = "SELECT path, message FROM problems ORDER BY path, id"
_COUNTS = "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM chunks)"
_SPACES = f"SELECT {SPACE_COLUMNS} FROM spaces ORDER BY last_used_at DESC, id"
_SPACE_ID = "SELECT id FROM spaces WHERE key = ?"
_COVERAGE = (
    "SELECT (SELECT count(*) FROM chunks), "
    "(SELECT count(DISTINCT chunk_id) FROM links WHERE space_id = ?1), "
    "(SELECT count(DISTINCT chunk_id) FROM links WHERE space_id = ?1 AND embedding_id IS NULL AND failure IS NULL), "
    "(SELECT count(DISTINCT chunk_id) FROM links WHERE space_id = ?1 AND failure IS NOT NULL AND chunk_id NOT IN "
    "(SELECT chunk_id FROM links WHERE space_id = ?1 AND embedding_id IS NULL AND failure IS NULL))"
)
_IS_FILLED = (
    "SELECT is_complete AND NOT EXISTS (SELECT 1 FROM links "
    "WHERE space_id = spaces.id AND embedding_id IS NULL AND failure IS NULL) FROM spaces WHERE key = ?"
)
_FAILURES = (
    "SELECT DISTINCT files.path, failure FROM links JOIN chunks ON chunks.id = chunk_id "
    "JOIN files ON files.id = file_id WHERE space_id = ? AND failure IS NOT NULL ORDER BY files.path, chunk_id"
)


def counts(connection: apsw.Connection) -> Counts:
    """How many files and chunks there are."""
    files, chunks = fetch_rows(connection, _COUNTS)[0]
    return Counts(files, chunks)


def coverage(connection: apsw.Connection, space_key: str) -> Coverage:
    """How many chunks have all their vectors in a space, wait for some, or failed (and wait for none)."""
    space_id = fetch_value(connection, _SPACE_ID, (space_key,))
    total, linked, pending, failed = fetch_rows(connection, _COVERAGE, (space_id,))[0]
    return Coverage(linked - pending - failed, pending + total - linked, failed)


def is_filled(connection: apsw.Connection, space_key: str) -> bool:
    """Whether no text waits for a vector in a space."""
    return bool(fetch_value(connection, _IS_FILLED, (space_key,)))


def fillings(connection: apsw.Connection) -> tuple[Filling, ...]:
    """How far each space is filled, last used first."""
    found = []
    for stored in spaces(connection):
        chunks, linked, pending, _ = fetch_rows(connection, _COVERAGE, (stored.id,))[0]
        found.append(Filling(stored.space, chunks, pending + chunks - linked))
    return tuple(found)


def spaces(connection: apsw.Connection) -> tuple[StoredSpace, ...]:
    """The embedding spaces of the file, last used first."""
    return tuple(map(space_of, fetch_rows(connection, _SPACES)))


def problems(connection: apsw.Connection) -> tuple[FileProblem, ...]:
    """What could not be read or was indexed in part, by path."""
    return tuple(FileProblem(path, messages.decode(text)) for path, text in fetch_rows(connection, _PROBLEMS))


def failures(connection: apsw.Connection, space_key: str) -> tuple[FileProblem, ...]:
    """The texts that the model of a space could not embed, by path of their file."""
    rows = connection.execute(_FAILURES, (fetch_value(connection, _SPACE_ID, (space_key,)),))
    return tuple(FileProblem(path, messages.decode(text)) for path, text in rows)
