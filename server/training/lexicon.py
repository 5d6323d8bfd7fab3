"""The Russian-English lexicon of the words' half, mined from sentence pairs and Russian docstrings of English names."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smysl.engine.text.stopwords import STOP_WORDS
from smysl.engine.text.terms import identifiers, parts, stem
from training.alignment import align
from training.held_out import is_held_out
from training.questions import Question
from training.rows import COMMENT, Row, Sentences

_LIKELY = 0.05
_LIKELY_BACK = 0.01
"""A word that is hardly ever said for another is no translation of it, however often they stand together."""

_MOST = 6
_RARE = 3
"""A word of fewer sentences could be any word of them, and what a person wrote down the product has anyway."""


def hand_written(path: Path) -> list[Sentences]:
    """The rows of the hand-written lexicon as sentence pairs."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        word, tab, english = line.partition("\t")
        if tab and not line.startswith("#"):
            pairs += [Sentences(word, one.replace("_", " "), "hand") for one in english.split()]
    return pairs


def named_in_english(rows: Iterable[Row]) -> list[Sentences]:
    """Russian docstrings beside the English names of what they are about: the language of the trade itself."""
    return [
        Sentences(row.query, row.title, row.source)
        for row in rows
        if row.russian and row.kind != COMMENT and not is_held_out(row.source)
    ]


def asked_in_both(questions: Mapping[str, Iterable[Question]]) -> list[Sentences]:
    """The questions for one function in one language beside those in the other: developers' speech in both."""
    pairs = []
    for source, asked in questions.items():
        by_code: dict[tuple[str, str, str], dict[str, list[str]]] = {}
        for one in () if is_held_out(source) else asked:
            said = by_code.setdefault((one.path, one.qualname, one.mark), {"ru": [], "en": []})
            said[one.language].append(one.text)
        pairs += [
            Sentences(russian, english, source)
            for said in by_code.values()
            for russian in said["ru"]
            for english in said["en"]
        ]
    return pairs


def mine(pairs: Iterable[Sentences]) -> dict[str, list[tuple[str, float]]]:
    """Russian stem -> English stems and their weights (0, 1], the likeliest first."""
    numbers: dict[str, int] = {}
    left, right = [], []
    for pair in pairs:
        russian = [one for one in _stems(pair.russian) if "а" <= one[0] <= "я"]
        english = [one for one in _stems(pair.english) if "a" <= one[0] <= "z"]
        left.append(_numbered(russian, numbers))
        right.append(_numbered(english, numbers))
    there, back = align(left, right, len(numbers))
    names = list(numbers)
    sentences = np.bincount(np.concatenate([np.unique(one) for one in left]), minlength=len(names))
    found = {}
    for number, name in enumerate(names):
        if not ("а" <= name[0] <= "я") or len(name) < 2 or sentences[number] < _RARE:
            continue
        kept = []
        for target, chance in zip(there.targets[number], there.chances[number], strict=True):
            is_mutual = back.chances[target][back.targets[target] == number].sum() >= _LIKELY_BACK
            if chance >= _LIKELY and is_mutual and len(names[target]) > 1:
                kept.append((names[target], float(chance)))
        if kept:
            best = kept[0][1]
            found[name] = [(one, round((chance / best) ** 0.5, 2)) for one, chance in kept[:_MOST]]
    return found


def write_lexicon(found: dict[str, list[tuple[str, float]]], path: Path) -> None:
    """One line a stem: `stem<TAB>english:weight english:weight`; the same content gives the same bytes."""
    lines = (
        f"{name}\t{' '.join(f'{english}:{weight:g}' for english, weight in found[name])}\n" for name in sorted(found)
    )
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


def _stems(text: str) -> list[str]:
    return [stem(word) for identifier in identifiers(text) for word in parts(identifier) if word not in STOP_WORDS]


def _numbered(names: Iterable[str], numbers: dict[str, int]) -> NDArray[np.int64]:
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
