"""What Ollama answers, row by row; the fake must say the same as the real one."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import httpx
import pytest
from tests.engine.embed.fake_ollama import FakeOllama
from tests.ollama.real_ollama import RealOllama

Server = FakeOllama | RealOllama
LONG = "проверяем срок действия токена " * 60


def ask(server: Server, path: str, body: Any = None, *, method: str = "POST") -> httpx.Response:
    content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    with httpx.Client(trust_env=False, timeout=60) as client:
        return client.request(method, server.host + path, content=content)


def embed(server: Server, texts: Any, model: str = "all-minilm", **more: Any) -> httpx.Response:
    return ask(server, "/api/embed", {"model": model, "input": texts, "options": {"num_ctx": 256}, **more})


def vectors(answer: httpx.Response) -> list[list[float]]:
    assert answer.status_code == 200, answer.text
    rows: list[list[float]] = answer.json()["embeddings"]
    return rows


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "missing request body"),
        (b"{", 400, ""),
        (b"[]", 400, ""),
        ({"model": "", "input": "text"}, 404, "model '' not found"),
        ({"model": "a b!", "input": "text"}, 400, "invalid model name"),
        ({"model": "all-minilm", "input": 5}, 400, "invalid input type"),
        ({"model": "all-minilm", "input": {"a": 1}}, 400, "invalid input type"),
        ({"model": "all-minilm", "input": ["text", 5]}, 400, "invalid input type"),
        ({"model": "nope", "input": 5}, 400, "invalid input type"),
        ({"model": "nope", "input": "text"}, 404, 'model "nope" not found, try pulling it first'),
        (
            {"model": "all-minilm", "input": "text", "options": {"num_ctx": "many"}},
            500,
            'option "num_ctx" must be of type integer',
        ),
        (
            {"model": "all-minilm", "input": LONG, "truncate": False, "options": {"num_ctx": 256}},
            400,
            "the input length exceeds the context length",
        ),
        (
            {"model": "all-minilm", "input": ["short", LONG], "truncate": False, "options": {"num_ctx": 256}},
            400,
            "the input length exceeds the context length",
        ),
    ],
)
def test_an_embed_call_that_makes_no_sense_is_refused(server: Server, body: Any, status: int, words: str) -> None:
    answer = ask(server, "/api/embed", body)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_no_input_gives_no_vectors(server: Server) -> None:
    assert vectors(embed(server, "")) == []
    assert vectors(embed(server, [])) == []
    assert vectors(embed(server, None)) == []


def test_an_empty_text_in_a_list_has_a_vector(server: Server) -> None:
    assert len(vectors(embed(server, ["", "text"]))) == 2


def test_vectors_are_units_and_in_order(server: Server) -> None:
    together = vectors(embed(server, ["read a file", "write a file", "проверка токена"]))
    [alone] = vectors(embed(server, "write a file"))
    assert [round(math.hypot(*row), 3) for row in together] == [1.0, 1.0, 1.0]
    assert together[1] == pytest.approx(alone, abs=1e-3)
    assert {len(row) for row in together} == {384}


def test_the_answer_echoes_the_model_and_counts_tokens(server: Server) -> None:
    answer = embed(server, ["read a file", "write"]).json()
    assert answer["model"] == "all-minilm"
    assert answer["prompt_eval_count"] >= 8


@pytest.mark.parametrize(("wanted", "length"), [(128, 128), (384, 384), (1000, 384), (0, 384)])
def test_dimensions_cut_and_make_units_again(server: Server, wanted: int, length: int) -> None:
    [row] = vectors(embed(server, "read a file", dimensions=wanted))
    assert len(row) == length
    assert math.hypot(*row) == pytest.approx(1, abs=1e-3)


def test_a_long_text_is_cut_by_the_server_if_it_may_but_the_older_one_fails_on_russian(server: Server) -> None:
    if server.is_new:
        assert len(vectors(embed(server, LONG))) == 1
        return
    assert len(vectors(embed(server, "check the token " * 200))) == 1
    answer = embed(server, LONG)
    assert (answer.status_code, answer.json()["error"]) == (400, "the input length exceeds the context length")


def test_a_context_beyond_the_batch_needs_the_batch_too_since_0_30(server: Server) -> None:
    body = {"model": "tiny-8k", "input": "word " * 3000, "truncate": False}
    small = ask(server, "/api/embed", {**body, "options": {"num_ctx": 8192}})
    if server.is_new:
        assert small.status_code == 400
        assert "context length" in small.json()["error"]
    else:
        assert small.json()["prompt_eval_count"] > 2900
    large = ask(server, "/api/embed", {**body, "options": {"num_ctx": 8192, "num_batch": 8192}})
    assert large.status_code == 200
    assert large.json()["prompt_eval_count"] > 2900


def test_tags_name_every_model_with_digest_and_details(server: Server) -> None:
    models = {model["name"]: model for model in ask(server, "/api/tags", method="GET").json()["models"]}
    assert set(models) == {"all-minilm:latest", "tiny-8k:latest"}
    minilm = models["all-minilm:latest"]
    assert len(minilm["digest"]) == 64
    if server.is_new:
        assert minilm["details"]["embedding_length"] == 384
        assert minilm["capabilities"] == ["embedding"]


def test_show_tells_lengths_and_capabilities(server: Server) -> None:
    shown = ask(server, "/api/show", {"model": "tiny-8k"}).json()
    info = shown["model_info"]
    architecture = info["general.architecture"]
    assert info[f"{architecture}.context_length"] == 8192
    assert info[f"{architecture}.embedding_length"] == 64
    assert shown["capabilities"] == ["embedding"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/api/show", {"model": "nope:latest"}, 404, "model 'nope:latest' not found"),
        ("DELETE", "/api/delete", {"model": "nope"}, 404, "model 'nope' not found"),
        ("POST", "/api/create", {"model": "new"}, 400, "neither 'from' or 'files' was specified"),
        ("POST", "/api/blobs/sha256:" + "0" * 64, b"not it", 400, "digest mismatch"),
    ],
)
def test_other_routes_refuse_in_the_same_words(
    server: Server, method: str, path: str, body: Any, status: int, words: str
) -> None:
    answer = ask(server, path, body, method=method)
    assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text


def test_the_root_and_the_version_answer(server: Server) -> None:
    assert ask(server, "/", method="GET").text == "Ollama is running"
    assert ask(server, "/api/version", method="GET").json() == {"version": server.version}
    assert ask(server, "/api/version", method="HEAD").status_code == 200
    assert ask(server, "/api/nothing", method="GET").status_code == 404


def test_a_used_model_is_listed_as_running_and_can_be_unloaded(server: Server) -> None:
    embed(server, "text")
    running = [model["name"] for model in ask(server, "/api/ps", method="GET").json()["models"]]
    assert "all-minilm:latest" in running
    answer = ask(server, "/api/generate", {"model": "all-minilm", "keep_alive": 0})
    assert answer.json()["done_reason"] == "unload"


def test_a_pull_of_what_does_not_exist_says_so_in_its_last_line(server: Server) -> None:
    answer = ask(server, "/api/pull", {"model": "no-such-model"})
    assert answer.status_code == 200
    assert "pull model manifest" in json.loads(answer.text.splitlines()[-1])["error"]


def test_a_blob_that_was_sent_is_there(server: Server) -> None:
    name = f"/api/blobs/sha256:{hashlib.sha256(b'a blob').hexdigest()}"
    assert ask(server, name, b"a blob").status_code in (200, 201)
    assert ask(server, name, method="HEAD").status_code == 200
    assert ask(server, "/api/blobs/sha256:" + "1" * 64, method="HEAD").status_code == 404
