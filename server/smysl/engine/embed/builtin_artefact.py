"""The built-in model as it lies in the package: a tokeniser, a matrix of 8-bit rows, and how to use them.

The words that people ask with most have a second row, for where they are asked: "check" in a question is looser than in
code, and "where" says nothing. These rows come after those of all words; the tensor `asked` says whose they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smysl.engine.embed.builtin_fields import FieldWeights
from smysl.engine.errors import ModelFault, ModelMissing
from smysl.engine.types import say

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"

_POOLING = "sqrt"


@dataclass(frozen=True, slots=True)
class Artefact:
    """What the files say.

    rows: int8, shape (rows, dimensions). scales: float64, shape (rows,): a row's size beside the others', (0, 1].
    in_questions: shape (tokens,): the row of each token where it is asked; in code it has the row of its own number.
    tokenizer: a file of the `tokenizers` library. digest: of all files (64 hex digits).
    """

    rows: NDArray[np.int8]
    scales: NDArray[np.float64]
    in_questions: NDArray[np.int64]
    fields: FieldWeights
    tokenizer: bytes
    digest: str


def package_folder() -> Traversable:
    """Where the package keeps the model."""
    return files("smysl").joinpath("data", "builtin")


def read_artefact(folder: Traversable) -> Artefact:
    """The model in `folder`. Raises `ModelMissing` if a file is not there, `ModelFault` if one makes no sense."""
    try:
        raw = {name: folder.joinpath(name).read_bytes() for name in (CONFIG, WEIGHTS, TOKENIZER)}
    except OSError as error:
        raise ModelMissing(
            say("The built-in model is not in this installation."), say("Install Smysl again.")
        ) from error
    try:
        config = json.loads(raw[CONFIG])
        rows, scales, in_questions = _matrix(raw[WEIGHTS])
        if config["pooling"] != _POOLING or config["dimensions"] != rows.shape[1]:
            raise ValueError(f"pooling {config['pooling']}, {config['dimensions']} dimensions")
        fields = _fields(config.get("fields") or {})
    except Exception as error:  # whatever the readers of two formats raise for a broken file
        raise ModelFault(
            say("The built-in model cannot be read: {reason}", reason=error), say("Install Smysl again.")
        ) from error
    return Artefact(rows, scales, in_questions, fields, raw[TOKENIZER], _digest(raw))


def _matrix(raw: bytes) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.int64]]:
    from safetensors.numpy import load

    tensors = load(raw)
    rows, scales = tensors["embeddings"], tensors["scales"].astype(np.float64).reshape(-1)
    if rows.dtype != np.int8 or rows.ndim != 2 or scales.shape not in {(1,), rows.shape[:1]}:
        raise ValueError(f"embeddings {rows.dtype} {rows.shape}, scales {scales.shape}")
    if not np.isfinite(scales).all() or (scales < 0).any() or not scales.any():
        raise ValueError("scales out of range")
    asked = tensors.get("asked", np.zeros(0, np.int32))
    in_questions = np.arange(len(rows) - len(asked))
    if asked.dtype != np.int32 or not np.isin(asked, in_questions).all() or np.unique(asked).shape != asked.shape:
        raise ValueError(f"asked {asked.dtype} {asked.shape}, out of range or not once each")
    in_questions[asked] = np.arange(len(in_questions), len(rows))
    return rows, np.broadcast_to(scales / scales.max(), rows.shape[:1]), in_questions


def _fields(written: Mapping[str, Any]) -> FieldWeights:
    # Multiples of 1/256 are what the pooling counts with.
    return FieldWeights(**{name: round(float(weight) * 256) / 256 for name, weight in written.items()})


def _digest(raw: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(raw.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
