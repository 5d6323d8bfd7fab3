"""A Model2Vec folder with a handful of words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

WORDS = ("[UNK]", "read", "file", "write", "читать", "файл", "def")


def write_static_model(folder: Path, *, words: Sequence[str] = WORDS, dimensions: int = 16, seed: int = 0) -> Path:
    """Write it, with vectors from `seed`; the first of `words` stands for all that are not there. Returns `folder`."""
    folder.mkdir(parents=True)
    vectors = np.random.default_rng(seed).standard_normal((len(words), dimensions)).astype(np.float32)
    save_file({"embeddings": vectors}, folder / "model.safetensors")
    tokenizer: dict[str, object] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: place for place, word in enumerate(words)},
            "unk_token": words[0],
        },
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}), "utf-8")
    return folder
