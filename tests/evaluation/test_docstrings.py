from __future__ import annotations

import ast
from pathlib import Path

import pytest

from smysl.evaluation.docstrings import (
    docstring_queries,
    first_sentence,
    without_docstrings,
    write_without_docstrings,
)
from smysl.evaluation.units import units_of_source


@pytest.mark.parametrize(
    ("docstring", "sentence"),
    [
        ("Скачивает файл. Потом закрывает.", "Скачивает файл"),
        ("Скачивает\n    файл\n\nПодробности.", "Скачивает файл"),
        ("Скачивает файл :param url: адрес", "Скачивает файл"),
        ("Пример использования::\n\n    x()", "Пример использования"),
        ("Вопрос? Ответ.", "Вопрос?"),
        ("", ""),
    ],
)
def test_the_query_is_the_first_sentence(docstring: str, sentence: str) -> None:
    assert first_sentence(docstring) == sentence


def test_only_russian_sentences_of_two_words_or_more_are_queries() -> None:
    source = '''
def one():
    """Скачивает файл по ссылке."""
def two():
    """Downloads a file."""
def three():
    """Скачивание."""
'''
    queries = docstring_queries("pkg", units_of_source(source, "a.py"))
    assert [(query.text, query.gold, query.id) for query in queries] == [
        ("Скачивает файл по ссылке", ("a.py::one",), "pkg-doc1")
    ]


def test_a_sentence_on_several_units_is_dropped_unless_they_are_twins() -> None:
    source = '''
class Client:
    def load(self):
        """Скачивает файл."""
    def load_async(self):
        """скачивает файл."""
    def open(self):
        """Открывает сессию."""
    def begin(self):
        """Открывает сессию."""
'''
    queries = docstring_queries("pkg", units_of_source(source, "a.py"))
    assert [query.gold for query in queries] == [("a.py::Client.load", "a.py::Client.load_async")]


def test_every_docstring_is_removed_and_nothing_else() -> None:
    source = '''"""Модуль."""
import os
class A:
    """Класс."""

    x = "строка"
    def f(self):
        r"""Много
        строк."""
        return """не docstring"""
    def g(self): "тело"
    def h(self):
        """Только слова."""
    async def k(self):
        "а"; return 1
'''
    stripped = without_docstrings(source)
    assert (
        stripped
        == '''import os
class A:

    x = "строка"
    def f(self):
        return """не docstring"""
    def g(self): pass
    def h(self):
        pass
    async def k(self):
        pass; return 1
'''
    )


def test_what_is_left_parses_and_has_the_same_units() -> None:
    source = Path(ast.__file__).read_text(encoding="utf-8")
    stripped = without_docstrings(source)
    assert stripped is not None
    before, after = units_of_source(source, "ast.py"), units_of_source(stripped, "ast.py")
    assert [unit.id for unit in before] == [unit.id for unit in after]
    assert any(unit.docstring for unit in before)
    assert not any(unit.docstring for unit in after)


def test_a_module_of_a_docstring_alone_becomes_empty_and_a_broken_one_is_left_out(tmp_path: Path) -> None:
    assert without_docstrings('"""Модуль."""\n') == ""
    assert without_docstrings("def (:\n") is None
    (tmp_path / "in" / "pkg").mkdir(parents=True)
    (tmp_path / "in" / "pkg" / "good.py").write_text('"""Д."""\r\nx = 1\n', encoding="utf-8")
    (tmp_path / "in" / "pkg" / "bad.py").write_text("def (:\n")
    write_without_docstrings(tmp_path / "in", tmp_path / "out", ["pkg"])
    assert [file.name for file in (tmp_path / "out" / "pkg").iterdir()] == ["good.py"]
    assert (tmp_path / "out" / "pkg" / "good.py").read_text() == "x = 1\n"
