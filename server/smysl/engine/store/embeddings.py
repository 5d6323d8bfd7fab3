"""Statements about vectors: linking texts to chunks, storing, retiring and bringing back. Each runs in the caller's
transaction and raises apsw errors.

The invariant they keep: a text whose vector this file has ever had in a space, and still has room for, is never
pending there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import apsw

from smysl.engine.store import vectors
from smysl.engine.store.connection import fetch_rows, fetch_value
from smysl.engine.store.records import Attached, PendingText
from smysl.engine.store.rows import CHUNK_COLUMNS, chunk_of

LEAST_RETIRED = 20_000
"""Retired vectors kept for a space at the least; more when the space itself has more."""

_KNOWN = "SELECT id FROM embeddings WHERE space_id = ? AND text_hash = ?"
_NEW = "INSERT INTO embeddings (space_id, text_hash) VALUES (?, ?) RETURNING id"
_RETIRED = "SELECT id, vector FROM retired WHERE space_id = ? AND text_hash = ?"
_UNRETIRE = "DELETE FROM retired WHERE id = ?"
_FAILED = "SELECT failure FROM links WHERE space_id = ? AND text_hash = ? AND failure IS NOT NULL LIMIT 1"
_LINK = "INSERT INTO links (space_id, chunk_id, window, text_hash, embedding_id, failure) VALUES (?, ?, ?, ?, ?, ?)"
_FILL = (
    "UPDATE links SET embedding_id = ?, failure = NULL WHERE space_id = ? AND text_hash = ? AND embedding_id IS NULL"
)
_FAIL = "UPDATE links SET failure = ? WHERE space_id = ? AND text_hash = ? AND embedding_id IS NULL"
_RETRY = "UPDATE links SET failure = NULL WHERE space_id = ? AND failure IS NOT NULL"
_ORPHANS_OF_CHUNK = (
    "INSERT OR IGNORE INTO orphans SELECT embedding_id FROM links WHERE chunk_id = ? AND embedding_id IS NOT NULL"
)
_UNLINK_CHUNK = "DELETE FROM links WHERE chunk_id = ?"
_ORPHANS_OF_PAIR = (
    "INSERT OR IGNORE INTO orphans SELECT embedding_id FROM links "
    "WHERE chunk_id = ? AND space_id = ? AND embedding_id IS NOT NULL"
)
_UNLINK_PAIR = "DELETE FROM links WHERE chunk_id = ? AND space_id = ?"
_ANY_ORPHAN = "SELECT EXISTS (SELECT 1 FROM orphans)"
_ORPHANS_OF_SPACE = (
    "INSERT OR IGNORE INTO orphans SELECT embedding_id FROM links WHERE space_id = ? AND embedding_id IS NOT NULL"
)
_UNLINK_SPACE = "DELETE FROM links WHERE space_id = ?"
_ORPHAN = "INSERT OR IGNORE INTO orphans VALUES (?)"
_UNWANTED = (
    "SELECT embeddings.id, space_id, text_hash FROM orphans JOIN embeddings ON embeddings.id = orphans.embedding_id "
    "WHERE NOT EXISTS (SELECT 1 FROM links WHERE links.embedding_id = orphans.embedding_id) LIMIT ?"
)
_NO_ORPHANS = "DELETE FROM orphans"
_RETIRE = "INSERT OR REPLACE INTO retired (space_id, text_hash, vector) VALUES (?, ?, ?)"
_FORGET = "DELETE FROM embeddings WHERE id = ?"
_FORGET_ORPHAN = "DELETE FROM orphans WHERE embedding_id = ?"
_TRIM_RETIRED = (
    "DELETE FROM retired WHERE space_id = ?1 AND id <= (SELECT id FROM retired WHERE space_id = ?1 ORDER BY id DESC "
    "LIMIT 1 OFFSET max(?2, (SELECT count(*) FROM embeddings WHERE space_id = ?1)))"
)
_PENDING = (
    "SELECT id, text_hash, window, chunk_id FROM links "
    "WHERE space_id = ? AND id > ? AND embedding_id IS NULL AND failure IS NULL ORDER BY id LIMIT ?"
)
_CHUNK = f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN files ON files.id = file_id WHERE chunks.id = ?"
_COUNT_PENDING = (
    "SELECT count(DISTINCT text_hash) FROM links WHERE space_id = ? AND embedding_id IS NULL AND failure IS NULL"
)
_COUNT_FAILED = "SELECT count(DISTINCT text_hash) FROM links WHERE space_id = ? AND failure IS NOT NULL"


def attach(connection: apsw.Connection, space_id: int, texts: Iterable[tuple[int, Sequence[str]]]) -> Attached:
    """Link each chunk to its texts, a hash a window; texts whose vectors are known get them at once."""
    count = reused = 0
    for chunk_id, hashes in texts:
        for window, text_hash in enumerate(hashes):
            embedding_id = _find(connection, space_id, text_hash)
            failure = None if embedding_id else fetch_value(connection, _FAILED, (space_id, text_hash))
            connection.execute(_LINK, (space_id, chunk_id, window, text_hash, embedding_id, failure))
            count += 1
            reused += embedding_id is not None
    return Attached(count, reused)


def detach_chunks(connection: apsw.Connection, chunk_ids: Sequence[int]) -> None:
    """Forget the links of chunks that go, in every space."""
    ids = [(chunk_id,) for chunk_id in chunk_ids]
    connection.executemany(_ORPHANS_OF_CHUNK, ids)
    connection.executemany(_UNLINK_CHUNK, ids)


def detach_from(connection: apsw.Connection, space_id: int, chunk_ids: Sequence[int]) -> None:
    """Forget the links of chunks in one space."""
    ids = [(chunk_id, space_id) for chunk_id in chunk_ids]
    connection.executemany(_ORPHANS_OF_PAIR, ids)
    connection.executemany(_UNLINK_PAIR, ids)


def has_orphans(connection: apsw.Connection) -> bool:
    """Whether any embedding lost a chunk since the last retirement."""
    return bool(fetch_value(connection, _ANY_ORPHAN))


def detach_space(connection: apsw.Connection, space_id: int) -> None:
    """Forget all links of a space; its vectors stay known by their texts."""
    connection.execute(_ORPHANS_OF_SPACE, (space_id,))
    connection.execute(_UNLINK_SPACE, (space_id,))


def add(connection: apsw.Connection, space_id: int, rows: Iterable[tuple[str, bytes]]) -> None:
    """Store vectors (text hash, bytes) and fill the links that wait for them."""
    for text_hash, vector in rows:
        embedding_id = _find(connection, space_id, text_hash)
        if embedding_id is None:
            embedding_id = _insert(connection, space_id, text_hash, vector)
        connection.execute(_FILL, (embedding_id, space_id, text_hash))
        if not connection.changes():
            connection.execute(_ORPHAN, (embedding_id,))  # the text went away while the model was at work


def fail(connection: apsw.Connection, space_id: int, rows: Iterable[tuple[str, str]]) -> None:
    """Note why texts (hash, encoded message) have no vector; they are pending no more."""
    connection.executemany(_FAIL, ((failure, space_id, text_hash) for text_hash, failure in rows))


def retry(connection: apsw.Connection, space_id: int) -> None:
    """Make the texts that failed pending again."""
    connection.execute(_RETRY, (space_id,))


def retire(connection: apsw.Connection, *, limit: int) -> bool:
    """Move up to `limit` vectors that no chunk wants out of their spaces; whether there is more to do."""
    unwanted = fetch_rows(connection, _UNWANTED, (limit,))
    for embedding_id, space_id, text_hash in unwanted:
        vector = vectors.read(connection, space_id, embedding_id)
        if vector is not None:
            connection.execute(_RETIRE, (space_id, text_hash, vector))
        vectors.delete(connection, space_id, (embedding_id,))
        connection.execute(_FORGET, (embedding_id,))
        connection.execute(_FORGET_ORPHAN, (embedding_id,))
    if len(unwanted) == limit:
        return True
    connection.execute(_NO_ORPHANS)
    return False


def trim_retired(connection: apsw.Connection, space_id: int, *, least: int = LEAST_RETIRED) -> None:
    """Let the oldest retired vectors of a space go if there are more than `least` and than living ones."""
    connection.execute(_TRIM_RETIRED, (space_id, least))


def pending(connection: apsw.Connection, space_id: int, *, after: int, limit: int) -> list[PendingText]:
    """Texts that wait for a vector, by link id from `after` on; a text of several chunks comes several times.

    The windows of a chunk share one object: a long chunk is read once, not once a window.
    """
    rows = fetch_rows(connection, _PENDING, (space_id, after, limit))
    chunks = {
        chunk_id: chunk_of(fetch_rows(connection, _CHUNK, (chunk_id,))[0]) for chunk_id in {row[3] for row in rows}
    }
    return [PendingText(link_id, text_hash, window, chunks[chunk_id]) for link_id, text_hash, window, chunk_id in rows]


def count_pending(connection: apsw.Connection, space_id: int) -> int:
    """How many different texts wait for a vector."""
    return int(fetch_value(connection, _COUNT_PENDING, (space_id,)) or 0)


def count_failed(connection: apsw.Connection, space_id: int) -> int:
    """How many different texts have no vector because the model failed on them."""
    return int(fetch_value(connection, _COUNT_FAILED, (space_id,)) or 0)


def _find(connection: apsw.Connection, space_id: int, text_hash: str) -> int | None:
    known = fetch_value(connection, _KNOWN, (space_id, text_hash))
    if known is not None:
        return int(known)
    retired = connection.execute(_RETIRED, (space_id, text_hash)).fetchone()
    if retired is None:
        return None
    connection.execute(_UNRETIRE, (retired[0],))
    return _insert(connection, space_id, text_hash, retired[1])


def _insert(connection: apsw.Connection, space_id: int, text_hash: str, vector: bytes) -> int:
    embedding_id = int(fetch_value(connection, _NEW, (space_id, text_hash)))
    vectors.insert(connection, space_id, ((embedding_id, vector),))
    return embedding_id
