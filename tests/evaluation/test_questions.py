from __future__ import annotations

import pytest

from smysl.evaluation.prose import told_of_source
from smysl.evaluation.questions import is_trivial, language_of, plain, questions


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Скачать файл по ссылке", "ru"),
        ("Возвращает JSON из Response", "ru"),
        ("Download the file", "en"),
        ("Скачати файл за її адресою", None),
        ("下载文件并返回 path", None),
        ("1 + 1", None),
    ],
)
def test_the_language_is_that_of_most_letters(text: str, language: str | None) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("User name", "get_user_name"),
        ("Returns the user's names", "user_name"),
        ("See base class", "Client.close"),
        ("TODO: write this properly one day", "load"),
        ("Initialize self", "__init__"),
        ("Конструктор класса", "Client.__init__"),
        ("Псевдоним для другого метода", "f"),
        ("return open(path).read()", "read"),
        (">>> add(1, 2) gives three of them", "add"),
        ("Do", "f"),
        ("word " * 100, "f"),
    ],
)
def test_what_asks_for_nothing_beyond_the_name_is_trivial(sentence: str, name: str) -> None:
    assert is_trivial(sentence, name)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Скачать файл", "download"),
        ("Check whether the session cookie has run out", "Cookie.is_expired"),
        ("Returns the name under which the user signed up", "get_user_name"),
    ],
)
def test_what_describes_is_not(sentence: str, name: str) -> None:
    assert not is_trivial(sentence, name)


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("Класс, представляющий :obj:`Трек`.", "Класс, представляющий Трек"),
        (":class:`~package.module.Client` of **all** ``things``", "Client of all things"),
        (":func:`the sum <package.sum>` of `both`_", "the sum of both"),
        ("Тип очереди (устаревший, см", "Тип очереди"),
    ],
)
def test_markup_is_taken_off(marked: str, read: str) -> None:
    assert plain(marked) == read


SOURCE = '''
def load(url):
    """Скачивает файл по ссылке. Потом ещё что-то."""

async def load_async(url):
    """Скачивает файл по ссылке."""

def first():
    """Does one and the same thing."""

def second():
    """does one and the same thing."""

def user_name():
    """User name."""

def hidden():
    # Decides who may open the door
    return 1

def silent():
    return 2
'''


def test_shared_sentences_are_dropped_unless_they_stand_on_twins() -> None:
    found = questions(told_of_source(SOURCE, "a.py"))
    assert [(query.text, query.language, query.gold) for query in found.queries] == [
        ("Скачивает файл по ссылке", "ru", ("a.py::load", "a.py::load_async")),
        ("Decides who may open the door", "en", ("a.py::hidden",)),
    ]
    assert (found.repeated, found.trivial, found.languages, found.unasked) == (2, 1, 0, 0)


def _many(count: int, word: str = "thing") -> str:
    return "".join(
        f'def f{n}():\n    """Finds the {word} called {chr(97 + n % 26) * (3 + n // 26)}."""\n' for n in range(count)
    )


def test_a_sample_is_the_same_for_the_same_code_and_hardly_moves_when_other_code_does() -> None:
    few = questions(told_of_source(_many(60), "a.py"), sample=20)
    again = questions(told_of_source(_many(60), "a.py"), sample=20)
    more = questions(told_of_source(_many(63), "a.py"), sample=20)
    assert few == again
    assert (len(few.queries), few.unasked) == (20, 40)
    assert len({query.id for query in few.queries} & {query.id for query in more.queries}) >= 17


def test_a_language_with_next_to_no_questions_is_left_out_when_the_other_has_more() -> None:
    source = _many(12) + 'def last():\n    """Закрывает дверь за собой."""\n'
    found = questions(told_of_source(source, "a.py"))
    assert {query.language for query in found.queries} == {"en"}
    assert found.languages == 1
