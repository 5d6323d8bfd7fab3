"""The files between the stages: what a run starts from, what it sees, what it is judged by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smysl.engine.embed.builtin_artefact import read_artefact
from training.alignment import Translations
from training.beginning import first_matrix
from training.encoding import load
from training.held_out import is_held_out
from training.judging import Weights, reciprocal_ranks
from training.views import Chances, Translator, Viewer
from training.vocabulary import load_tokenizer

DIMENSIONS = 256

_USUAL = 3.2
"""The median length of a row after a run from the beginning: what the learning rate is made for."""

_NOTHING = (
    "the a an of to in is are be been was were for it its this that these those and or as by with on at from if then "
    "which will can may must should has have do does not и в на с по для из к от что как или если при не это"
)


def first(data: Path, *, seed: int) -> NDArray[np.float32]:
    """The matrix that every run starts from, the same in code and in questions; made once."""
    path = data / "first.npy"
    if not path.exists():
        vocabulary = load_tokenizer(data / "tokenizer.json").get_vocab()
        tokens = sorted(vocabulary, key=lambda token: vocabulary[token])
        shares = json.loads((data / "shares.json").read_text(encoding="utf-8"))
        np.save(path, first_matrix(tokens, shares, translations(data)[0], dimensions=DIMENSIONS, seed=seed))
    return np.stack([np.load(path)] * 2)


def of_artefact(folder: Path) -> NDArray[np.float32]:
    """The matrix of a model of the product, to go on from; its tokeniser has to be that of the data."""
    artefact = read_artefact(folder)
    rows = (artefact.rows * artefact.scales[:, None]).astype(np.float32)
    in_code = rows[: len(artefact.in_questions)]
    usual = np.median(np.linalg.norm(in_code, axis=1))
    return np.stack([in_code, rows[artefact.in_questions]]) * np.float32(_USUAL / usual)


def translations(data: Path) -> tuple[Translations, Translations]:
    """From Russian and into it."""
    with np.load(data / "translations.npz") as found:
        return (
            Translations(found["there_targets"], found["there_chances"]),
            Translations(found["back_targets"], found["back_chances"]),
        )


def viewer(data: Path, chances: Chances, *, seed: int, size: int, held_out: bool) -> Viewer:
    """What a run sees."""
    encoded = load(data / "encoded.npz")
    words = load_tokenizer(data / "tokenizer.json")
    empty = np.zeros(words.get_vocab_size(), bool)
    for one in words.encode_batch(_NOTHING.split(), add_special_tokens=False):
        empty[one.ids] = True
    there, back = translations(data)
    return Viewer(
        encoded,
        Translator(there, back, empty),
        words,
        chances,
        held_out=np.isin(encoded.sources, held_out_numbers(data)) & held_out,
        size=size,
        seed=seed,
        likely=np.load(path) if (path := data / "likely.npy").exists() else None,
    )


def held_out_numbers(data: Path) -> list[int]:
    """The numbers of the held-out sources among those that were encoded."""
    names = json.loads((data / "sources.json").read_text(encoding="utf-8"))
    return [number for number, name in enumerate(names) if is_held_out(name)]


def judged(matrix: NDArray[np.float32], data: Path, weights: Weights) -> str:
    """MRR@10 on the held-out sources, in a line: both languages, whole vectors and shorter ones, written questions."""
    encoded = load(data / "encoded.npz")
    numbers = held_out_numbers(data)
    said = []
    for length in (matrix.shape[-1], 128, 64):
        for written in (False, True):
            for russian in (True, False):
                ranks = reciprocal_ranks(
                    matrix[..., :length], encoded, numbers, russian=russian, weights=weights, written=written
                )
                kind = "asked" if written else "told"
                said.append(f"{kind}-{'ru' if russian else 'en'}{length} {ranks.mean() if len(ranks) else 0:.4f}")
    return "  ".join(said)
