"""Each way an Ollama can fail, and what becomes of it. Told by words, since the status says too little."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from tests.engine.embed.fake_models import FakeModel
from tests.engine.embed.fake_ollama import FakeOllama

from smysl.engine.embed import ollama as ollama_module
from smysl.engine.embed.ollama import OllamaEmbedder
from smysl.engine.embed.ollama_faults import Kind, classify
from smysl.engine.embed.ollama_models import open_ollama
from smysl.engine.errors import ModelFault, ModelMissing, ModelUnavailable
from smysl.engine.settings import Settings

TEXTS = [f"def f{number}(): ..." for number in range(12)]
EOF = 'do embedding request: Post "http://127.0.0.1:1/v1/embeddings": EOF'


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "missing request body", Kind.OTHER),
        (400, "invalid input type", Kind.OTHER),
        (400, "invalid model name", Kind.OTHER),
        (404, "model '' not found", Kind.MISSING),
        (404, 'model "nope" not found, try pulling it first', Kind.MISSING),
        (400, "the input length exceeds the context length", Kind.LENGTH),
        (400, "input length exceeds maximum context length", Kind.LENGTH),
        (400, "input after truncation exceeds maximum context length", Kind.LENGTH),
        (400, "input exceeds maximum context length and cannot be truncated further", Kind.LENGTH),
        (400, "input (2100 tokens) is too large to process. increase the physical batch size", Kind.LENGTH),
        (501, "This server does not support embeddings. Start it with `--embeddings`", Kind.CANNOT_EMBED),
        (501, "this model does not support embeddings", Kind.CANNOT_EMBED),
        (500, "failed to encode response: json: unsupported value: NaN", Kind.NUMBERS),
        (400, "embedding contains NaN or Inf values", Kind.NUMBERS),
        (400, EOF, Kind.CRASH),
        (500, 'do embedding request: Post "http://127.0.0.1:1/embedding": EOF', Kind.CRASH),
        (400, "llama runner process no longer running: 2 error", Kind.CRASH),
        (400, "llama-server process no longer running: -1", Kind.CRASH),
        (500, "llama runner process has terminated: exit status 2", Kind.LOAD),
        (500, "llama-server process has terminated: signal: killed", Kind.LOAD),
        (500, "model requires more system memory (9.1 GiB) than is available (2.0 GiB)", Kind.LOAD),
        (500, "timed out waiting for llama-server to start", Kind.LOAD),
        (500, "llama-server binary not found (checked: /usr/lib)", Kind.LOAD),
        (503, "server busy, please try again.  maximum pending requests exceeded", Kind.BUSY),
        (499, "request canceled", Kind.BUSY),
        (403, "", Kind.FORBIDDEN),
        (401, "unauthorized", Kind.FORBIDDEN),
    ],
)
def test_an_error_is_told_by_its_words(status: int, words: str, kind: Kind) -> None:
    assert classify(status, words) is kind


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (500, "failed to encode response: json: unsupported value: NaN"),
        (400, "embedding contains NaN or Inf values"),
        (400, EOF),
        (400, "llama runner process no longer running: 2"),
        (400, "something nobody has seen yet"),
    ],
)
def test_one_bad_text_is_found_and_the_others_keep_their_vectors(
    fake: FakeOllama, embedder: OllamaEmbedder, status: int, words: str
) -> None:
    good = embedder.embed_documents(TEXTS).vectors
    fake.fail(status, words, fits=lambda text: text == TEXTS[5])
    embedded = embedder.embed_documents(TEXTS)
    assert [failure.index for failure in embedded.failures] == [5]
    assert np.isnan(embedded.vectors[5]).all()
    keep = [index for index in range(12) if index != 5]
    np.testing.assert_array_equal(embedded.vectors[keep], good[keep])


@pytest.mark.parametrize("version", ["0.24.0", "0.34.4"])
def test_a_text_that_makes_nan_fails_alone_in_both_eras(version: str) -> None:
    with (
        FakeOllama(["all-minilm"], version=version) as server,
        open_ollama("all-minilm", Settings(ollama_host=server.host)) as embedder,
    ):
        server.nan(lambda text: text == TEXTS[2])
        assert [failure.index for failure in embedder.embed_documents(TEXTS).failures] == [2]


def test_a_full_queue_is_waited_out(fake: FakeOllama) -> None:
    fake.load_seconds = 0.2
    fake.queue_limit = 0
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        threading.Timer(0.15, lambda: setattr(fake, "queue_limit", 512)).start()
        assert embedder.embed_documents(TEXTS[:3]).failures == ()
    assert fake.calls[0].status == 503


def test_a_crash_by_accident_costs_one_repetition(fake: FakeOllama, embedder: OllamaEmbedder) -> None:
    fake.crash(times=1)
    assert embedder.embed_documents(TEXTS[:3]).failures == ()
    assert [call.status for call in fake.calls] == [400, 200]


def test_a_crash_of_an_old_server_is_a_500_and_the_same() -> None:
    with (
        FakeOllama(["all-minilm"], version="0.11.4") as old,
        open_ollama("all-minilm", Settings(ollama_host=old.host)) as embedder,
    ):
        old.crash(times=1)
        assert embedder.embed_documents(TEXTS[:3]).failures == ()
        assert [call.status for call in old.calls] == [500, 200]


def test_a_model_that_fails_on_every_text_is_not_asked_forever(fake: FakeOllama, embedder: OllamaEmbedder) -> None:
    fake.fail(400, "embedding contains NaN or Inf values")
    with pytest.raises(ModelFault, match="choose another"):
        embedder.embed_documents(TEXTS * 10)
    assert len(fake.calls) < 40


def test_many_bad_texts_in_a_row_fail_alone_and_the_others_get_their_vectors(
    fake: FakeOllama, embedder: OllamaEmbedder
) -> None:
    texts = [f"bad {number}" for number in range(20)] + TEXTS
    fake.fail(400, "embedding contains NaN or Inf values", fits=lambda text: "bad" in text)
    embedded = embedder.embed_documents(texts)
    assert [failure.index for failure in embedded.failures] == list(range(20))
    assert np.isfinite(embedded.vectors[20:]).all()


def test_a_model_that_breaks_in_the_middle_ends_the_run_and_is_not_laid_to_the_texts(
    fake: FakeOllama, embedder: OllamaEmbedder
) -> None:
    embedder.embed_documents(TEXTS[:4])
    fake.fail(400, "embedding contains NaN or Inf values", fits=lambda text: text not in TEXTS[:6])
    embedded = embedder.embed_documents([*TEXTS, *(f"text {number}" for number in range(20))])
    assert (len(embedded.vectors), embedded.failures) == (6, ())
    with pytest.raises(ModelFault, match="choose another"):
        embedder.embed_documents(TEXTS[6:])


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")], ids=["zeros", "NaN", "infinite"])
def test_a_vector_that_is_none_is_refused(fake: FakeOllama, embedder: OllamaEmbedder, value: float) -> None:
    fake.twist = lambda rows: [*rows[:1], [value] * 384, *rows[2:]]
    embedded = embedder.embed_documents(TEXTS[:3])
    assert [failure.index for failure in embedded.failures] == [1]
    fake.twist = lambda rows: [[value] * 384]
    with pytest.raises(ModelFault, match="vector"):
        embedder.embed_query("anything")


@pytest.mark.parametrize("length", [0, 383, 385, 1024])
def test_a_vector_of_another_length_is_refused(fake: FakeOllama, embedder: OllamaEmbedder, length: int) -> None:
    fake.twist = lambda rows: [[0.0] * (length - 1) + [1.0] * bool(length) for _ in rows]
    with pytest.raises(ModelFault, match=f"{length} numbers instead of 384"):
        embedder.embed_query("anything")


def test_a_vector_that_is_not_a_unit_is_refused(fake: FakeOllama, embedder: OllamaEmbedder) -> None:
    fake.twist = lambda rows: [[2 * number for number in row] for row in rows]
    with pytest.raises(ModelFault, match="instead of 1"):
        embedder.embed_query("anything")


@pytest.mark.parametrize(
    "twist",
    [lambda rows: rows[1:], lambda rows: [*rows, rows[0]], lambda rows: []],
    ids=["fewer", "more", "none"],
)
def test_another_count_of_vectors_is_a_fault(
    fake: FakeOllama, embedder: OllamaEmbedder, twist: Callable[[list[object]], object]
) -> None:
    fake.twist = twist
    with pytest.raises(ModelFault, match="vectors"):
        embedder.embed_documents(TEXTS[:4])


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"<html>proxy</html>",
        b"[]",
        b"null",
        b'"ok"',
        b"{}",
        b'{"embeddings": 5}',
        b'{"embeddings": [["a"]]}',
        b"\xff",
    ],
)
def test_junk_with_a_cheerful_status_is_a_fault(fake: FakeOllama, embedder: OllamaEmbedder, junk: bytes) -> None:
    fake.junk = junk
    with pytest.raises(ModelFault, match="not an answer"):
        embedder.embed_documents(TEXTS[:4])


def test_a_busy_server_is_asked_again_and_then_given_up(
    fake: FakeOllama, embedder: OllamaEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smysl.engine.embed.attempt.BUSY_WAITS", (0.01, 0.01, 0.01))
    words = "server busy, please try again.  maximum pending requests exceeded"
    fake.fail(503, words, times=3)
    assert embedder.embed_documents(TEXTS[:3]).failures == ()
    fake.fail(503, words)
    with pytest.raises(ModelUnavailable, match="busy"):
        embedder.embed_documents(TEXTS[:3])


def test_a_missing_model_in_the_middle_is_told(fake: FakeOllama, embedder: OllamaEmbedder) -> None:
    fake.installed.clear()
    with pytest.raises(ModelMissing, match="ollama pull all-minilm"):
        embedder.embed_documents(TEXTS[:3])


def test_a_model_that_cannot_embed_is_told() -> None:
    with FakeOllama([FakeModel("llama3", embeds=False)]) as server:
        with pytest.raises(ModelMissing, match="llama3 cannot embed"):
            open_ollama("llama3", Settings(ollama_host=server.host))
        server.tells_capabilities = False
        with pytest.raises(ModelMissing, match="llama3 cannot embed"):
            open_ollama("llama3", Settings(ollama_host=server.host))


def test_a_known_model_that_the_server_cannot_embed_with_is_told() -> None:
    with (
        FakeOllama([FakeModel("bge-m3", embeds=False)]) as server,
        open_ollama("bge-m3", Settings(ollama_host=server.host)) as embedder,
        pytest.raises(ModelMissing, match="cannot embed"),
    ):
        embedder.embed_query("text")


def test_a_model_that_does_not_fit_into_memory_is_told(fake: FakeOllama, embedder: OllamaEmbedder) -> None:
    fake.fail(500, "model requires more system memory (9.1 GiB) than is available (2.0 GiB)")
    with pytest.raises(ModelFault, match=r"9\.1 GiB.*smaller model"):
        embedder.embed_documents(TEXTS[:3])


def test_a_server_that_does_not_allow_the_address_is_told(fake: FakeOllama) -> None:
    fake.forbids = True
    with pytest.raises(ModelUnavailable, match="OLLAMA_ORIGINS"):
        open_ollama("all-minilm", Settings(ollama_host=fake.host))


@pytest.mark.parametrize("knob", ["drops", "halves"])
def test_a_broken_connection_is_tried_once_more(fake: FakeOllama, embedder: OllamaEmbedder, knob: str) -> None:
    setattr(fake, knob, 1)
    assert embedder.embed_documents(TEXTS[:3]).failures == ()
    setattr(fake, knob, 100)
    with pytest.raises(ModelUnavailable, match="broke the connection"):
        embedder.embed_documents(TEXTS[:3])


def test_a_server_that_drips_or_stays_silent_does_not_hold_us(
    fake: FakeOllama, embedder: OllamaEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ollama_module, "CALL_SECONDS", 0.2)
    monkeypatch.setattr(ollama_module, "LOAD_SECONDS", 0.4)
    fake.drip = 0.01
    with pytest.raises(ModelUnavailable, match="in time"):
        embedder.embed_query("text")
    fake.drip = 0
    fake.deaf = True
    begun = time.monotonic()
    with pytest.raises(ModelUnavailable, match="in time"):
        embedder.embed_query("text")
    assert time.monotonic() - begun < 2


def test_a_load_that_never_ends_is_asked_for_once(fake: FakeOllama, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ollama_module, "LOAD_SECONDS", 0.2)
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        fake.unload_all()
        fake.load_seconds = 60
        with pytest.raises(ModelUnavailable, match="in time"):
            embedder.embed_documents(TEXTS[:3])
        assert len(fake.calls) == 1


def test_the_first_load_has_all_the_time_it_needs(fake: FakeOllama, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ollama_module, "CALL_SECONDS", 0.1)
    fake.load_seconds = 0.5
    with open_ollama("all-minilm", Settings(ollama_host=fake.host)) as embedder:
        assert embedder.embed_documents(TEXTS[:3]).failures == ()
    assert (fake.loads, fake.aborted_loads, len(fake.calls)) == (1, 0, 1)


def test_a_model_that_was_unloaded_meanwhile_gets_the_time_of_a_load(
    fake: FakeOllama, embedder: OllamaEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ollama_module, "CALL_SECONDS", 0.1)
    fake.unload(fake.installed[0])
    fake.load_seconds = 0.5
    assert embedder.embed_documents(TEXTS[:3]).failures == ()
    assert fake.aborted_loads == 1
