"""The built-in model, on a small one of the same form; what it is worth is measured elsewhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tests.engine.embed.builtin_model import WORDS, write_builtin_model

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.builtin import BuiltinEmbedder
from smysl.engine.embed.builtin_artefact import read_artefact
from smysl.engine.embed.builtin_fields import split_fields
from smysl.engine.errors import Cancelled, ModelFault, ModelMissing, UsageError

TEXTS = ("read file", "def read(file): write write user", "читать файл token")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_builtin_model(tmp_path / "model")


def by_hand(folder: Path, text: str, weights: dict[str, float] | None = None) -> np.ndarray[tuple[int], np.dtype]:
    """The vector of a text of known words, from the definition: rows by the square roots of counts, length 1."""
    artefact = read_artefact(folder)
    words = text.split()
    total = sum(
        np.sqrt(words.count(word)) * artefact.scales[WORDS.index(word)] * artefact.rows[WORDS.index(word)]
        for word in set(words)
    )
    vector: np.ndarray[tuple[int], np.dtype] = total / np.linalg.norm(total)
    return vector


def test_a_vector_is_the_unit_sum_of_its_words_by_the_square_roots_of_their_counts(folder: Path) -> None:
    with BuiltinEmbedder(folder=folder) as embedder:
        embedded = embedder.embed_documents(["read file", "write write write user read"])
        query = embedder.embed_query("Read, FILE")
    assert embedded.failures == ()
    assert embedded.vectors.dtype == np.float32
    np.testing.assert_allclose(embedded.vectors[0], by_hand(folder, "read file"), atol=1e-5)
    np.testing.assert_allclose(embedded.vectors[1], by_hand(folder, "write write write user read"), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(embedded.vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(query, embedded.vectors[0])


def test_a_word_may_have_a_row_of_its_own_where_it_is_asked(tmp_path: Path) -> None:
    folder = write_builtin_model(tmp_path / "asked", asked=("write", "file"))
    artefact = read_artefact(folder)
    with BuiltinEmbedder(folder=folder) as embedder:
        query = embedder.embed_query("read file file")
        document = embedder.embed_documents(["read file file"]).vectors[0]
        assert np.array_equal(embedder.embed_query("read user"), embedder.embed_documents(["read user"]).vectors[0])
    rows = artefact.rows * artefact.scales[:, None]
    expected = rows[WORDS.index("read")] + np.sqrt(2) * rows[len(WORDS) + 1]
    np.testing.assert_allclose(query, expected / np.linalg.norm(expected), atol=1e-5)
    np.testing.assert_allclose(document, by_hand(folder, "read file file"), atol=1e-5)


@pytest.mark.parametrize("asked", [[1, 1], [-1], [11], [[1, 2]], [1.5]])
def test_second_rows_that_are_of_no_word_or_twice_of_one_make_no_model(tmp_path: Path, asked: list[object]) -> None:
    folder = write_builtin_model(tmp_path / "asked", asked=("write", "file"))
    tensors = load_file(folder / "model.safetensors")
    save_file(
        {**tensors, "asked": np.array(asked, np.float32 if asked == [1.5] else np.int32)}, folder / "model.safetensors"
    )
    with pytest.raises(ModelFault, match="asked"):
        BuiltinEmbedder(folder=folder)


def test_the_same_text_has_the_same_bits_everywhere(folder: Path) -> None:
    with BuiltinEmbedder(folder=folder) as embedder:
        vectors = embedder.embed_documents(TEXTS).vectors
        alone = np.vstack([embedder.embed_documents([text]).vectors for text in TEXTS])
    assert np.array_equal(vectors, alone)
    written = vectors.astype("<f4").tobytes()
    assert hashlib.sha256(written).hexdigest() == "d34c671e3b67f25972b290c8697bafbd965f54e593751181f9fde899267e9a04"


def test_vectors_can_be_cut_to_the_lengths_that_it_was_trained_for(folder: Path) -> None:
    whole = BuiltinEmbedder(folder=folder).embed_documents(TEXTS).vectors
    for length in (128, 64):
        with BuiltinEmbedder(length, folder=folder) as embedder:
            assert embedder.space.dimensions == length
            short = embedder.embed_documents(TEXTS).vectors
        head = whole[:, :length]
        np.testing.assert_allclose(short, head / np.linalg.norm(head, axis=1, keepdims=True), atol=1e-5)
    with pytest.raises(UsageError, match="Valid are: 256, 128, 64"):
        BuiltinEmbedder(100, folder=folder)


def test_a_text_without_a_known_word_fails_alone(folder: Path) -> None:
    with BuiltinEmbedder(folder=folder) as embedder:
        embedded = embedder.embed_documents(["read", "", "qwerty", "файл"])
        assert [failure.index for failure in embedded.failures] == [1, 2]
        assert np.isnan(embedded.vectors[[1, 2]]).all()
        assert np.isfinite(embedded.vectors[[0, 3]]).all()
        with pytest.raises(ModelFault, match="no word"):
            embedder.embed_query("qwerty")
        assert embedder.embed_documents([]).vectors.shape == (0, 256)


def test_unknown_words_change_nothing(folder: Path) -> None:
    with BuiltinEmbedder(folder=folder) as embedder:
        plain, mixed = embedder.embed_documents(["read file", "read qwerty file qwerty"]).vectors
    assert np.array_equal(plain, mixed)


def test_words_weigh_by_where_they_stand(tmp_path: Path) -> None:
    folder = write_builtin_model(tmp_path / "weighed", fields={"title": 4.0, "prose": 0.25, "code": 1.0})
    text = 'read: read\ndef file():\n    """Write."""  # user\n    token\n'
    with BuiltinEmbedder(folder=folder) as embedder:
        vector = embedder.embed_documents([text]).vectors[0]
    artefact = read_artefact(folder)
    counts = {"read": 8.0, "def": 1.0, "file": 1.0, "write": 0.25, "user": 0.25, "token": 1.0}
    total = sum(
        np.sqrt(count) * artefact.scales[WORDS.index(word)] * artefact.rows[WORDS.index(word)]
        for word, count in counts.items()
    )
    np.testing.assert_allclose(vector, total / np.linalg.norm(total), atol=1e-5)


def test_a_document_has_a_title_prose_and_code() -> None:
    title, prose, code = split_fields('A.b: a b\n# why\ndef b():\n    r"""Doc\'s."""\n    return "#"  # end\n')
    assert title == "A.b: a b\n"
    assert [word for word in prose.split() if word.isalpha()] == ["why", "end"]
    assert "Doc's." in prose
    assert "def b():" in code
    assert "why" not in code
    assert split_fields("x = 1\n") == ("", "", "x = 1\n")


