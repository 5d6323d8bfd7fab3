from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from tests.cli.fakes import FakeEngine, Shell, hit

from smysl.engine import types
from smysl.engine.errors import (
    Cancelled,
    IndexFileError,
    ModelUnavailable,
    WorkspaceError,
)
from smysl.engine.types import Filters, Kind, Mode, say


def test_json_is_one_object_with_the_documented_names(shell: Shell) -> None:
    ended = shell.run("search", "повтор запроса", "--json")
    assert ended.code == 0
    assert ended.out.count("\n") == 1
    assert "повтор запроса" in ended.out  # text stays readable
    assert json.loads(ended.out) == {
        "query": "повтор запроса",
        "model": "bge-m3",
        "hits": [
            {
                "path": "src/сеть.py",
                "start_line": 10,
                "end_line": 12,
                "name": "Client.retry",
                "kind": "method",
                "score": 0.8125,
                "snippet": "def retry(self):\n    pass",
            }
        ],
        "timings": {"embed": 1.0, "lexical": 2.0, "dense": 3.0, "rank": 4.0, "total": 10.5},
        "notices": ["Cancelled."],
    }


def test_text_shows_rank_place_of_the_name_qualified_name_kind_score_reasons_and_snippet(shell: Shell) -> None:
    ended = shell.run("search", "retry")
    assert ended.out.splitlines() == [
        "1.  src/сеть.py:11  Client.retry  method  0.812  by words, by name",
        "    def retry(self):",
        "        pass",
        "",
    ]


def test_notices_go_to_standard_error_and_quiet_silences_them(shell: Shell) -> None:
    assert shell.run("search", "retry", "--json").err == "Cancelled.\n"
    assert shell.run("search", "retry", "--json", "--quiet").err == ""


def test_the_index_is_refreshed_before_the_answer_and_the_engine_is_closed(shell: Shell, engine: FakeEngine) -> None:
    shell.run("search", "retry")
    assert (engine.refreshes, engine.closed) == (1, 1)


def test_another_process_that_writes_the_index_is_waited_for(shell: Shell, engine: FakeEngine) -> None:
    engine.busy_for = 3
    ended = shell.run("search", "retry", "--json")
    assert "Another process is indexing this folder; waiting up to 5 s for it." in ended.err
    assert "as it is" not in ended.err
    assert (engine.refreshes, engine.waits[0]) == (4, 0.0)
    assert json.loads(ended.out)["notices"] == ["Cancelled."]


def test_an_index_that_another_process_goes_on_writing_answers_as_it_is_and_says_so(
    shell: Shell, engine: FakeEngine
) -> None:
    engine.busy_for = 1000
    engine.hits = ()
    ended = shell.run("search", "--stdin", "--json", "-q", stdin="retry\nparse\n")
    assert (ended.code, ended.err) == (0, "")
    assert sum(engine.waits) == 5.0
    for line in ended.out.splitlines():
        assert json.loads(line)["notices"] == [
            "Another process is indexing this folder; the answer comes from the index as it is.",
            "Cancelled.",
        ]


def test_a_wait_for_another_process_ends_with_ctrl_c(shell: Shell, engine: FakeEngine) -> None:
    engine.busy_for = 1000
    engine.on_refresh = lambda progress: signal.raise_signal(signal.SIGINT) if engine.refreshes == 2 else None
    assert shell.run("search", "retry").code == 130
    assert engine.refreshes < 10


def test_a_model_that_stopped_answering_while_indexing_leaves_the_answer_standing(
    shell: Shell, engine: FakeEngine
) -> None:
    engine.refresh_error = ModelUnavailable(say("Cancelled."), say("[y/N]"))
    ended = shell.run("search", "retry", "--json")
    assert ended.code == 0
    assert "[y/N]" in ended.err


