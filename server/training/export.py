"""The files that the product loads: 8-bit rows with a scale each, the tokeniser, what to do with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from training.encoding import Encoded
from training.judging import Weights
from training.vocabulary import UNKNOWN, load_tokenizer

_LARGEST = 127

_WRITTEN = 10


def quantised(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """8-bit rows and what each is to be multiplied by."""
    scales = np.maximum(np.abs(matrix).max(1), 1e-12) / _LARGEST
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def most_asked(data: Encoded, count: int, *, without: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The `count` words that are asked most, in the order of their numbers; a written question counts tenfold.

    `without`: rows to leave alone.
    """
    queries = data.parts["query"]
    often = np.zeros(1 + int(queries.numbers.max(initial=0)))
    for row in np.flatnonzero(data.has_query & ~without):
        often[np.unique(queries[int(row)])] += _WRITTEN if data.is_question[row] else 1
    chosen = np.argsort(-often, kind="stable")[:count]
    return np.sort(chosen[often[chosen] > 0]).astype(np.int32)


def export_model(
    matrix: NDArray[np.float32],
    asked: NDArray[np.int32],
    tokenizer: Path,
    folder: Path,
    *,
    weights: Weights,
    version: str,
) -> None:
    """Write tokenizer.json, model.safetensors and config.json.

    `matrix` as `learn` gives it; only the words in `asked` keep a row of their own for where they are asked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    in_code = matrix[0].copy()
    in_code[load_tokenizer(tokenizer).token_to_id(UNKNOWN)] = 0
    rows, scales = quantised(np.concatenate([in_code, matrix[1][asked]]))
    (folder / "model.safetensors").write_bytes(save({"embeddings": rows, "scales": scales, "asked": asked}))
    (folder / "tokenizer.json").write_text(
        json.dumps(json.loads(tokenizer.read_text(encoding="utf-8")), ensure_ascii=False, separators=(",", ":")),
        encoding="utf-8",
    )
    config = {
        "dimensions": int(matrix.shape[-1]),
        "pooling": "sqrt",
        "fields": {"title": weights.title, "prose": weights.prose, "code": weights.code},
        "version": version,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
