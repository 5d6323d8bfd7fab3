"""Vectors out of index files that this process does not write: those of other worktrees of the same repository."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from pathlib import Path

import apsw

from smysl.engine.store import schema, vectors
from smysl.engine.store.connection import connect_for_reading, fetch_rows, fetch_value
from smysl.engine.store.rows import SPACE_COLUMNS, space_of
from smysl.engine.types import Space

log = logging.getLogger(__name__)

_AT_ONCE = 500

_SPACES = f"SELECT {SPACE_COLUMNS} FROM spaces WHERE dimensions = ? ORDER BY last_used_at DESC, id"
_ALL_SPACES = f"SELECT {SPACE_COLUMNS} FROM spaces ORDER BY last_used_at DESC, id"
_COUNT = "SELECT count(*) FROM embeddings WHERE space_id = (SELECT id FROM spaces WHERE key = ?)"
_LIVING = "SELECT text_hash, id FROM embeddings WHERE space_id = ? AND text_hash IN (SELECT value FROM carray(?))"
_RETIRED = "SELECT text_hash, vector FROM retired WHERE space_id = ? AND text_hash IN (SELECT value FROM carray(?))"


def vectors_of(index: Path, space: Space, text_hashes: Collection[str]) -> Iterator[list[tuple[str, bytes]]]:
    """Those of the texts that `index` has vectors of in `space`: (text hash, bytes), in lists of some hundreds.

    Whatever is wrong with that file ends the iteration and nothing else.
    """
    if not text_hashes or not index.is_file():
        return
    try:
        connection = connect_for_reading(index)
    except apsw.Error as error:
        log.info("Nothing borrowed from %s: %s", index, error)
        return
    try:
        yield from _found(connection, space, sorted(text_hashes))
    except apsw.Error as error:
        log.info("No more borrowed from %s: %s", index, error)
    finally:
        connection.close()


def spaces_of(index: Path) -> tuple[Space, ...]:
    """The spaces that `index` has, last used first; none for whatever is wrong with the file."""
    if not index.is_file():
        return ()
    try:
        connection = connect_for_reading(index)
    except apsw.Error:
        return ()
    try:
        if not schema.is_current(connection):
            return ()
        return tuple(space_of(row).space for row in fetch_rows(connection, _ALL_SPACES))
    except apsw.Error:
        return ()
    finally:
        connection.close()


def count_vectors(index: Path, space: Space) -> int:
    """How many vectors `index` has in `space` of texts that are in use; 0 for whatever is wrong with the file."""
    try:
        connection = connect_for_reading(index)
    except apsw.Error:
        return 0
    try:
        return int(fetch_value(connection, _COUNT, (space.key,)) or 0)
    except apsw.Error:
        return 0
    finally:
        connection.close()


def _found(connection: apsw.Connection, space: Space, text_hashes: list[str]) -> Iterator[list[tuple[str, bytes]]]:
    if not schema.is_current(connection):
        return
    stored = map(space_of, fetch_rows(connection, _SPACES, (space.dimensions,)))
    space_id = next((one.id for one in stored if one.space.agrees_with(space)), None)
    if space_id is None:
        return
    size = 4 * space.dimensions
    for start in range(0, len(text_hashes), _AT_ONCE):
        asked = tuple(text_hashes[start : start + _AT_ONCE])
        rows: dict[str, bytes | None] = dict(fetch_rows(connection, _RETIRED, (space_id, apsw.carray(asked))))
        for text_hash, embedding_id in fetch_rows(connection, _LIVING, (space_id, apsw.carray(asked))):
            rows[text_hash] = vectors.read(connection, space_id, embedding_id)
        sound = [(text_hash, blob) for text_hash, blob in rows.items() if blob is not None and len(blob) == size]
        if sound:
            yield sound
