"""A server that goes away between two calls takes nothing with it that it has answered."""

from __future__ import annotations

import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.batching import FIRST_TEXTS
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.errors import Cancelled, ModelMissing
from smysl.engine.settings import Settings

TEXTS = [f"def f{number}(): ..." for number in range(12)]


def test_what_was_answered_before_the_model_went_away_is_handed_over(fake: FakeOllama) -> None:
    fake.fail(404, "model 'all-minilm' not found", fits=lambda text: "f5" in text)
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        embedded = embedder.embed_documents(TEXTS)
        assert embedded.vectors.shape == (FIRST_TEXTS, 384)
        assert embedded.failures == ()
        with pytest.raises(ModelMissing):
            embedder.embed_documents(TEXTS[FIRST_TEXTS:])
    assert fake.embedded_texts == TEXTS[:FIRST_TEXTS]


def test_a_text_that_failed_just_before_the_model_went_away_is_given_another_chance(fake: FakeOllama) -> None:
    fake.fail(400, "embedding contains NaN or Inf values", fits=lambda text: "f2" in text)
    fake.fail(404, "model 'all-minilm' not found", fits=lambda text: "f5" in text)
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        embedded = embedder.embed_documents(TEXTS)
    assert len(embedded.vectors) == 2
    assert embedded.failures == ()


def test_what_was_answered_before_the_work_was_taken_back_is_handed_over(fake: FakeOllama) -> None:
    cancel = CancelToken()

    def taken_back(text: str) -> bool:
        if "f5" in text:
            cancel.cancel()
        return False

    fake.fail(500, "", fits=taken_back)
    fake.delay_per_text = 0.02
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        assert len(embedder.embed_documents(TEXTS, cancel=cancel).vectors) == FIRST_TEXTS
        with pytest.raises(Cancelled):
            embedder.embed_documents(TEXTS, cancel=cancel)
