from __future__ import annotations

import json
import signal

from tests.cli.fakes import FakeEngine, Shell
from typer.main import get_command

from smysl.cli.app import build_app
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


def test_every_command_has_the_common_options() -> None:
    commands = getattr(get_command(build_app()), "commands", {})
    assert list(commands) == [
        "index",
        "search",
        "similar",
        "status",
        "watch",
        "compare",
        "clean",
        "evaluate",
        "lsp",
        "doctor",
        "models",
    ]
    for command in (*commands.values(), *commands["models"].commands.values()):
        named = {option for parameter in command.params for option in parameter.opts}
        assert {"--model", "--ollama-host", "--dimensions", "--cache-dir", "--config", "--lang", "--quiet"} <= named
