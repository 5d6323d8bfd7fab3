"""The thesaurus of programmers' English."""

from smysl.engine.text.synonyms import synonyms
from smysl.engine.text.terms import stem


def test_synonyms_hold_both_ways_and_never_name_the_word_itself() -> None:
    known = synonyms()
    for one, others in known.items():
        assert one not in others
        assert all(one in known[other] for other in others)


def test_words_of_one_group_find_each_other_by_stem() -> None:
    assert stem("remove") in synonyms()[stem("deleting")]
    assert stem("folder") in synonyms()[stem("directories")]
