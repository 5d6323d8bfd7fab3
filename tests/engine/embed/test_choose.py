"""Which model answers, and what a person is told about it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama
from tests.engine.embed.static_model import write_static_model

from smysl.engine.embed.choose import choose_embedder
from smysl.engine.embed.static import StaticEmbedder
from smysl.engine.errors import ModelMissing, ModelUnavailable, UsageError
from smysl.engine.settings import Settings


def said(notices: object) -> str:
    return " ".join(str(notice) for notice in notices)  # type: ignore[attr-defined]  # a tuple of messages


def test_auto_takes_the_best_known_model_that_is_pulled() -> None:
    with FakeOllama(["all-minilm", "llama3", "bge-m3", "qwen3-embedding:0.6b"]) as fake:
        choice = choose_embedder(Settings(ollama_host=fake.host))
        assert choice.embedder is not None
        with choice.embedder as embedder:
            assert embedder.space.model == "qwen3-embedding:0.6b"
    assert choice.notices == ()


def test_auto_without_an_embedding_model_searches_by_words_and_says_why() -> None:
    with FakeOllama([FakeModel("llama3", embeds=False)]) as fake:
        choice = choose_embedder(Settings(ollama_host=fake.host))
    assert choice.embedder is None
    assert "no embedding model" in said(choice.notices)
    assert "ollama pull embeddinggemma" in said(choice.notices)
    assert "by words only" in said(choice.notices)


def test_auto_without_ollama_searches_by_words_says_so_and_takes_no_time() -> None:
    begun = time.monotonic()
    choice = choose_embedder(Settings(ollama_host="127.0.0.1:1"))
    assert time.monotonic() - begun < 0.3
    assert choice.embedder is None
    assert said(choice.notices) == (
        "No Ollama answers at http://127.0.0.1:1. Searching by words only, without a model."
    )


def test_auto_with_a_broken_or_unsafe_ollama_searches_by_words_and_says_why() -> None:
    with FakeOllama(forbids=True) as fake:
        assert "refuses us" in said(choose_embedder(Settings(ollama_host=fake.host)).notices)
    assert "plain http" in said(choose_embedder(Settings(ollama_host="http://192.0.2.1")).notices)


def test_auto_does_not_wait_long_for_an_ollama_that_says_nothing() -> None:
    begun = time.monotonic()
    with FakeOllama(deaf=True) as fake:
        choice = choose_embedder(Settings(ollama_host=fake.host))
    assert time.monotonic() - begun < 4
    assert "in time" in said(choice.notices)


def test_auto_falls_back_to_the_built_in_model_where_there_is_one(tmp_path: Path) -> None:
    folder = write_static_model(tmp_path / "model")
    choice = choose_embedder(Settings(ollama_host="127.0.0.1:1"), built_in=lambda: StaticEmbedder(folder))
    assert choice.embedder is not None
    assert "built-in" in said(choice.notices)


def test_a_model_without_russian_comes_with_a_notice() -> None:
    with FakeOllama(["nomic-embed-text"]) as fake:
        choice = choose_embedder(Settings(ollama_host=fake.host))
        assert choice.embedder is not None
        choice.embedder.close()
    assert "Russian" in said(choice.notices)


def test_lexical_asks_nobody() -> None:
    choice = choose_embedder(Settings(model="lexical", ollama_host="127.0.0.1:1"))
    assert (choice.embedder, choice.notices) == (None, ())


def test_a_folder_is_a_static_model(tmp_path: Path) -> None:
    folder = write_static_model(tmp_path / "model")
    choice = choose_embedder(Settings(model=f"static:{folder}"))
    assert choice.embedder is not None
    assert choice.embedder.space.model == "static:model"
    with pytest.raises(ModelMissing, match="Model2Vec"):
        choose_embedder(Settings(model=f"static:{tmp_path}"))
    with pytest.raises(UsageError, match="static:FOLDER"):
        choose_embedder(Settings(model="static:"))


def test_a_model_that_was_named_is_never_replaced_by_another() -> None:
    with pytest.raises(ModelUnavailable, match="ollama serve"):
        choose_embedder(Settings(model="bge-m3", ollama_host="127.0.0.1:1"))
    with FakeOllama(["all-minilm"]) as fake, pytest.raises(ModelMissing, match="it has: all-minilm"):
        choose_embedder(Settings(model="bge-m3", ollama_host=fake.host))


def test_a_search_by_words_imports_no_http_client_and_no_model() -> None:
    code = (
        "import sys\n"
        "from smysl.engine.embed.choose import choose_embedder\n"
        "from smysl.engine.settings import Settings\n"
        "choose_embedder(Settings(model='lexical'))\n"
        "choose_embedder(Settings(ollama_host='127.0.0.1:1'))\n"
        "print(sorted({'httpx', 'ollama', 'anyio', 'model2vec'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
