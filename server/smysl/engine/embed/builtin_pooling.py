"""From token numbers to unit vectors, the same to the last bit on every machine. Pure.

A vector is the sum of the rows of a text's distinct tokens, each times the square root of how often it occurs. All sums
are of whole numbers below 2**53 held in float64, so they are exact and the order in which a machine adds them cannot
show; what is rounded is rounded by single operations that IEEE 754 defines.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smysl.engine.types import Matrix

_FINENESS = float(1 << 20)
"""Weights and the numbers of a vector are rounded to this many parts of the largest."""


def pool(
    places: NDArray[np.int64],
    tokens: NDArray[np.int64],
    weights: NDArray[np.float64] | None,
    *,
    texts: int,
    rows: NDArray[np.int8],
    scales: NDArray[np.float64],
) -> Matrix:
    """Unit vectors, shape (texts, dimensions); a text without tokens, or whose tokens cancel out, is a row of NaN.

    The occurrence `n` is that of `tokens[n]` in the text `places[n]` and counts `weights[n]`, 1 without weights;
    weights are whole multiples of 1/256. `rows` has shape (tokens, dimensions), `scales` (tokens,).
    """
    size = len(rows)
    distinct, counts = _counted(places * size + tokens, weights)
    bounds = np.searchsorted(distinct, np.arange(texts + 1) * size)
    words = distinct % size
    amounts = np.rint(np.sqrt(counts) * scales[words] * _FINENESS)
    sums = np.zeros((texts, rows.shape[1]))
    for text in range(texts):
        start, end = bounds[text], bounds[text + 1]
        if start < end:
            # Row by row of the 8-bit matrix: a float copy of it would fall out of the cache.
            sums[text] = amounts[start:end] @ rows[words[start:end]].astype(np.float64)
    return _unit_rows(sums)


def occurrences(bags: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`places` and `tokens` for `pool`: the tokens of each text, one after the other."""
    lengths = np.fromiter(map(len, bags), dtype=np.int64, count=len(bags))
    places = np.repeat(np.arange(len(bags)), lengths)
    tokens = np.concatenate([np.asarray(bag, dtype=np.int64) for bag in bags]) if bags else places
    return places, tokens


def _counted(
    keys: NDArray[np.int64], weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    if weights is None:
        distinct, counts = np.unique(keys, return_counts=True)
        return distinct, counts.astype(np.float64)
    distinct, inverse = np.unique(keys, return_inverse=True)
    return distinct, np.bincount(inverse, weights=weights, minlength=len(distinct)).astype(np.float64)


def _unit_rows(sums: NDArray[np.float64]) -> Matrix:
    largest = np.abs(sums).max(axis=1, keepdims=True, initial=0.0)
    largest[largest == 0] = np.nan
    fine = np.rint(sums / largest * _FINENESS)
    unit: Matrix = (fine / np.sqrt((fine * fine).sum(axis=1, keepdims=True))).astype(np.float32)
    return unit
