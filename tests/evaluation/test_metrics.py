from __future__ import annotations

import math

import pytest

from smysl.evaluation.metrics import Scores, bootstrap_interval, compare, compare_all, holm, mean, score


def test_the_first_right_hit_decides_mrr_and_recall() -> None:
    found = score(["a", "b", "gold"], ["gold"])
    assert found.mrr == pytest.approx(1 / 3)
    assert (found.recall_1, found.recall_5, found.recall_10) == (0.0, 1.0, 1.0)


def test_a_right_hit_beyond_the_tenth_place_counts_nothing() -> None:
    assert score([*"abcdefghij", "gold"], ["gold"]) == Scores(0.0, 0.0, 0.0, 0.0, 0.0)


def test_ndcg_wants_all_right_hits_in_front() -> None:
    assert score(["x", "y"], ["x", "y"]).ndcg == pytest.approx(1.0)
    found = score(["x", "-", "y"], ["x", "y"])
    assert found.ndcg == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_more_than_ten_right_answers_can_still_be_found_perfectly() -> None:
    gold = [str(number) for number in range(12)]
    assert score(gold[:10], gold).ndcg == pytest.approx(1.0)


def test_nothing_found_is_zero() -> None:
    assert score([], ["x"]) == Scores(0.0, 0.0, 0.0, 0.0, 0.0)


def test_the_mean_is_of_each_metric() -> None:
    assert mean([Scores(1, 1, 1, 1, 1), Scores(0, 0.5, 0, 0, 1)]) == Scores(0.5, 0.75, 0.5, 0.5, 1.0)
    with pytest.raises(ValueError, match="no scores"):
        mean([])


def test_the_bootstrap_interval_surrounds_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 50
    low, high = bootstrap_interval(values)
    # The standard error of 100 fair coins is 0.05; 95 % is about two of them to each side.
    assert low == pytest.approx(0.4, abs=0.02)
    assert high == pytest.approx(0.6, abs=0.02)
    assert bootstrap_interval(values) == (low, high)


def test_values_without_spread_have_an_interval_of_one_point() -> None:
    assert bootstrap_interval([0.5] * 7) == (0.5, 0.5)


def test_a_system_compared_with_itself_differs_by_chance_alone() -> None:
    found = compare([0.0, 1.0, 0.5], [0.0, 1.0, 0.5])
    assert (found.difference, found.low, found.high, found.p_value, found.queries) == (0.0, 0.0, 0.0, 1.0, 3)


def test_a_steady_gain_is_no_chance_and_a_single_one_may_be() -> None:
    steady = compare([0.2] * 30, [0.4] * 30)
    assert steady.difference == pytest.approx(0.2)
    assert steady.p_value < 0.001
    assert compare([0.0] * 5, [0.0, 0.0, 0.0, 0.0, 1.0]).p_value == pytest.approx(1.0)


def test_a_comparison_needs_pairs() -> None:
    with pytest.raises(ValueError, match="same queries"):
        compare([0.1], [0.1, 0.2])
    with pytest.raises(ValueError, match="same queries"):
        compare([], [])


def test_many_comparisons_at_once_are_the_same_as_one_by_one() -> None:
    pairs = [([0.1, 0.5, 1.0, 0.0], [0.2, 0.5, 0.5, 1.0]), ([0.0] * 4, [0.25] * 4)]
    together = compare_all(pairs)
    for one, (old, new) in zip(together, pairs, strict=True):
        alone = compare(old, new)
        assert (one.p_value, one.queries) == (alone.p_value, alone.queries)
        assert (one.difference, one.low, one.high) == pytest.approx((alone.difference, alone.low, alone.high))
    assert compare_all([]) == []


def test_holm_adjusts_each_p_value_for_those_that_are_smaller() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert holm([0.6, 0.7]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []
