"""The files that the product loads: 8-bit rows with a scale each, the tokeniser, what to do with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from training.judging import Weights
from training.vocabulary import UNKNOWN, load_tokenizer

_LARGEST = 127


def quantised(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """8-bit rows and what each is to be multiplied by."""
    scales = np.maximum(np.abs(matrix).max(1), 1e-12) / _LARGEST
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def export_model(matrix: NDArray[np.float32], tokenizer: Path, folder: Path, *, weights: Weights, version: str) -> None:
    """Write tokenizer.json, model.safetensors and config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    known = matrix.copy()
    known[load_tokenizer(tokenizer).token_to_id(UNKNOWN)] = 0
    rows, scales = quantised(known)
    (folder / "model.safetensors").write_bytes(save({"embeddings": rows, "scales": scales}))
    (folder / "tokenizer.json").write_text(
        json.dumps(json.loads(tokenizer.read_text(encoding="utf-8")), ensure_ascii=False, separators=(",", ":")),
        encoding="utf-8",
    )
    config = {
        "dimensions": int(matrix.shape[1]),
        "pooling": "sqrt",
        "fields": {"title": weights.title, "prose": weights.prose, "code": weights.code},
        "version": version,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
