"""The embedders that measuring puts around a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.embed.measuring import DerivedEmbedder, RecallingEmbedder
from smysl.engine.errors import ModelFault
from smysl.engine.types import Embedded, Failure, InputLimit, Space, Vector, say


class Model(Closing):
    """Vectors of four numbers; texts that begin with `!` fail, and it stops short after `most` texts a call."""

    space = Space("whole", "model", 4)
    input_limit = InputLimit(100)
    reads_russian = True
    batch_size = 8

    def __init__(self, most: int = 100) -> None:
        self.most = most
        self.asked: list[str] = []
        self.closed = 0

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        answered = texts[: self.most]
        self.asked += answered
        failures = [Failure(place, say("Cancelled.")) for place, text in enumerate(answered) if text.startswith("!")]
        rows = [np.full(4, np.nan) if text.startswith("!") else _vector(text) for text in answered]
        return Embedded(np.asarray(rows, dtype=np.float32).reshape(-1, 4), tuple(failures))

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        self.asked.append(query)
        if query.startswith("!"):
            raise ModelFault(say("Cancelled."))
        return _vector(query)

    def close(self) -> None:
        self.closed += 1


def _vector(text: str) -> Vector:
    vector = np.asarray([len(text), 1, 2, 3], dtype=np.float32)
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def _cut(model: Model, *, known: dict[str, Vector] | None = None) -> DerivedEmbedder:
    def stored(texts: Sequence[str]) -> list[Vector | None]:
        return [(known or {}).get(text) for text in texts]

    return DerivedEmbedder(model, Space("cut", "model", 2), known=stored, limit=model.input_limit)


def test_a_query_is_embedded_once_and_a_failed_one_fails_again_unasked() -> None:
    model = Model()
    recalling = RecallingEmbedder(model)
    assert np.array_equal(recalling.embed_query("ab"), recalling.embed_query("ab"))
    for _ in range(2):
        with pytest.raises(ModelFault):
            recalling.embed_query("!")
    assert model.asked == ["ab", "!"]
    recalling.close()
    assert model.closed == 0


def test_a_cut_vector_is_the_head_made_a_unit_again() -> None:
    cut = _cut(Model())
    vector = cut.embed_query("abc")
    assert np.allclose(vector, np.asarray([3, 1]) / np.sqrt(10))
    assert np.allclose(cut.embed_documents(["abc"]).vectors[0], vector)
    assert (cut.space.dimensions, cut.input_limit, cut.batch_size, cut.reads_russian) == (2, InputLimit(100), 8, True)


def test_texts_whose_whole_vectors_are_known_are_not_asked_for() -> None:
    model = Model()
    embedded = _cut(model, known={"b": _vector("bbbb")}).embed_documents(["a", "b", "!c"])
    assert model.asked == ["a", "!c"]
    assert np.allclose(embedded.vectors[1], np.asarray([4, 1]) / np.sqrt(17))
    assert [failure.index for failure in embedded.failures] == [2]
    assert np.isnan(embedded.vectors[2]).all()


def test_where_the_model_stops_short_there_are_rows_for_the_first_texts_only() -> None:
    embedded = _cut(Model(most=1), known={"b": _vector("b")}).embed_documents(["a", "b", "c", "d"])
    assert embedded.vectors.shape == (2, 2)
    assert not np.isnan(embedded.vectors).any()


def test_a_head_of_zeros_is_a_failure() -> None:
    zeros = np.asarray([0, 0, 1, 0], dtype=np.float32)
    embedded = _cut(Model(), known={"z": zeros}).embed_documents(["z"])
    assert [failure.index for failure in embedded.failures] == [0]
