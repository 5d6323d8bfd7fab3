"""A small model in the form of the built-in one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

WORDS = ("[UNK]", "read", "file", "write", "читать", "файл", "def", "user", "token", "close")


def write_builtin_model(
    folder: Path,
    *,
    seed: int = 0,
    fields: Mapping[str, float] | None = None,
    scale_per_row: bool = True,
    asked: Sequence[str] = (),
) -> Path:
    """Write it: ten words, 256 dimensions, rows and scales from `seed`. Returns `folder`.

    The words in `asked` have a second row, for where they are asked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    count = len(WORDS) + len(asked)
    rows = rng.integers(-127, 128, (count, 256)).astype(np.int8)
    scales = rng.uniform(0.001, 0.01, count if scale_per_row else 1).astype(np.float32)
    tensors: dict[str, NDArray[Any]] = {"embeddings": rows, "scales": scales}
    if asked:
        tensors["asked"] = np.array([WORDS.index(word) for word in asked], np.int32)
    save_file(tensors, folder / "model.safetensors")
    config: dict[str, object] = {"dimensions": 256, "pooling": "sqrt", "version": "test"}
    if fields is not None:
        config["fields"] = dict(fields)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
