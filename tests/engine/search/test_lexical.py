"""BM25F over concepts."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.search.lexical import flat_terms, score_words
from smysl.engine.search.query import Concept
from smysl.engine.store.records import LexicalCandidate, TermStatistics

AVERAGES = (2.0, 6.0, 12.0, 40.0, 8.0)
LENGTHS = (2, 6, 12, 40, 8)
NAME, HEADER, PROSE, BODY, CONTEXT = range(5)


def statistics(**frequency: int) -> TermStatistics:
    return TermStatistics(1_000, AVERAGES, frequency)


def chunk(chunk_id: int, concepts: list[Concept], places: Mapping[str, int], *, times: int = 1) -> LexicalCandidate:
    """A chunk of average length that has each term of `places` in one field."""
    rows = []
    for term in flat_terms(concepts):
        row = [0, 0, 0, 0, 0]
        if term in places:
            row[places[term]] = times
        rows.append((row[0], row[1], row[2], row[3], row[4]))
    return LexicalCandidate(chunk_id, tuple(rows), LENGTHS)


SAVE = Concept("save", {"save": 1.0, "store": 0.5})
PICTURE = Concept("pictur", {"pictur": 1.0, "imag": 0.5})


def test_a_word_in_the_name_is_worth_more_than_in_prose_and_in_the_body() -> None:
    found = score_words(
        [SAVE],
        [chunk(field, [SAVE], {"save": field}) for field in (NAME, PROSE, BODY)],
        statistics(save=10),
    )
    assert found[NAME].score > found[PROSE].score > found[BODY].score


def test_both_words_beat_one_word_twice() -> None:
    concepts = [SAVE, PICTURE]
    both = chunk(1, concepts, {"save": BODY, "pictur": BODY})
    twice = chunk(2, concepts, {"save": BODY}, times=2)
    found = score_words(concepts, [both, twice], statistics(save=10, pictur=10))
    assert found[1].score > found[2].score


def test_a_stand_in_counts_less_than_the_word_and_adds_nothing_beside_it() -> None:
    word, stand_in = chunk(1, [SAVE], {"save": BODY}), chunk(2, [SAVE], {"store": BODY})
    together = chunk(3, [SAVE], {"save": BODY, "store": BODY})
    found = score_words([SAVE], [word, stand_in, together], statistics(save=10, store=10))
    assert found[2].score < found[1].score == found[3].score


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    concepts = [SAVE, PICTURE]
    rare, common = chunk(1, concepts, {"save": BODY}), chunk(2, concepts, {"pictur": BODY})
    found = score_words(concepts, [rare, common], statistics(save=5, pictur=500))
    assert found[1].score > found[2].score


def test_a_word_that_no_code_uses_is_worth_what_stands_for_it() -> None:
    found = score_words([SAVE], [chunk(1, [SAVE], {"store": NAME})], statistics(store=10))
    assert found[1].score > 0.3


def test_a_compound_that_no_code_spells_so_costs_nothing() -> None:
    compound = Concept("save_pictur", {"save_pictur": 1.0}, 3.0)
    plain = score_words([SAVE], [chunk(1, [SAVE], {"save": NAME})], statistics(save=10))
    with_compound = [SAVE, compound]
    asked = score_words(with_compound, [chunk(1, with_compound, {"save": NAME})], statistics(save=10))
    assert asked[1].score == plain[1].score


def test_the_share_found_in_the_name_is_told() -> None:
    concepts = [SAVE, PICTURE]
    found = score_words(concepts, [chunk(1, concepts, {"save": NAME, "pictur": BODY})], statistics(save=10, pictur=10))
    assert 0.45 < found[1].in_name < 0.55


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 5), min_size=4, max_size=4), st.integers(0, 1_000))
def test_a_score_lies_between_0_and_1(rows: list[tuple[int, int, int, int, int]], frequency: int) -> None:
    candidate = LexicalCandidate(1, tuple(rows), LENGTHS)
    found = score_words([SAVE, PICTURE], [candidate], statistics(save=frequency, pictur=3, imag=1_000))
    assert 0.0 <= found[1].score < 1.0
    assert 0.0 <= found[1].in_name <= 1.0
