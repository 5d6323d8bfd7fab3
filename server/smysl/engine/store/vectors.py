"""The vec0 table of an embedding space: `vectors_<space id>`, its rowids those of `embeddings`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import apsw
import numpy as np
from numpy.typing import NDArray

from smysl.engine.store.connection import fetch_rows, fetch_value
from smysl.engine.types import Matrix, Vector

# vec0 keeps its vectors in blocks and reads one by walking through the pages of its block. Measured with 1,024
# dimensions: in blocks of 1,024 (the default) one vector takes 0.2 ms and all of 20,000 take 1.7 s, in blocks of 16
# 0.007 ms and 0.06 s; inserting is eight times faster too. (Reading the blocks out of the tables behind vec0 would
# take 0.015 s, and lean on a layout that vec0 does not promise.)
_BLOCK = 16

_HOLES = 4_096
_READ_AT_ONCE = 4_096


def table(space_id: int) -> str:
    """The name of the table of a space."""
    return f"vectors_{int(space_id)}"  # a table cannot be a bound parameter; an int is safe


def create(connection: apsw.Connection, space_id: int, *, dimensions: int) -> None:
    """Make the table. Raises apsw errors, as everything here."""
    connection.execute(
        f"CREATE VIRTUAL TABLE {table(space_id)} USING vec0(embedding float[{int(dimensions)}], chunk_size={_BLOCK})"
    )


def drop(connection: apsw.Connection, space_id: int) -> None:
    """Remove the table and all that is in it."""
    connection.execute(f"DROP TABLE IF EXISTS {table(space_id)}")


def insert(connection: apsw.Connection, space_id: int, rows: Iterable[tuple[int, bytes]]) -> None:
    """Add vectors (embedding id, float32 little-endian bytes)."""
    connection.executemany(f"INSERT INTO {table(space_id)} (rowid, embedding) VALUES (?, ?)", rows)


def delete(connection: apsw.Connection, space_id: int, embedding_ids: Iterable[int]) -> None:
    """Take vectors out."""
    connection.executemany(f"DELETE FROM {table(space_id)} WHERE rowid = ?", ((row,) for row in embedding_ids))


def read(connection: apsw.Connection, space_id: int, embedding_id: int) -> bytes | None:
    """The bytes of one vector."""
    statement = f"SELECT embedding FROM {table(space_id)} WHERE rowid = ?"
    found = fetch_value(connection, statement, (int(embedding_id),))
    return found if isinstance(found, bytes) else None


def read_some(
    connection: apsw.Connection, space_id: int, embedding_ids: Sequence[int] | NDArray[np.int64]
) -> tuple[NDArray[np.int64], Matrix]:
    """The vectors of those ids that are there: ids of shape (n,) in the order asked, and the matrix (n, dimensions)."""
    ids, blobs = [], []
    for embedding_id in embedding_ids:
        blob = read(connection, space_id, int(embedding_id))
        if blob is not None:
            ids.append(int(embedding_id))
            blobs.append(blob)
    return np.array(ids, dtype=np.int64), _matrix(blobs)


def read_all(connection: apsw.Connection, space_id: int) -> Iterator[tuple[NDArray[np.int64], Matrix]]:
    """All vectors of the space in parts of a few thousand."""
    cursor = connection.execute(f"SELECT rowid, embedding FROM {table(space_id)}")
    while rows := list(islice(cursor, _READ_AT_ONCE)):
        yield np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows)), _matrix([row[1] for row in rows])


def compact(connection: apsw.Connection, space_id: int, *, holes: int = _HOLES) -> None:
    """Write the table anew when more than `holes` and than half of it are holes.

    vec0 fills its last block only: a hole stays a hole until its whole block is empty.
    """
    name = table(space_id)
    blocks = int(fetch_value(connection, f"SELECT count(*) FROM {name}_chunks") or 0)
    alive = int(fetch_value(connection, "SELECT count(*) FROM embeddings WHERE space_id = ?", (space_id,)) or 0)
    if blocks * _BLOCK <= 2 * alive + holes:
        return
    dimensions = fetch_value(connection, "SELECT dimensions FROM spaces WHERE id = ?", (space_id,))
    rows = fetch_rows(connection, f"SELECT rowid, embedding FROM {name}")
    drop(connection, space_id)
    create(connection, space_id, dimensions=int(dimensions))
    insert(connection, space_id, rows)


def to_bytes(vector: Vector) -> bytes:
    """How a vector is written: float32, little-endian."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def cosines(matrix: Matrix, vector: Vector) -> NDArray[np.float64]:
    """The cosine of `vector` with each row, shape (n,).

    In float64: in float32 the last bits depend on where a row stands, and one text would score in two ways.
    """
    products: NDArray[np.float64] = matrix.astype(np.float64) @ vector.astype(np.float64)
    return products


def _matrix(blobs: Sequence[bytes]) -> Matrix:
    if not blobs:
        return np.empty((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), -1).astype(np.float32, copy=False)
