"""A static model in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.engine.embed.static_model import write_static_model

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.static import StaticEmbedder
from smysl.engine.errors import Cancelled, ModelFault, ModelMissing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_static_model(tmp_path / "model")


def test_documents_and_queries_have_unit_vectors_of_one_space(folder: Path) -> None:
    with StaticEmbedder(folder) as embedder:
        embedded = embedder.embed_documents(["read file", "write file"])
        assert embedded.failures == ()
        assert embedded.vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(embedded.vectors, axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(embedder.embed_query("Read, file"), embedded.vectors[0], atol=1e-1)
        assert embedder.space.dimensions == 16
        assert embedder.input_limit is None
        assert embedder.batch_size > 0


def test_a_text_without_a_known_word_fails_alone(folder: Path) -> None:
    with StaticEmbedder(folder) as embedder:
        embedded = embedder.embed_documents(["read", "", "qwerty", "файл"])
        assert [failure.index for failure in embedded.failures] == [1, 2]
        assert np.isnan(embedded.vectors[[1, 2]]).all()
        assert np.isfinite(embedded.vectors[[0, 3]]).all()
        with pytest.raises(ModelFault, match="no word"):
            embedder.embed_query("qwerty")


def test_a_long_text_is_taken_whole(folder: Path) -> None:
    with StaticEmbedder(folder) as embedder:
        long, head = embedder.embed_documents(["read " * 600 + "write " * 600, "read " * 600]).vectors
    assert not np.allclose(long, head)


def test_the_space_is_that_of_the_files(folder: Path, tmp_path: Path) -> None:
    same = write_static_model(tmp_path / "copy")
    other = write_static_model(tmp_path / "other", seed=1)
    (same / "README.md").write_text("not a part of the model", "utf-8")
    keys = [StaticEmbedder(path).space.key for path in (folder, same, other)]
    assert keys[0] == keys[1] != keys[2]


def test_a_folder_without_a_model_or_with_a_broken_one_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"model\.safetensors"):
        StaticEmbedder(tmp_path / "nothing")
    (folder / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(ModelFault, match="cannot be read"):
        StaticEmbedder(folder)


def test_no_documents_and_a_taken_back_request(folder: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with StaticEmbedder(folder) as embedder:
        assert embedder.embed_documents([]).vectors.shape == (0, 16)
        with pytest.raises(Cancelled):
            embedder.embed_documents(["read"], cancel=cancel)
