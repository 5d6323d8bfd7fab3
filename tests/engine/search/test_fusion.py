"""One score out of two."""

from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.search.fusion import fuse, meaning


def test_a_cosine_no_better_than_the_mean_means_nothing() -> None:
    assert meaning(0.4, 0.4) == 0
    assert meaning(0.1, 0.4) == 0


def test_the_habit_of_a_model_is_taken_out() -> None:
    assert meaning(1.0, 0.2) == meaning(1.0, 0.7) == 1
    assert abs(meaning(0.6, 0.2) - meaning(0.85, 0.7)) < 1e-9


def test_a_chunk_found_by_both_halves_beats_one_found_by_either() -> None:
    scores = fuse({1: 0.5, 2: 0.5}, {1: 0.5, 2: 0.0, 3: 0.5})
    assert scores[1] > max(scores[2], scores[3])


def test_a_chunk_without_a_vector_yet_is_judged_by_its_words() -> None:
    assert fuse({1: 0.6}, {2: 0.6})[1] == 0.6


@given(st.dictionaries(st.integers(0, 9), st.floats(0, 1)), st.dictionaries(st.integers(0, 9), st.floats(0, 1)))
def test_scores_stay_between_0_and_1(words: dict[int, float], meanings: dict[int, float]) -> None:
    assert all(0 <= score <= 1 for score in fuse(words, meanings).values())
