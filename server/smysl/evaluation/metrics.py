"""Retrieval metrics, and how sure one may be of them.

MRR@10 is the reciprocal rank of the first right hit among ten; NDCG@10 has binary gains and an ideal of
min(|gold|, 10) right hits in front (Järvelin and Kekäläinen, 2002); R@k is the share of queries with at least one
right hit among the first k.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass

import numpy as np

DEPTH = 10
"""How many hits are looked at."""

RESAMPLES = 10_000
_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Scores:
    """The metrics of one query, or their means over many; each in [0, 1]."""

    mrr: float
    ndcg: float
    recall_1: float
    recall_5: float
    recall_10: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired comparison: `difference` is the mean of new minus old, `low` and `high` its 95 % interval.

    `p_value` is two-sided: how often chance alone, swapping the two systems query by query, does as much.
    """

    difference: float
    low: float
    high: float
    p_value: float
    queries: int


def score(ranked: Sequence[str], gold: Collection[str]) -> Scores:
    """The metrics of one query: `ranked` ids, best first, against the right ones."""
    right = set(gold)
    places = [place for place, unit in enumerate(ranked[:DEPTH], start=1) if unit in right]
    first = places[0] if places else math.inf
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(right), DEPTH) + 1))
    gained = sum(1 / math.log2(place + 1) for place in places)
    return Scores(
        mrr=1 / first,
        ndcg=gained / ideal if ideal else 0.0,
        recall_1=float(first <= 1),
        recall_5=float(first <= 5),
        recall_10=float(first <= DEPTH),
    )


def mean(scores: Sequence[Scores]) -> Scores:
    """The mean of each metric. Raises `ValueError` for no scores."""
    if not scores:
        raise ValueError("no scores")
    return Scores(*(float(value) for value in np.asarray([astuple(item) for item in scores]).mean(axis=0)))


def bootstrap_interval(values: Sequence[float], *, level: float = 0.95) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean (Efron, 1979); the same values always give the same interval."""
    return bootstrap_intervals([values], level=level)[0]


def bootstrap_intervals(samples: Sequence[Sequence[float]], *, level: float = 0.95) -> list[tuple[float, float]]:
    """`bootstrap_interval` of each of `samples`, which are all of one length; drawn once for all of them."""
    columns = np.asarray(samples, dtype=np.float64).T
    random = np.random.default_rng(_SEED)
    count = len(columns)
    means = []
    for rows in _blocks(count):
        drawn = random.integers(0, count, size=(rows, count))
        # How often each value was drawn, row by row, so that a matrix product makes all the means.
        cells = (drawn + count * np.arange(rows)[:, None]).ravel()
        means.append(np.bincount(cells, minlength=rows * count).reshape(rows, count) @ columns / count)
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(means), (tail, 1 - tail), axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def compare(old: Sequence[float], new: Sequence[float]) -> Comparison:
    """`new` against `old`, values of the same queries in the same order.

    The p-value is of the paired permutation test with the add-one correction (Phipson and Smyth, 2010).
    Raises `ValueError` when there are no pairs or the lengths differ.
    """
    return compare_all([(old, new)])[0]


def compare_all(pairs: Sequence[tuple[Sequence[float], Sequence[float]]]) -> list[Comparison]:
    """`compare` of each pair (old, new), all of one length; drawn once for all of them."""
    if any(len(old) != len(new) or not old for old, new in pairs):
        raise ValueError("a paired comparison needs the same queries on both sides")
    if not pairs:
        return []
    differences = np.asarray([np.subtract(new, old) for old, new in pairs], dtype=np.float64).T
    observed = differences.mean(axis=0)
    intervals = bootstrap_intervals(differences.T.tolist())
    random = np.random.default_rng(_SEED)
    at_least = np.zeros(len(pairs), dtype=np.int64)
    for rows in _blocks(len(differences)):
        signs = random.choice(np.asarray([-1.0, 1.0]), size=(rows, len(differences)))
        means = np.abs(signs @ differences / len(differences))
        # A hair of tolerance: sums of the same numbers in another order differ in the last bit.
        at_least += np.count_nonzero(means >= np.abs(observed) - 1e-12, axis=0)
    return [
        Comparison(float(mean), low, high, (int(extreme) + 1) / (RESAMPLES + 1), len(differences))
        for mean, (low, high), extreme in zip(observed, intervals, at_least, strict=True)
    ]


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of tests that were made together, adjusted by Holm's step-down method (1979), in the same order."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def _blocks(width: int) -> list[int]:
    """Rows a block so that a block of resamples stays under some 16 MB."""
    rows = max(1, min(RESAMPLES, 2_000_000 // max(1, width)))
    whole, rest = divmod(RESAMPLES, rows)
    return [rows] * whole + ([rest] if rest else [])
