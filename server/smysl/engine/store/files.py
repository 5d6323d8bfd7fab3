"""Statements about files and their chunks. Each runs in the caller's transaction and raises apsw errors."""

from __future__ import annotations

from collections.abc import Sequence, Set

import apsw

from smysl.engine.store import embeddings, messages
from smysl.engine.store.connection import fetch_rows, fetch_value
from smysl.engine.store.records import (
    Attached,
    ChunkIdentity,
    FileChange,
    KeptChunk,
    NewChunk,
    StoredChunk,
    StoredFile,
)
from smysl.engine.store.rows import CHUNK_COLUMNS, FILE_COLUMNS, chunk_of, file_of
from smysl.engine.types import FileProblem

_WALK = "walk"
_FILE = "file"

_FILES = f"SELECT {FILE_COLUMNS} FROM files"
_FILE_ID = "SELECT id FROM files WHERE path = ?"
_PUT_FILE = (
    "INSERT INTO files (path, size, mtime_ns, content_hash, indexed_ns) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, "
    "content_hash = excluded.content_hash, indexed_ns = excluded.indexed_ns RETURNING id"
)
_TOUCH = "UPDATE files SET size = ?, mtime_ns = ?, indexed_ns = ? WHERE path = ?"
_REMOVE_FILE = "DELETE FROM files WHERE id = ?"
_FILE_CHUNK_IDS = "SELECT id FROM chunks WHERE file_id = ?"
_IDENTITIES = (
    "SELECT chunks.id, kind, qualified_name, chunks.content_hash FROM chunks JOIN files ON files.id = file_id "
    "WHERE path = ? ORDER BY start_byte, chunks.id"
)
_ADD_CHUNK = (
    "INSERT INTO chunks (file_id, kind, is_test, is_deprecated, start_line, end_line, start_byte, end_byte, "
    "name_line, name_column, content_hash, name, qualified_name, name_folded, qualified_folded, signature, docstring, "
    "comments, context, code, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_MOVE_CHUNK = (
    "UPDATE chunks SET start_line = ?, end_line = ?, start_byte = ?, end_byte = ?, name_line = ?, name_column = ? "
    "WHERE id = ?"
)
_REMOVE_CHUNK = "DELETE FROM chunks WHERE id = ?"
_ADD_TERMS = "INSERT INTO chunk_terms (rowid, name, header, prose, body, context) VALUES (?, ?, ?, ?, ?, ?)"
_REMOVE_TERMS = "DELETE FROM chunk_terms WHERE rowid = ?"
_UNATTACHED = (
    f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN files ON files.id = file_id WHERE chunks.id > ?1 AND NOT EXISTS "
    "(SELECT 1 FROM links WHERE links.chunk_id = chunks.id AND space_id = ?2) ORDER BY chunks.id LIMIT ?3"
)
_UNCOMPLETE = "UPDATE spaces SET is_complete = 0 WHERE is_complete AND id IS NOT ?"
_ADD_SPOKEN = "INSERT OR IGNORE INTO vocabulary (term, sound) VALUES (?, ?)"
_ADD_PROBLEM = "INSERT INTO problems (path, origin, message) VALUES (?, ?, ?)"
_REMOVE_FILE_PROBLEMS = "DELETE FROM problems WHERE path = ? AND origin = 'file'"
_REMOVE_WALK_PROBLEMS = "DELETE FROM problems WHERE origin = 'walk'"
_WALK_PROBLEMS = "SELECT path, message FROM problems WHERE origin = 'walk' ORDER BY id"
_VERSION = "SELECT value FROM meta WHERE key = 'version'"
_SET_VERSION = "INSERT OR REPLACE INTO meta VALUES ('version', ?)"
_WALKED = "SELECT value FROM meta WHERE key = 'walked'"
_SET_WALKED = "INSERT OR REPLACE INTO meta VALUES ('walked', ?)"
_UNWALK = "DELETE FROM meta WHERE key = 'walked'"
_UNSEE_FILES = "UPDATE files SET size = -1, content_hash = ''"
_UNSEE_CHUNKS = "UPDATE chunks SET content_hash = ''"


def version(connection: apsw.Connection) -> str | None:
    """The version of chunks and terms that the file holds."""
    found = fetch_value(connection, _VERSION)
    return None if found is None else str(found)


def renew(connection: apsw.Connection, new_version: str) -> None:
    """Write the version and make every file count as changed."""
    connection.execute(_UNSEE_FILES)
    connection.execute(_UNSEE_CHUNKS)
    connection.execute(_UNWALK)
    connection.execute(_SET_VERSION, (new_version,))


def walked(connection: apsw.Connection) -> str | None:
    """The version for which the whole workspace was walked and read."""
    found = fetch_value(connection, _WALKED)
    return None if found is None else str(found)


def set_walked(connection: apsw.Connection, version: str) -> None:
    """Note that the whole workspace was walked and read for `version`."""
    connection.execute(_SET_WALKED, (version,))


