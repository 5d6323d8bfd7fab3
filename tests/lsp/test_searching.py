"""`smysl/search` and its command, through the real server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.conftest import shop
from tests.lsp.editor import Editor, within


async def test_a_russian_question_finds_the_method_with_all_that_an_editor_shows(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        found = await editor.search("отменить заказ", topK=3)
    assert (found["query"], found["model"], found["state"]) == ("отменить заказ", "builtin", "ready")
    hit = found["hits"][0]
    assert hit["uri"] == (workspace / "shop/orders.py").as_uri()
    assert (hit["name"], hit["container"], hit["kind"], hit["path"]) == ("cancel", "Order", "method", "shop/orders.py")
    assert hit["range"] == {"start": {"line": 6, "character": 0}, "end": {"line": 8, "character": 32}}
    assert hit["selectionRange"] == {"start": {"line": 6, "character": 8}, "end": {"line": 6, "character": 14}}
    assert 0 < hit["score"] <= 1
    assert set(hit["reasons"]) <= {"meaning", "words", "name"}
    text = hit["snippet"]["text"]
    marked = [text[one["start"] : one["end"]] for one in hit["snippet"]["highlights"]]
    assert {"cancel", "Отменить", "заказ"} <= set(marked)
    assert not hit["stale"]
    assert not hit["unsaved"]


async def test_that_another_model_stands_in_is_said_once_and_stands_in_the_status(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        status = await editor.ready()
        answers = [await editor.search(query) for query in ("отменить заказ", "вернуть деньги", "turn an image")]
    told = ["No Ollama answers at http://127.0.0.1:9.", "The built-in model answers."]
    assert [answer["notices"] for answer in answers] == [told, [], []]
    assert (status["state"], status["notices"], status["hints"]) == ("ready", [], told)


async def test_filters_hold(home: Path, workspace: Path) -> None:
    async def names(**filters: Any) -> set[str]:
        return set(await editor.names("order", filters=filters))

    async with Editor(home, workspace) as editor:
        await editor.ready()
        assert await names(kinds=["class"]) == {"Order"}
        assert await names(tests="only") == {"test_cancel_order_returns_money"}
        assert await names(paths=["shop/geo*.py"]) == {"rotate_picture", "area"}
        assert await names(within=[(workspace / "shop/geometry.py").as_uri()]) == {"rotate_picture", "area"}
        assert await names(within=[(workspace.parent / "elsewhere").as_uri()]) == set()


async def test_the_words_answer_first_and_the_whole_answer_replaces_it(
    home: Path, workspace: Path, fake: FakeOllama
) -> None:
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    async with Editor(home, workspace, settings=settings) as editor:
        await editor.ready()
        fake.delay_per_text = 3.0
        found = await editor.search("отменить заказ", partialResultToken="quick")
        first = [value for token, value in editor.progress if token == "quick"]
    assert [one["model"] for one in first] == [None]
    assert first[0]["hits"][0]["name"] == "cancel"
    assert found["model"] == "bge-m3"


async def test_a_newer_search_ends_the_older_one_and_its_call_to_the_model(
    home: Path, workspace: Path, fake: FakeOllama
) -> None:
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    async with Editor(home, workspace, settings=settings) as editor:
        await editor.ready()
        fake.delay_per_text = 5.0
        older = asyncio.ensure_future(editor.search("cancel an order"))
        await asyncio.sleep(0.3)
        fake.delay_per_text = 0.0
        newer = await editor.search("send the bill")
        with pytest.raises(JsonRpcException) as ended:
            await older
    assert ended.value.code == lsp.LSPErrorCodes.ServerCancelled
    assert newer["hits"]


async def test_a_search_can_be_taken_back(home: Path, workspace: Path, fake: FakeOllama) -> None:
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    async with Editor(home, workspace, settings=settings) as editor:
        await editor.ready()
        fake.delay_per_text = 30.0
        client = editor.client
        asked = client.protocol.send_request("smysl/search", {"query": "cancel"}, msg_id="mine")
        await asyncio.sleep(0.3)
        client.cancel_request(lsp.CancelParams(id="mine"))
        with pytest.raises(JsonRpcException) as ended:
            await within(asyncio.wrap_future(asked), 5)
        fake.delay_per_text = 0.0
        assert await editor.names("cancel order")
    assert ended.value.code == lsp.LSPErrorCodes.RequestCancelled


MISFITS: Sequence[tuple[Any, str]] = (
    ({}, "$.query"),
    ({"query": 5}, "$.query"),
    ({"query": "x", "topK": 0}, "topK"),
    ({"query": "x", "topK": "ten"}, "$.topK"),
    ({"query": "x", "filters": {"kinds": ["lambda"]}}, "$.filters.kinds"),
    ({"query": "x", "filters": {"paths": "src/"}}, "$.filters.paths"),
    ([], "$"),
    (None, "$"),
)


async def test_params_that_do_not_fit_are_answered_with_the_field(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        for params, field in MISFITS:
            with pytest.raises(JsonRpcException) as error:
                await editor.request("smysl/search", params)
            assert error.value.code == lsp.ErrorCodes.InvalidParams
            assert field in error.value.message
        assert await editor.request("smysl/status")  # the server goes on


async def test_commands_do_what_the_requests_do(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        assert (await editor.command("smysl.search", "отменить заказ"))["hits"][0]["name"] == "cancel"
        found = await editor.command("smysl.search", {"query": "отменить заказ", "topK": 1})
        assert [hit["name"] for hit in found["hits"]] == ["cancel"]
        with pytest.raises(JsonRpcException) as error:
            await editor.command("smysl.search")
        assert error.value.code == lsp.ErrorCodes.InvalidParams


async def test_a_search_in_several_folders_puts_the_best_of_all_first(home: Path, tmp_path: Path) -> None:
    one, other = shop(tmp_path / "one"), tmp_path / "other"
    other.mkdir()
    (other / "tokens.py").write_text("def is_expired(token):\n    '''Истёк ли срок действия токена.'''\n", "utf-8")
    async with Editor(home, one, other) as editor:
        status = await editor.ready()
        assert len(status["folders"]) == 2
        hits = (await editor.search("проверить срок действия токена"))["hits"]
        assert (hits[0]["name"], hits[0]["uri"]) == ("is_expired", (other / "tokens.py").as_uri())
        assert await editor.names("отменить заказ", topK=1) == ["cancel"]


async def test_a_blank_query_and_another_model_are_answered(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        assert (await editor.search("  "))["hits"] == []
        by_words = await editor.search("отменить заказ", model="lexical")
        assert (by_words["model"], by_words["hits"][0]["name"]) == (None, "cancel")
