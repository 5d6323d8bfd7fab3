"""Folders in trouble: removed at work, missing, reached through a link, indexes that cannot be kept."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.conftest import shop
from tests.lsp.editor import ANSWERED_WITHIN, Editor, eventually, within
from tests.lsp.test_status import many

from smysl.lsp.places import path_of

BREW = "def brew_coffee(beans):\n    '''Сварить кофе.'''\n    return beans\n"


async def kinds_of_progress(editor: Editor) -> set[str]:
    return {value["kind"] for _, value in editor.progress}


async def test_the_progress_of_a_folder_that_is_removed_ends(home: Path, tmp_path: Path, fake: FakeOllama) -> None:
    fake.delay_per_text = 0.1
    root = many(tmp_path / "many", 100)
    async with Editor(home, root, settings={"model": "bge-m3", "ollamaHost": fake.host}) as editor:
        await eventually(lambda: kinds_of_progress(editor), lambda kinds: "report" in kinds)
        editor.arrange(removed=[root])
        ended = eventually(lambda: kinds_of_progress(editor), lambda kinds: "end" in kinds)
        await within(ended, ANSWERED_WITHIN)


async def test_a_folder_that_was_missing_is_indexed_when_asked_again(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "later"
    async with Editor(home, root) as editor:
        await editor.until(lambda status: status["state"] == "error")
        shop(root)
        await editor.command("smysl.reindex")
        assert (await editor.ready())["files"] == 3


async def test_a_folder_that_is_removed_says_so_and_is_followed_when_it_is_back(
    home: Path, workspace: Path, tmp_path: Path
) -> None:
    async with Editor(home, workspace, settings={"model": "builtin"}) as editor:
        await editor.ready()
        shutil.copytree(workspace, tmp_path / "copy")
        shutil.rmtree(workspace)
        status = await editor.until(lambda status: status["state"] == "degraded")
        assert "cannot be read" in status["message"]
        (tmp_path / "copy").rename(workspace)
        await editor.ready()
        (workspace / "shop/coffee.py").write_text(BREW, "utf-8")
        await editor.finds("сварить кофе", "brew_coffee")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
async def test_an_index_that_cannot_be_opened_leaves_no_threads_of_the_one_before(
    home: Path, workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    async with Editor(home, workspace) as editor:

        async def threads() -> int:
            return len(list(Path(f"/proc/{editor.process.pid}/task").iterdir()))

        async def fail_and_mend(number: int) -> None:
            editor.configure({"model": "lexical", "cacheDir": str(file / "below")})
            await editor.until(lambda status: status["state"] == "error")
            editor.configure({"model": "lexical", "cacheDir": str(tmp_path / f"cache{number}")})
            await editor.ready()

        await fail_and_mend(0)
        before = await threads()
        for number in range(1, 4):
            await fail_and_mend(number)
        await eventually(threads, lambda count: count <= before + 2)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
async def test_a_document_named_by_where_it_really_lies_belongs_to_the_linked_folder(
    home: Path, workspace: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(workspace)
    async with Editor(home, link) as editor:
        await editor.ready()
        editor.open(workspace / "shop/geometry.py", BREW)
        await editor.finds("сварить кофе", "brew_coffee")
        hit = (await editor.search("сварить кофе"))["hits"][0]
        assert (hit["path"], hit["unsaved"]) == ("shop/geometry.py", True)
        assert "rotate_picture" not in await editor.symbols("rotate_picture")


async def test_a_folder_that_is_a_file_is_searched_until_it_is_removed(home: Path, tmp_path: Path) -> None:
    single = tmp_path / "coffee.py"
    single.write_text(BREW, "utf-8")
    async with Editor(home, single) as editor:
        await editor.finds("сварить кофе", "brew_coffee")
        uri = editor.open(single, BREW.replace("brew", "grind"))
        await editor.finds("сварить кофе", "grind_coffee")
        editor.close(uri)
        await editor.finds("сварить кофе", "brew_coffee")
        editor.arrange(removed=[single])
        await eventually(lambda: editor.names("сварить кофе"), lambda names: names == [])


async def test_a_folder_that_is_a_file_follows_the_disk(home: Path, tmp_path: Path) -> None:
    single = tmp_path / "coffee.py"
    single.write_text(BREW, "utf-8")
    async with Editor(home, single, settings={"model": "builtin"}) as editor:
        await editor.finds("сварить кофе", "brew_coffee")
        single.write_text(BREW.replace("brew", "grind"), "utf-8")
        await editor.finds("сварить кофе", "grind_coffee")
        await eventually(
            lambda: editor.search("what makes an espresso"),
            lambda found: found["hits"] and "meaning" in found["hits"][0]["reasons"],
        )
        single.unlink()
        await eventually(lambda: editor.names("сварить кофе"), lambda names: names == [])
        single.write_text(BREW, "utf-8")
        await editor.finds("сварить кофе", "brew_coffee")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
async def test_a_folder_and_a_link_to_it_are_one(home: Path, workspace: Path, tmp_path: Path) -> None:
    link, inner = tmp_path / "a link", tmp_path / "inner link"
    link.symlink_to(workspace)
    inner.symlink_to(workspace / "shop")
    async with Editor(home, link, workspace, inner) as editor:
        status = await editor.ready()
        assert [folder["uri"] for folder in status["folders"]] == [workspace.as_uri()]
        assert (await editor.names("отменить заказ")).count("cancel") == 1
        editor.arrange(removed=[workspace])
        status = await editor.until(lambda status: [one["uri"] for one in status["folders"]] == [link.as_uri()])
        await editor.finds("отменить заказ", "cancel")


async def test_a_whole_disk_and_a_home_folder_are_not_searched_but_the_projects_in_them_are(
    home: Path, tmp_path: Path
) -> None:
    project = shop(home / "project")
    async with Editor(home, Path(tmp_path.anchor), home, project, locale="ru") as editor:
        status = await editor.until(lambda status: status["files"] == 3)
        states = {folder["uri"]: (folder["state"], folder["message"]) for folder in status["folders"]}
        assert states[project.as_uri()][0] != "error"
        for folder, why in ((Path(tmp_path.anchor), "диск"), (home, "домашняя папка")):
            state, message = states[folder.as_uri()]
            assert (state, why in message) == ("error", True), message
        assert (await editor.names("отменить заказ"))[0] == "cancel"
        editor.arrange(removed=[Path(tmp_path.anchor), home])
        await editor.ready()


async def test_a_document_belongs_to_the_project_it_is_in_and_else_to_none_of_the_folders_that_are_not_searched(
    home: Path,
) -> None:
    project = shop(home / "project")
    (home / "scratch.py").write_text("def grind_beans(mill):\n    return mill\n", "utf-8")
    async with Editor(home, home, project, settings={"model": "builtin"}) as editor:
        await editor.until(lambda status: status["files"] == 3)
        editor.open(project / "shop/geometry.py", BREW)
        await editor.finds("сварить кофе", "brew_coffee")
        hit = (await editor.search("сварить кофе"))["hits"][0]
        assert (hit["path"], hit["unsaved"]) == ("shop/geometry.py", True)
        editor.open(home / "scratch.py")
        await editor.finds("grind_beans", "grind_beans")


async def test_a_home_folder_that_has_become_a_project_takes_those_in_it_in_when_asked_again(home: Path) -> None:
    project = shop(home / "project")
    async with Editor(home, home, project, settings={"model": "builtin"}) as editor:
        await editor.until(lambda status: status["files"] == 3 and len(status["folders"]) == 2)
        (home / ".smyslignore").write_text("cache/\n", "utf-8")
        await editor.command("smysl.reindex")
        status = await editor.ready()
        assert [folder["uri"] for folder in status["folders"]] == [home.as_uri()]
        assert (await editor.names("отменить заказ")).count("cancel") == 1


async def test_a_file_is_no_folder_of_its_own_where_a_folder_has_it(home: Path, workspace: Path) -> None:
    single = workspace / "shop/orders.py"
    async with Editor(home, single, workspace, settings={"model": "builtin"}) as editor:
        await editor.ready()
        assert (await editor.names("отменить заказ")).count("cancel") == 1
        editor.arrange(removed=[workspace])
        await editor.until(lambda status: not status["folders"])
        await editor.finds("отменить заказ", "cancel")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
async def test_a_document_behind_a_link_belongs_to_the_folder_where_it_really_is(home: Path, tmp_path: Path) -> None:
    one, other = shop(tmp_path / "one"), shop(tmp_path / "other")
    (one / "library").symlink_to(other)
    async with Editor(home, one, other, settings={"model": "builtin"}) as editor:
        await editor.ready()
        editor.open(one / "library/shop/geometry.py", BREW)
        await editor.finds("сварить кофе", "brew_coffee")
        assert (await editor.search("сварить кофе"))["hits"][0]["uri"] == (other / "shop/geometry.py").as_uri()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
async def test_a_document_behind_a_link_in_its_folder_has_the_name_that_the_index_has(
    home: Path, workspace: Path
) -> None:
    (workspace / "alias").symlink_to(workspace / "shop")
    (workspace / ".smyslignore").write_text("made/\n", "utf-8")
    (workspace / "made").mkdir()
    (workspace / "made/pigeons.py").write_text("def feed_pigeons(corn):\n    return corn\n", "utf-8")
    (workspace / "shown").symlink_to(workspace / "made")
    async with Editor(home, workspace, settings={"model": "builtin"}) as editor:
        assert (await editor.ready())["files"] == 4
        editor.open(workspace / "alias/geometry.py", BREW)
        await editor.finds("сварить кофе", "brew_coffee")
        assert (await editor.search("сварить кофе"))["hits"][0]["path"] == "shop/geometry.py"
        editor.open(workspace / "shown/pigeons.py", "def count_pigeons(roof):\n    return len(roof)\n")
        await editor.finds("count_pigeons", "count_pigeons")
        hits = (await editor.search("pigeons"))["hits"]
        assert [hit["path"] for hit in hits if "pigeons" in hit["name"]] == ["shown/pigeons.py"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
async def test_a_document_that_is_open_under_two_names_is_shown_until_both_are_closed(
    home: Path, workspace: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(workspace)
    async with Editor(home, workspace, settings={"model": "builtin"}) as editor:
        await editor.ready()
        first = editor.open(workspace / "shop/geometry.py", BREW)
        second = editor.open(link / "shop/geometry.py", BREW.replace("brew", "grind"))
        await editor.finds("сварить кофе", "grind_coffee")
        editor.close(second)
        await editor.finds("сварить кофе", "brew_coffee")
        editor.close(first)
        await editor.finds("rotate_picture", "rotate_picture")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes by name")
async def test_a_pipe_called_like_a_module_holds_nothing_up(home: Path, workspace: Path) -> None:
    os.mkfifo(workspace / "shop/pipe.py")
    async with Editor(home, workspace) as editor:
        await editor.ready()
        uri = (workspace / "shop/pipe.py").as_uri()
        assert await asyncio.wait_for(editor.hover(uri, 0, 5), ANSWERED_WITHIN) is None


def test_a_uri_that_names_this_machine_is_one_of_it() -> None:
    assert path_of("file://localhost/a/b.py") == path_of("file:///a/b.py")
