"""Which model answers, and what a person is told about it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.engine.embed.builtin_model import write_builtin_model
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama
from tests.engine.embed.static_model import write_static_model

from smysl.engine.embed.builtin import BuiltinEmbedder
from smysl.engine.embed.choose import choose_embedder
from smysl.engine.embed.embedder import Embedder
from smysl.engine.errors import ModelMissing, ModelUnavailable, UsageError
from smysl.engine.settings import Settings
from smysl.engine.types import say

NOBODY = "127.0.0.1:1"


def said(notices: object) -> str:
    return " ".join(str(notice) for notice in notices)  # type: ignore[attr-defined]  # a tuple of messages


def no_built_in(settings: Settings) -> Embedder:
    raise ModelMissing(say("The built-in model is not in this installation."))


def test_auto_takes_the_best_known_model_that_is_pulled() -> None:
    with FakeOllama(["all-minilm", "llama3", "bge-m3", "qwen3-embedding:0.6b"]) as fake:
        choice = choose_embedder(Settings(ollama_host=fake.host))
        assert choice.embedder is not None
        with choice.embedder as embedder:
            assert embedder.space.model == "qwen3-embedding:0.6b"
    assert choice.notices == ()


def test_auto_without_an_embedding_model_takes_the_built_in_one_and_says_why(tmp_path: Path) -> None:
    folder = write_builtin_model(tmp_path / "model")
    with FakeOllama([FakeModel("llama3", embeds=False)]) as fake:
        choice = choose_embedder(
            Settings(ollama_host=fake.host), built_in=lambda settings: BuiltinEmbedder(folder=folder)
        )
    assert choice.embedder is not None
    assert choice.embedder.space.model == "builtin"
    assert "no embedding model" in said(choice.notices)
    assert "ollama pull embeddinggemma" in said(choice.notices)
    assert said(choice.notices).endswith("The built-in model answers.")


def test_auto_without_ollama_takes_the_built_in_model_says_so_and_takes_no_time(tmp_path: Path) -> None:
    folder = write_builtin_model(tmp_path / "model")
    begun = time.monotonic()
    choice = choose_embedder(
        Settings(ollama_host=NOBODY, dimensions=64),
        built_in=lambda settings: BuiltinEmbedder(settings.dimensions, folder=folder),
    )
    assert time.monotonic() - begun < 0.3
    assert choice.embedder is not None
    assert choice.embedder.space.dimensions == 64
    assert said(choice.notices) == f"No Ollama answers at http://{NOBODY}. The built-in model answers."


def test_auto_with_no_model_at_all_searches_by_words_and_says_why(tmp_path: Path) -> None:
    choice = choose_embedder(Settings(ollama_host=NOBODY), built_in=no_built_in)
    assert choice.embedder is None
    assert said(choice.notices) == (
        f"No Ollama answers at http://{NOBODY}. The built-in model is not in this installation. "
        "Searching by words only, without a model."
    )
    folder = write_builtin_model(tmp_path / "model")
    choice = choose_embedder(
        Settings(ollama_host=NOBODY, dimensions=512),
        built_in=lambda settings: BuiltinEmbedder(settings.dimensions, folder=folder),
    )
    assert choice.embedder is None
    assert "cannot be cut to 512 dimensions" in said(choice.notices)


def test_builtin_asks_nobody_and_whatever_is_wrong_raises(tmp_path: Path) -> None:
    folder = write_builtin_model(tmp_path / "model")
    settings = Settings(model="builtin", ollama_host="http://192.0.2.1")
    choice = choose_embedder(settings, built_in=lambda settings: BuiltinEmbedder(folder=folder))
    assert choice.embedder is not None
    assert (choice.embedder.space.model, choice.notices) == ("builtin", ())
    with pytest.raises(ModelMissing):
        choose_embedder(settings, built_in=no_built_in)


def test_auto_with_a_broken_or_unsafe_ollama_says_why() -> None:
    with FakeOllama(forbids=True) as fake:
        assert "refuses us" in said(choose_embedder(Settings(ollama_host=fake.host)).notices)
    assert "plain http" in said(choose_embedder(Settings(ollama_host="http://192.0.2.1")).notices)


def test_auto_does_not_wait_long_for_an_ollama_that_says_nothing() -> None:
    begun = time.monotonic()
    with FakeOllama(deaf=True) as fake:
        choice = choose_embedder(Settings(ollama_host=fake.host))
    assert time.monotonic() - begun < 4
    assert "in time" in said(choice.notices)


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
