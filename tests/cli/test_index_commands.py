from __future__ import annotations

import json
import signal

from tests.cli.fakes import FakeEngine, Shell
from typer.main import get_command

from smysl.cli.app import build_app
from smysl.cli.world import real_world
from smysl.engine.settings import Settings
from smysl.engine.types import FileProblem, IndexReport, say


def test_index_prints_its_counts_as_json(shell: Shell, engine: FakeEngine) -> None:
    engine.report = IndexReport(files=2, chunks=5, embedded=4, problems=(FileProblem("a.py", say("Cancelled.")),))
    ended = shell.run("index", "--json")
    assert json.loads(ended.out) == {
        "files": 2,
        "files_changed": 0,
        "files_removed": 0,
        "chunks": 5,
        "chunks_added": 0,
        "chunks_removed": 0,
        "embedded": 4,
        "reused": 0,
        "failed": 0,
        "pending": 0,
        "seconds": 0.0,
        "problems": [{"path": "a.py", "message": "Cancelled."}],
        "notices": [],
    }


def test_index_says_in_a_line_what_it_did(shell: Shell) -> None:
    assert shell.run("index").out.startswith("3 files and 7 chunks are indexed; 2 files changed")


def test_status_prints_the_state_as_json_and_as_text(shell: Shell) -> None:
    found = json.loads(shell.run("status", "--json").out)
    assert found["model"] == "bge-m3"
    assert found["spaces"] == ["abc"]
    assert found["problems"] == [{"path": "a.py", "message": "Cancelled."}]
    assert "Index file: /cache/x.db (2.0 MiB)" in shell.run("status").out


def test_status_does_not_index(shell: Shell, engine: FakeEngine) -> None:
    shell.run("status")
    assert engine.refreshes == 0


def test_watch_tells_each_update_on_standard_error_until_ctrl_c(shell: Shell, engine: FakeEngine) -> None:
    engine.on_watch = lambda: signal.raise_signal(signal.SIGINT)
    ended = shell.run("watch")
    assert (ended.code, ended.out) == (130, "")
    assert "3 files and 7 chunks" in ended.err
    assert "4 files and 9 chunks" in ended.err
    assert engine.closed == 1


def test_clean_asks_first(shell: Shell, engine: FakeEngine) -> None:
    ended = shell.run("clean")
    assert (ended.code, engine.cleaned) == (2, 0)
    assert "--yes" in ended.err


def test_clean_with_yes_removes_the_index_and_says_what_that_freed(shell: Shell, engine: FakeEngine) -> None:
    ended = shell.run("clean", "--yes")
    assert (ended.code, ended.err, engine.cleaned) == (0, "3.0 MiB freed.\n", 1)


def test_clean_can_remove_the_vectors_of_other_models_alone(shell: Shell, engine: FakeEngine) -> None:
    ended = shell.run("clean", "--other-models", "--yes")
    assert (ended.code, ended.err, engine.forgotten, engine.cleaned) == (0, "1.0 MiB freed.\n", 1, 0)
    assert "--yes" in shell.run("clean", "--other-models").err
    assert engine.forgotten == 1


def test_models_are_listed_with_what_the_server_has(shell: Shell) -> None:
    assert shell.run("models").out.splitlines() == [
        "Model       Dimensions  Russian  In Ollama",
        "bge-m3      1024        yes      bge-m3:latest",
        "mine        ?           ?        mine",
        "all-minilm  384         no       —",
    ]
    assert json.loads(shell.run("models", "--json").out.splitlines()[0]) == {
        "name": "bge-m3",
        "dimensions": 1024,
        "russian": True,
        "known": True,
        "installed": True,
        "tags": ["bge-m3:latest"],
    }


def test_a_server_that_does_not_answer_leaves_the_catalogue_to_be_listed(shell: Shell) -> None:
    shell.models = real_world(lambda serving: 0).installed_models(Settings(ollama_host="http://127.0.0.1:9"))
    ended = shell.run("models", "--json")
    assert not any(json.loads(line)["installed"] for line in ended.out.splitlines())
    assert "http://127.0.0.1:9" in ended.err


def test_every_command_has_the_common_options() -> None:
    commands = getattr(get_command(build_app()), "commands", {})
    assert list(commands) == [
        "index", "search", "similar", "status", "watch", "models", "compare", "clean", "evaluate", "lsp"
    ]  # fmt: skip
    for command in commands.values():
        named = {option for parameter in command.params for option in parameter.opts}
        assert {"--model", "--ollama-host", "--dimensions", "--cache-dir", "--config", "--lang", "--quiet"} <= named
