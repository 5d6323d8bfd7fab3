"""Reading what a person typed."""

from collections.abc import Mapping, Sequence

import pytest

from smysl.engine.search.query import ABBREVIATION, LOANWORD, SYNONYM, analyse, is_name
from smysl.engine.text.lexicon import BACKWARD, MINED, lexicon_of, team_lexicon
from smysl.engine.text.loanwords import sound
from smysl.engine.text.terms import fold, stem


class Words:
    """A vocabulary of a few words."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self._terms = sorted({stem(word) for word in words})

    def terms_by_sound(self, sounds: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {one: [stem(word) for word in self._words if sound(word) == one] for one in sounds}

    def terms_by_prefix(self, prefixes: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {one: [term for term in self._terms if term.startswith(one)] for one in prefixes}


def test_a_question_is_reduced_to_what_it_asks_for() -> None:
    query = analyse("где у нас проверяется подпись?", Words())
    assert [concept.term for concept in query.concepts] == [stem("проверяется"), stem("подпись")]


def test_a_query_of_stop_words_alone_keeps_them() -> None:
    assert [concept.term for concept in analyse("if this in that", Words()).concepts] == ["if", "this", "in", "that"]


def test_a_russian_loan_word_stands_for_the_english_word_that_the_code_uses() -> None:
    [concept] = analyse("прокси", Words("proxy", "prose")).concepts
    assert concept.alternatives[stem("proxy")] == LOANWORD
    assert stem("prose") not in concept.alternatives


def test_a_loan_word_brings_the_synonyms_of_its_origin() -> None:
    [concept] = analyse("параметр", Words("parameter", "argument")).concepts
    assert concept.alternatives[stem("argument")] == pytest.approx(LOANWORD * SYNONYM)


def test_code_shortens_words_and_a_query_need_not() -> None:
    [concept] = analyse("configuration", Words("config", "confetti")).concepts
    assert concept.alternatives["config"] >= ABBREVIATION
    assert "confetti" not in concept.alternatives


def test_a_synonym_counts_less_than_the_word() -> None:
    [concept] = analyse("delete", Words("remove")).concepts
    assert concept.alternatives[stem("remove")] == SYNONYM


@pytest.mark.parametrize("text", ["flatten", "Session.get", "get_user()", "_private"])
def test_a_lone_name_is_a_name(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["get user", "флаг", "a-b", "", "f(x)", "1abc"])
def test_a_phrase_is_not_a_name(text: str) -> None:
    assert not is_name(text)


def test_a_name_inside_a_phrase_is_seen() -> None:
    assert analyse("где вызывается parse_url и HTTPServer", Words()).names == ("parse_url", "http_server")
    assert analyse("where the token is checked", Words()).names == ()


def test_spellings_of_one_name_fold_together() -> None:
    assert fold("getUser") == fold("get_user") == fold("_get_user") == "get_user"


@pytest.mark.parametrize("text", ["тесты парсера", "pytest fixtures for the client"])
def test_asking_for_tests_is_noticed(text: str) -> None:
    assert analyse(text, Words()).asks_for_tests


def test_a_query_of_punctuation_has_no_concepts() -> None:
    assert analyse("?! ...", Words()).concepts == ()


def test_a_whole_identifier_weighs_more_than_its_words() -> None:
    *words, compound = analyse("zebra_stripes", Words()).concepts
    assert compound.term == "zebra_stripes"
    assert all(compound.weight > word.weight for word in words)


def test_a_name_that_is_a_stop_word_is_looked_for() -> None:
    assert [concept.term for concept in analyse("do", Words()).concepts] == ["do"]
    assert [concept.term for concept in analyse("to_json", Words()).concepts] == ["to", "json", "to_json"]


LEXICON = lexicon_of("запис\trecord:1 write:0.5\n", "")


def test_a_russian_word_stands_for_the_english_words_of_the_lexicon() -> None:
    [concept] = analyse("запись", Words(), lexicon=LEXICON).concepts
    assert concept.alternatives == {"запис": 1.0, "record": MINED, "write": 0.5 * MINED}


def test_an_english_word_finds_russian_documentation_at_a_lower_weight() -> None:
    [concept] = analyse("record", Words(), lexicon=LEXICON).concepts
    assert concept.alternatives["запис"] == BACKWARD * MINED


def test_a_team_s_own_words_count_like_the_word_itself() -> None:
    glossary = team_lexicon([("запись", ("record", "entry"))])
    [concept] = analyse("запись", Words(), lexicon=LEXICON, glossary=glossary).concepts
    assert concept.alternatives == {"запис": 1.0, "record": 1.0, "entri": 1.0, "write": 0.5 * MINED}


def test_lexicon_and_glossary_can_be_left_out() -> None:
    glossary = team_lexicon([("запись", ("seal",))])
    both = {"lexicon": LEXICON, "glossary": glossary}
    [by_glossary] = analyse("запись", Words(), **both, without=frozenset({"lexicon"})).concepts
    [by_lexicon] = analyse("запись", Words(), **both, without=frozenset({"glossary"})).concepts
    assert set(by_glossary.alternatives) == {"запис", "seal"}
    assert set(by_lexicon.alternatives) == {"запис", "record", "write"}


def test_a_word_never_has_more_than_a_few_dozen_stand_ins() -> None:
    glossary = team_lexicon([("запись", tuple(f"word{number}" for number in range(500)))])
    [concept] = analyse("запись", Words(), glossary=glossary).concepts
    assert len(concept.alternatives) <= 24
