"""A search from the words a person typed to ranked hits."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.embed.embedder import QueryEmbedder
from smysl.engine.errors import EmbedderError
from smysl.engine.search.fusion import DENSE_WEIGHT, UNREAD_WEIGHT, fuse, meaning
from smysl.engine.search.lexical import FIELD_WEIGHTS, Words, flat_terms, score_words
from smysl.engine.search.query import Query, analyse
from smysl.engine.search.ranking import Candidate, rank, spread_twins
from smysl.engine.search.snippet import snippet
from smysl.engine.store.readable import Readable
from smysl.engine.store.records import StoredChunk
from smysl.engine.store.scope import Scope
from smysl.engine.store.vectors import cosines as exact_cosines
from smysl.engine.text.lexicon import EMPTY, Lexicon, lexicon
from smysl.engine.types import Filters, Hit, Message, Mode, Reason, SearchResult, Timings, Vector, say

_WORDS_DEPTH = 200
_MEANING_DEPTH = 60
"""Candidates from each half; a longer page takes more."""

_RANKED = 120
"""Candidates that the rules look at, at the least; a longer page takes more."""

_CYRILLIC = re.compile("[а-яёА-ЯЁ]")

_TELLING_MEANING = 0.15
_TELLING_WORDS = 0.25
_TELLING_NAME = 0.4
"""From what score on a half is given as a reason for a hit."""


class Searcher:
    """Searches one index. Stateless between searches; safe to use from several threads."""

    def __init__(
        self,
        reader: Readable,
        embedder: QueryEmbedder | None,
        *,
        glossary: Lexicon = EMPTY,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self._reader = reader
        self._embedder = embedder
        self._glossary = glossary
        self._without = without

    def search(
        self,
        text: str,
        *,
        top_k: int,
        filters: Filters,
        mode: Mode,
        cancel: CancelToken | None = None,
    ) -> SearchResult:
        """The best `top_k` chunks for `text` under `filters`.

        Fused search falls back on words with a notice when the model fails; dense search raises `EmbedderError`.
        """
        clock = _Clock()
        notices: list[Message] = []
        vector = self._embed(text, mode, notices, cancel)
        embed = clock.lap()
        scope = self._reader.scope(filters)
        query = analyse(text, self._reader, lexicon=lexicon(), glossary=self._glossary, without=self._without)
        words = self._words(query, scope, mode, max(_WORDS_DEPTH, 2 * top_k), cancel)
        lexical = clock.lap()
        meanings = self._meanings(vector, words, scope, max(_MEANING_DEPTH, 2 * top_k), cancel)
        dense = clock.lap()
        if meanings and mode is not Mode.DENSE:
            words |= self._words_of(query, [chunk for chunk in meanings if chunk not in words])
        weight = 1.0 if mode is Mode.DENSE else self._weight(text)
        scores = fuse({chunk: found.score for chunk, found in words.items()}, meanings, dense_weight=weight)
        page = self._page(query, scores, top_k)
        hits = tuple(self._hit(query, one, score, words, meanings) for one, score in page)
        timings = Timings(embed, lexical, dense, clock.lap(), clock.total())
        model = self._embedder.space.model if self._embedder and vector is not None else None
        return SearchResult(text, hits, model, timings, tuple(notices))

    def _embed(self, text: str, mode: Mode, notices: list[Message], cancel: CancelToken | None) -> Vector | None:
        if self._embedder is None or mode is Mode.LEXICAL or not text.strip():
            return None
        try:
            return self._embedder.embed_query(text, cancel=cancel)
        except EmbedderError as error:
            if mode is Mode.DENSE:
                raise
            notices += [*error.sentences, say("The words alone answered.")]
            return None

    def _weight(self, text: str) -> float:
        """What the model's half counts for `text`: next to nothing in a language that it was not trained on."""
        if self._embedder is None or self._embedder.reads_russian or not _CYRILLIC.search(text):
            return DENSE_WEIGHT
        return UNREAD_WEIGHT

    def _words(
        self, query: Query, scope: Scope, mode: Mode, depth: int, cancel: CancelToken | None
    ) -> dict[int, Words]:
        if mode is Mode.DENSE:
            return {}
        asked = flat_terms(query.concepts)
        candidates = self._reader.lexical(asked, limit=depth, scope=scope, weights=FIELD_WEIGHTS, cancel=cancel)
        found = score_words(query.concepts, candidates, self._reader.term_statistics(asked))
        named = self._reader.named(query.names[-1:], limit=depth, scope=scope) if query.names else []
        others = [chunk for chunk in named if chunk not in found]
        # What is called so is a candidate even if no term of it can be looked for.
        return found | dict.fromkeys(others, Words(0.0, 1.0)) | self._words_of(query, others)

    def _words_of(self, query: Query, chunks: Sequence[int]) -> dict[int, Words]:
        if not chunks:
            return {}
        asked = flat_terms(query.concepts)
        candidates = self._reader.lexical_of(asked, chunks)
        return score_words(query.concepts, candidates, self._reader.term_statistics(asked))

    def _meanings(
        self, vector: Vector | None, words: Iterable[int], scope: Scope, depth: int, cancel: CancelToken | None
    ) -> dict[int, float]:
        if vector is None or self._embedder is None:
            return {}
        key = self._embedder.space.key
        cosines = dict(self._reader.nearest(key, vector, limit=depth, scope=scope, cancel=cancel))
        others = [chunk for chunk in words if chunk not in cosines]
        for chunk, matrix in self._reader.vectors_of(key, others).items():
            cosines[chunk] = float(np.max(exact_cosines(matrix, vector)))
        mean = self._reader.mean_cosine(key, vector)
        return {chunk: meaning(cosine, mean) for chunk, cosine in cosines.items()}

    def _page(self, query: Query, scores: Mapping[int, float], top_k: int) -> list[tuple[Candidate, float]]:
        best = sorted(scores, key=lambda chunk: (-scores[chunk], chunk))[: max(_RANKED, 3 * top_k)]
        stored = self._reader.chunks(best)
        candidates = [
            Candidate(one.id, one.path, one.chunk, scores[one.id]) for one in map(stored.get, best) if one is not None
        ]
        ranked = rank(query, candidates, without=self._without)
        return ranked[:top_k] if "spread_twins" in self._without else spread_twins(ranked, top_k)

    def _hit(
        self,
        query: Query,
        candidate: Candidate,
        score: float,
        words: Mapping[int, Words],
        meanings: Mapping[int, float],
    ) -> Hit:
        found = words.get(candidate.chunk_id, Words(0.0, 0.0))
        strength = {
            Reason.MEANING: meanings.get(candidate.chunk_id, -1.0) / _TELLING_MEANING,
            Reason.WORDS: found.score / _TELLING_WORDS,
            Reason.NAME: found.in_name / _TELLING_NAME,
        }
        reasons = tuple(reason for reason, amount in strength.items() if amount >= 1.0)
        weights: dict[str, float] = {}
        for concept in query.concepts:
            for term, weight in concept.alternatives.items():
                weights[term] = max(weight, weights.get(term, 0.0))
        stored = StoredChunk(candidate.chunk_id, candidate.path, candidate.chunk)
        return replace(hit_of(stored, score, weights), reasons=reasons or (max(strength, key=strength.__getitem__),))


def hit_of(stored: StoredChunk, score: float, weights: Mapping[str, float]) -> Hit:
    """A stored chunk as a hit, its snippet chosen by the `weights` of terms."""
    chunk = stored.chunk
    shown = snippet(chunk, weights)
    return Hit(
        chunk_id=stored.id,
        path=stored.path,
        kind=chunk.kind,
        name=chunk.name,
        qualified_name=chunk.qualified_name,
        span=chunk.span,
        name_line=chunk.name_line,
        name_column=chunk.name_column,
        score=round(score, 6),
        snippet=shown.text,
        highlights=shown.highlights,
    )


class _Clock:
    """Milliseconds since the last lap and since the start."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()

    def lap(self) -> float:
        now = time.perf_counter()
        spent, self._last = now - self._last, now
        return spent * 1000

    def total(self) -> float:
        return (time.perf_counter() - self._start) * 1000
