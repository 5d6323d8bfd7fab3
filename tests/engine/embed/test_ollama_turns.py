"""Who goes first where a query, a batch and a load meet, and how soon a cancelled one lets go."""

from __future__ import annotations

import threading
import time

import pytest
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.cancel import CancelToken
from smysl.engine.embed import ollama as ollama_module
from smysl.engine.embed.ollama import OllamaEmbedder
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.errors import Cancelled
from smysl.engine.settings import Settings

TEXTS = [f"def f{number}(): ..." for number in range(12)]


def test_a_query_never_aborts_the_load_it_needs(fake: FakeOllama) -> None:
    fake.load_seconds = 0.4
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        bulk = threading.Thread(target=embedder.embed_documents, args=(TEXTS,))
        bulk.start()
        time.sleep(0.1)
        embedder.embed_query("text")
        bulk.join()
    assert (fake.loads, fake.aborted_loads) == (1, 0)


def test_a_query_drops_the_batch_in_flight_and_the_batch_is_sent_again(
    fake: FakeOllama, embedder: OllamaEmbedder
) -> None:
    fake.delay_per_text = 0.2
    results = []
    bulk = threading.Thread(target=lambda: results.append(embedder.embed_documents(TEXTS[:4])))
    bulk.start()
    time.sleep(0.2)
    begun = time.monotonic()
    embedder.embed_query("first")
    waited = time.monotonic() - begun
    bulk.join()
    assert waited < 0.2 + 0.15
    assert [(call.texts == ["first"], call.dropped) for call in fake.calls][:2] == [(False, True), (True, False)]
    assert results[0].failures == ()
    assert fake.embedded_texts == ["first", *TEXTS[:4]]


def test_steady_queries_do_not_stop_an_index_run(fake: FakeOllama, embedder: OllamaEmbedder) -> None:
    fake.delay_per_text = 0.05
    bulk = threading.Thread(target=embedder.embed_documents, args=(TEXTS[:4],))
    bulk.start()
    end = time.monotonic() + 5
    while bulk.is_alive() and time.monotonic() < end:
        embedder.embed_query("text")
        time.sleep(0.05)
    assert not bulk.is_alive()
    assert 1 <= sum(call.dropped for call in fake.calls) <= ollama_module.MOST_DROPS


def test_cancelling_while_a_model_loads_ends_at_once(fake: FakeOllama) -> None:
    cancel = CancelToken()
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        fake.unload_all()
        fake.load_seconds = 30
        timer = threading.Timer(0.2, cancel.cancel)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(Cancelled):
            embedder.embed_documents(TEXTS, cancel=cancel)
        assert time.monotonic() - begun < 0.3
        timer.join()


def test_cancelling_while_a_model_loads_for_its_probe_ends_at_once(fake: FakeOllama) -> None:
    fake.load_seconds = 30
    cancel = CancelToken()
    threading.Timer(0.2, cancel.cancel).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        open_ollama("all-minilm", Settings(ollama_host=fake.host), cancel=cancel)
    assert time.monotonic() - begun < 1


def test_cancelling_while_waiting_for_a_turn_or_for_a_busy_server_ends_at_once(
    fake: FakeOllama, embedder: OllamaEmbedder
) -> None:
    fake.fail(503, "server busy, please try again.  maximum pending requests exceeded")
    cancel = CancelToken()
    timer = threading.Timer(0.3, cancel.cancel)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        embedder.embed_documents(TEXTS, cancel=cancel)
    assert time.monotonic() - begun < 0.4
    timer.join()
    with pytest.raises(Cancelled):
        embedder.embed_query("text", cancel=cancel)
