"""Embedders around another one, for measuring it: queries are embedded once, and a model is used otherwise than usual
without asking it for what is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.embed.embedder import Embedder
from smysl.engine.embed.vectors import unit
from smysl.engine.errors import ModelFault
from smysl.engine.types import Embedded, Failure, InputLimit, Matrix, Space, Vector, say

KnownVectors = Callable[[Sequence[str]], Sequence[Vector | None]]
"""From texts to their vectors, None where none is known."""


class _Wrapped(Closing):
    """What both say of the model is what `inner` says. Closing leaves `inner` open: who opened it closes it."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner

    @property
    def input_limit(self) -> InputLimit | None:
        """How much document text fits."""
        return self._inner.input_limit

    @property
    def reads_russian(self) -> bool:
        """Whether the model was trained on Russian."""
        return self._inner.reads_russian

    @property
    def batch_size(self) -> int:
        """How many documents a caller should hand over at once."""
        return self._inner.batch_size


class RecallingEmbedder(_Wrapped):
    """`inner`, asked only once for each query; a query that it could not embed fails again without being asked."""

    def __init__(self, inner: Embedder) -> None:
        super().__init__(inner)
        self._answers: dict[str, Vector | ModelFault] = {}

    @property
    def space(self) -> Space:
        """The space of the vectors."""
        return self._inner.space

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of code; see `Embedder`."""
        return self._inner.embed_documents(texts, cancel=cancel)

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The vector of a query; see `Embedder`."""
        if query not in self._answers:
            try:
                self._answers[query] = self._inner.embed_query(query, cancel=cancel)
            except ModelFault as fault:
                self._answers[query] = fault
        answer = self._answers[query]
        if isinstance(answer, ModelFault):
            raise ModelFault(answer.message, answer.advice)
        return answer


class DerivedEmbedder(_Wrapped):
    """The vectors of `inner`, cut to the dimensions of `space` and made units again, as Ollama cuts them.

    Documents whose whole vectors `known` has are not asked for. `limit` replaces the limit of `inner`, so that two ways
    of using a model are given the same texts.
    """

    def __init__(self, inner: Embedder, space: Space, *, known: KnownVectors, limit: InputLimit | None) -> None:
        super().__init__(inner)
        self._space = space
        self._known = known
        self._limit = limit

    @property
    def space(self) -> Space:
        """The space of the vectors."""
        return self._space

    @property
    def input_limit(self) -> InputLimit | None:
        """How much document text fits."""
        return self._limit

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of code; see `Embedder`."""
        found = list(self._known(texts))
        missing = [place for place, vector in enumerate(found) if vector is None]
        failures: list[Failure] = []
        if missing:
            answer = self._inner.embed_documents([texts[place] for place in missing], cancel=cancel)
            failed = {failure.index: failure.reason for failure in answer.failures}
            for row, place in enumerate(missing[: len(answer.vectors)]):
                if row in failed:
                    failures.append(Failure(place, failed[row]))
                else:
                    found[place] = answer.vectors[row]
            if len(answer.vectors) < len(missing):  # it stopped short: rows for the first texts only
                found = found[: missing[len(answer.vectors)]]
        matrix: Matrix = np.full((len(found), self._space.dimensions), np.nan, dtype=np.float32)
        for place, vector in enumerate(found):
            if vector is not None:
                cut = self._cut(vector)
                if cut is None:
                    failures.append(Failure(place, say("The model gave a vector of zeros.")))
                else:
                    matrix[place] = cut
        return Embedded(matrix, tuple(sorted(failures, key=lambda failure: failure.index)))

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The vector of a query; see `Embedder`."""
        cut = self._cut(self._inner.embed_query(query, cancel=cancel))
        if cut is None:
            raise ModelFault(say("The model gave a vector of zeros."), say("Ask in other words."))
        return cut

    def _cut(self, vector: Vector) -> Vector | None:
        head = vector[: self._space.dimensions]
        if len(head) == len(vector):
            return vector
        return unit(head) if head.any() else None
