"""How good a matrix is on sources that it never saw: a docstring or a question has to find its code in its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.encoding import Encoded
from training.views import Side, side

_DEPTH = 10
_MOST_QUERIES = 400


@dataclass(frozen=True, slots=True)
class Weights:
    """What a word counts where it stands, in the product."""

    title: float = 1.0
    prose: float = 1.0
    code: float = 1.0


def vectors(matrix: NDArray[np.float32], bags: Side) -> NDArray[np.float32]:
    """Unit rows, one a bag. matrix: shape (words, dimensions)."""
    sums = np.zeros((len(bags.starts), matrix.shape[1]), np.float32)
    filled = np.diff(np.append(bags.starts, len(bags.words))) > 0
    if filled.any():
        weighted = matrix[bags.words] * bags.amounts[:, None]
        sums[filled] = np.add.reduceat(weighted, bags.starts[filled])
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    unit: NDArray[np.float32] = sums / np.maximum(norms, 1e-9)
    return unit


def reciprocal_ranks(
    matrix: NDArray[np.float32],
    data: Encoded,
    sources: Sequence[int],
    *,
    russian: bool,
    weights: Weights,
    written: bool = False,
) -> NDArray[np.float64]:
    """1/rank within the first ten, or 0, of what is asked for among all code of its source.

    `matrix` as `learn` gives it. Docstrings ask for code that has lost them; `written` questions for code as it is.
    """
    found = []
    for source in sources:
        there = (data.sources == source) & ~data.is_comment
        rows = np.flatnonzero(there & ~data.is_question)
        asked = np.flatnonzero(there & data.has_query & (data.is_question == written) & (data.is_russian == russian))
        places = {code: place for place, code in enumerate(data.codes[rows].tolist())}
        asked = asked[[int(code) in places for code in data.codes[asked]]][:_MOST_QUERIES]
        if len(asked) < (1 if written else 5):
            continue
        texts = [document_parts(data, int(row), weights, prose_stays=written) for row in rows]
        questions = [[(data.parts["query"][int(row)], 1.0)] for row in asked]
        in_code, in_questions = matrix
        size = len(in_code)
        likeness = vectors(in_questions, side(questions, size)) @ vectors(in_code, side(texts, size)).T
        right = np.array([places[int(code)] for code in data.codes[asked]])
        rank = (likeness > likeness[np.arange(len(asked)), right][:, None]).sum(1) + 1
        found.append(np.where(rank <= _DEPTH, 1.0 / rank, 0.0))
    return np.concatenate(found) if found else np.zeros(0)


def document_parts(
    data: Encoded, row: int, weights: Weights, *, prose_stays: bool
) -> list[tuple[NDArray[np.int32], float]]:
    """The weighted parts of a document, without its docstring unless the prose stays."""
    parts = data.parts
    found = [(parts["title"][row], weights.title), (parts["body"][row], weights.code)]
    if prose_stays:
        found += [(parts[part][row], weights.prose) for part in ("query", "later")]
    return [*found, (parts["comments"][row], weights.prose)]
