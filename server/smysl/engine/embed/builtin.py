"""The built-in bilingual model: a static embedding in the package, for Russian and English questions about Python.

It needs no server, no network and no torch, and embeds thousands of functions a second on one core. How it is made:
server/training.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smysl.engine.cancel import CancelToken
from smysl.engine.closing import Closing
from smysl.engine.embed.builtin_artefact import package_folder, read_artefact
from smysl.engine.embed.builtin_fields import split_fields
from smysl.engine.embed.builtin_pooling import occurrences, pool
from smysl.engine.embed.known_models import BUILT_IN_NAME
from smysl.engine.embed.spaces import space_key
from smysl.engine.errors import ModelFault, UsageError
from smysl.engine.types import Embedded, Failure, Matrix, Space, Vector, say

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from tokenizers import Tokenizer

NAME = BUILT_IN_NAME

TRUNCATIONS = (128, 64)
"""Shorter lengths that its Matryoshka training makes valid."""

_RECIPE = "1"
"""Goes up when the same files and text give another vector."""

_SLICE = 256
_MOST_TOKENS = 4096
_MOST_CHARACTERS = 16 * _MOST_TOKENS
"""Only the head of a longer text is read: what so long a text is about stands there, and the rest would cost time."""


class BuiltinEmbedder(Closing):
    """An `Embedder` over the model in the package, cut to `dimensions` (0 is all of them).

    The same text has the same vector, to the last bit, on every platform. The tokeniser is loaded by the first text.
    Raises `UsageError` for dimensions that the model was not trained for, `ModelMissing` if the package has lost its
    model, `ModelFault` if that cannot be read.
    """

    def __init__(self, dimensions: int = 0, *, folder: Traversable | None = None) -> None:
        artefact = read_artefact(package_folder() if folder is None else folder)
        whole = artefact.rows.shape[1]
        valid = (whole, *(length for length in TRUNCATIONS if length < whole))
        wanted = dimensions or whole
        if wanted not in valid:
            raise UsageError(
                say("The model {model} cannot be cut to {dimensions} dimensions.", model=NAME, dimensions=wanted),
                say("Valid are: {valid}.", valid=", ".join(map(str, valid))),
            )
        self._artefact = artefact
        self._rows = np.ascontiguousarray(artefact.rows[:, :wanted])
        self._loading = threading.Lock()
        self._tokenizer: Tokenizer | None = None
        self._space = Space(
            key=space_key(NAME, artefact.digest, _RECIPE, str(wanted)),
            model=NAME,
            dimensions=wanted,
            digest=artefact.digest,
        )

    @property
    def space(self) -> Space:
        """The space of the vectors."""
        return self._space

    @property
    def input_limit(self) -> None:
        """No limit: a text is taken whole, up to a length that code rarely has."""
        return

    @property
    def reads_russian(self) -> bool:
        """True: it was trained on both languages."""
        return True

    @property
    def batch_size(self) -> int:
        """How many documents a caller should hand over at once."""
        return 2 * _SLICE

    @property
    def size_bytes(self) -> int:
        """How much memory the matrix and the tokeniser's file take."""
        return self._rows.nbytes + self._artefact.scales.nbytes + len(self._artefact.tokenizer)

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of code, shape (len(texts), dimensions); a text without a single known word is a `Failure`."""
        token = cancel or CancelToken()
        matrix: Matrix = np.empty((len(texts), self._space.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _SLICE):
            token.check()
            matrix[start : start + _SLICE] = self._embed(texts[start : start + _SLICE])
        reason = say("The model knows no word of this text.")
        return Embedded(matrix, tuple(Failure(int(row), reason) for row in np.flatnonzero(np.isnan(matrix[:, 0]))))

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The unit vector of a query, shape (dimensions,). Raises `ModelFault` if the model knows no word of it."""
        if cancel is not None:
            cancel.check()
        places, tokens = self._known_words([query])
        vector: Vector = self._pool(places, self._artefact.in_questions[tokens], None, texts=1)[0]
        if np.isnan(vector[0]):
            raise ModelFault(say("The model knows no word of this text."), say("Ask in other words."))
        return vector

    def _embed(self, texts: Sequence[str]) -> Matrix:
        weights = self._artefact.fields
        if weights.are_equal:
            return self._pool(*self._known_words(texts), None, texts=len(texts))
        fields = zip(*map(split_fields, texts), strict=True)
        found = [self._known_words(field) for field in fields]
        amounts = [
            np.full(len(places), weight)
            for (places, _), weight in zip(found, (weights.title, weights.prose, weights.code), strict=True)
        ]
        places, tokens = (np.concatenate(column) for column in zip(*found, strict=True))
        return self._pool(places, tokens, np.concatenate(amounts), texts=len(texts))

    def _pool(
        self,
        places: NDArray[np.int64],
        tokens: NDArray[np.int64],
        weights: NDArray[np.float64] | None,
        *,
        texts: int,
    ) -> Matrix:
        return pool(places, tokens, weights, texts=texts, rows=self._rows, scales=self._artefact.scales)

    def _known_words(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        tokenizer = self._loaded()
        encoded = tokenizer.encode_batch_fast([text[:_MOST_CHARACTERS] for text in texts], add_special_tokens=False)
        places, tokens = occurrences([one.ids[:_MOST_TOKENS] for one in encoded])
        unknown = tokenizer.token_to_id("[UNK]")
        known = tokens != (-1 if unknown is None else unknown)
        return places[known], tokens[known]

    def _loaded(self) -> Tokenizer:
        with self._loading:
            if self._tokenizer is None:
                self._tokenizer = _tokenizer(self._artefact.tokenizer, len(self._artefact.in_questions))
            return self._tokenizer


def _tokenizer(raw: bytes, size: int) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(raw)
    except Exception as error:  # the library raises a bare Exception
        raise ModelFault(
            say("The built-in model cannot be read: {reason}", reason=error), say("Install Smysl again.")
        ) from error
    if tokenizer.get_vocab_size() > size:
        raise ModelFault(
            say("The built-in model cannot be read: {reason}", reason="tokenizer.json"), say("Install Smysl again.")
        )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
