"""The vectors of what buffers show, in one space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smysl.engine.overlay.layer import Layer
from smysl.engine.overlay.memory import VectorMemory
from smysl.engine.store import Reader, vectors
from smysl.engine.types import Matrix, Vector


@dataclass(frozen=True, slots=True, eq=False)
class LayerVectors:
    """The vectors of added chunks, a row a window: `matrix` (n, dimensions), and `chunk_ids` (n,) says whose.

    `gone` and `came` are rows to take from the mean of the stored vectors, and to add to it.
    """

    chunk_ids: NDArray[np.int64]
    matrix: Matrix
    gone: Matrix
    came: Matrix

    def of(self, chunk_ids: Sequence[int]) -> dict[int, Matrix]:
        """The rows of each of those chunks that has any."""
        found = {chunk_id: self.matrix[self.chunk_ids == chunk_id] for chunk_id in chunk_ids}
        return {chunk_id: rows for chunk_id, rows in found.items() if len(rows)}

    def cosines(self, vector: Vector) -> dict[int, float]:
        """The cosine of `vector` with the nearest window of each chunk."""
        best: dict[int, float] = {}
        if len(self.matrix):
            for chunk_id, cosine in zip(
                self.chunk_ids.tolist(), vectors.cosines(self.matrix, vector).tolist(), strict=True
            ):
                best[chunk_id] = max(cosine, best.get(chunk_id, -2.0))
        return best


NOTHING = LayerVectors(
    np.empty(0, dtype=np.int64),
    np.empty((0, 0), dtype=np.float32),
    np.empty((0, 0), dtype=np.float32),
    np.empty((0, 0), dtype=np.float32),
)


def find_vectors(
    reader: Reader, layer: Layer, memory: VectorMemory, *, space_key: str, texts: Mapping[int, Sequence[str]]
) -> LayerVectors:
    """What the index and `memory` have for the added chunks, whose `texts` are hashes, one a window."""
    wanted = {text_hash for hashes in texts.values() for text_hash in hashes}
    known = reader.known_texts(space_key, wanted)
    found = {**memory.get(space_key, wanted), **known.retired, **known.living}
    rows = [(chunk_id, found[one]) for chunk_id, hashes in texts.items() for one in hashes if one in found]
    only_hidden = reader.texts_only_of(space_key, tuple(layer.hidden))
    return LayerVectors(
        chunk_ids=np.array([chunk_id for chunk_id, _ in rows], dtype=np.int64),
        matrix=_stacked([vector for _, vector in rows]),
        gone=_stacked([vector for text_hash, vector in only_hidden.items() if text_hash not in found]),
        came=_stacked([vector for text_hash, vector in found.items() if text_hash not in known.living]),
    )


def _stacked(vectors: Sequence[Vector]) -> Matrix:
    return np.stack(vectors) if vectors else np.empty((0, 0), dtype=np.float32)
