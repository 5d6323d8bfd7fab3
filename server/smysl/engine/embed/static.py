"""A static Model2Vec model in a folder, or first fetched from the Hugging Face hub: thousands of texts a second."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.embed.spaces import space_key
from smysl.engine.embed.vectors import unit
from smysl.engine.errors import ModelFault, ModelMissing, ModelUnavailable
from smysl.engine.types import Embedded, Failure, Matrix, Space, Vector, say

if TYPE_CHECKING:
    from model2vec import StaticModel

_SLICE = 256
_WEIGHTS = ("model.safetensors", "0_StaticEmbedding/model.safetensors")
_FILES = (
    *_WEIGHTS,
    "config.json",
    "config_sentence_transformers.json",
    "tokenizer.json",
    "0_StaticEmbedding/tokenizer.json",
)


class StaticEmbedder(Closing):
    """An `Embedder` over the Model2Vec model in `folder`; it has no prompts and no limit of length.

    The identity of the model is that of its files. Raises `ModelMissing` if `folder` holds no such model, and
    `ModelFault` if it cannot be read.
    """

    def __init__(self, folder: Path, *, name: str = "") -> None:
        """`name` is what the model is called; else it is the name of the folder."""
        if not any((folder / name).is_file() for name in _WEIGHTS):
            raise ModelMissing(
                say("There is no Model2Vec model in {folder}.", folder=folder),
                say("The folder must hold model.safetensors, tokenizer.json and config.json."),
            )
        self._lock = threading.Lock()
        self._model = _load(folder)
        digest = _digest(folder)
        dimensions = int(self._model.dim)
        self._space = Space(
            key=space_key("static", digest, str(dimensions)),
            model=name or f"static:{folder.name}",
            dimensions=dimensions,
            digest=digest,
        )

    @property
    def space(self) -> Space:
        """The space of the vectors."""
        return self._space

    @property
    def input_limit(self) -> None:
        """No limit."""
        return

    @property
    def reads_russian(self) -> bool:
        """True: nothing is known of the model in a folder."""
        return True

    @property
    def batch_size(self) -> int:
        """How many documents a caller should hand over at once."""
        return 2 * _SLICE

    @property
    def size_bytes(self) -> int:
        """How much memory the matrix takes."""
        return int(self._model.embedding.nbytes)

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of code, shape (len(texts), dimensions); a text without a single known token is a `Failure`."""
        token = cancel or CancelToken()
        matrix: Matrix = np.full((len(texts), self._space.dimensions), np.nan, dtype=np.float32)
        failures: list[Failure] = []
        for start in range(0, len(texts), _SLICE):
            token.check()
            with self._lock:  # the tokeniser keeps its settings in itself
                rows = self._model.encode(
                    list(texts[start : start + _SLICE]), max_length=None, normalize=False, use_multiprocessing=False
                )
            for index, row in enumerate(np.asarray(rows, dtype=np.float32), start):
                if np.isfinite(row).all() and row.any():
                    matrix[index] = unit(row)
                else:
                    failures.append(Failure(index, say("The model knows no word of this text.")))
        return Embedded(matrix, tuple(failures))

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The unit vector of a query, shape (dimensions,). Raises `ModelFault` if the model knows no word of it."""
        embedded = self.embed_documents([query], cancel=cancel)
        if embedded.failures:
            raise ModelFault(embedded.failures[0].reason, say("Ask in other words."))
        row: Vector = embedded.vectors[0]
        return row


def fetch_from_hub(name: str) -> Path:
    """The folder of the model `name` (OWNER/NAME) of the hub; downloaded once, then also without a network.

    Raises `ModelUnavailable` when there is no such model or no way to it.
    """
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=list(_FILES)))
    except Exception as error:  # of the hub, of the network, of the disk: the library lets all of them through
        raise ModelUnavailable(
            say("The model {model} cannot be had from the hub: {reason}", model=name, reason=error),
            say("Check its name and the network; what was downloaded once is found without it."),
        ) from error


def _load(folder: Path) -> StaticModel:
    from model2vec import StaticModel

    try:
        return StaticModel.from_pretrained(folder)
    except Exception as error:  # whatever its readers of three formats raise for a broken file
        raise ModelFault(
            say("The Model2Vec model in {folder} cannot be read: {reason}", folder=folder, reason=error),
            say("Download it again."),
        ) from error


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in _FILES:
        path = folder / name
        if path.is_file():
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
    return digest.hexdigest()
