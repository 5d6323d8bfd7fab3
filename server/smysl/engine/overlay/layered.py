"""The stored index with buffers laid over it: to a search it is one index."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.overlay.layer import Layer
from smysl.engine.overlay.vectors import LayerVectors
from smysl.engine.store import LexicalCandidate, LexicalWeights, Reader, Scope, StoredChunk, TermStatistics, vectors
from smysl.engine.store.readable import DEFAULT_WEIGHTS
from smysl.engine.store.scope import path_test, takes_chunk
from smysl.engine.store.symbols import SymbolPattern
from smysl.engine.types import Filters, Matrix, Vector


class LayeredReader:
    """Answers as the stored index would if every buffer of `layer` were saved. Safe to use from several threads.

    `vectors_in` gives what is known for the buffers in a space. A scope of it has the negative ids of added chunks too.
    """

    def __init__(self, stored: Reader, layer: Layer, vectors_in: Callable[[str], LayerVectors]) -> None:
        self._stored = stored
        self._layer = layer
        self._vectors = vectors_in

    def scope(self, filters: Filters) -> Scope:
        """The chunks that `filters` let through now."""
        stored = self._stored.scope(filters)
        if stored.chunk_ids is None:
            return stored
        takes_path = path_test(filters)
        shown = sorted(
            one.id
            for one in (added.stored for added in self._layer.added.values())
            if takes_chunk(filters, one.chunk) and (takes_path is None or takes_path(one.path))
        )
        return Scope(np.concatenate((np.array(shown, dtype=np.int64), stored.chunk_ids))) if shown else stored

    def lexical(
        self,
        terms: Sequence[str],
        *,
        limit: int,
        scope: Scope,
        weights: LexicalWeights = DEFAULT_WEIGHTS,
        cancel: CancelToken | None = None,
    ) -> list[LexicalCandidate]:
        """Up to `limit` stored chunks and up to as many added ones that have any of `terms`, the added ones first."""
        hidden = self._layer.hidden
        found = self._stored.lexical(terms, limit=limit + len(hidden), scope=scope, weights=weights, cancel=cancel)
        added = self._candidates(terms, self._allowed(scope))
        if len(added) > limit:
            rarity = self._rarity(terms)
            added = heapq.nlargest(limit, added, key=lambda one: _rough_score(one, rarity, weights))
        return added + [one for one in found if one.chunk_id not in hidden][:limit]

    def lexical_of(self, terms: Sequence[str], chunk_ids: Sequence[int]) -> list[LexicalCandidate]:
        """How often each of `terms` stands in those chunks; a chunk with none of them is left out."""
        stored = self._stored.lexical_of(terms, [chunk_id for chunk_id in chunk_ids if chunk_id >= 0])
        return self._candidates(terms, [chunk_id for chunk_id in chunk_ids if chunk_id < 0]) + stored

    def terms_by_sound(self, sounds: Sequence[str]) -> dict[str, list[str]]:
        """For each sound the terms in use that have it, in alphabetical order."""
        stored = self._stored.terms_by_sound(sounds)
        spoken = [pair for added in self._layer.added.values() for pair in added.words.spoken]
        own: dict[str, set[str]] = {}
        for term, sound in spoken:
            if sound in stored and self._is_added(term):
                own.setdefault(sound, set()).add(term)
        return self._used(stored, own)

    def terms_by_prefix(self, prefixes: Sequence[str]) -> dict[str, list[str]]:
        """For each prefix the terms of Latin letters in use that begin with it, in alphabetical order."""
        stored = self._stored.terms_by_prefix(prefixes)
        latin = [term for term, more in self._layer.frequencies.items() if more > 0 and _is_latin(term)]
        own = {prefix: {term for term in latin if term.startswith(prefix)} for prefix in prefixes}
        return self._used(stored, own)

    def term_statistics(self, terms: Sequence[str], *, cancel: CancelToken | None = None) -> TermStatistics:
        """What BM25 needs to know of the whole for `terms`."""
        stored = self._stored.term_statistics(terms, cancel=cancel)
        before, more = stored.total_chunks, self._layer.frequencies
        total = before + len(self._layer.added) - len(self._layer.hidden)
        # An average is a whole number of terms divided by the number of chunks; rounding gives the former back.
        sizes = [
            round(average * before) + change
            for average, change in zip(stored.average_lengths, self._layer.lengths, strict=True)
        ]
        averages = [size / total if total else 0.0 for size in sizes]
        return TermStatistics(
            total,
            (averages[0], averages[1], averages[2], averages[3], averages[4]),
            {term: count + more.get(term, 0) for term, count in stored.document_frequency.items()},
        )

    def named(self, names: Sequence[str], *, limit: int, scope: Scope) -> list[int]:
        """Ids of the chunks of `scope` whose name, or end of the qualified name, is one of `names`."""
        allowed = set(self._allowed(scope))
        added = [
            chunk_id
            for name in names
            for chunk_id, one in self._layer.added.items()
            if chunk_id in allowed and f".{one.words.folded_name}".endswith(f".{name}")
        ]
        hidden = self._layer.hidden
        stored = self._stored.named(names, limit=limit + len(hidden), scope=scope)
        return [*dict.fromkeys(added), *(one for one in stored if one not in hidden)][:limit]

    def nearest(
        self, space_key: str, vector: Vector, *, limit: int, scope: Scope, cancel: CancelToken | None = None
    ) -> list[tuple[int, float]]:
        """The chunks of `scope` nearest to `vector` in a space, and their exact cosine, best first."""
        hidden = self._layer.hidden
        stored = self._stored.nearest(
            space_key, vector, limit=limit + len(hidden) if limit > 0 else 0, scope=scope, cancel=cancel
        )
        allowed = set(self._allowed(scope))
        added = [pair for pair in self._vectors(space_key).cosines(vector).items() if pair[0] in allowed]
        both = [*added, *(pair for pair in stored if pair[0] not in hidden)]
        return sorted(both, key=lambda pair: (-pair[1], pair[0]))[: max(0, limit)]

    def mean_cosine(self, space_key: str, vector: Vector) -> float:
        """The mean cosine of `vector` with the vectors of a space, those of the buffers too. 0 without any."""
        total, rows = self._stored.cosine_sum(space_key, vector)
        shown = self._vectors(space_key)
        for matrix, sign in ((shown.gone, -1), (shown.came, 1)):
            if len(matrix):
                total += sign * float(vectors.cosines(matrix, vector).sum())
                rows += sign * len(matrix)
        return total / rows if rows > 0 else 0.0

    def above(self, space_key: str, matrix: Matrix, least: Sequence[float]) -> list[dict[int, float]]:
        """For each row of `matrix` all chunks that have at least the cosine `least` with it there, and that cosine."""
        stored = self._stored.above(space_key, matrix, least)
        shown = self._vectors(space_key)
        hidden = self._layer.hidden
        return [
            {chunk_id: cosine for chunk_id, cosine in found.items() if chunk_id not in hidden}
            | {chunk_id: cosine for chunk_id, cosine in shown.cosines(vector).items() if cosine >= floor}
            for found, vector, floor in zip(stored, matrix, least, strict=True)
        ]

    def symbol_names(self, pattern: SymbolPattern, *, limit: int) -> list[tuple[int, str]]:
        """Ids and folded qualified names of the stored chunks that `pattern` fits, and of all added ones."""
        hidden = self._layer.hidden
        stored = self._stored.symbol_names(pattern, limit=limit + len(hidden))
        added = [(chunk_id, one.words.folded_name) for chunk_id, one in self._layer.added.items()]
        return added + [pair for pair in stored if pair[0] not in hidden][:limit]

    def vectors_of(self, space_key: str, chunk_ids: Sequence[int]) -> dict[int, Matrix]:
        """The vectors of each chunk that has any, a row a window."""
        stored = self._stored.vectors_of(space_key, [chunk_id for chunk_id in chunk_ids if chunk_id >= 0])
        return {**stored, **self._vectors(space_key).of([chunk_id for chunk_id in chunk_ids if chunk_id < 0])}

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The chunks of those ids that are there, where the buffers have them."""
        layer = self._layer
        found = self._stored.chunks([one for one in chunk_ids if one >= 0 and one not in layer.kept])
        found |= {one: layer.kept[one] for one in chunk_ids if one in layer.kept}
        found |= {one: layer.added[one].stored for one in chunk_ids if one in layer.added}
        return {chunk_id: stored for chunk_id, stored in found.items() if chunk_id not in layer.hidden}

    def chunk_at(self, path: str, line: int) -> StoredChunk | None:
        """The innermost chunk that has `line` (1-based) of the file `path`."""
        if path not in self._layer.files:
            return self._stored.chunk_at(path, line)
        around = [
            one for one in self._layer.files[path] if one.chunk.span.start_line <= line <= one.chunk.span.end_line
        ]
        return min(around, key=_by_size, default=None)

    def file_chunks(self, path: str) -> tuple[StoredChunk, ...]:
        """The chunks of one file by position."""
        shown = self._layer.files.get(path)
        return self._stored.file_chunks(path) if shown is None else shown

    def saved_version(self, chunk: StoredChunk) -> StoredChunk | None:
        """The stored chunk that a buffer has another text for now: the hidden one of the same name and file."""
        hidden = (one for one in self._layer.hidden.values() if one.path == chunk.path)
        return next((one for one in hidden if one.chunk.qualified_name == chunk.chunk.qualified_name), None)

    def _allowed(self, scope: Scope) -> list[int]:
        ids = np.fromiter(self._layer.added, dtype=np.int64)
        allowed: list[int] = ids[scope.allows(ids)].tolist()
        return allowed

    def _candidates(self, terms: Sequence[str], chunk_ids: Iterable[int]) -> list[LexicalCandidate]:
        found = (self._layer.added[one].words.candidate(one, terms) for one in chunk_ids if one in self._layer.added)
        return [candidate for candidate in found if candidate is not None]

    def _rarity(self, terms: Sequence[str]) -> list[float]:
        statistics = self.term_statistics(terms)
        return [math.log1p(statistics.total_chunks / (statistics.document_frequency[term] or 1)) for term in terms]

    def _is_added(self, term: str) -> bool:
        return any(term in added.words.terms for added in self._layer.added.values())

    def _used(self, stored: dict[str, list[str]], own: dict[str, set[str]]) -> dict[str, list[str]]:
        """Both joined, without terms that none but hidden chunks have."""
        doubtful = [term for terms in stored.values() for term in terms if term in self._layer.doubtful_terms]
        left = self.term_statistics(doubtful).document_frequency if doubtful else {}
        return {
            key: sorted({term for term in terms if left.get(term, 1) > 0} | own.get(key, set()))
            for key, terms in stored.items()
        }


def _is_latin(term: str) -> bool:
    return term.isascii() and term.isalpha()


def _by_size(stored: StoredChunk) -> tuple[int, bool, int]:
    """The innermost first, as the index file has it."""
    span = stored.chunk.span
    return span.end_line - span.start_line, stored.chunk.kind.value == "module", -span.start_byte


def _rough_score(candidate: LexicalCandidate, rarity: Sequence[float], weights: LexicalWeights) -> float:
    """Enough to choose candidates by where there are very many."""
    return sum(
        worth * max(weight for weight, count in zip(weights, counts, strict=True) if count)
        for worth, counts in zip(rarity, candidate.frequencies, strict=True)
        if any(counts)
    )
