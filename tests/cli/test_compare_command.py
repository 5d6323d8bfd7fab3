"""`smysl compare`, on a real engine with the built-in model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.fakes import FakeEngine, Shell

CODE = "\n\n".join(
    f'def {name}(door):\n    """{text}."""\n    return door.{name}()\n'
    for name, text in {
        "shut": "Closes the entrance behind the guest",
        "lock": "Turns the key twice",
        "знак": "Рисует знак над входом в дом",
        "paint": "Covers the wood with fresh colour",
        "knock": "Lets the host know that somebody waits outside",
    }.items()
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "doors.py").write_text(CODE, "utf-8")
    return Shell(folder, FakeEngine())


def _compare(shell: Shell, *arguments: str, models: str = "builtin") -> tuple[int, str, str]:
    cache = shell.folder.parent / "cache"
    done = shell.run("compare", ".", "--models", models, "--cache-dir", str(cache), *arguments)
    return done.code, done.out, done.err


def test_tables_go_to_standard_output_and_notices_to_standard_error(shell: Shell) -> None:
    code, out, err = _compare(shell)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if line.startswith(("builtin", "lexical"))].count(
        "builtin"
    ) >= 3
    for words in ("MRR@10", "NDCG@10", "functions/s", "p95, ms", "model alone", "English, 4 questions"):
        assert words in out
    assert "is best" in out.splitlines()[-1]
    assert "hardly more than chance" in err


def test_the_tables_are_in_russian_too(shell: Shell) -> None:
    code, out, _ = _compare(shell, "--lang", "ru")
    assert code == 0
    assert "только модель" in out
    assert "лучше всех" in out


def test_json_is_one_object_with_all_answers(shell: Shell) -> None:
    code, out, _ = _compare(shell, "--json", "--no-variations")
    assert code == 0
    found = json.loads(out)
    assert [system["name"] for system in found["systems"]] == ["lexical", "builtin"]
    assert len(found["queries"]) == 5
    assert found["command"].startswith("smysl compare ")


def test_a_report_is_written_beside_the_answer(shell: Shell) -> None:
    code, out, err = _compare(shell, "--html", "report.html")
    assert code == 0
    assert "MRR@10" in out
    assert "report.html" in err
    assert (shell.folder / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_report_that_cannot_be_written_is_said_before_the_work(shell: Shell) -> None:
    code, out, err = _compare(shell, "--html", "none/report.html")
    assert (code, out) == (2, "")
    assert "none/report.html" in err
    assert not (shell.folder.parent / "cache").exists()


def test_a_model_that_is_not_there_is_told_and_the_others_are_measured(shell: Shell) -> None:
    code, out, err = _compare(shell, "--ollama-host", "http://127.0.0.1:9", models="builtin,bge-m3")
    assert code == 0
    assert "builtin" in out
    assert "bge-m3 could not be measured." in err
    assert "No Ollama answers" in err


def test_only_what_is_not_there_is_an_error(shell: Shell) -> None:
    code, out, err = _compare(shell, "--ollama-host", "http://127.0.0.1:9", models="bge-m3")
    assert (code, out) == (3, "")
    assert "No Ollama answers" in err


def test_clean_removes_what_comparisons_keep(shell: Shell, tmp_path: Path) -> None:
    index = tmp_path / "cache" / "x.index"
    for form in ("bare1", "whole1"):
        (tmp_path / "cache" / "compare" / form / "x.measured").mkdir(parents=True)
        (tmp_path / "cache" / "compare" / form / "x.index").write_bytes(b"12345")
        (tmp_path / "cache" / "compare" / form / "other.index").write_bytes(b"12345")
    shell.engine.index_file = str(index)
    done = shell.run("clean", ".", "--yes", "--cache-dir", str(tmp_path / "cache"))
    assert done.code == 0
    assert sorted(path.name for path in (tmp_path / "cache").rglob("*.*")) == ["other.index", "other.index"]
