"""A model that takes its time holds up nothing that does not need it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.editor import ANSWERED_WITHIN, Editor, eventually, within

COFFEE = "def brew_coffee():\n    return 1\n"
TEA = "def make_tea():\n    return 2\n"


@pytest.fixture
async def editor(home: Path, workspace: Path, fake: FakeOllama) -> AsyncIterator[Editor]:
    """All is embedded; from now on the model takes a minute a text."""
    async with Editor(home, workspace, settings={"model": "bge-m3", "ollamaHost": fake.host}) as opened:
        await opened.ready()
        fake.delay_per_text = 60.0
        yield opened


async def test_what_is_typed_does_not_wait_for_the_text_before_it(editor: Editor, workspace: Path) -> None:
    uri = editor.open(workspace / "shop/geometry.py", COFFEE)
    await eventually(lambda: editor.symbols("brew_coffee"), lambda names: names[:1] == ["brew_coffee"])
    editor.change(uri, TEA)
    shown = eventually(lambda: editor.symbols("make_tea"), lambda names: names[:1] == ["make_tea"])
    await within(shown, ANSWERED_WITHIN)
    editor.close(uri)
    hidden = eventually(lambda: editor.symbols("make_tea"), lambda names: "make_tea" not in names)
    await within(hidden, ANSWERED_WITHIN)


async def test_a_hover_and_a_search_by_words_do_not_wait_for_questions_at_the_model(
    editor: Editor, workspace: Path
) -> None:
    asked = [asyncio.ensure_future(editor.symbols(f"вопрос номер {number}")) for number in range(8)]
    await asyncio.sleep(0.3)
    await within(editor.hover((workspace / "shop/geometry.py").as_uri(), 0, 5), ANSWERED_WITHIN)
    found = await within(editor.search("отменить заказ", model="lexical"), ANSWERED_WITHIN)
    assert found["hits"][0]["name"] == "cancel"
    for one in asked:
        one.cancel()


async def test_a_newer_question_of_symbols_ends_the_older_one_and_its_call_to_the_model(editor: Editor) -> None:
    *older, newest = [asyncio.ensure_future(editor.symbols(f"вопрос номер {number}")) for number in range(8)]
    for one in older:
        with pytest.raises(JsonRpcException, match="Cancelled"):
            await within(one, ANSWERED_WITHIN)
    assert not newest.done()
    newest.cancel()
