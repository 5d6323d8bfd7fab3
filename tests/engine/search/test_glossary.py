"""A team's own words in settings and in its repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smysl.engine.engine import Engine
from smysl.engine.search.glossary import Glossary
from smysl.engine.settings import Settings, read_settings
from smysl.engine.text.terms import stem
from smysl.engine.types import Message

FILE = ".smysl-glossary"


def found(glossary: Glossary, word: str) -> set[str]:
    return set(glossary.current()[0].found([stem(word)]).get(stem(word), ()))


def rewritten(path: Path, text: str, age: int) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, ns=(age, age))


def test_words_come_from_the_settings_and_from_the_repository(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("ручка\tendpoint\n", "utf-8")
    glossary = Glossary(tmp_path, [("ручка", ("handler",)), ("тачка", ("host",))])
    assert found(glossary, "ручки") == {stem("endpoint"), stem("handler")}
    assert found(glossary, "тачка") == {"host"}
    assert glossary.current()[1] == ()


def test_a_folder_in_a_repository_has_the_words_of_the_repository_unless_it_has_its_own(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    inside = tmp_path / "src"
    inside.mkdir()
    (tmp_path / FILE).write_text("ручка\tendpoint\n", "utf-8")
    assert found(Glossary(inside, ()), "ручка") == {stem("endpoint")}
    (inside / FILE).write_text("ручка\tknob\n", "utf-8")
    assert found(Glossary(inside, ()), "ручка") == {"knob"}


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    glossary = Glossary(tmp_path, ())
    assert found(glossary, "ручка") == set()
    rewritten(tmp_path / FILE, "ручка\tendpoint\n", 1)
    assert found(glossary, "ручка") == {stem("endpoint")}
    rewritten(tmp_path / FILE, "ручка\tendpoiss\n", 2)
    assert found(glossary, "ручка") == {stem("endpoiss")}
    (tmp_path / FILE).unlink()
    assert found(glossary, "ручка") == set()


def test_bad_lines_are_told_once_and_cost_only_themselves(tmp_path: Path) -> None:
    rewritten(tmp_path / FILE, "ручка endpoint\nюзер\tuser\nничего\n", 1)
    glossary = Glossary(tmp_path, ())
    [notice] = glossary.current()[1]
    assert str(notice).startswith(f"{FILE}: line 1 is not a word")
    assert "(2)" in str(notice)
    assert glossary.current()[1] == ()
    assert found(glossary, "юзер") == {"user"}
    rewritten(tmp_path / FILE, "ручка endpoint\n", 2)
    assert len(glossary.current()[1]) == 1


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"a\0b")
    [notice] = Glossary(tmp_path, ()).current()[1]
    assert str(notice).startswith(f"{FILE}: Skipped")


def test_a_search_finds_code_by_the_team_s_word(tmp_path: Path) -> None:
    workspace = tmp_path / "shop"
    workspace.mkdir()
    (workspace / "api.py").write_text("def list_quuxes():\n    pass\n\n\ndef other():\n    pass\n", "utf-8")
    settings = Settings(model="lexical", cache_dir=tmp_path / "cache", glossary=(("барабашка", ("quux",)),))
    with Engine.open(workspace, settings) as engine:
        engine.refresh()
        assert engine.search("барабашка").hits[0].name == "list_quuxes"
        assert engine.search("барабашка", without=frozenset({"glossary"})).hits == ()
        (workspace / FILE).write_text("домовой\tquux\nбред\n", "utf-8")
        first, second = engine.search("домовой"), engine.search("домовой")
    assert first.hits[0].name == "list_quuxes"
    assert [str(notice)[: len(FILE)] for notice in first.notices] == [FILE]
    assert second.notices == ()


def test_the_setting_is_a_table_of_words() -> None:
    settings, problems = read_settings({"glossary": {"ручка": ["endpoint", "handler"], "личный кабинет": "account"}})
    assert settings.glossary == (("ручка", ("endpoint", "handler")), ("личный кабинет", ("account",)))
    assert problems == ()


@pytest.mark.parametrize(
    ("value", "path"),
    [(["ручка"], "“glossary”"), ({"ручка": 1}, "“glossary.ручка”"), ({"ручка": [1]}, "glossary.ручка")],
)
def test_a_bad_setting_is_told_with_its_path(value: object, path: str) -> None:
    settings, [problem] = read_settings({"glossary": value})
    assert settings.glossary == ()
    assert isinstance(problem, Message)
    assert path in str(problem)
