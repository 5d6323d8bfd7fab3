"""What a search asks of an index: the stored one, or one with unsaved buffers laid over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from smysl.engine.cancel import CancelToken
from smysl.engine.store.records import LexicalCandidate, LexicalWeights, StoredChunk, TermStatistics
from smysl.engine.store.scope import Scope
from smysl.engine.store.symbols import SymbolPattern
from smysl.engine.types import Filters, Matrix, Vector

DEFAULT_WEIGHTS: LexicalWeights = (3.0, 1.0, 2.0, 1.0, 0.5)


class Readable(Protocol):
    """The part of `Reader` that searches use; what each method returns is said there."""

    def scope(self, filters: Filters) -> Scope: ...

    def lexical(
        self,
        terms: Sequence[str],
        *,
        limit: int,
        scope: Scope,
        weights: LexicalWeights = DEFAULT_WEIGHTS,
        cancel: CancelToken | None = None,
    ) -> list[LexicalCandidate]: ...

    def lexical_of(self, terms: Sequence[str], chunk_ids: Sequence[int]) -> list[LexicalCandidate]: ...

    def terms_by_sound(self, sounds: Sequence[str]) -> dict[str, list[str]]: ...

    def terms_by_prefix(self, prefixes: Sequence[str]) -> dict[str, list[str]]: ...

    def term_statistics(self, terms: Sequence[str], *, cancel: CancelToken | None = None) -> TermStatistics: ...

    def named(self, names: Sequence[str], *, limit: int, scope: Scope) -> list[int]: ...

    def nearest(
        self, space_key: str, vector: Vector, *, limit: int, scope: Scope, cancel: CancelToken | None = None
    ) -> list[tuple[int, float]]: ...

    def mean_cosine(self, space_key: str, vector: Vector) -> float: ...

    def above(self, space_key: str, matrix: Matrix, least: Sequence[float]) -> list[dict[int, float]]: ...

    def symbol_names(self, pattern: SymbolPattern, *, limit: int) -> list[tuple[int, str]]: ...

    def vectors_of(self, space_key: str, chunk_ids: Sequence[int]) -> dict[int, Matrix]: ...

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, StoredChunk]: ...

    def chunk_at(self, path: str, line: int) -> StoredChunk | None: ...

    def file_chunks(self, path: str) -> tuple[StoredChunk, ...]: ...

    def saved_version(self, chunk: StoredChunk) -> StoredChunk | None: ...
