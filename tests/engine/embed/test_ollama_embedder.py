"""The embedder over a server that is well: the fake and the real one alike."""

from __future__ import annotations

import contextlib
import threading
import time

import numpy as np
import pytest
from tests.engine.embed.fake_ollama import FakeOllama
from tests.ollama.real_ollama import RealOllama

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.ollama_models import list_models, open_ollama, server_version
from smysl.engine.errors import Cancelled, ModelMissing, ModelUnavailable, UsageError
from smysl.engine.settings import ModelRow, Settings

Server = FakeOllama | RealOllama

FUNCTIONS = [f"def add_{number}(left, right):\n    return left + right + {number}" for number in range(40)]


def settings(server: Server, **more: object) -> Settings:
    return Settings(ollama_host=server.host, **more)  # type: ignore[arg-type]  # names are those of fields


def test_documents_have_unit_rows_in_order(server: Server) -> None:
    with open_ollama("all-minilm", settings(server)) as embedder:
        together = embedder.embed_documents(FUNCTIONS)
        alone = embedder.embed_documents([FUNCTIONS[7]])
    assert together.failures == ()
    assert together.vectors.shape == (40, 384)
    assert together.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together.vectors, axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(together.vectors[7], alone.vectors[0], atol=2e-3)


def test_a_query_is_a_unit_vector_of_the_same_space(server: Server) -> None:
    with open_ollama("all-minilm", settings(server)) as embedder:
        vector = embedder.embed_query("сложить два числа")
        assert vector.shape == (embedder.space.dimensions,) == (384,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_no_documents_need_no_call(server: Server) -> None:
    with open_ollama("all-minilm", settings(server)) as embedder:
        assert embedder.embed_documents([]).vectors.shape == (0, 384)


@pytest.mark.parametrize(
    "text",
    [
        "=" * 20_000,
        "проверяем срок действия токена " * 300,
        "x = '" + "ab " * 9000 + "'",
        "\U0001f600" * 3000,
    ],
    ids=["signs", "Russian", "words", "emoji"],
)
def test_a_text_of_any_length_gets_a_vector_and_costs_its_neighbours_nothing(server: Server, text: str) -> None:
    with open_ollama("all-minilm", settings(server)) as embedder:
        plain = embedder.embed_documents(["def one(): ...", "def two(): ..."])
        mixed = embedder.embed_documents(["def one(): ...", text, "def two(): ..."])
    assert mixed.failures == ()
    assert np.isfinite(mixed.vectors).all()
    np.testing.assert_allclose(mixed.vectors[[0, 2]], plain.vectors, atol=2e-3)


def test_an_empty_text_is_no_trouble(server: Server) -> None:
    with open_ollama("all-minilm", settings(server)) as embedder:
        assert embedder.embed_documents(["", "def one(): ..."]).failures == ()


def test_a_long_context_that_a_person_asks_for_is_used_whole(server: Server) -> None:
    rows = (ModelRow("tiny-8k", input_tokens=8192),)
    text = "word " * 3000
    with open_ollama("tiny-8k", settings(server, models=rows)) as embedder:
        assert embedder.space.options == ("num_batch=8192,num_ctx=8192" if server.is_new else "num_ctx=8192")
        one, other = embedder.embed_documents([text, text + "end"]).vectors
    assert not np.array_equal(one, other)


def test_an_unknown_model_is_measured_and_says_so_once(server: Server) -> None:
    with open_ollama("tiny-8k", settings(server)) as embedder:
        assert embedder.space.dimensions == 64
        assert [str(notice).split(" ")[2] for notice in embedder.notices] == ["tiny-8k"]
        assert embedder.embed_documents(["text"]).vectors.shape == (1, 64)


def test_a_name_means_the_same_with_and_without_latest(server: Server) -> None:
    keys = set()
    for tag in ("all-minilm", "all-minilm:latest", "ALL-MiniLM"):
        with open_ollama(tag, settings(server)) as embedder:
            keys.add(embedder.space.key)
    assert len(keys) == 1


def test_a_missing_model_is_named_with_those_that_are_there(server: Server) -> None:
    with pytest.raises(ModelMissing, match=r"bge-m3.*all-minilm:latest, tiny-8k:latest.*ollama pull bge-m3"):
        open_ollama("bge-m3", settings(server))


def test_the_space_is_the_same_again_and_differs_with_the_prompt(server: Server) -> None:
    row = ModelRow("all-minilm", query_prompt="find: ")
    keys = []
    for more in ({}, {}, {"models": (row,)}):
        with open_ollama("all-minilm", settings(server, **more)) as embedder:
            keys.append(embedder.space.key)
    assert keys[0] == keys[1] != keys[2]


def test_dimensions_that_the_model_was_not_trained_for_are_refused(server: Server) -> None:
    with pytest.raises(UsageError, match="384"):
        open_ollama("all-minilm", settings(server, dimensions=100))


def test_models_are_listed_the_known_ones_first(server: Server) -> None:
    listed = list_models(settings(server))
    assert [(model.installed.tag, model.row.is_known) for model in listed] == [
        ("all-minilm:latest", True),
        ("tiny-8k:latest", False),
    ]
    assert server_version(settings(server)) == server.numbers


def test_a_cancelled_request_ends_within_50_milliseconds(server: Server) -> None:
    if isinstance(server, FakeOllama):
        server.delay_per_text = 0.03
    cancel = CancelToken()
    cancelled_at: list[float] = []

    def take_back() -> None:
        cancelled_at.append(time.monotonic())
        cancel.cancel()

    with open_ollama("all-minilm", settings(server)) as embedder:
        embedder.embed_query("warm up")
        timer = threading.Timer(0.3, take_back)
        timer.start()
        texts = [f"{text}\n" * 8 for text in FUNCTIONS * 10]
        with contextlib.suppress(Cancelled):  # raised when not even the first call was answered
            assert len(embedder.embed_documents(texts, cancel=cancel).vectors) < len(texts)
        took = time.monotonic() - cancelled_at[0]
        timer.join()
        # The real one wants the processor for itself, too.
        assert took < (0.05 if isinstance(server, FakeOllama) else 0.25)
        assert embedder.embed_documents(FUNCTIONS[:2]).failures == ()


def test_a_query_goes_before_documents_and_the_documents_still_arrive(server: Server) -> None:
    if isinstance(server, FakeOllama):
        server.delay_per_text = 0.01
    with open_ollama("all-minilm", settings(server)) as embedder:
        expected = embedder.embed_documents(FUNCTIONS).vectors
        results = []
        worker = threading.Thread(target=lambda: results.append(embedder.embed_documents(FUNCTIONS * 3)))
        worker.start()
        waits: list[float] = []
        while worker.is_alive() and len(waits) < 8:
            time.sleep(0.05)
            begun = time.monotonic()
            embedder.embed_query("сложить два числа")
            waits.append(time.monotonic() - begun)
        worker.join()
    [embedded] = results
    assert embedded.failures == ()
    np.testing.assert_allclose(embedded.vectors[:40], expected, atol=2e-3)
    # The real one shares the processor with whatever else the machine does; its figures belong into a benchmark.
    assert sorted(waits)[len(waits) // 2] < (0.3 if isinstance(server, FakeOllama) else 2)


def test_a_server_that_dies_is_told_and_one_that_returns_is_used_again(server: Server) -> None:
    with open_ollama("all-minilm", settings(server)) as embedder:
        before = embedder.embed_documents(FUNCTIONS[:3]).vectors
        server.stop()
        with pytest.raises(ModelUnavailable, match=r"No Ollama answers at http://127\.0\.0\.1:"):
            embedder.embed_documents(FUNCTIONS[:3])
        with pytest.raises(ModelUnavailable):
            embedder.embed_query("anything")
        server.start()
        after = embedder.embed_documents(FUNCTIONS[:3]).vectors
    np.testing.assert_allclose(before, after, atol=2e-3)


def test_a_server_killed_in_the_middle_of_documents_is_told_and_the_work_goes_on_after_its_return(
    server: Server,
) -> None:
    if isinstance(server, FakeOllama):
        server.delay_per_text = 0.02
    with open_ollama("all-minilm", settings(server)) as embedder:
        embedder.embed_query("warm up")
        began = time.monotonic()
        embedder.embed_documents(FUNCTIONS[:8])
        # Several batches are answered by then, however slow the machine; all of them would take far longer.
        timer = threading.Timer(4 * (time.monotonic() - began), server.kill)
        timer.start()
        done = len(embedder.embed_documents(FUNCTIONS * 100).vectors)
        assert 0 < done < len(FUNCTIONS) * 100
        with pytest.raises(ModelUnavailable):
            embedder.embed_documents((FUNCTIONS * 100)[done:])
        timer.join()
        server.start()
        assert embedder.embed_documents(FUNCTIONS[:5]).failures == ()


def test_a_length_that_a_person_vouches_for_is_used(server: Server) -> None:
    rows = (ModelRow("tiny-8k", dimensions=32),)
    with open_ollama("tiny-8k", settings(server, models=rows)) as embedder:
        [vector] = embedder.embed_documents(["text"]).vectors
    assert vector.shape == (32,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


def test_many_threads_share_one_embedder(server: Server) -> None:
    with open_ollama("all-minilm", settings(server)) as embedder:
        expected = embedder.embed_documents(FUNCTIONS[:12]).vectors
        failed: list[BaseException] = []

        def work() -> None:
            try:
                np.testing.assert_allclose(embedder.embed_documents(FUNCTIONS[:12]).vectors, expected, atol=2e-3)
                embedder.embed_query("сложить")
            except BaseException as error:  # to be raised where the test sees it
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []


def test_a_closed_embedder_says_so(server: Server) -> None:
    embedder = open_ollama("all-minilm", settings(server))
    embedder.embed_query("text")
    embedder.close()
    embedder.close()
    with pytest.raises(ModelUnavailable):
        embedder.embed_query("text")
