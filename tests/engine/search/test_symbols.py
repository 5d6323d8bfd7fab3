"""How well a name fits what a person typed of it."""

from __future__ import annotations

import pytest

from smysl.engine.search.symbols import fitness
from smysl.engine.text.terms import fold


def fit(asked: str, name: str) -> float:
    return fitness(*(tuple(fold(part) for part in one.split(".")) for one in (asked, name)))


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (
            "getUser",
            ("get_user", "getuser", "get_user_name", "Session.force_get_user", "user_get", "gather_extra_users"),
        ),
        ("user", ("User", "user_name", "get_user", "browser_use_rate")),
        ("gun", ("gun", "gunner", "top_gun", "get_user_name", "going_under")),
        ("Session.get", ("Session.get", "Session.get_user", "Session.forget")),
    ],
)
def test_the_closer_a_name_the_higher_its_score(asked: str, names: tuple[str, ...]) -> None:
    scores = [fit(asked, name) for name in names]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert scores[0] == 1.0
    assert scores[-1] > 0


@pytest.mark.parametrize(
    ("asked", "name"), [("zebra", "get_user"), ("resu", "user"), ("Session.get", "get"), ("Cache.get", "Session.get")]
)
def test_a_name_without_the_letters_in_order_does_not_fit(asked: str, name: str) -> None:
    assert fit(asked, name) == 0
