"""One server after another under the same address, and what each era is sent."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.embed import ollama as ollama_module
from smysl.engine.embed.ollama import OllamaEmbedder
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.errors import ModelFault
from smysl.engine.settings import Settings

TEXTS = [f"def f{number}(): ..." for number in range(12)]


def test_a_model_that_was_pulled_anew_does_not_mix_its_vectors_in(
    fake: FakeOllama, embedder: OllamaEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ollama_module, "IDENTITY_SECONDS", 0.0)
    embedder.embed_query("text")
    fake.installed[0].salt = "new"
    with pytest.raises(ModelFault, match="replaced"):
        embedder.embed_documents(TEXTS[:3])


def test_a_newer_server_that_takes_the_place_of_the_old_one_between_two_calls_is_noticed(
    fake: FakeOllama, embedder: OllamaEmbedder
) -> None:
    embedder.embed_query("text")
    fake.stop()
    fake.version = "0.34.5"
    fake.start()
    with pytest.raises(ModelFault, match="replaced"):
        embedder.embed_query("text")
    assert not embedder.is_current
    with pytest.raises(ModelFault, match="replaced"):
        embedder.embed_documents(TEXTS[:3])


def test_the_same_server_started_again_is_the_same(fake: FakeOllama, embedder: OllamaEmbedder) -> None:
    before = embedder.embed_query("text")
    fake.stop()
    fake.start()
    np.testing.assert_array_equal(embedder.embed_query("text"), before)
    assert embedder.is_current


def test_a_server_that_does_not_know_dimensions_is_cut_on_our_side() -> None:
    with FakeOllama(["embeddinggemma"], version="0.11.4", knows_dimensions=False) as old:
        with open_ollama("embeddinggemma", Settings(ollama_host=old.host, dimensions=256)) as embedder:
            cut = embedder.embed_documents(TEXTS[:2]).vectors
        old.knows_dimensions = True
        with open_ollama("embeddinggemma", Settings(ollama_host=old.host, dimensions=256)) as embedder:
            np.testing.assert_allclose(embedder.embed_documents(TEXTS[:2]).vectors, cut, atol=1e-6)
    assert cut.shape == (2, 256)
    np.testing.assert_allclose(np.linalg.norm(cut, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("version", "options"),
    [
        ("0.11.4", {"num_ctx": 256}),
        ("0.24.0", {"num_ctx": 256}),
        ("0.30.0", {"num_ctx": 256, "num_batch": 256}),
        ("0.34.4", {"num_ctx": 256, "num_batch": 256}),
        ("0.0.0", {"num_ctx": 256}),
    ],
)
def test_options_are_the_same_on_every_call_and_fit_the_version(version: str, options: dict[str, int]) -> None:
    with FakeOllama(["all-minilm"], version=version) as server:
        with open_ollama("all-minilm", Settings(ollama_host=server.host)) as embedder:
            embedder.embed_documents(TEXTS)
            embedder.embed_query("text")
        assert all(call.options == options for call in server.calls)
        assert all((call.truncate, call.keep_alive) == (False, 600) for call in server.calls)
        assert server.loads == 1


def test_prompts_go_with_queries_and_documents_and_nomic_is_lower_case() -> None:
    with FakeOllama(["nomic-embed-text"]) as server:
        with open_ollama("nomic-embed-text", Settings(ollama_host=server.host)) as embedder:
            embedder.embed_documents(["def ReadFile(): ..."])
            embedder.embed_query("Прочитать Файл")
        assert server.embedded_texts == ["search_document: def readfile(): ...", "search_query: прочитать файл"]


def test_batches_grow_with_speed_and_stay_small_on_a_slow_machine() -> None:
    with FakeOllama(["all-minilm"], delay_per_text=0.05) as slow:
        with open_ollama("all-minilm", Settings(ollama_host=slow.host)) as embedder:
            embedder.embed_documents(TEXTS * 2)
        assert max(len(call.texts) for call in slow.calls) <= 5
    with FakeOllama(["all-minilm"]) as fast:
        with open_ollama("all-minilm", Settings(ollama_host=fast.host)) as embedder:
            embedder.embed_documents(TEXTS * 30)
            assert embedder.batch_size >= 16
        assert max(len(call.texts) for call in fast.calls) >= 16
