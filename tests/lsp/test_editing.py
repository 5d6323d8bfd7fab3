"""Hover, symbols, lenses, actions and similar code, in every position encoding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.editor import Editor, eventually, within

TWIN = '''

def rotate_photo(photo, angle):
    """Turn an image by some degrees."""
    return photo.turned(angle)
'''
WIDE = """class Эмодзи:  # 😋
    def 出す(self): 😋 = 1


def отправить_письмо(кому): "😋😋"; return "письмо 😋 " + кому
"""


def with_twin(workspace: Path) -> Path:
    """The shop, where a function of `shop/geometry.py` has a near twin in `shop/photo.py`."""
    (workspace / "shop/photo.py").write_text(TWIN.lstrip(), "utf-8")
    return workspace


async def test_a_hover_links_to_similar_code_and_asks_no_model(home: Path, workspace: Path, fake: FakeOllama) -> None:
    settings = {"model": "builtin", "ollamaHost": fake.host}
    async with Editor(home, with_twin(workspace), settings=settings) as editor:
        await editor.ready()
        uri = editor.open(workspace / "shop/geometry.py")
        shown = await editor.hover(uri, 0, 6)
        assert shown is not None
        first = shown.splitlines()[2]
        assert shown.startswith("**Similar code**\n")
        target = (workspace / "shop/photo.py").as_uri()
        assert first.startswith(f"- [`rotate_photo`]({target}#L1) · `shop/photo.py:1` · ")
        assert first.endswith(" %")
        assert await editor.hover(uri, 1, 6) is None  # no definition begins there
        assert await editor.hover(uri, 5, 6) is None  # nothing is like it
        assert await editor.hover(uri, 500, 0) is None
        assert await editor.hover((workspace / "missing.py").as_uri(), 0, 0) is None
        assert await editor.hover("untitled:one", 0, 0) is None
        assert fake.calls == []
        editor.configure({**settings, "hover": {"enabled": False}})
        await eventually(lambda: editor.hover(uri, 0, 6), lambda shown: shown is None)
        editor.configure(settings)
        await eventually(lambda: editor.hover(uri, 0, 6))
        editor.configure({**settings, "hover": {"threshold": 1.0}})
        await eventually(lambda: editor.hover(uri, 0, 6), lambda shown: shown is None)


async def test_a_hover_calls_the_command_of_a_client_that_has_one_and_is_plain_where_markdown_is_not_shown(
    home: Path, workspace: Path
) -> None:
    def plain_only(capabilities: lsp.ClientCapabilities) -> None:
        assert capabilities.text_document is not None
        assert capabilities.text_document.hover is not None
        capabilities.text_document.hover.content_format = [lsp.MarkupKind.PlainText]

    options = {"clientCommands": {"open": "editor.open", "similar": "editor.similar"}}
    async with Editor(home, with_twin(workspace), options=options) as editor:
        await editor.ready()
        shown = await editor.hover(editor.open(workspace / "shop/geometry.py"), 0, 6)
        assert shown is not None
        assert "](command:editor.open?%5B%22file%3A" in shown
    async with Editor(home, workspace, adapt=plain_only, locale="ru") as editor:
        await editor.ready()
        shown = await editor.hover(editor.open(workspace / "shop/geometry.py"), 0, 6)
    assert shown is not None
    assert shown.splitlines()[0] == "Похожий код"
    assert shown.splitlines()[1].startswith("shop/photo.py:1  rotate_photo  ")


async def test_names_and_paths_never_become_markdown(home: Path, workspace: Path) -> None:
    trap = workspace / "shop" / "a`b](command:x)[*.py"
    trap.write_text(TWIN.lstrip(), "utf-8")
    async with Editor(home, workspace) as editor:
        await editor.ready()
        shown = await editor.hover(editor.open(workspace / "shop/geometry.py"), 0, 6)
    assert shown is not None
    line = shown.splitlines()[2]
    assert "``shop/a`b](command:x)[*.py:1``" in line
    assert line.count("](") - line.count("``shop/a`b](") == 1
    assert "command%3Ax" in line or "command:x" not in line.partition(") · ")[0]


async def test_symbols_are_semantic_for_words_and_by_name_for_an_identifier(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        assert (await editor.symbols("отменить заказ"))[0] == "cancel"
        assert (await editor.symbols("send the bill"))[0] == "send_invoice"
        assert (await editor.symbols("rotate_picture"))[0] == "rotate_picture"
        assert (await editor.symbols("rotpic"))[0] == "rotate_picture"
        assert (await editor.symbols("totalPrice"))[0] == "total_price"
        assert await editor.symbols("") == []
        assert await editor.symbols("zzzz") == []
        found = await within(editor.client.workspace_symbol_async(lsp.WorkspaceSymbolParams("total_price")))
        assert found is not None
        symbol = found[0]
        assert isinstance(symbol, lsp.SymbolInformation)
        assert (symbol.kind, symbol.container_name) == (lsp.SymbolKind.Method, "Order")
        assert isinstance(symbol.location, lsp.Location)
        assert symbol.location.range.start == lsp.Position(10, 8)
        editor.configure({"workspaceSymbol": False})
        await eventually(lambda: editor.symbols("отменить заказ"), lambda names: names == [])


async def test_lenses_and_actions_are_off_unless_asked_for(home: Path, workspace: Path) -> None:
    async with Editor(home, with_twin(workspace)) as editor:
        await editor.ready()
        uri = editor.open(workspace / "shop/geometry.py")
        document = lsp.TextDocumentIdentifier(uri)
        everywhere = lsp.Range(lsp.Position(0, 4), lsp.Position(0, 4))
        action = lsp.CodeActionParams(document, everywhere, lsp.CodeActionContext(diagnostics=[]))
        assert not await within(editor.client.text_document_code_lens_async(lsp.CodeLensParams(document)))
        assert not await within(editor.client.text_document_code_action_async(action))
        editor.configure({"codeLens": True, "codeAction": True})
        asks_for_lenses = lsp.CodeLensParams(document)
        lenses: Any = await eventually(lambda: editor.client.text_document_code_lens_async(asks_for_lenses))
        actions: Any = await within(editor.client.text_document_code_action_async(action))
        assert [(lens.range.start.line, lens.command.title) for lens in lenses] == [(0, "1 similar")]
        assert [one.title for one in actions] == ["Find similar code"]
        command = lenses[0].command
        assert command.command == "smysl.showSimilar"
        asked: list[Any] = []

        def choose(params: lsp.ShowMessageRequestParams) -> lsp.MessageActionItem:
            asked.append(params)
            assert params.actions
            return params.actions[0]

        editor.client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)(choose)
        await editor.command(command.command, *command.arguments)
        await editor.finds("turn an image", "rotate_picture")  # a question later: the client was asked by then
        assert asked[0].actions[0].title.startswith("rotate_photo")
        assert editor.client.shown_documents[0].uri == (workspace / "shop/photo.py").as_uri()


async def test_similar_code_of_a_place_a_selection_and_a_text(home: Path, workspace: Path) -> None:
    async with Editor(home, with_twin(workspace)) as editor:
        await editor.ready()
        path = workspace / "shop/geometry.py"
        uri = path.as_uri()
        at = {"line": 1, "character": 4}
        found = await editor.request("smysl/similar", {"uri": uri, "position": at})
        assert (found["name"], found["source"], found["model"]) == ("rotate_picture", "saved", "builtin")
        assert found["range"]["start"]["line"] == 0
        assert found["hits"][0]["name"] == "rotate_photo"
        selection = {"start": {"line": 0, "character": 0}, "end": {"line": 2, "character": 40}}
        found = await editor.request("smysl/similar", {"uri": uri, "range": selection})
        assert (found["name"], found["source"]) == (None, "text")
        assert [hit["name"] for hit in found["hits"]][:1] == ["rotate_photo"]
        assert "rotate_picture" not in [hit["name"] for hit in found["hits"]]
        found = await editor.request("smysl/similar", {"text": TWIN.strip(), "topK": 2})
        assert {hit["name"] for hit in found["hits"]} == {"rotate_photo", "rotate_picture"}
        editor.open(path, path.read_text("utf-8") + TWIN.replace("rotate_photo", "rotate_drawing"))
        await editor.finds("rotate drawing", "rotate_drawing")
        found = await editor.request("smysl/similar", {"uri": uri, "position": {"line": 9, "character": 0}})
        assert (found["name"], found["source"]) == ("rotate_drawing", "buffer")
        assert found["hits"][0]["name"] in {"rotate_photo", "rotate_picture"}


async def test_similar_code_of_nothing_says_why(home: Path, workspace: Path, tmp_path: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        outside = {"uri": (tmp_path / "elsewhere.py").as_uri(), "position": {"line": 0, "character": 0}}
        found = await editor.request("smysl/similar", outside)
        assert (found["hits"], found["notices"]) == ([], ["This document belongs to no folder that is searched."])
        beyond = {"uri": (workspace / "shop/geometry.py").as_uri(), "position": {"line": 99, "character": 0}}
        found = await editor.request("smysl/similar", beyond)
        assert found["notices"] == ["There is no function, method or class here that the index knows."]
        for params in ({}, {"uri": "file:///x.py"}, {"position": {"line": 0, "character": 0}}):
            with pytest.raises(JsonRpcException) as error:
                await editor.request("smysl/similar", params)
            assert error.value.code == lsp.ErrorCodes.InvalidParams


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        (lsp.PositionEncodingKind.Utf16, (4, 20)),
        (lsp.PositionEncodingKind.Utf8, (4, 35)),
        (lsp.PositionEncodingKind.Utf32, (4, 20)),
    ],
)
async def test_places_are_counted_as_the_client_counts(
    home: Path, workspace: Path, encoding: lsp.PositionEncodingKind, name: tuple[int, int]
) -> None:
    (workspace / "shop/wide.py").write_text(WIDE, "utf-8")
    line = WIDE.splitlines()[4]
    units = {"utf-8": len(line.encode()), "utf-16": len(line.encode("utf-16-le")) // 2, "utf-32": len(line)}
    async with Editor(home, workspace, encodings=[encoding]) as editor:
        await editor.ready()
        hit = (await editor.search("отправить письмо"))["hits"][0]
        assert hit["name"] == "отправить_письмо"
        place = hit["selectionRange"]
        assert (place["start"]["character"], place["end"]["character"]) == name
        assert hit["range"]["end"] == {"line": 4, "character": units[encoding.value]}
        text = hit["snippet"]["text"]
        data = text.encode({"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding.value])
        size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding.value]
        marked = [data[one["start"] * size : one["end"] * size] for one in hit["snippet"]["highlights"]]
        words = [one.decode({1: "utf-8", 2: "utf-16-le", 4: "utf-32-le"}[size]) for one in marked]
        assert "отправить_письмо" in words
        assert "письмо" in words
