"""Statements about embedding spaces. Each runs in the caller's transaction and raises apsw errors."""

from __future__ import annotations

import apsw

from smysl.engine.store import embeddings, vectors
from smysl.engine.store.connection import fetch_value
from smysl.engine.types import Space

_FIND = "SELECT id, windowing, is_complete FROM spaces WHERE key = ?"
_NEW = (
    "INSERT INTO spaces (key, model, dimensions, digest, prompt_version, options, probe, computed_by, windowing, "
    "created_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
# A model may go by another name now. The first probe stays, or many small differences would add up unseen.
_USED = (
    "UPDATE spaces SET last_used_at = ?, windowing = ?, model = ?, options = ?, "
    "probe = iif(probe = x'', ?, probe), computed_by = ? WHERE id = ?"
)
_ID = "SELECT id FROM spaces WHERE key = ?"
_COMPLETE = "UPDATE spaces SET is_complete = 1 WHERE id = ?"
_UNCOMPLETE = "UPDATE spaces SET is_complete = 0 WHERE id = ?"
_IDS = "SELECT id FROM spaces"
_DROP = (
    "DELETE FROM links WHERE space_id = ?",
    "DELETE FROM orphans WHERE embedding_id IN (SELECT id FROM embeddings WHERE space_id = ?)",
    "DELETE FROM embeddings WHERE space_id = ?",
    "DELETE FROM retired WHERE space_id = ?",
    "DELETE FROM spaces WHERE id = ?",
)


def is_known(connection: apsw.Connection, space: Space, *, windowing: str) -> bool:
    """Whether the space is there and its texts are cut in this way."""
    row = connection.execute(_FIND, (space.key,)).fetchone()
    return row is not None and row[1] == windowing


def use(connection: apsw.Connection, space: Space, *, windowing: str, now: float) -> tuple[int, bool]:
    """The id of `space`, made if new, and whether all chunks are attached there.

    Other `windowing` than before means other texts: the links are made anew.
    """
    row = connection.execute(_FIND, (space.key,)).fetchone()
    if row is None:
        recipe = (space.key, space.model, space.dimensions, space.digest, space.prompt_version, space.options)
        values = (*recipe, space.probe, space.computed_by, windowing, now, now)
        space_id = int(fetch_value(connection, _NEW, values))
        vectors.create(connection, space_id, dimensions=space.dimensions)
        return space_id, False
    space_id, known_windowing, is_complete = row
    if known_windowing != windowing:
        embeddings.detach_space(connection, space_id)
        connection.execute(_UNCOMPLETE, (space_id,))
    used = (now, windowing, space.model, space.options, space.probe, space.computed_by, space_id)
    connection.execute(_USED, used)
    return space_id, bool(is_complete) and known_windowing == windowing


def complete(connection: apsw.Connection, space_id: int) -> None:
    """Note that all chunks are attached in this space."""
    connection.execute(_COMPLETE, (space_id,))


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
