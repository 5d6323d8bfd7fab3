"""What a person sees of the state: status, progress that can be cancelled, trouble in words, settings that change."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from tests.engine.embed.fake_ollama import FakeOllama
from tests.lsp.editor import DEADLINE, Editor, eventually, within


def many(root: Path, count: int) -> Path:
    """A workspace of `count` functions."""
    root.mkdir()
    for number in range(count):
        (root / f"part{number}.py").write_text(f"def part{number}():\n    return {number}\n", "utf-8")
    return root


async def test_the_first_index_shows_progress_with_counts_and_ends(
    home: Path, tmp_path: Path, fake: FakeOllama
) -> None:
    fake.delay_per_text = 0.03
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    async with Editor(home, many(tmp_path / "many", 60), settings=settings) as editor:
        await editor.ready()
        bars: dict[Any, list[Any]] = {}
        for token, value in editor.progress:
            bars.setdefault(token, []).append(value)
    kinds = [[value["kind"] for value in bar] for bar in bars.values()]
    assert kinds
    assert all(bar[0] == "begin" and bar[-1] == "end" and set(bar[1:-1]) <= {"report"} for bar in kinds)
    values = [value for bar in bars.values() for value in bar]
    assert values[0]["title"] == "Smysl: indexing many"
    assert values[0]["cancellable"] is True
    assert any("of 60" in (value.get("message") or "") for value in values)
    indexing = [
        status["progress"] for status in editor.statuses if status["state"] == "indexing" and status["progress"]
    ]
    assert all(progress["phase"] in {"reading", "embedding"} and progress["total"] >= 20 for progress in indexing)


async def test_a_small_change_is_quiet(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        (workspace / "shop/more.py").write_text("def more():\n    return 1\n", "utf-8")
        await editor.until(lambda status: status["files"] == 4)
        assert editor.progress == []
        assert "indexing" not in {status["state"] for status in editor.statuses if status["progress"] is not None}


async def test_cancelling_the_progress_stops_the_model_and_reindex_goes_on(
    home: Path, tmp_path: Path, fake: FakeOllama
) -> None:
    fake.delay_per_text = 0.05
    fake.vector_for = stuck = StuckAfter(50)
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    root = many(tmp_path / "many", 100)
    async with Editor(home, root, settings=settings) as editor:
        await editor.until(lambda status: bool(status["progress"]) and status["progress"]["phase"] == "embedding")

        async def shown() -> list[int | str]:
            ended = {token for token, value in editor.progress if value["kind"] == "end"}
            return [token for token, _ in editor.progress if token not in ended]

        token = (await eventually(shown))[-1]
        editor.client.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
        status = await editor.until(lambda status: status["state"] == "degraded")
        assert "stopped" in status["message"]
        (root / "more.py").write_text("def more():\n    return 1\n", "utf-8")
        await editor.until(lambda status: status["files"] == 101)  # the run that was stopped has ended
        calls = len(fake.calls)
        (root / "another.py").write_text("def another():\n    return 1\n", "utf-8")
        status = await editor.until(lambda status: status["files"] == 102)
        assert len(fake.calls) == calls
        assert (status["state"], status["pending"] > 0) == ("degraded", True)
        fake.delay_per_text = 0.0
        stuck.go_on.set()
        await editor.command("smysl.reindex")
        assert (await editor.ready())["embedded"] == 102


class StuckAfter:
    """A model that gives so many vectors, and the others when it may go on."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.go_on = threading.Event()

    def __call__(self, text: str) -> list[float]:
        self._left -= 1
        if self._left < 0:
            self.go_on.wait(DEADLINE)
        return [1.0, *[0.0] * 1023]


async def test_a_model_that_is_away_is_told_with_advice_and_the_words_answer(
    home: Path, workspace: Path, fake: FakeOllama
) -> None:
    settings = {"model": "bge-m3", "ollamaHost": fake.host}
    fake.stop()
    async with Editor(home, workspace, settings=settings, locale="ru") as editor:
        status = await editor.until(lambda status: status["state"] == "degraded")
        assert fake.host in status["message"]
        assert status["chunks"] == 8
        found = await editor.search("отменить заказ")
        assert (found["hits"][0]["name"], found["model"], found["state"]) == ("cancel", None, "degraded")
        assert any("Ollama" in notice for notice in found["notices"])
        assert not any(notice.isascii() for notice in found["notices"])
        fake.start()
        await editor.ready()
        assert (await editor.search("отменить заказ"))["model"] == "bge-m3"


async def test_a_model_that_is_not_there_is_told_by_its_name(home: Path, workspace: Path, fake: FakeOllama) -> None:
    async with Editor(home, workspace, settings={"model": "no-such", "ollamaHost": fake.host}) as editor:
        status = await editor.until(lambda status: status["state"] == "degraded")
        assert "no-such" in status["message"]
        assert status["wanted"] == "no-such"
        assert "cancel" in await editor.names("отменить заказ")


