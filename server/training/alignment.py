"""Which Russian word is which English word: IBM model 1 over sentences that say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_WORDS = 32
"""Of a longer sentence every word could be any word, and it costs the square."""

_SMOOTHING = 0.3


@dataclass(frozen=True, slots=True)
class Translations:
    """For each word, its likeliest translations. targets, chances: shape (words, at most), 0 where there is no more."""

    targets: NDArray[np.int32]
    chances: NDArray[np.float32]


def align(
    left: Sequence[NDArray[Any]], right: Sequence[NDArray[Any]], size: int, *, rounds: int = 5, most: int = 8
) -> tuple[Translations, Translations]:
    """The chances of right words given left ones, and the other way round; word numbers are below `size`."""
    starts, ends, sentence = _together(left, right)
    forward = _expect(starts, ends, sentence, size, rounds)
    backward = _expect(ends, starts, sentence, size, rounds)
    return _table(*forward, size, most), _table(*backward, size, most)


def _together(
    left: Sequence[NDArray[Any]], right: Sequence[NDArray[Any]]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Every word of a sentence beside every word of its translation."""
    starts, ends, sentence = [], [], []
    for number, (ours, theirs) in enumerate(zip(left, right, strict=True)):
        a, b = np.unique(ours).astype(np.int64), np.unique(theirs).astype(np.int64)
        if 0 < len(a) <= _MOST_WORDS and 0 < len(b) <= _MOST_WORDS:
            starts.append(np.repeat(a, len(b)))
            ends.append(np.tile(b, len(a)))
            sentence.append(np.full(len(a) * len(b), number))
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(sentence)


def _expect(
    source: NDArray[np.int64], target: NDArray[np.int64], sentence: NDArray[np.int64], size: int, rounds: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Expectation and maximisation: source words, target words and the chance of the target given the source."""
    pairs, places = np.unique(source * size + target, return_inverse=True)
    _, slots = np.unique(sentence * size + target, return_inverse=True)
    owner = pairs // size
    chance = np.ones(len(pairs))
    for _ in range(rounds):
        share = chance[places]
        share /= np.bincount(slots, share)[slots] + 1e-3
        count = np.bincount(places, share, len(pairs))
        chance = count / (np.bincount(owner, count, size)[owner] + _SMOOTHING)
    return owner, pairs % size, chance


def _table(
    source: NDArray[np.int64], target: NDArray[np.int64], chance: NDArray[np.float64], size: int, most: int
) -> Translations:
    order = np.lexsort((-chance, source))
    order = order[chance[order] >= 0.03]
    source, target, chance = source[order], target[order], chance[order]
    rank = np.arange(len(source)) - np.searchsorted(source, source)
    first = rank < most
    targets = np.zeros((size, most), np.int32)
    chances = np.zeros((size, most), np.float32)
    targets[source[first], rank[first]] = target[first]
    chances[source[first], rank[first]] = chance[first]
    return Translations(targets, chances)
