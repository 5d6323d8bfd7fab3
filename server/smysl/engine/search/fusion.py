"""How the two halves become one score.

The words' half is a share of the query found, in [0, 1). The meaning's half is a cosine, whose usual size differs from
model to model; it is read against the mean cosine of the query to the whole index, which takes the model's habit out:
0 is "no nearer than any chunk", 1 is "the same direction". Both then mean the same from query to query, and their
weighted sum does too.
"""

from __future__ import annotations

from collections.abc import Mapping

DENSE_WEIGHT = 0.5
"""What meaning counts beside words: the middle of the plateau that the benchmark shows."""

UNREAD_WEIGHT = 0.05
"""The same for a query in a language that the model was not trained on."""


def meaning(cosine: float, mean_cosine: float) -> float:
    """A cosine as a score in [0, 1], given the mean cosine of the same query to all chunks."""
    if mean_cosine >= 1.0:
        return 0.0
    return min(1.0, max(0.0, (cosine - mean_cosine) / (1.0 - mean_cosine)))


def fuse(
    words: Mapping[int, float], meanings: Mapping[int, float], *, dense_weight: float = DENSE_WEIGHT
) -> dict[int, float]:
    """The weighted sum of the halves by chunk id.

    A chunk without a word of the query has 0 for words; a chunk without a vector yet is judged by its words alone.
    """
    return {
        chunk: (1 - dense_weight) * words.get(chunk, 0.0) + dense_weight * meanings.get(chunk, words.get(chunk, 0.0))
        for chunk in {**words, **meanings}
    }
