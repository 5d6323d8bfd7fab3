"""How the server begins and ends: by the protocol, by a client that dies, by SIGKILL."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.editor import Editor, within

ENDS_WITHIN = 10.0
"""Seconds on a busy machine; on an idle one it is a tenth of a second."""


async def test_initialize_tells_what_the_server_does(home: Path, workspace: Path) -> None:
    editor = Editor(home, workspace)
    await editor.start()
    told = await editor.initialise()
    can = told.capabilities
    assert told.server_info is not None
    assert told.server_info.name == "smysl"
    assert can.hover_provider
    assert can.workspace_symbol_provider
    assert can.execute_command_provider is not None
    assert "smysl.search" in can.execute_command_provider.commands
    assert can.workspace is not None
    assert can.workspace.workspace_folders is not None
    assert can.workspace.workspace_folders.change_notifications
    await editor.__aexit__(None, None, None)
    assert editor.process.returncode == 0


async def test_a_client_that_goes_without_a_word_takes_the_server_with_it(home: Path, workspace: Path) -> None:
    editor = Editor(home, workspace)
    await editor.start()
    await editor.initialise()
    await editor.ready()
    began = time.monotonic()
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    await within(editor.process.wait(), ENDS_WITHIN)
    assert time.monotonic() - began < ENDS_WITHIN
    await editor.client.stop()  # type: ignore[no-untyped-call]  # pygls has no types there


async def test_the_server_ends_although_the_model_is_at_work(home: Path, workspace: Path, fake: FakeOllama) -> None:
    fake.delay_per_text = 60.0
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    async with Editor(home, workspace, settings=settings) as editor:
        await editor.until(lambda status: status["chunks"] > 0 or status["state"] != "starting")
        searching = asyncio.ensure_future(editor.search("cancel an order"))
        await asyncio.sleep(0.2)
        await within(editor.client.shutdown_session(), ENDS_WITHIN)
        await within(editor.process.wait(), ENDS_WITHIN)
        searching.cancel()
    assert editor.process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_kill_9_leaves_an_index_that_the_next_server_goes_on_with(
    home: Path, workspace: Path, fake: FakeOllama
) -> None:
    fake.delay_per_text = 0.2
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    editor = Editor(home, workspace, settings=settings)
    await editor.start()
    await editor.initialise()
    while len(fake.embedded_texts) < 3:
        await asyncio.sleep(0.02)
    os.kill(editor.process.pid, signal.SIGKILL)
    await within(editor.process.wait())
    await editor.client.stop()  # type: ignore[no-untyped-call]  # pygls has no types there
    fake.delay_per_text = 0.0
    async with Editor(home, workspace, settings=settings) as after:
        status = await after.ready()
        assert status["embedded"] == status["chunks"] == 8
        await after.finds("отменить заказ", "cancel")


async def test_a_request_before_initialize_and_an_unknown_one_are_answered_with_an_error(
    home: Path, workspace: Path
) -> None:
    async with Editor(home, workspace) as editor:
        with pytest.raises(Exception, match="Method Not Found") as error:
            await editor.request("smysl/unheard", {})
        assert getattr(error.value, "code", None) == lsp.ErrorCodes.MethodNotFound


async def test_nothing_but_the_protocol_is_on_standard_output(home: Path, workspace: Path) -> None:
    """A model that prints, or any library, must not break the wire: the stream is the protocol's own."""
    home.mkdir(parents=True)
    (home / "sitecustomize.py").write_text(
        "import sys, threading, time\n"
        "def chatter():\n"
        "    while True:\n"
        "        time.sleep(0.05)\n"
        "        if 'numpy' in sys.modules and 'smysl.lsp.app' in sys.modules:\n"
        "            time.sleep(0.5)\n"
        "            print('chatter', flush=True)\n"
        "threading.Thread(target=chatter, daemon=True).start()\n",
        "utf-8",
    )
    async with Editor(home, workspace, environ={"PYTHONPATH": str(home)}) as editor:
        await editor.ready()
        await asyncio.sleep(1.5)
        await editor.finds("отменить заказ", "cancel")


async def test_an_address_that_others_reach_has_to_be_asked_for(home: Path) -> None:
    command = (sys.executable, "-m", "smysl", "lsp", "--tcp", "0.0.0.0:0")
    process = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, env={**os.environ, "HOME": str(home), "LANG": "C.UTF-8"}
    )
    _, told = await within(process.communicate())
    assert process.returncode == 2
    assert "--any-host" in told.decode()


async def test_one_editor_is_served_over_tcp(home: Path, workspace: Path, unused_tcp_port: int) -> None:
    command = (sys.executable, "-m", "smysl", "lsp", "--tcp", f"127.0.0.1:{unused_tcp_port}")
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, "HOME": str(home), "SMYSL_CACHE_DIR": str(home / "cache")}
    )
    editor = Editor(home, workspace)
    try:
        await within(editor.connect("127.0.0.1", unused_tcp_port))
        await editor.initialise()
        await editor.ready()
        assert (await editor.names("отменить заказ"))[0] == "cancel"
        await within(editor.client.shutdown_session())
        await within(process.wait(), ENDS_WITHIN)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
