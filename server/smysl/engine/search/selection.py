"""Code like a text that a person selected or wrote."""

from __future__ import annotations

import textwrap
import time
from dataclasses import dataclass

from smysl.engine.cancel import CancelToken
from smysl.engine.chunk import chunk_source
from smysl.engine.embed.embedder import CodeEmbedder
from smysl.engine.errors import EmbedderError
from smysl.engine.search.similar import by_vectors, by_words
from smysl.engine.store.readable import Readable
from smysl.engine.store.records import StoredChunk
from smysl.engine.text.document import beginning, windows
from smysl.engine.types import Filters, InputLimit, Kind, Matrix, Message, SearchResult, Timings, say


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a file, 1-based and inclusive."""

    path: str
    start: int
    end: int

    def overlap(self, stored: StoredChunk) -> bool:
        """Whether any of them belongs to `stored`."""
        span = stored.chunk.span
        return stored.path == self.path and span.start_line <= self.end and self.start <= span.end_line


def similar_to_text(
    reader: Readable,
    embedder: CodeEmbedder | None,
    text: str,
    *,
    top_k: int,
    filters: Filters,
    within: Lines | None = None,
    cancel: CancelToken | None = None,
) -> SearchResult:
    """The chunks nearest to `text`, by its vector as a piece of code; what has lines of `within` is left out.

    The words answer where there is no model, and with a notice where it fails. Raises `Cancelled`.
    """
    started = time.perf_counter()
    scope = reader.scope(filters)
    notices: tuple[Message, ...] = ()
    matrix: Matrix | None = None
    if embedder is not None and text.strip():
        try:
            answer = embedder.embed_documents([as_document(text, embedder.input_limit)], cancel=cancel)
            failed = [failure.reason for failure in answer.failures]
            matrix = None if failed else answer.vectors
        except EmbedderError as error:
            failed = [*error.sentences]
        if failed:
            notices = (*failed, say("The words alone answered."))

    def skip(one: StoredChunk) -> bool:
        return within is not None and within.overlap(one)

    if embedder is not None and matrix is not None:
        hits = by_vectors(reader, embedder.space, matrix, scope, top_k=top_k, skip=skip)
        if hits:
            return SearchResult(text, tuple(hits), embedder.space.model, _since(started), notices)
    hits = by_words(reader, text, scope, top_k=top_k, skip=skip)
    return SearchResult(text, tuple(hits), None, _since(started), notices)


def as_document(text: str, limit: InputLimit | None) -> str:
    """What a model is given for `text`: the document of the one function or class it is, else the text itself.

    As much of it as one window holds.
    """
    plain = textwrap.dedent(text).strip()
    chunks = chunk_source(plain, "selection.py").chunks
    if chunks and chunks[0].kind is not Kind.MODULE and chunks[0].span.end_byte >= len(plain.encode()):
        outer = chunks[0]
        if outer.span.start_byte == 0:
            return windows(outer, limit)[0]
    return beginning(plain, limit)


def _since(started: float) -> Timings:
    return Timings(total=(time.perf_counter() - started) * 1000)
