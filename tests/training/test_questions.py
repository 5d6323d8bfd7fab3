"""Written questions: which are taken, where they are kept, and which code each stands beside."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from training.asking import Shown, functions_to_ask_about, spread, write_shown
from training.fingerprints import Kept
from training.held_out import is_held_out
from training.questions import Question, beside_code, is_fit, read_questions, write_questions, written
from training.sources import Origin, Source, read_sources

NOTHING = Kept(np.zeros(0, np.uint64), np.zeros(0, np.uint64))
SOURCE = Source(Origin.PYPI, "shop", "1.0", "MIT")
CODE = '''
def total_in(cart, currency, rates):
    """Sum of an order."""
    prices = []
    for item in cart.items:
        if item.is_returned:
            continue
        prices.append(item.price * rates[item.currency, currency])
    return sum(prices) - cart.discount_in(currency)
'''


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("посчитать total_in для корзины", "ru"),
        ("sum of the order", "ru"),
        ("сумма заказа в валюте", "en"),
        ("sum", "en"),
        ("how much is " + "very " * 60 + "much", "en"),
    ],
)
def test_a_question_that_knows_the_name_or_is_in_the_wrong_language_is_no_question(
    question: str, language: str
) -> None:
    assert not is_fit(question, language, "total_in")


def test_what_was_written_is_joined_with_what_was_shown(tmp_path: Path) -> None:
    shown = {"id": "00001", "source": "pypi+shop", "path": "shop.py", "qualname": "total_in", "mark": "0" * 16}
    (tmp_path / "sample.jsonl").write_text(json.dumps(shown) + "\n", encoding="utf-8")
    answers = [
        {"id": "00001", "ru": ["сколько стоит  заказ"], "en": ["price of an order", "total_in"]},
        {"id": "00002", "ru": ["чего-то другого"], "en": []},
    ]
    lines = [json.dumps(answer, ensure_ascii=False) for answer in answers]
    (tmp_path / "written.jsonl").write_text("\n".join(lines) + '\n{"id": "000', encoding="utf-8")

    found = sorted(written([tmp_path / "sample.jsonl"], [tmp_path / "written.jsonl"]))

    assert [(one.qualname, one.language, one.text) for one in found] == [
        ("total_in", "en", "price of an order"),
        ("total_in", "ru", "сколько стоит заказ"),
    ]


def test_two_rounds_of_questions_do_not_take_each_others_functions(tmp_path: Path) -> None:
    rounds = [Shown(SOURCE.key, "shop.py", name, mark * 16, russian=False, code=CODE) for name, mark in ("a1", "b2")]
    for number, shown in enumerate(rounds):
        write_shown([shown], tmp_path / f"sample-{number}.jsonl")
    answer = {"id": rounds[1].mark, "ru": [], "en": ["price of an order"]}
    (tmp_path / "written.jsonl").write_text(json.dumps(answer) + "\n", encoding="utf-8")

    samples = [tmp_path / f"sample-{number}.jsonl" for number in (0, 1)]
    assert [one.qualname for one in written(samples, [tmp_path / "written.jsonl"])] == ["b"]


def test_questions_are_kept_in_any_order_as_the_same_bytes(tmp_path: Path) -> None:
    questions = [Question("pypi+shop", "shop.py", "total_in", "0" * 16, "en", text) for text in ("one more", "a first")]

    assert write_questions(questions, tmp_path / "one.tsv.gz") == 2
    write_questions([*reversed(questions), questions[0]], tmp_path / "two.tsv.gz")

    assert (tmp_path / "one.tsv.gz").read_bytes() == (tmp_path / "two.tsv.gz").read_bytes()
    assert read_questions(tmp_path / "one.tsv.gz")["pypi+shop"] == sorted(questions)


def test_a_question_stands_beside_its_code_as_long_as_that_is_the_same(tmp_path: Path) -> None:
    _pack(tmp_path, CODE)
    shown = functions_to_ask_about(SOURCE, tmp_path, tmp_path, NOTHING, seed=0, most=5)[0]
    asked = [Question(SOURCE.key, "shop.py", "total_in", shown.mark, "ru", "сколько стоит заказ")]

    row = beside_code(SOURCE, asked, tmp_path, tmp_path, NOTHING).rows[0]

    assert (row.query, row.kind, row.russian, row.name) == ("сколько стоит заказ", "question", True, "total_in")
    assert row.later == "Sum of an order."
    _pack(tmp_path, CODE.replace("sum(prices)", "max(prices)"))
    assert not beside_code(SOURCE, asked, tmp_path, tmp_path, NOTHING).rows


def test_functions_described_in_russian_are_all_shown_and_the_others_evenly() -> None:
    shown = [Shown("a", "", f"a{n}", "", False, "") for n in range(8)]
    shown += [Shown("b", "", f"b{n}", "", n < 3, "") for n in range(5)]

    chosen = spread(shown, 7, seed=1)

    assert {one.qualname for one in chosen if one.russian} == {"b0", "b1", "b2"}
    assert sum(one.source == "a" for one in chosen) == 4


def test_the_questions_kept_here_are_about_sources_and_nothing_else() -> None:
    keys = {source.key for source in read_sources()}
    kept = read_questions()

    assert kept
    assert kept.keys() <= keys
    assert any(map(is_held_out, kept))


def _pack(folder: Path, code: str) -> None:
    (folder / "archives").mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "archives" / "shop-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("shop.py", code)
