"""Russian spellings of English words."""

import pytest

from smysl.engine.text.loanwords import sound, sounds
from smysl.engine.text.terms import stem


@pytest.mark.parametrize(
    ("russian", "english"),
    [
        ("прокси", "proxy"),
        ("редирект", "redirect"),
        ("парсер", "parser"),
        ("контекст", "context"),
        ("сервер", "server"),
        ("декоратор", "decorator"),
        ("домен", "domain"),
        ("валидация", "validation"),
        ("экспорт", "export"),
        ("функция", "function"),
        ("конфигурация", "configuration"),
    ],
)
def test_a_loan_word_sounds_like_its_origin(russian: str, english: str) -> None:
    assert {sound(english), sound(stem(english))} & sounds(russian, stem(russian))


def test_a_case_ending_does_not_hide_the_last_consonant() -> None:
    assert sound("token") in sounds("токены", stem("токены"))
    assert sound("token") in sounds("токенов", stem("токенов"))


@pytest.mark.parametrize("word", ["я", "ab", "42", "a_b", ""])
def test_what_is_too_short_or_no_word_has_no_sound(word: str) -> None:
    assert sound(word) == ""
