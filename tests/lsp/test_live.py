"""The index stays right while a person works: saves, unsaved buffers, folders that come and go, storms of edits."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from lsprotocol import types as lsp
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.conftest import shop
from tests.lsp.editor import Editor, eventually, within

from smysl.engine.engine import Engine
from smysl.engine.settings import Settings

BREW = "def brew_coffee(beans):\n    '''Сварить кофе.'''\n    return beans\n"


async def test_a_saved_file_is_found_and_a_deleted_one_is_not(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        (workspace / "shop/coffee.py").write_text(BREW, "utf-8")
        await editor.finds("сварить кофе", "brew_coffee")
        (workspace / "shop/coffee.py").unlink()
        await eventually(lambda: editor.names("сварить кофе"), lambda names: "brew_coffee" not in names)
        shutil.rmtree(workspace / "shop")
        await editor.until(lambda status: status["files"] == 1)
        assert set(await editor.names("order")) == {"test_cancel_order_returns_money"}


async def test_what_is_typed_and_not_saved_is_found_and_gone_when_it_is_closed(home: Path, workspace: Path) -> None:
    path = workspace / "shop/geometry.py"
    async with Editor(home, workspace) as editor:
        await editor.ready()
        uri = editor.open(path)
        editor.change(uri, path.read_text("utf-8") + "\n\n" + BREW)
        await editor.finds("сварить кофе", "brew_coffee")
        hit = (await editor.search("сварить кофе"))["hits"][0]
        assert (hit["unsaved"], hit["stale"]) == (True, False)
        assert (await editor.names("сварить кофе", model="lexical"))[:1] == ["brew_coffee"]
        assert hit["selectionRange"]["start"] == {"line": 9, "character": 4}
        others = {one["name"]: one["unsaved"] for one in (await editor.search("отменить заказ"))["hits"]}
        assert others["cancel"] is False
        editor.change(uri, "def broken(:\n" + BREW)  # in the middle of typing
        await editor.finds("сварить кофе", "brew_coffee")
        editor.close(uri)
        await eventually(lambda: editor.names("сварить кофе"), lambda names: "brew_coffee" not in names)
        assert "rotate_picture" in await editor.names("rotate picture")


async def test_a_document_outside_all_folders_is_searched_while_it_is_open(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "отдельно" / "coffee.py"
    path.parent.mkdir()
    path.write_text(BREW, "utf-8")
    async with Editor(home) as editor:
        assert (await editor.until(lambda status: True))["state"] == "off"
        assert (await editor.search("сварить кофе"))["hits"] == []
        uri = editor.open(path)
        await editor.finds("сварить кофе", "brew_coffee")
        found = await editor.search("сварить кофе")
        assert found["state"] == "ready"
        assert found["hits"][0]["uri"] == path.as_uri()
        editor.close(uri)
        untitled = editor.open(path, BREW, uri="untitled:Untitled-1")
        assert await editor.hover(untitled, 0, 5) is None


async def test_folders_come_and_go(home: Path, workspace: Path, tmp_path: Path) -> None:
    other = tmp_path / "second one (копия)"
    other.mkdir()
    (other / "coffee.py").write_text(BREW, "utf-8")

    def change(added: list[Path], removed: list[Path]) -> None:
        event = lsp.WorkspaceFoldersChangeEvent(
            added=[lsp.WorkspaceFolder(path.as_uri(), path.name) for path in added],
            removed=[lsp.WorkspaceFolder(path.as_uri(), path.name) for path in removed],
        )
        editor.client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))

    async with Editor(home, workspace) as editor:
        await editor.ready()
        change([other], [])
        await editor.until(lambda status: status["files"] == 4 and status["state"] == "ready")
        hit = (await editor.search("сварить кофе"))["hits"][0]
        assert (hit["name"], hit["uri"]) == ("brew_coffee", (other / "coffee.py").as_uri())
        change([workspace / "shop"], [workspace])  # a folder inside the one that goes
        await editor.until(lambda status: status["files"] == 3 and status["state"] == "ready")
        assert "test_cancel_order_returns_money" not in await editor.names("cancel order")
        change([], [workspace / "shop", other])
        await editor.until(lambda status: status["state"] == "off")
        assert (await editor.search("сварить кофе"))["hits"] == []


async def test_a_folder_inside_another_is_part_of_it_and_a_file_is_searched_too(home: Path, tmp_path: Path) -> None:
    root = shop(tmp_path / "outer")
    single = tmp_path / "coffee.py"
    single.write_text(BREW, "utf-8")
    async with Editor(home, root, root / "shop", single) as editor:
        status = await editor.ready()
        assert [folder["uri"] for folder in status["folders"]] == [root.as_uri()]
        assert (await editor.names("отменить заказ")).count("cancel") == 1
        await editor.finds("сварить кофе", "brew_coffee")


async def test_a_folder_that_is_not_there_says_so_and_the_others_answer(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace, workspace.parent / "missing") as editor:
        status = await editor.until(lambda status: status["state"] == "error" and status["files"] == 3)
        assert "missing" in status["message"]
        assert (await editor.names("отменить заказ"))[0] == "cancel"


async def test_a_storm_of_saves_leaves_the_index_of_a_fresh_one_and_embeds_each_final_text_once(
    home: Path, tmp_path: Path, fake: FakeOllama
) -> None:
    root = tmp_path / "storm"
    root.mkdir()
    for number in range(50):
        (root / f"part{number}.py").write_text(f"def part{number}():\n    return 0\n", "utf-8")
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    async with Editor(home, root, settings=settings) as editor:
        await editor.ready()
        before = len(fake.embedded_texts)
        for save in range(500):
            (root / f"part{save % 50}.py").write_text(f"def part{save % 50}():\n    return {save}\n", "utf-8")
            await asyncio.sleep(0.02)
        last = f"return {499}"

        async def settled() -> None:
            while last not in str(fake.embedded_texts[before:]) or (await editor.request("smysl/status"))["pending"]:
                await asyncio.sleep(0.1)

        await within(settled())
        await asyncio.sleep(1.5)
        await editor.ready()
        told = await editor.search("part", topK=50)
    texts = fake.embedded_texts[before:]
    final = [text for text in texts if any(f"return {save}\n" in text + "\n" for save in range(450, 500))]
    assert len(set(final)) == 50
    batch = 32
    assert len(final) <= 50 + batch
    fresh = Settings(model="bge-m3", ollama_host=fake.host, cache_dir=tmp_path / "fresh")
    with Engine.open(root, fresh) as engine:
        engine.refresh()
        expected = engine.search("part", top_k=50)
    assert [(hit["name"], hit["snippet"]["text"]) for hit in told["hits"]] == [
        (hit.name, hit.snippet) for hit in expected.hits
    ]
