"""Vectors that are made up but built like real ones.

Embeddings of code are not white noise: they share a direction (any two texts of one model are somewhat alike), they
fall into topics of very unequal size, their variance sits in a small part of the dimensions, and a code base has near
duplicates. Each of these makes coarse search harder or easier, so a benchmark on white noise would mislead.

    vector = unit( shared direction
                 + topic centre           one of 400, sizes by Zipf's law
                 + variation              spectrum falling as 1 / sqrt(rank) in a rotated basis
                 + 3 % near duplicates    an earlier vector moved by a twentieth )

A query is a vector of the table moved by noise of 0.9 times its variation: its nearest neighbour then has a cosine of
0.6 to 0.8, as a question has to the function that answers it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOPICS = 400
SHARED, TOPIC, VARIATION = 0.55, 0.5, 0.65


def mixture(count: int, dimensions: int, *, seed: int = 7) -> NDArray[np.float32]:
    """`count` unit vectors, float32, shape (count, dimensions)."""
    rng = np.random.default_rng(seed)
    shared = _unit(rng.standard_normal(dimensions))
    centres = _unit(rng.standard_normal((TOPICS, dimensions)))
    sizes = 1.0 / np.arange(1, TOPICS + 1)
    topics = rng.choice(TOPICS, size=count, p=sizes / sizes.sum())
    made = np.empty((count, dimensions), dtype=np.float32)
    for start in range(0, count, 50_000):
        stop = min(count, start + 50_000)
        made[start:stop] = _unit(
            SHARED * shared + TOPIC * centres[topics[start:stop]] + VARIATION * variation(stop - start, dimensions, rng)
        )
    copies = rng.choice(np.arange(count // 2, count), size=count * 3 // 100, replace=False)
    originals = rng.integers(0, count // 2, size=len(copies))
    made[copies] = _unit(made[originals] + 0.05 * variation(len(copies), dimensions, rng))
    return made


def queries(vectors: NDArray[np.float32], count: int, *, seed: int = 11) -> NDArray[np.float32]:
    """`count` unit queries near rows of `vectors`."""
    rng = np.random.default_rng(seed)
    near = vectors[rng.integers(0, len(vectors), size=count)]
    return _unit(near + 0.9 * VARIATION * variation(count, vectors.shape[1], rng))


def variation(count: int, dimensions: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of unit expected length with a falling spectrum, in the same rotated basis at every call."""
    spectrum = 1.0 / np.sqrt(np.arange(1, dimensions + 1))
    scales = spectrum / np.linalg.norm(spectrum)
    signs = np.random.default_rng(3).choice([-1.0, 1.0], size=dimensions).astype(np.float32)
    noise = (rng.standard_normal((count, dimensions), dtype=np.float32) * scales).astype(np.float32) * signs
    return _rotated(noise)


def _rotated(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows in the basis of the Walsh-Hadamard transform: orthogonal, and fast without a matrix."""
    count, dimensions = rows.shape
    size = 1 << (dimensions - 1).bit_length()
    out = np.zeros((count, size), dtype=np.float32)
    out[:, :dimensions] = rows
    step = 1
    while step < size:
        pairs = out.reshape(count, size // (2 * step), 2, step)
        out = np.stack((pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]), axis=2).reshape(count, size)
        step *= 2
    rotated: NDArray[np.float32] = (out[:, :dimensions] / np.sqrt(size)).astype(np.float32)
    return rotated


def _unit(rows: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return unit
