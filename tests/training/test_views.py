"""What a step of the training sees of questions and of code that is easily taken for the right one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.alignment import Translations
from training.encoding import Encoded, encode
from training.export import export_model, most_asked
from training.judging import Weights, reciprocal_ranks
from training.likely import easily_taken
from training.rows import QUESTION, Row
from training.running import of_artefact
from training.views import Chances, Task, Translator, Viewer
from training.vocabulary import make_tokenizer

WORDS = tuple(f"{first}{second}" for first in "bdfgklmn" for second in ("ast", "end", "ilk", "ost", "ump"))
ROWS = [
    Row("pypi+shop", "function", "", False, f"{word} {word}", word, "", "", f"{word} {WORDS[place - 1]} common")
    for place, word in enumerate(WORDS)
]
ASKED = [
    replace(row, kind=QUESTION, query=f"{row.name} {said}", later="told") for row in ROWS for said in ("where", "how")
]


def test_a_batch_of_questions_has_one_question_a_function_and_code_to_confuse_it_with() -> None:
    data, tokenizer = _encoded()
    likely = easily_taken(_matrix(tokenizer), data, without=np.zeros(len(data.sources), bool), seed=1)
    batch = _viewer(data, tokenizer, likely).batch(Task.QUESTION)

    asked, shown = len(batch.questions.starts), len(batch.answers.starts)
    assert asked == 8
    assert shown == 2 * asked
    # Of the functions in it none is the wrong answer to its own question, and no row is hidden from itself.
    assert batch.same.shape == (asked, shown)
    assert not batch.same[:, :asked].any()


def test_code_easily_taken_for_the_right_one_is_other_code_of_the_source() -> None:
    data, tokenizer = _encoded()
    found = easily_taken(_matrix(tokenizer), data, without=~data.is_question, seed=1)

    asked = np.flatnonzero(data.is_question)
    assert (found[asked] >= 0).all()
    assert not data.is_question[found[asked]].any()
    assert (data.codes[found[asked]] != data.codes[asked][:, None]).all()
    assert (found[~data.is_question] == -1).all()


def test_a_written_question_is_judged_among_all_code_of_its_source() -> None:
    data, tokenizer = _encoded()

    ranks = reciprocal_ranks(_matrix(tokenizer), data, [0], russian=False, weights=Weights(), written=True)

    assert len(ranks) == len(ASKED)
    assert ranks.mean() > 0.9


def test_the_words_that_are_asked_most_have_a_row_of_their_own_in_questions(tmp_path: Path) -> None:
    data, tokenizer = _encoded()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    matrix = _matrix(tokenizer)
    matrix[1] *= -1
    asked = most_asked(data, 2, without=np.zeros(len(data.sources), bool))
    assert {tokenizer.id_to_token(int(number)) for number in asked} == {"where", "how"}

    export_model(matrix, asked, tmp_path / "tokenizer.json", tmp_path / "model", weights=Weights(), version="1")

    again = of_artefact(tmp_path / "model")
    size = np.linalg.norm(again[0, asked], axis=1) / np.linalg.norm(matrix[0, asked], axis=1)
    np.testing.assert_allclose(again[1, asked], matrix[1, asked] * size[:, None], atol=0.05)
    others = np.setdiff1d(np.arange(len(again[0])), asked)
    assert np.array_equal(again[1, others], again[0, others])


def _encoded() -> tuple[Encoded, Tokenizer]:
    tokenizer = make_tokenizer(Counter(dict.fromkeys([*WORDS, "where", "how", "common", "told"], 100)), 400, pieces=100)
    return encode([*ROWS, *ASKED], [], tokenizer), tokenizer


def _matrix(tokenizer: Tokenizer) -> NDArray[np.float32]:
    rows = np.random.default_rng(0).normal(size=(tokenizer.get_vocab_size(), 64)).astype(np.float32)
    return np.stack([rows, rows])


def _viewer(data: Encoded, tokenizer: Tokenizer, likely: NDArray[np.int32]) -> Viewer:
    size = tokenizer.get_vocab_size()
    nothing = Translations(np.zeros((size, 1), np.int32), np.zeros((size, 1), np.float32))
    return Viewer(
        data,
        Translator(nothing, nothing, np.zeros(size, bool)),
        tokenizer,
        Chances(forgotten=0.0, wrapped=0.0),
        held_out=np.zeros(len(data.sources), bool),
        size=16,
        seed=1,
        likely=likely,
    )
