"""From words to numbers: spelling, vocabulary, translations, bags."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from training.alignment import align
from training.judging import vectors
from training.lexicon import hand_written, mine, write_lexicon
from training.rows import Sentences
from training.spelling import normalizer, shortened, words
from training.views import side
from training.vocabulary import make_tokenizer


def test_identifiers_are_cut_and_russian_endings_go() -> None:
    assert words("getHTTPResponse_v2") == ["get", "http", "response", "v", "2"]
    assert {shortened(word) for word in words("запрос запросы запросов запросами")} == {"запрос"}


def test_the_tokeniser_cuts_as_the_counting_does() -> None:
    text = "Отправляет HTTPRequest пользователям, ещё раз getUserName(user_id)"
    counted = [shortened(word) for word in words(text)]

    assert normalizer().normalize_str(text.replace("(", " ").replace(")", " ").replace(",", " ")).split() == [
        "отправл", "http", "request", "пользовател", "еще", "раз", "get", "user", "name", "user_id"
    ]  # fmt: skip
    tokenizer = make_tokenizer(Counter(dict.fromkeys(counted, 100)), 500, pieces=100)
    assert tokenizer.encode(text).tokens == counted


def test_words_that_stand_together_are_translations() -> None:
    # 0 файл 1 удалить 2 создать; 3 file 4 delete 5 create
    left = [np.array(one) for one in ([0, 1], [0, 2], [1], [0, 1], [2, 0])]
    right = [np.array(one) for one in ([3, 4], [3, 5], [4], [4, 3], [5, 3])]

    there, back = align(left, right, 6)

    assert there.targets[[0, 1, 2], 0].tolist() == [3, 4, 5]
    assert back.targets[[3, 4, 5], 0].tolist() == [0, 1, 2]


def test_the_mined_lexicon_has_stems_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    pairs = [Sentences("удалить файл", "delete the file", ""), Sentences("новый файл", "new file", "")] * 4
    pairs += [Sentences("удаление", "delete", ""), Sentences("удалить запись", "delete record", "")] * 4
    found = mine(pairs)
    write_lexicon(found, tmp_path / "one.gz")
    write_lexicon(dict(reversed(list(found.items()))), tmp_path / "two.gz")

    assert found["файл"][0] == ("file", 1.0)
    assert found["удал"][0][0] == "delet"
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_a_hand_written_row_is_a_pair_for_each_of_its_words(tmp_path: Path) -> None:
    (tmp_path / "hand.tsv").write_text("# слова\nручка\tendpoint rate_limit\n", encoding="utf-8")

    pairs = hand_written(tmp_path / "hand.tsv")

    assert [(one.russian, one.english) for one in pairs] == [("ручка", "endpoint"), ("ручка", "rate limit")]


def test_a_bag_counts_its_words_by_the_square_root_and_may_be_empty() -> None:
    bags = side([[(np.array([2, 2, 3], np.int32), 2.0)], [], [(np.array([1], np.int32), 1.0)]], 4)
    matrix = np.eye(4, dtype=np.float32)

    assert bags.words.tolist() == [2, 3, 1]
    assert bags.amounts.tolist() == [2.0, np.float32(2**0.5), 1.0]
    found = vectors(matrix, bags)
    assert not found[1].any()
    assert found[2].tolist() == [0, 1, 0, 0]
    assert np.isclose(found[0][2] / found[0][3], 2**0.5)
