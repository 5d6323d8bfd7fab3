"""An index file that cannot be written while the server runs: told with what to do, nothing lost, mended by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import apsw
import psutil
import pytest
from tests.lsp.editor import Editor

BREW = "def brew_coffee(beans):\n    '''Сварить кофе.'''\n    return beans\n"
NEW = "def count_pigeons(roof):\n    return len(roof.pigeons)\n"


@asynccontextmanager
async def indexed(home: Path, workspace: Path) -> AsyncIterator[tuple[Editor, Path]]:
    """An editor whose index is ready, and the index file."""
    async with Editor(home, workspace, settings={"model": "builtin"}) as editor:
        status = await editor.ready()
        yield editor, Path(status["folders"][0]["indexFile"])


async def answers_as_before(editor: Editor) -> None:
    found = await editor.search("отменить заказ")
    assert (found["hits"][0]["name"], found["state"]) == ("cancel", "degraded")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there the room of a process can be limited")
async def test_a_full_disk_is_told_and_what_changed_meanwhile_is_found_once_there_is_room(
    home: Path, workspace: Path
) -> None:
    async with indexed(home, workspace) as (editor, _):
        server = psutil.Process(editor.process.pid)
        before = server.rlimit(psutil.RLIMIT_FSIZE)
        server.rlimit(psutil.RLIMIT_FSIZE, (4_096, before[1]))
        (workspace / "shop/coffee.py").write_text(BREW, "utf-8")
        status = await editor.until(lambda status: status["state"] == "degraded")
        assert status["message"].startswith("No room left to write the index")
        assert status["advice"].startswith("Free some disk space")
        await answers_as_before(editor)
        (workspace / "shop/pigeons.py").write_text(NEW, "utf-8")
        server.rlimit(psutil.RLIMIT_FSIZE, before)
        await editor.ready()
        await editor.finds("сварить кофе", "brew_coffee")
        await editor.finds("count_pigeons", "count_pigeons")
        assert (await editor.search("отменить заказ"))["state"] == "ready"


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
async def test_an_index_that_becomes_read_only_is_told_and_mended_when_it_may_be_written(
    home: Path, workspace: Path
) -> None:
    async with indexed(home, workspace) as (editor, index):
        for path in (index.parent, *index.parent.iterdir()):
            path.chmod(0o500 if path.is_dir() else 0o400)
        if os.access(index, os.W_OK):
            pytest.skip("root may write everywhere")
        (workspace / "shop/coffee.py").write_text(BREW, "utf-8")
        status = await editor.until(lambda status: status["state"] == "degraded")
        assert "permissions" in status["advice"]
        await answers_as_before(editor)
        for path in (index.parent, *index.parent.iterdir()):
            path.chmod(0o700 if path.is_dir() else 0o600)
        await editor.ready()
        await editor.finds("сварить кофе", "brew_coffee")


async def test_an_index_that_another_program_holds_is_told_and_what_changed_is_found_when_it_lets_go(
    home: Path, workspace: Path
) -> None:
    async with indexed(home, workspace) as (editor, index):
        other = apsw.Connection(str(index))
        other.execute("BEGIN IMMEDIATE")
        (workspace / "shop/coffee.py").write_text(BREW, "utf-8")
        status = await editor.until(lambda status: status["state"] == "degraded")
        assert status["message"].startswith("Another process is writing the index")
        await answers_as_before(editor)
        other.execute("ROLLBACK")
        other.close()
        await editor.ready()
        await editor.finds("сварить кофе", "brew_coffee")
