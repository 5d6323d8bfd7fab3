"""What every embedding model looks like from inside the engine."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from typing_extensions import Self

from smysl.engine.cancel import CancelToken
from smysl.engine.types import Embedded, InputLimit, Space, Vector


class QueryEmbedder(Protocol):
    """The part of an embedder that a search needs."""

    @property
    def space(self) -> Space:
        """The space whose vectors the queries are compared with."""

    @property
    def reads_russian(self) -> bool:
        """Whether the model was trained on Russian; True when nothing is known of it."""

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The vector of what a person typed. Raises as `Embedder.embed_query`."""


class CodeEmbedder(QueryEmbedder, Protocol):
    """What embeds queries and single pieces of code."""

    @property
    def input_limit(self) -> InputLimit | None:
        """As `Embedder.input_limit`."""

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """As `Embedder.embed_documents`."""


class Embedder(Protocol):
    """Turns text into unit vectors of one space. Queries and documents go separately: their prompts differ.

    Safe to use from several threads at once. A query goes before documents that are waiting or in flight.
    """

    @property
    def space(self) -> Space:
        """The space of the vectors; constant for the life of the object."""

    @property
    def input_limit(self) -> InputLimit | None:
        """How much document text fits in one call to `embed_documents`, prompts allowed for; None is no limit."""

    @property
    def reads_russian(self) -> bool:
        """Whether the model was trained on Russian; True when nothing is known of it."""

    @property
    def batch_size(self) -> int:
        """How many documents a caller should hand over at once; may change as speed is measured."""

    def embed_documents(self, texts: Sequence[str], *, cancel: CancelToken | None = None) -> Embedded:
        """Vectors of code, shape (len(texts), dimensions), rows in order.

        A text that the model cannot embed becomes a `Failure`, the others keep their vectors. When the model goes away
        or the work is taken back in the middle, there are rows for the first texts only, one at the least; ask again
        for the rest.
        Raises `EmbedderError` when the model cannot be used at all, `Cancelled` when taken back.
        """

    def embed_query(self, query: str, *, cancel: CancelToken | None = None) -> Vector:
        """The vector of what a person typed. Raises as `embed_documents`, and `ModelFault` for a bad vector."""

    def close(self) -> None:
        """Let go of connections and threads. Idempotent."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
