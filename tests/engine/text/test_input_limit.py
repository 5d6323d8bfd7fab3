"""How many tokens a text is taken for: rather too many than too few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smysl.engine.types import InputLimit

LIMIT = InputLimit(256)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("    +---------------+-------------------+\n", 37),
        (r"""HEADER_TOKEN_RE = re.compile(r"^\s*([^=\s;,]+)")""", 30),
        ("ESCAPES = {'b': '\\b', 'f': '\\f', 'n': '\\n', 'r': '\\r', 't': '\\t'}", 48),
        ("return self._connections.get(address)", 10),
        ("вернуть соединение", 17),
    ],
)
def test_a_text_full_of_signs_is_not_taken_for_a_short_one(text: str, tokens: int) -> None:
    assert LIMIT.cost(text) >= 0.9 * tokens  # `tokens` is what all-minilm makes of it


def test_ordinary_code_is_worth_as_much_as_its_letters_say() -> None:
    code = "def total(values):\n    return sum(value.price for value in values)\n"
    assert LIMIT.cost(code) == pytest.approx(len(code) / LIMIT.chars_per_token)


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_parts_of_a_text_never_cost_less_than_the_whole(one: str, other: str) -> None:
    assert LIMIT.cost(one) + LIMIT.cost(other) >= LIMIT.cost(one + other) - 1e-6
