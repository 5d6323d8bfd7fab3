"""How much is sent at once, and how a long text is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.embed.batching import (
    FIRST_TEXTS,
    MOST_CHARACTERS,
    MOST_TEXTS,
    SECONDS_IN_FLIGHT,
    Pace,
    clip,
    halved,
    next_batch,
)
from smysl.engine.types import InputLimit


def test_the_first_batch_is_small() -> None:
    texts = ["x" * 100] * 50
    assert next_batch(texts, [40.0] * 50, 0, Pace()) == FIRST_TEXTS


def test_a_batch_is_about_two_tenths_of_a_second_once_the_speed_is_known() -> None:
    pace = Pace()
    for _ in range(10):
        pace = pace.after([40.0] * pace.texts, seconds=0.02 * pace.texts)
    assert pace.texts == pytest.approx(SECONDS_IN_FLIGHT / 0.02, abs=1)


def test_growth_is_by_doubling_at_most_and_has_an_end() -> None:
    pace, sizes = Pace(), []
    for _ in range(8):
        pace = pace.after([40.0] * pace.texts, seconds=1e-6)
        sizes.append(pace.texts)
    assert sizes == [8, 16, 32, 64, 64, 64, 64, 64]
    assert max(sizes) == MOST_TEXTS


def test_a_slow_model_gets_one_text_at_a_time() -> None:
    pace = Pace().after([40.0] * 4, seconds=20)
    assert pace.texts == 1
    assert pace.seconds([40.0]) == pytest.approx(5)


def test_long_texts_make_short_batches() -> None:
    pace = Pace(seconds_per_unit=0.001, units_per_text=50, texts=64)
    costs = [50.0, 50.0, 5000.0, 50.0]
    assert next_batch(["x"] * 4, costs, 0, pace) == 2
    assert next_batch(["x"] * 4, costs, 2, pace) == 3


def test_a_batch_is_bounded_by_characters_too() -> None:
    texts = ["x" * (MOST_CHARACTERS // 3)] * 9
    assert next_batch(texts, [1.0] * 9, 0, Pace(texts=64)) == 3


@given(st.lists(st.text(max_size=200), max_size=40), st.floats(1e-7, 10), st.integers(1, 64))
def test_batches_cover_all_texts_in_order(texts: list[str], speed: float, most: int) -> None:
    pace, start, ends = Pace(seconds_per_unit=speed, texts=most), 0, []
    while start < len(texts):
        end = next_batch(texts, [float(len(text)) for text in texts], start, pace)
        assert start < end <= start + most
        ends.append(end)
        start = end
    assert start == len(texts)


@given(st.text(max_size=400), st.integers(1, 100))
def test_a_clipped_text_is_a_head_that_fits(text: str, tokens: int) -> None:
    limit = InputLimit(tokens)
    clipped = clip(text, limit)
    assert text.startswith(clipped)
    assert limit.cost(clipped) <= tokens
    assert clipped == text or limit.cost(text[: len(clipped) + 1]) > tokens


def test_without_a_limit_nothing_is_clipped() -> None:
    assert clip("x" * 100_000, None) == "x" * 100_000


def test_halving_ends() -> None:
    text: str | None = "x" * 10_000
    steps = 0
    while text is not None:
        text = halved(text)
        steps += 1
    assert steps == 10
