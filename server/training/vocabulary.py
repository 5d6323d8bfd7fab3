"""The model's vocabulary: whole words by how often they are said and written, and pieces for the rest."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Tokenizer, models, trainers

from training.rows import Row, Sentences
from training.spelling import normalizer, pre_tokenizer, shortened, words

UNKNOWN = "[UNK]"
_SAID = 4
"""A word of prose counts as much as this many in code: what people say is what they ask."""

_RUSSIAN = 6
_BODIES = 0.3
_LONGEST_WORD = 24


def count_words(rows: Iterable[Row], sentences: Iterable[Sentences], seed: int) -> Counter[str]:
    """How often each word (Russian ones without endings) is said or written, weighted."""
    chance = random.Random(seed)
    said: Counter[str] = Counter()
    written: Counter[str] = Counter()
    for row in rows:
        said.update(words(f"{row.query} {row.later} {row.comments}"))
        written.update(words(row.title))
        if chance.random() < _BODIES:
            written.update(words(row.body))
    for pair in sentences:
        said.update(words(f"{pair.russian} {pair.english}"))
    counts: Counter[str] = Counter()
    for counted, worth in ((said, _SAID), (written, 1)):
        for word, count in counted.items():
            counts[shortened(word)] += worth * count * (_RUSSIAN if _is_russian(word) else 1)
    return counts


def make_tokenizer(counts: Counter[str], size: int, pieces: int = 2_500) -> Tokenizer:
    """A tokeniser of `size` words and pieces."""
    vocabulary = {piece: number for number, piece in enumerate(_pieces(counts, pieces))}
    for word, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        if len(vocabulary) >= size:
            break
        if count >= 3 * _SAID and len(word) <= _LONGEST_WORD:
            vocabulary.setdefault(word, len(vocabulary))
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=60))
    tokenizer.normalizer = normalizer()
    tokenizer.pre_tokenizer = pre_tokenizer()
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokeniser in a file."""
    return Tokenizer.from_file(str(path))


def is_russian_token(token: str) -> bool:
    """Whether a token of the vocabulary is Russian."""
    return _is_russian(token.lstrip("#"))


def _is_russian(word: str) -> bool:
    return "а" <= word[:1] <= "я"


def _pieces(counts: Counter[str], size: int) -> list[str]:
    """The beginnings and continuations that rare words are made of."""
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=["[PAD]", UNKNOWN], show_progress=False)
    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizer()
    tokenizer.train_from_iterator(_repeated(counts), trainer)
    found = tokenizer.get_vocab()
    return sorted(found, key=lambda piece: found[piece])


def _repeated(counts: Counter[str]) -> Iterator[str]:
    for word in sorted(counts):
        if counts[word] >= 5 * _SAID:
            for _ in range(math.ceil(counts[word] ** 0.3)):
                yield word
