"""That the server we build and the models we write are what the other suites take them for."""

from __future__ import annotations

import numpy as np
import pytest
from tests.ollama.real_ollama import RealOllama

from smysl.engine.embed.ollama_models import list_models, open_ollama, server_version
from smysl.engine.settings import Settings

pytestmark = pytest.mark.real_ollama


def test_the_server_says_its_version(real_ollama: RealOllama) -> None:
    assert server_version(Settings(ollama_host=real_ollama.host)) == real_ollama.numbers


def test_the_models_are_listed_with_what_is_known_of_them(real_ollama: RealOllama) -> None:
    listed = list_models(Settings(ollama_host=real_ollama.host))
    assert [(model.installed.tag, model.row.is_known) for model in listed] == [
        ("all-minilm:latest", True),
        ("tiny-8k:latest", False),
    ]
    assert len(listed[0].installed.digest) == 64
    assert listed[0].installed.family == "bert"


def test_all_minilm_knows_what_words_mean(real_ollama: RealOllama) -> None:
    with open_ollama("all-minilm", Settings(ollama_host=real_ollama.host)) as embedder:
        sentences = ["remove a file from the disk", "delete a document in the folder", "compute the sine of an angle"]
        one, same, other = embedder.embed_documents(sentences).vectors
    assert float(one @ same) > 0.5 > float(one @ other) + 0.2


def test_tiny_8k_takes_a_long_text_whole(real_ollama: RealOllama) -> None:
    settings = Settings(ollama_host=real_ollama.host)
    with open_ollama("tiny-8k", settings) as embedder:
        assert embedder.input_limit.tokens > 2000
        text = "word " * 1000
        longer = text + "and another end"
        vectors = embedder.embed_documents([text, longer]).vectors
    assert np.isfinite(vectors).all()
    assert not np.allclose(vectors[0], vectors[1])
