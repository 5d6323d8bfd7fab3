"""Translations of words, mined, written by hand, and a team's own."""

from __future__ import annotations

import gzip
import re
from importlib.resources import files

import pytest

from smysl.engine.text.lexicon import (
    BACKWARD,
    EMPTY,
    HAND,
    MINED,
    TEAM,
    lexicon,
    lexicon_of,
    read_words,
    team_lexicon,
)
from smysl.engine.text.lexicon_mined import MOST_TRANSLATIONS
from smysl.engine.text.terms import stem

MERGE, REMOVE = stem("merge"), stem("remove")


def test_a_line_is_a_word_a_tab_and_the_words_that_stand_for_it() -> None:
    words = read_words("# ours\nручка\tendpoint handler  # as we say\n\nличный кабинет\taccount\nюзер   user\n")
    assert words.rows == (("ручка", ("endpoint", "handler")), ("личный кабинет", ("account",)), ("юзер", ("user",)))
    assert words.bad_lines == ()


@pytest.mark.parametrize(
    "line", ["ручка endpoint", "ручка", "\tendpoint", "ручка\t", "ручка\t...", "где\twhere", "—\tdash"]
)
def test_a_line_that_translates_nothing_is_named(line: str) -> None:
    words = read_words(f"# ours\n{line}\nюзер\tuser\n")
    assert words.rows == (("юзер", ("user",)),)
    assert words.bad_lines == (2,)


def test_words_are_found_in_all_their_forms() -> None:
    known = lexicon_of(f"{stem('удалить')}\t{REMOVE}:0.5 delet:1\n", "смержить\tmerge\n")
    assert known.found([stem("удалили"), stem("смержили")]) == {
        stem("удалить"): {"delet": MINED, REMOVE: 0.5 * MINED},
        stem("смержить"): {MERGE: HAND},
    }


def test_a_word_written_by_hand_adds_to_what_was_mined() -> None:
    known = lexicon_of("ручк\thandl:1\n", "ручка\tendpoint handle\n")
    [found] = known.found(["ручк"]).values()
    assert found == {"handl": max(MINED, HAND), stem("endpoint"): HAND}


def test_english_words_have_russian_ones_at_half_the_weight() -> None:
    known = lexicon_of("удал\tremov:0.5\n", "снести\tremove\n")
    assert known.found(["remov"]) == {"remov": {"удал": BACKWARD * 0.5 * MINED, stem("снести"): BACKWARD * HAND}}


def test_a_word_has_a_few_translations_in_both_directions() -> None:
    many = " ".join(f"word{letter}:0.{number}" for number, letter in enumerate("abcdefgh", start=1))
    [found] = lexicon_of(f"слов\t{many}\n", "").found(["слов"]).values()
    assert len(found) == MOST_TRANSLATIONS
    assert "worda" not in found
    mined = "".join(f"сло{letter}\tword:0.{number}\n" for number, letter in enumerate("абвгдежз", start=1))
    [back] = lexicon_of(mined, "").found(["word"]).values()
    assert len(back) == MOST_TRANSLATIONS
    assert "слоа" not in back


def test_a_compound_is_one_term() -> None:
    [found] = lexicon_of("", "лимитер\trate_limit\n").found([stem("лимитер")]).values()
    assert found == {"rate_limit": HAND}


def test_a_team_s_word_stands_for_its_words_and_they_for_it() -> None:
    known = team_lexicon([("ручка", ("endpoint", "handler"))])
    assert known.found(["ручк", "endpoint"]) == {
        "ручк": {stem("endpoint"): TEAM, stem("handler"): TEAM},
        "endpoint": {"ручк": TEAM},
    }


def test_a_phrase_is_found_where_its_words_follow_one_another() -> None:
    known = team_lexicon([("личный кабинет", ("account",))])
    first, second = stem("личный"), stem("кабинет")
    assert known.found(["вход", first, second]) == {first: {"account": TEAM}, second: {"account": TEAM}}
    assert known.found([first, "вход", second]) == {}
    assert known.found(["account"]) == {}


def test_an_empty_lexicon_finds_nothing() -> None:
    assert EMPTY.found(["слов"]) == {}
    assert team_lexicon([("где", ("where",))]).found(["где"]) == {}


def test_the_hand_written_lexicon_of_the_package_has_no_bad_line() -> None:
    file = files("smysl").joinpath("data", "lexicon_hand.tsv")
    if not file.is_file():
        pytest.skip("made by server/training")
    assert read_words(file.read_text(encoding="utf-8")).bad_lines == ()


def test_the_mined_lexicon_of_the_package_holds_stems_and_weights() -> None:
    file = files("smysl").joinpath("data", "builtin", "lexicon.tsv.gz")
    if not file.is_file():
        pytest.skip("made by server/training")
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert len(lines) > 5_000
    assert all(re.fullmatch(r"[а-я]+\t[^\W_]+:[01](\.\d+)?( [^\W_]+:[01](\.\d+)?)*", line) for line in lines)
    assert len({line.partition("\t")[0] for line in lines}) == len(lines)
    word, back = stem("файл"), stem("file")
    found = lexicon().found([word, back])
    assert back in found[word]
    assert word in found[back]
    assert all(0 < weight <= 1 for others in found.values() for weight in others.values())
