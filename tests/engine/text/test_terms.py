"""The words of the lexical index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.text.terms import identifiers, parts, places, terms, terms_of_names


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("get_user_name", ("get", "user", "name")),
        ("getUserName", ("get", "user", "name")),
        ("HTTPServer2", ("http", "server", "2")),
        ("base64", ("base", "64")),
        ("__init__", ("init",)),
        ("ПроверкаТокена", ("проверка", "токена")),
        ("Ёлка", ("елка",)),
    ],
)
def test_an_identifier_is_split_at_case_underscore_and_digits(identifier: str, words: tuple[str, ...]) -> None:
    assert parts(identifier) == words


def test_snake_and_camel_case_share_the_term_of_the_whole() -> None:
    assert "get_user" in terms("getUser")
    assert "get_user" in terms("get_user")
    assert "get_user" in terms("_get_user")


def test_russian_inflections_share_a_term() -> None:
    assert set(terms("читаем файлы")) & set(terms("прочитать файл")) == {"файл"}
    assert terms("проверка файлов") == terms("проверку файла")


def test_a_noun_that_looks_like_a_reflexive_verb_keeps_its_end() -> None:
    assert terms("запись подпись") == terms("записи подписей") == ["запис", "подпис"]


def test_english_inflections_share_a_term() -> None:
    assert terms("parsing requests") == terms("parsed request")


def test_a_russian_word_beside_an_identifier_costs_nothing() -> None:
    assert terms("закрыть socket_pool") == [*terms("закрыть"), *terms("socket_pool")]
    assert terms("JSON-файл") == ["json", "файл"]


def test_yo_is_ye_and_case_does_not_count() -> None:
    assert terms("Счётчик ОШИБОК") == terms("счетчик ошибок")


def test_stop_words_of_both_languages_are_left_out_but_whole_names_stay() -> None:
    assert terms("где у нас the function that is") == terms("function")
    assert "is_valid" in terms("is_valid")


def test_a_name_keeps_its_stop_words() -> None:
    assert terms("to_json") == ["json", "to_json"]
    assert terms_of_names("to_json is_not") == ["to", "json", "to_json", "is", "not", "is_not"]


def test_what_tells_a_function_from_its_opposite_is_no_stop_word() -> None:
    for one, other in (("before", "after"), ("up", "down"), ("on", "off"), ("до", "после"), ("под", "над")):
        assert terms(one) != terms(other)
        assert terms(one)


def test_a_run_too_long_for_a_word_is_no_term() -> None:
    assert terms("x" * 65) == []


@given(st.text(max_size=200))
def test_any_text_gives_lower_case_terms_without_spaces(text: str) -> None:
    for term in terms(text):
        assert term
        assert term == term.lower()
        assert not any(letter.isspace() for letter in term)


@given(st.text(max_size=200))
def test_identifiers_stand_in_the_text_in_order(text: str) -> None:
    place = 0
    for identifier in identifiers(text):
        place = text.index(identifier, place) + len(identifier)


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("def get_user_name(self):", {"get_user_nam", "user", "name"}, ["user_name"]),
        ("def getUser(self):", {"get_user"}, ["getUser"]),
        ("проверяем срок токена", {"ток", "проверя"}, ["проверяем", "токена"]),
        ("Ёлки; HTTPServer()", {"елк", "server"}, ["Ёлки", "Server"]),
        ("if is_expired: pass", {"is", "expir"}, ["expired"]),
        ("nothing", set(), []),
    ],
)
def test_wanted_terms_are_found_where_they_are_written(text: str, wanted: set[str], found: list[str]) -> None:
    assert [text[start:end] for start, end in places(text, wanted)] == found


@given(st.text(max_size=60), st.sets(st.text(max_size=4), max_size=3))
def test_places_are_in_order_and_inside_the_text(text: str, extra: set[str]) -> None:
    last = 0
    for start, end in places(text, extra | set(terms(text)[::2])):
        assert last <= start < end <= len(text)
        last = end
