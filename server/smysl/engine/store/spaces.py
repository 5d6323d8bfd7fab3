"""Statements about embedding spaces. Each runs in the caller's transaction and raises apsw errors."""

from __future__ import annotations

import apsw

from smysl.engine.store import embeddings, vectors
from smysl.engine.store.connection import fetch_value
from smysl.engine.types import Space

_FIND = "SELECT id, windowing FROM spaces WHERE key = ?"
_NEW = (
    "INSERT INTO spaces (key, model, dimensions, digest, prompt_version, options, windowing, created_at, last_used_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_USED = "UPDATE spaces SET last_used_at = ?, windowing = ? WHERE id = ?"
_ID = "SELECT id FROM spaces WHERE key = ?"
_IDS = "SELECT id FROM spaces"
_DROP = (
    "DELETE FROM links WHERE space_id = ?",
    "DELETE FROM orphans WHERE embedding_id IN (SELECT id FROM embeddings WHERE space_id = ?)",
    "DELETE FROM embeddings WHERE space_id = ?",
    "DELETE FROM retired WHERE space_id = ?",
    "DELETE FROM spaces WHERE id = ?",
)


def use(connection: apsw.Connection, space: Space, *, windowing: str, now: float) -> int:
    """The id of `space`, made if new. Other `windowing` than before means other texts: their links are made anew."""
    row = connection.execute(_FIND, (space.key,)).fetchone()
    if row is None:
        values = (space.key, space.model, space.dimensions, space.digest, space.prompt_version, space.options)
        space_id = int(fetch_value(connection, _NEW, (*values, windowing, now, now)))
        vectors.create(connection, space_id, dimensions=space.dimensions)
        return space_id
    space_id, known_windowing = row
    if known_windowing != windowing:
        embeddings.detach_space(connection, space_id)
    connection.execute(_USED, (now, windowing, space_id))
    return int(space_id)


def drop(connection: apsw.Connection, key: str) -> bool:
    """Remove a space and its vectors; whether it was there."""
    space_id = fetch_value(connection, _ID, (key,))
    if space_id is None:
        return False
    for statement in _DROP:
        connection.execute(statement, (space_id,))
    vectors.drop(connection, int(space_id))
    return True


def ids(connection: apsw.Connection) -> list[int]:
    """The ids of all spaces."""
    return [row[0] for row in connection.execute(_IDS)]
