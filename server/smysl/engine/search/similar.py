"""Code like a given chunk, from what is stored: no model is ever called."""

from __future__ import annotations

import time
from dataclasses import replace

from smysl.engine.search.fusion import meaning
from smysl.engine.search.lexical import FIELD_WEIGHTS, flat_terms, score_words
from smysl.engine.search.query import Concept
from smysl.engine.search.searcher import hit_of
from smysl.engine.store.readable import Readable
from smysl.engine.store.records import StoredChunk
from smysl.engine.store.scope import Scope
from smysl.engine.text.terms import terms
from smysl.engine.types import Filters, Hit, Kind, Reason, SearchResult, Space, Timings

_DEPTH = 200
_TELLING_TERMS = 24
"""How many of a chunk's rarest terms stand for it when there are no vectors."""


def similar(
    reader: Readable, space: Space | None, stored: StoredChunk, *, top_k: int, filters: Filters
) -> SearchResult:
    """The chunks nearest to `stored`, itself left out and never a part or a whole of it.

    By the stored vectors of `space` if `stored` has one there, else by the rare terms they share.
    """
    started = time.perf_counter()
    scope = reader.scope(filters)
    found = _by_vector(reader, space, stored, scope) if space else {}
    reason, model = (Reason.MEANING, space.model) if space and found else (Reason.WORDS, None)
    if not found:
        found = _by_words(reader, stored, scope)
    best = sorted(found, key=lambda chunk: (-found[chunk], chunk))
    chunks = reader.chunks(best)
    weights = dict.fromkeys(terms(stored.chunk.code), 1.0)
    hits: list[Hit] = []
    for chunk in best:
        if len(hits) == top_k:
            break
        one = chunks.get(chunk)
        if one is not None and not _overlap(one, stored):
            hits.append(replace(hit_of(one, found[chunk], weights), reasons=(reason,)))
    spent = (time.perf_counter() - started) * 1000
    return SearchResult(f"{stored.path}:{stored.chunk.name_line}", tuple(hits), model, Timings(total=spent))


def _by_vector(reader: Readable, space: Space, stored: StoredChunk, scope: Scope) -> dict[int, float]:
    matrix = reader.vectors_of(space.key, [stored.id]).get(stored.id)
    if matrix is None:
        return {}
    cosines: dict[int, float] = {}
    for vector in matrix:
        mean = reader.mean_cosine(space.key, vector)
        for chunk, cosine in reader.nearest(space.key, vector, limit=_DEPTH, scope=scope):
            cosines[chunk] = max(cosines.get(chunk, 0.0), meaning(cosine, mean))
    return cosines


def _by_words(reader: Readable, stored: StoredChunk, scope: Scope) -> dict[int, float]:
    own = sorted(set(terms(f"{stored.chunk.qualified_name} {stored.chunk.code}")))
    frequency = reader.term_statistics(own).document_frequency
    rare = sorted((term for term in own if frequency.get(term, 0) > 1), key=lambda term: (frequency[term], term))
    concepts = [Concept(term, {term: 1.0}) for term in rare[:_TELLING_TERMS]]
    if not concepts:
        return {}
    asked = flat_terms(concepts)
    candidates = reader.lexical(asked, limit=_DEPTH, scope=scope, weights=FIELD_WEIGHTS)
    scores = score_words(concepts, candidates, reader.term_statistics(asked))
    return {chunk: words.score for chunk, words in scores.items()}


def _overlap(one: StoredChunk, other: StoredChunk) -> bool:
    """Whether one holds the other; a module is no part of what stands in it."""
    if one.id == other.id:
        return True
    if one.path != other.path or Kind.MODULE in {one.chunk.kind, other.chunk.kind}:
        return False
    mine, yours = one.chunk.span, other.chunk.span
    return mine.start_byte < yours.end_byte and yours.start_byte < mine.end_byte