def all_files(connection: apsw.Connection) -> dict[str, StoredFile]:
    """The files by path."""
    return {stored.path: stored for stored in map(file_of, connection.execute(_FILES))}


def identities(connection: apsw.Connection, path: str) -> list[ChunkIdentity]:
    """What tells the chunks of a file apart, by position."""
    return [ChunkIdentity(*row) for row in connection.execute(_IDENTITIES, (path,))]


def replace(
    connection: apsw.Connection,
    change: FileChange,
    *,
    space_id: int | None,
    known_spoken: Set[tuple[str, str]] = frozenset(),
) -> Attached:
    """Write a file's new state: chunks that stay move, the others go and come.

    `known_spoken` are pairs of term and sound that are written already; to write one again does no harm.
    """
    stamp = (change.path, change.size, change.mtime_ns, change.content_hash, change.indexed_ns)
    file_id = int(fetch_value(connection, _PUT_FILE, stamp))
    _remove_chunks(connection, change.removed)
    connection.executemany(_MOVE_CHUNK, map(_position, change.kept))
    texts = []
    for new in change.added:
        chunk_id = int(fetch_value(connection, _ADD_CHUNK, (file_id, *_columns(new))))
        connection.execute(_ADD_TERMS, (chunk_id, *new.fields))
        texts.append((chunk_id, new.text_hashes))
    spoken = frozenset().union(*(new.spoken for new in change.added)) - known_spoken
    connection.executemany(_ADD_SPOKEN, sorted(spoken))
    connection.execute(_REMOVE_FILE_PROBLEMS, (change.path,))
    connection.executemany(
        _ADD_PROBLEM, ((change.path, _FILE, messages.encode(problem)) for problem in change.problems)
    )
    if texts:
        connection.execute(_UNCOMPLETE, (space_id,))
    return Attached() if space_id is None else embeddings.attach(connection, space_id, texts)


def touch(connection: apsw.Connection, path: str, *, size: int, mtime_ns: int, indexed_ns: int) -> None:
    """Note a new stat of unchanged bytes."""
    connection.execute(_TOUCH, (size, mtime_ns, indexed_ns, path))


def remove(connection: apsw.Connection, path: str) -> int:
    """Forget a file; how many chunks it had."""
    connection.execute(_REMOVE_FILE_PROBLEMS, (path,))
    file_id = fetch_value(connection, _FILE_ID, (path,))
    if file_id is None:
        return 0
    chunk_ids = [row[0] for row in connection.execute(_FILE_CHUNK_IDS, (file_id,))]
    _remove_chunks(connection, chunk_ids)
    connection.execute(_REMOVE_FILE, (file_id,))
    return len(chunk_ids)


def set_walk_problems(connection: apsw.Connection, problems: Sequence[FileProblem]) -> None:
    """Replace the problems of the walk."""
    connection.execute(_REMOVE_WALK_PROBLEMS)
    connection.executemany(
        _ADD_PROBLEM, ((problem.path, _WALK, messages.encode(problem.message)) for problem in problems)
    )


def walk_problems(connection: apsw.Connection) -> list[FileProblem]:
    """The problems of the last walk, in its order."""
    return [FileProblem(path, messages.decode(text)) for path, text in fetch_rows(connection, _WALK_PROBLEMS)]


def unattached(connection: apsw.Connection, space_id: int, *, after: int, limit: int) -> list[StoredChunk]:
    """Chunks without links in a space, by id."""
    return [chunk_of(row) for row in connection.execute(_UNATTACHED, (after, space_id, limit))]


def _remove_chunks(connection: apsw.Connection, chunk_ids: Sequence[int]) -> None:
    if not chunk_ids:
        return
    ids = [(chunk_id,) for chunk_id in chunk_ids]
    embeddings.detach_chunks(connection, chunk_ids)
    connection.executemany(_REMOVE_TERMS, ids)
    connection.executemany(_REMOVE_CHUNK, ids)


def _columns(new: NewChunk) -> tuple[object, ...]:
    chunk, span = new.chunk, new.chunk.span
    return (
        chunk.kind.value,
        int(chunk.is_test),
        int(chunk.is_deprecated),
        span.start_line,
        span.end_line,
        span.start_byte,
        span.end_byte,
        chunk.name_line,
        chunk.name_column,
        new.content_hash,
        chunk.name,
        chunk.qualified_name,
        new.folded_name.rpartition(".")[2],
        new.folded_name,
        chunk.signature,
        chunk.docstring,
        chunk.comments,
        chunk.context,
        chunk.code,
        chunk.body,
    )


def _position(kept: KeptChunk) -> tuple[int, ...]:
    chunk, span = kept.chunk, kept.chunk.span
    return (
        span.start_line,
        span.end_line,
        span.start_byte,
        span.end_byte,
        chunk.name_line,
        chunk.name_column,
        kept.id,
    )