@pytest.mark.parametrize("error", [IndexFileError, WorkspaceError])
def test_an_engine_error_ends_with_3_its_message_and_its_advice(
    shell: Shell, engine: FakeEngine, error: type[IndexFileError]
) -> None:
    engine.refresh_error = error(say("{path}: {message}", path="x", message="broken"), say("Give a QUERY, or --stdin."))
    ended = shell.run("search", "retry", "--json")
    assert (ended.code, ended.out, ended.err) == (3, "", "x: broken\nGive a QUERY, or --stdin.\n")


def test_an_unexpected_error_ends_with_3_and_no_traceback(shell: Shell, engine: FakeEngine) -> None:
    engine.search_error = ZeroDivisionError("division by zero")
    ended = shell.run("search", "retry")
    assert ended.code == 3
    assert "ZeroDivisionError" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("error", [Cancelled(), KeyboardInterrupt()])
def test_ctrl_c_ends_with_130(shell: Shell, engine: FakeEngine, error: BaseException) -> None:
    engine.refresh_error = error
    assert shell.run("search", "retry").code == 130


def test_a_reader_that_leaves_ends_the_command_quietly(shell: Shell, engine: FakeEngine) -> None:
    engine.search_error = BrokenPipeError()
    ended = shell.run("search", "retry")
    assert (ended.code, ended.err) == (0, "")


def test_finding_nothing_is_no_error(shell: Shell, engine: FakeEngine) -> None:
    engine.hits = ()
    ended = shell.run("search", "retry", "-q")
    assert (ended.code, ended.out) == (0, "")
    assert "Nothing was found for “retry”." in shell.run("search", "retry").err


def test_filters_and_depth_reach_the_engine(shell: Shell, engine: FakeEngine) -> None:
    shell.run("search", "x", "-k", "3", "--path", "src/", "--path", "!old/", "--kind", "class", "--no-tests")
    shell.run("search", "x", "--kind", "function", "--kind", "method", "--tests", "--lexical-only")
    assert engine.searches == [
        (3, Filters(("src/", "!old/"), frozenset({Kind.CLASS}), types.Tests.EXCLUDE), Mode.FUSED),
        (10, Filters((), frozenset({Kind.FUNCTION, Kind.METHOD}), types.Tests.ONLY), Mode.LEXICAL),
    ]
    assert [settings.model for _, settings in engine.opened] == ["auto", "lexical"]


def test_stdin_answers_each_line_in_order_after_indexing_once(shell: Shell, engine: FakeEngine) -> None:
    (shell.folder / "code").mkdir()
    ended = shell.run("search", "--stdin", "--json", "code", stdin="первый\n\nsecond\r\nthird")
    assert [json.loads(line)["query"] for line in ended.out.splitlines()] == ["первый", "", "second", "third"]
    assert json.loads(ended.out.splitlines()[1])["hits"] == []
    assert engine.refreshes == 1
    assert engine.asked == ["первый", "second", "third"]
    assert engine.opened[0][0] == (shell.folder / "code").resolve()


def test_stdin_repeats_no_notice(shell: Shell) -> None:
    assert shell.run("search", "--stdin", "--json", stdin="a\nb\n").err == "Cancelled.\n"