async def test_another_model_takes_effect_without_a_restart_and_the_old_space_answers_meanwhile(
    home: Path, workspace: Path, fake: FakeOllama
) -> None:
    async with Editor(home, workspace, settings={"model": "builtin", "ollamaHost": fake.host}) as editor:
        assert (await editor.ready())["model"] == "builtin"
        fake.delay_per_text = 0.5
        editor.configure({"model": "bge-m3", "ollamaHost": fake.host})
        seen = set()

        async def switched() -> None:
            while (model := (await editor.search("отменить заказ"))["model"]) != "bge-m3":
                seen.add(model)
                await asyncio.sleep(0.05)

        await within(switched())
        assert "builtin" in seen
        fake.delay_per_text = 0.0
        status = await editor.until(lambda status: status["model"] == "bge-m3" and status["state"] == "ready")
        assert (status["wanted"], status["embedded"]) == ("bge-m3", 8)


async def test_settings_that_do_not_fit_are_reported_once_with_their_path(home: Path, workspace: Path) -> None:
    bad = {"dimensions": "many", "hover": {"threshold": 7}, "exclude": "generated/", "colour": "red"}
    async with Editor(home, workspace, settings=bad) as editor:
        await editor.ready()
        told = sorted(message.message for message in editor.client.messages)
        editor.configure({**bad, "exclude": ["shop/geometry.py"]})
        await editor.until(lambda status: status["files"] == 2 and status["state"] == "ready")
        assert sorted(message.message for message in editor.client.messages) == told
    assert [message.partition("”")[0].partition("“")[2] for message in told] == [
        "smysl.dimensions",
        "smysl.exclude",
        "smysl.hover.threshold",
        "smysl.colour",
    ]


async def test_a_folder_can_be_left_out_by_its_own_settings(home: Path, workspace: Path, tmp_path: Path) -> None:
    other = many(tmp_path / "other", 3)
    editor = Editor(home, workspace, other)
    editor.client.set_configuration({"smysl": {"enable": False}}, scope_uri=other.as_uri())
    async with editor:
        status = await editor.ready()
        assert [folder["uri"] for folder in status["folders"]] == [workspace.as_uri()]
        editor.open(other / "part0.py", "def brew_coffee():\n    return 1\n")
        editor.open(workspace / "shop/geometry.py", "def grind_beans():\n    return 1\n")
        await editor.finds("grind_beans", "grind_beans")
        assert "brew_coffee" not in await editor.names("brew_coffee")
        editor.configure({"enable": False})
        assert (await editor.until(lambda status: status["state"] == "off"))["folders"] == []


async def test_commands_without_a_plugin(home: Path, workspace: Path, fake: FakeOllama) -> None:
    async with Editor(home, workspace, settings={"ollamaHost": fake.host, "model": "builtin"}) as editor:
        await editor.ready()
        assert (await editor.command("smysl.status"))["state"] == "ready"
        models = (await editor.command("smysl.models"))["models"]
        assert {model["name"] for model in models if model["installed"]} >= {"builtin", "bge-m3:latest"}
        await editor.command("smysl.selectModel", "bge-m3")
        assert (await editor.until(lambda status: status["model"] == "bge-m3"))["wanted"] == "bge-m3"
        await editor.ready()
        index = Path((await editor.command("smysl.status"))["folders"][0]["indexFile"])
        assert (await editor.command("smysl.clean"))["freedBytes"] > 0
        assert not index.exists()
        await editor.command("smysl.reindex")
        assert (await editor.ready())["chunks"] == 8
        await editor.command("smysl.reindex", {"force": True})
        await editor.until(lambda status: status["state"] == "ready" and status["chunks"] == 8)


async def test_what_is_to_be_removed_is_known_before_the_client_has_told_its_settings(
    home: Path, workspace: Path
) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
    editor, may_tell = Editor(home, workspace), asyncio.Event()

    async def tell(params: lsp.ConfigurationParams) -> list[dict[str, Any]]:
        await may_tell.wait()
        return [{} for _ in params.items]

    editor.client.protocol.fm.features.pop(lsp.WORKSPACE_CONFIGURATION)
    editor.client.feature(lsp.WORKSPACE_CONFIGURATION)(tell)
    async with editor:
        removed = asyncio.ensure_future(editor.command("smysl.clean"))
        assert (await editor.request("smysl/status"))["state"] == "starting"
        assert not removed.done()
        may_tell.set()
        assert (await within(removed))["freedBytes"] > 0


async def test_pulling_a_model_shows_progress_and_makes_it_usable(
    home: Path, workspace: Path, fake: FakeOllama
) -> None:
    async with Editor(home, workspace, settings={"ollamaHost": fake.host, "model": "builtin"}) as editor:
        await editor.ready()
        pulled = await editor.request("smysl/pullModel", {"name": "all-minilm", "workDoneToken": "pull"})
        kinds = [value["kind"] for token, value in editor.progress if token == "pull"]
        models = (await editor.request("smysl/models"))["models"]
    assert pulled["name"].startswith("all-minilm")
    assert (kinds[0], kinds[-1]) == ("begin", "end")
    assert any(model["name"].startswith("all-minilm") and model["installed"] for model in models)


async def test_models_are_compared_and_the_report_is_shown(home: Path, workspace: Path) -> None:
    async with Editor(home, workspace) as editor:
        await editor.ready()
        found = await editor.command("smysl.compare", {"models": ["builtin"], "variations": False})
        report = Path(unquote(urlsplit(found["report"]).path))
        assert report.read_text("utf-8").startswith("<!doctype html>")
        assert [(one.uri, one.external) for one in editor.client.shown_documents] == [(found["report"], True)]
        assert any((value.get("title") or "").startswith("Smysl: comparing") for _, value in editor.progress)
