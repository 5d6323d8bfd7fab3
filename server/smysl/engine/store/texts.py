"""Vectors by the texts they are of. Raises apsw errors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import apsw
import numpy as np

from smysl.engine.store import vectors
from smysl.engine.types import Vector

_LIVING = "SELECT id, text_hash FROM embeddings WHERE space_id = ? AND text_hash IN (SELECT value FROM carray(?))"
_RETIRED = "SELECT text_hash, vector FROM retired WHERE space_id = ? AND text_hash IN (SELECT value FROM carray(?))"
_ONLY_OF = (
    "SELECT DISTINCT mine.embedding_id, mine.text_hash FROM links AS mine "
    "WHERE mine.chunk_id IN (SELECT value FROM carray(?1)) AND mine.space_id = ?2 AND mine.embedding_id IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM links AS other WHERE other.embedding_id = mine.embedding_id "
    "AND other.chunk_id NOT IN (SELECT value FROM carray(?3)))"
)


@dataclass(frozen=True, slots=True)
class KnownTexts:
    """Vectors by the hash of their text: of texts that chunks have now, and of those that some chunk had once."""

    living: Mapping[str, Vector]
    retired: Mapping[str, Vector]


def known(connection: apsw.Connection, space_id: int, hashes: Collection[str]) -> KnownTexts:
    """The vectors of those texts that the space has."""
    if not hashes:
        return KnownTexts({}, {})
    wanted = apsw.carray(tuple(hashes))
    living = dict(connection.execute(_LIVING, (space_id, wanted)))
    retired = {
        text_hash: np.frombuffer(blob, dtype="<f4").astype(np.float32, copy=False)
        for text_hash, blob in connection.execute(_RETIRED, (space_id, wanted))
    }
    return KnownTexts(_by_hash(connection, space_id, living), retired)


def only_of(connection: apsw.Connection, space_id: int, chunk_ids: Collection[int]) -> dict[str, Vector]:
    """The vectors, by the hash of their text, that no other chunks than these have."""
    if not chunk_ids:
        return {}
    ids = np.fromiter(chunk_ids, dtype=np.int64)
    rows = connection.execute(_ONLY_OF, (apsw.carray(ids), space_id, apsw.carray(ids)))
    return _by_hash(connection, space_id, dict(rows))


def _by_hash(connection: apsw.Connection, space_id: int, hash_of: Mapping[int, str]) -> dict[str, Vector]:
    ids, matrix = vectors.read_some(connection, space_id, sorted(hash_of))
    return {hash_of[embedding_id]: matrix[row] for row, embedding_id in enumerate(ids.tolist())}
