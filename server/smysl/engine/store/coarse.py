"""Vectors in a coarser form that stays in memory, and the fast first pass over it.

Two forms, chosen by measurement (100,000 x 1,024, one core with AVX-512): 8-bit integers, a byte a dimension, 4 ms for
the whole table where float32 takes 15 ms and four times the memory, and the true ten nearest always among the best 64;
and bits, an eighth of a byte and 1.4 ms, for tables so large that bytes would cost gigabytes: where neighbours lie
almost equally far they need 2,000 candidates to hold nine in ten. (Four bits a dimension: as slow as eight, and 500
candidates.) Both only choose candidates: the caller takes the exact cosine from the file's floats.
"""

from __future__ import annotations

from typing import Protocol

import numkong
import numpy as np
from numpy.typing import NDArray

from smysl.engine.types import Matrix, Vector

COARSENESS = 0.02
"""How far a cosine of 8-bit rows is from the true one at the most. Measured: 0.004 in 800,000 pairs of Django's code by
the built-in model, 0.006 in as many random ones of 64 dimensions, 0.009 where one dimension outweighs all others."""


class CoarseTable(Protocol):
    """Rows in insertion order; scores are higher for nearer rows and comparable within one call only."""

    def __len__(self) -> int: ...

    def candidates(self, limit: int) -> int:
        """How many of the best rows hold the `limit` nearest, but for one in a hundred."""

    def append(self, vectors: Matrix) -> None:
        """Add rows."""

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the rows where `mask` is False; the others close up."""

    def scores(self, vector: Vector) -> NDArray[np.float32]:
        """A score a row, shape (n,)."""


class Growing:
    """A two-dimensional array that grows at its end in amortised constant time."""

    def __init__(self, columns: int, dtype: type[np.int8] | type[np.uint8] | type[np.float32]) -> None:
        self._rows: NDArray[np.generic] = np.empty((0, columns), dtype=dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def view(self) -> NDArray[np.generic]:
        """The rows that are there."""
        return self._rows[: self._count]

    def reserve(self, count: int) -> None:
        """Make room for `count` rows in all."""
        if count > len(self._rows):
            larger = np.empty((count, self._rows.shape[1]), self._rows.dtype)
            larger[: self._count] = self.view
            self._rows = larger

    def append(self, rows: NDArray[np.generic]) -> None:
        """Add rows of the same width."""
        needed = self._count + len(rows)
        if needed > len(self._rows):
            self.reserve(max(needed, self._count + self._count // 4))
        self._rows[self._count : needed] = rows
        self._count = needed

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the rows where `mask` is False."""
        self._rows = self.view[mask]
        self._count = len(self._rows)


class Bytes:
    """Each row as 8-bit integers with a scale of its own, so that one large dimension costs only its own row."""

    def __init__(self, dimensions: int, *, expected: int = 0) -> None:
        self._rows = Growing(dimensions, np.int8)
        self._scales = Growing(1, np.float32)
        self._rows.reserve(expected)
        self._scales.reserve(expected)

    def __len__(self) -> int:
        return len(self._rows)

    def candidates(self, limit: int) -> int:
        """How many rows to look at exactly."""
        return max(64, limit + limit // 2)

    def append(self, vectors: Matrix) -> None:
        """Add rows."""
        largest = np.maximum(np.maximum(vectors.max(axis=1), -vectors.min(axis=1)), np.float32(1e-12))
        scaled = vectors * (np.float32(127.0) / largest)[:, None]
        self._rows.append(np.rint(scaled, out=scaled).astype(np.int8))
        self._scales.append((largest / 127.0)[:, None].astype(np.float32))

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the rows where `mask` is False."""
        self._rows.keep(mask)
        self._scales.keep(mask)

    def scores(self, vector: Vector) -> NDArray[np.float32]:
        """The dot product, nearly. Exact in 32-bit sums up to 130,000 dimensions."""
        scores: NDArray[np.float32] = self.cosines(vector[None])[0]
        return scores

    def cosines(self, matrix: Matrix) -> Matrix:
        """The cosines of rows of `matrix` with all rows, shape (len(matrix), n), wrong by `COARSENESS` at the most."""
        largest = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-12))
        queries = np.rint(matrix * (np.float32(127.0) / largest)[:, None]).astype(np.int8)
        products = np.asarray(numkong.cdist(queries, self._rows.view, metric="dot", out_dtype="float32"))
        cosines: Matrix = products * self._scales.view[:, 0] * (largest / np.float32(127.0))[:, None]
        return cosines


class Bits:
    """Each row as the signs of its distance from a centre; nearness is the number of signs in common."""

    def __init__(self, dimensions: int, centre: Vector, *, expected: int = 0) -> None:
        self._rows = Growing((dimensions + 7) // 8, np.uint8)
        self._rows.reserve(expected)
        self._centre = centre

    def __len__(self) -> int:
        return len(self._rows)

    def candidates(self, limit: int) -> int:
        """How many rows to look at exactly."""
        return max(2_048, 64 * limit)

    def append(self, vectors: Matrix) -> None:
        """Add rows."""
        self._rows.append(np.packbits(vectors > self._centre, axis=1))

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Drop the rows where `mask` is False."""
        self._rows.keep(mask)

    def scores(self, vector: Vector) -> NDArray[np.float32]:
        """Minus the number of signs that differ."""
        query = np.packbits(vector > self._centre)[None]
        differing = numkong.cdist(query, self._rows.view, metric="hamming", dtype="uint1", out_dtype="float32")
        scores: NDArray[np.float32] = -np.asarray(differing, dtype=np.float32)[0]
        return scores