def test_only_the_head_of_an_endless_text_is_read(folder: Path) -> None:
    with BuiltinEmbedder(folder=folder) as embedder:
        long, endless = embedder.embed_documents(["read " * 4096, "read " * 4096 + "write " * 90_000]).vectors
        near = embedder.embed_documents(["read " * 4000 + "write " * 90]).vectors[0]
    assert np.array_equal(long, endless)
    assert not np.array_equal(long, near)


def test_the_space_is_that_of_the_files_and_the_length(folder: Path, tmp_path: Path) -> None:
    same = write_builtin_model(tmp_path / "copy")
    (same / "README.md").write_text("not a part of the model", "utf-8")
    others = [
        BuiltinEmbedder(folder=write_builtin_model(tmp_path / "other", seed=1)),
        BuiltinEmbedder(folder=write_builtin_model(tmp_path / "weighed", fields={"title": 2.0})),
        BuiltinEmbedder(128, folder=folder),
    ]
    space = BuiltinEmbedder(folder=folder).space
    assert space == BuiltinEmbedder(folder=same).space
    assert space.model == "builtin"
    assert len({space.key, *(other.space.key for other in others)}) == 4


def test_one_scale_may_serve_all_rows(tmp_path: Path) -> None:
    folder = write_builtin_model(tmp_path / "model", scale_per_row=False)
    with BuiltinEmbedder(folder=folder) as embedder:
        np.testing.assert_allclose(embedder.embed_query("read file"), by_hand(folder, "read file"), atol=1e-5)


def test_threads_share_it(folder: Path) -> None:
    with BuiltinEmbedder(folder=folder) as embedder, ThreadPoolExecutor(4) as pool:
        wanted = BuiltinEmbedder(folder=folder).embed_documents(TEXTS * 50).vectors
        for found in pool.map(lambda _: embedder.embed_documents(TEXTS * 50).vectors, range(16)):
            assert np.array_equal(found, wanted)


def test_a_taken_back_request_ends(folder: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with BuiltinEmbedder(folder=folder) as embedder:
        with pytest.raises(Cancelled):
            embedder.embed_documents(["read"], cancel=cancel)
        with pytest.raises(Cancelled):
            embedder.embed_query("read", cancel=cancel)


def test_a_missing_or_broken_model_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="Install Smysl again"):
        BuiltinEmbedder(folder=tmp_path)
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(ModelFault, match="cannot be read"):
        BuiltinEmbedder(folder=folder).embed_query("read")
    (folder / "config.json").write_text('{"dimensions": 256, "pooling": "mean"}', "utf-8")
    with pytest.raises(ModelFault, match="pooling mean"):
        BuiltinEmbedder(folder=folder)
    (folder / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(ModelFault, match="cannot be read"):
        BuiltinEmbedder(folder=folder)


def test_it_needs_neither_torch_nor_a_hub(folder: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from smysl.engine.embed.builtin import BuiltinEmbedder\n"
        f"BuiltinEmbedder(folder=Path({str(folder)!r})).embed_query('read')\n"
        "print(sorted({'torch', 'model2vec', 'huggingface_hub', 'transformers', 'httpx'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
