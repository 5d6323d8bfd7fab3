"""Messages that do not fit, come too early or too late, or are taken back: every request is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.editor import ANSWERED_WITHIN, Editor, eventually, within

NOWHERE = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": -1, "character": 0}}

HALF = "\ud800"
"""Half of a surrogate pair, which an editor written in JavaScript may well send."""


async def test_standard_requests_that_do_not_fit_are_answered_with_an_error(home: Path, workspace: Path) -> None:
    requests: list[tuple[str, Any]] = [
        ("textDocument/hover", {"nonsense": 1}),
        ("textDocument/hover", NOWHERE),
        ("textDocument/codeLens", []),
        ("workspace/symbol", None),
        ("workspace/executeCommand", {}),
    ]
    async with Editor(home, workspace) as editor:
        for number, (method, params) in enumerate(requests):
            with pytest.raises(JsonRpcException) as error:
                await editor.raw(method, params, id=str(number))
            assert error.value.code == lsp.ErrorCodes.InvalidParams
        assert "a required field is missing @ $.params.textDocument" in await misfit(editor)


async def misfit(editor: Editor) -> str:
    with pytest.raises(JsonRpcException) as error:
        await editor.raw("textDocument/hover", {"position": {"line": 0, "character": 0}})
    return error.value.message


async def test_requests_before_initialize_and_after_shutdown_are_answered_with_an_error(
    home: Path, workspace: Path
) -> None:
    editor = Editor(home, workspace)
    await editor.start()
    with pytest.raises(JsonRpcException) as early:
        await editor.raw("smysl/search", {"query": "a"})
    assert early.value.code == lsp.ErrorCodes.ServerNotInitialized
    await editor.initialise()
    with pytest.raises(JsonRpcException) as again:
        await editor.raw("initialize", {"capabilities": {}, "processId": None, "rootUri": None})
    assert again.value.code == lsp.ErrorCodes.InvalidRequest
    await within(editor.client.shutdown_async(None))
    with pytest.raises(JsonRpcException) as late:
        await editor.raw("smysl/search", {"query": "a"})
    assert late.value.code == lsp.ErrorCodes.InvalidRequest
    editor.client.exit(None)
    await within(editor.process.wait(), ANSWERED_WITHIN)
    await editor.client.stop()  # type: ignore[no-untyped-call]  # pygls has no types there


async def test_half_a_surrogate_pair_is_a_letter_like_another(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        assert (await editor.raw("smysl/search", {"query": f"отменить {HALF} заказ"}))["hits"]
        assert (await editor.raw("workspace/symbol", {"query": f"отменить {HALF} заказ"})) is not None
        assert (await editor.raw("smysl/similar", {"text": f"def f():\n    return '{HALF}'"}))["hits"]


async def test_shutdown_is_answered_while_a_command_is_at_work(home: Path, workspace: Path, fake: FakeOllama) -> None:
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    async with Editor(home, workspace, settings=settings) as editor:
        await editor.ready()
        fake.delay_per_text = 60.0
        command = asyncio.ensure_future(editor.command("smysl.search", "совсем новый вопрос"))
        await asyncio.sleep(0.3)
        await within(editor.client.shutdown_session(), ANSWERED_WITHIN)
        with pytest.raises(JsonRpcException):
            await command
    assert editor.process.returncode == 0


async def test_edits_after_a_form_feed_go_where_the_editor_means(home: Path, workspace: Path) -> None:
    path = workspace / "shop/pages.py"
    async with Editor(home, workspace) as editor:
        await editor.ready()
        uri = editor.open(path, "x = 1\f\ny = '\u2028'\ndef brew_coffee(beans):\n    return beans\n")
        name = lsp.Range(lsp.Position(2, 4), lsp.Position(2, 15))
        change = lsp.TextDocumentContentChangePartial(name, "pour_water")
        identifier = lsp.VersionedTextDocumentIdentifier(1, uri)
        editor.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, [change]))
        await eventually(lambda: editor.symbols("pour_water"), lambda names: names[:1] == ["pour_water"])
