"""Code that is easily taken for the right one: what a first model finds for a question in its source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.encoding import Encoded
from training.judging import Weights, document_parts, vectors
from training.views import side

_NEAREST = 24
_KEPT = 6
_TWIN = 0.9
"""Code so like the right one may be right too: a blocking and an asynchronous form, a copy."""

_MOST_WORDS = 200


def easily_taken(
    matrix: NDArray[np.float32], data: Encoded, *, without: NDArray[np.bool_], seed: int
) -> NDArray[np.int32]:
    """For each row with a query at most six others, shape (rows, 6), chosen among the nearest 24; -1 where none is.

    `matrix` as `learn` gives it. `without`: rows to leave alone.
    """
    chance = np.random.default_rng(seed)
    found = np.full((len(data.sources), _KEPT), -1, np.int32)
    order = np.argsort(data.sources, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(data.sources[order])) + 1):
        wanted = rows[~without[rows] & data.has_query[rows] & ~data.is_comment[rows]]
        others = rows[~data.is_question[rows] & ~data.is_comment[rows]]
        if len(wanted) and len(others) > _KEPT:
            found[wanted] = _nearest(matrix, data, wanted, others, chance)
    return found


def _nearest(
    matrix: NDArray[np.float32],
    data: Encoded,
    wanted: NDArray[np.int64],
    others: NDArray[np.int64],
    chance: np.random.Generator,
) -> NDArray[np.int32]:
    in_code, in_questions = matrix
    size = len(in_code)
    codes = vectors(in_code, side([_document(data, int(row)) for row in others], size))
    right = vectors(in_code, side([_document(data, int(row)) for row in wanted], size))
    asked = vectors(in_questions, side([[(data.parts["query"][int(row)], 1.0)] for row in wanted], size))
    likeness = asked @ codes.T
    likeness[right @ codes.T > _TWIN] = -np.inf
    likeness[data.codes[wanted][:, None] == data.codes[others][None, :]] = -np.inf
    depth = min(_NEAREST, len(others) - 1)
    nearest = np.argpartition(-likeness, depth, axis=1)[:, :depth]
    chosen = np.take_along_axis(nearest, chance.random(nearest.shape).argsort(1)[:, :_KEPT], 1)
    is_other = np.isfinite(np.take_along_axis(likeness, chosen, 1))
    padded = np.full((len(wanted), _KEPT), -1, np.int32)
    padded[:, : chosen.shape[1]] = np.where(is_other, others[chosen], -1)
    return padded


def _document(data: Encoded, row: int) -> list[tuple[NDArray[np.int32], float]]:
    return [(part[:_MOST_WORDS], weight) for part, weight in document_parts(data, row, Weights(), prose_stays=False)]
