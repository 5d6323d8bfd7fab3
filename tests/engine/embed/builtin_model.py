"""A small model in the form of the built-in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

WORDS = ("[UNK]", "read", "file", "write", "читать", "файл", "def", "user", "token", "close")


def write_builtin_model(
    folder: Path, *, seed: int = 0, fields: Mapping[str, float] | None = None, scale_per_row: bool = True
) -> Path:
    """Write it: ten words, 256 dimensions, rows and scales from `seed`. Returns `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    rows = rng.integers(-127, 128, (len(WORDS), 256)).astype(np.int8)
    scales = rng.uniform(0.001, 0.01, len(WORDS) if scale_per_row else 1).astype(np.float32)
    save_file({"embeddings": rows, "scales": scales}, folder / "model.safetensors")
    config: dict[str, object] = {"dimensions": 256, "pooling": "sqrt", "version": "test"}
    if fields is not None:
        config["fields"] = dict(fields)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