def test_the_workspace_is_the_folder_given_else_the_repository_around(shell: Shell, engine: FakeEngine) -> None:
    (shell.folder / ".git").mkdir()
    inner = shell.folder / "a" / "b"
    inner.mkdir(parents=True)
    Shell(inner, engine).run("search", "x")
    Shell(inner, engine).run("search", "x", ".")
    assert [workspace for workspace, _ in engine.opened] == [shell.folder.resolve(), inner.resolve()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search",), "There is nothing to search for."),
        (("search", "x", "missing"), "“missing” is not a folder."),
        (("search", "--stdin", "x", "y"), "With --stdin"),
        (("search", "x", "--top-k", "0"), "--top-k must be a whole number from 1 to 1000."),
        (("search", "x", "--kind", "lambda"), "--kind must be one of function, method, class, module."),
        (("search", "x", "--tpo-k"), "There is no option --tpo-k; did you mean --top-k?"),
        (("serch", "x"), "Did you mean search?"),
        (("search", "x", "--config", "none.toml"), "There is no settings file"),
        (("similar",), "FILE:LINE is missing."),
        (("similar", "app.py"), "“app.py” is not a place in a file."),
        (("similar", "app.py:3"), "There is no file “app.py”."),
    ],
)
def test_a_command_line_that_makes_no_sense_ends_with_2(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    ended = shell.run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_similar_finds_the_workspace_around_the_file(shell: Shell, engine: FakeEngine) -> None:
    (shell.folder / "repo" / ".git").mkdir(parents=True)
    (shell.folder / "repo" / "src").mkdir()
    (shell.folder / "repo" / "src" / "app.py").write_text("x = 1\n")
    ended = shell.run("similar", "repo/src/app.py:7", "--json")
    assert json.loads(ended.out)["hits"][0]["name"] == "Client.retry"
    assert engine.places == [("src/app.py", 7)]
    assert engine.opened[0][0] == (shell.folder / "repo").resolve()
    shell.run("similar", "repo/src/app.py:7", "--workspace", "repo/src")
    assert engine.places[1] == ("app.py", 7)


def test_similar_asks_for_no_model_and_repeats_the_place_as_it_was_asked(shell: Shell, engine: FakeEngine) -> None:
    (shell.folder / "app.py").write_text("x = 1\n")
    ended = shell.run("similar", "./app.py:7", "--json", "--model", "bge-m3")
    assert json.loads(ended.out)["query"] == "./app.py:7"
    assert engine.modes == [Mode.LEXICAL]
    assert engine.opened[0][1].model == "bge-m3"  # its stored vectors are those that answer


def test_similar_takes_a_place_as_hits_are_printed(shell: Shell, engine: FakeEngine) -> None:
    inner = shell.folder / "tests"
    for folder in (shell.folder / ".git", shell.folder / "src", inner):
        folder.mkdir()
    (shell.folder / "src" / "app.py").write_text("x = 1\n")
    Shell(inner, engine).run("similar", "src/app.py:7")
    Shell(inner, engine).run("similar", "app.py:8", "--workspace", "../src")
    assert engine.places == [("src/app.py", 7), ("app.py", 8)]


def test_similar_refuses_a_file_outside_the_workspace(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("")
    (tmp_path / "other").mkdir()
    assert shell.run("similar", "app.py:1", "--workspace", "other").code == 2


def test_long_snippets_are_cut_and_say_so(shell: Shell, engine: FakeEngine) -> None:
    engine.hits = (hit(snippet="\n".join(f"line {number}" for number in range(30))),)
    lines = shell.run("search", "x").out.splitlines()
    assert lines[-2] == "    … 22 more lines"
    assert len(lines) == 11


def test_escape_sequences_in_code_do_not_reach_the_terminal(shell: Shell, engine: FakeEngine) -> None:
    engine.hits = (hit(snippet="x = '\x1b[2J\x9b'", path="a\x1b.py"),)
    out = shell.run("search", "x").out
    assert "\x1b" not in out
    assert "x = '\\x1b[2J\\x9b'" in out


def test_the_language_comes_from_the_locale_a_variable_or_an_option(shell: Shell) -> None:
    russian = "по словам, по имени"
    assert russian in shell.run("search", "x", environ={"LANG": "ru_RU.UTF-8"}).out
    assert russian in shell.run("search", "x", environ={"SMYSL_LANG": "ru", "LANG": "en_US.UTF-8"}).out
    assert russian in shell.run("search", "x", "--lang", "ru").out
    assert russian not in shell.run("search", "x", "--lang=en", environ={"LANG": "ru_RU.UTF-8"}).out
    assert "Нет команды" in shell.run("serch", "--lang", "ru").err
