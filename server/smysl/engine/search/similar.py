"""Code like a given chunk or text, by vectors that are there: a chunk's like is found without a model."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from smysl.engine.search.fusion import meaning
from smysl.engine.search.lexical import FIELD_WEIGHTS, flat_terms, score_words
from smysl.engine.search.query import Concept
from smysl.engine.search.ranking import place
from smysl.engine.search.searcher import hit_of
from smysl.engine.store.readable import Readable
from smysl.engine.store.records import StoredChunk
from smysl.engine.store.scope import Scope
from smysl.engine.text.terms import terms
from smysl.engine.types import Filters, Hit, Kind, Matrix, Outline, Reason, SearchResult, Space, Subject, Timings

_WORDS_DEPTH = 200
_DEPTH = 32
"""Neighbours looked at first: a few of them are parts and wholes of the chunk itself."""

_TELLING_TERMS = 24
"""How many of the rarest terms stand for a text when there are no vectors."""

_EVERYTHING = Filters()

Skip = Callable[[StoredChunk], bool]


def similar(
    reader: Readable,
    space: Space | None,
    chunk: StoredChunk,
    *,
    top_k: int,
    filters: Filters = _EVERYTHING,
    least: float | None = None,
    is_shown: bool = False,
) -> SearchResult:
    """The chunks nearest to `chunk`, itself left out and never a part or a whole of it.

    By its vectors in `space`, else by those of its last saved version, else by the rare terms they share. `least` is
    the smallest similarity to return, by vectors; without them nothing reaches it. `is_shown`: an editor has the file.
    """
    started = time.perf_counter()
    scope = reader.scope(filters)
    matrix, is_saved_version = None, not is_shown
    if space is not None:
        matrix = reader.vectors_of(space.key, [chunk.id]).get(chunk.id)
        saved = reader.saved_version(chunk) if matrix is None else None
        if saved is not None:
            matrix = reader.vectors_of(space.key, [saved.id]).get(saved.id)
            is_saved_version = matrix is not None or is_saved_version

    def skip(one: StoredChunk) -> bool:
        return _overlap(one, chunk)

    hits: Sequence[Hit] = ()
    model = None
    if space is not None and matrix is not None:
        model = space.model
        hits = by_vectors(reader, space, matrix, scope, top_k=top_k, least=least, skip=skip)
    elif least is None:
        text = f"{chunk.chunk.qualified_name} {chunk.chunk.code}"
        hits = by_words(reader, text, scope, top_k=top_k, skip=skip, fewest=2)
    subject = Subject(chunk.chunk.qualified_name, chunk.chunk.span, is_saved_version)
    spent = (time.perf_counter() - started) * 1000
    return SearchResult(
        f"{chunk.path}:{chunk.chunk.name_line}", tuple(hits), model, Timings(total=spent), subject=subject
    )


def by_vectors(
    reader: Readable,
    space: Space,
    matrix: Matrix,
    scope: Scope,
    *,
    top_k: int,
    least: float | None = None,
    skip: Skip,
) -> list[Hit]:
    """The chunks nearest to any row of `matrix`, best first; what `skip` says is left out."""
    means = [reader.mean_cosine(space.key, vector) for vector in matrix]
    depth = max(_DEPTH, 4 * top_k)
    while True:
        found: dict[int, float] = {}
        is_all = True
        for vector, mean in zip(matrix, means, strict=True):
            near = reader.nearest(space.key, vector, limit=depth, scope=scope)
            scores = [(chunk_id, round(meaning(cosine, mean), 6)) for chunk_id, cosine in near]
            is_all &= len(near) < depth or (least is not None and scores[-1][1] < least)
            for chunk_id, score in scores:
                if least is None or score >= least:
                    found[chunk_id] = max(score, found.get(chunk_id, 0.0))
        chunks = reader.chunks(sorted(found, key=lambda one: -found[one])) if found else {}
        kept = [one for one in chunks.values() if not skip(one)]
        if len(kept) >= top_k or is_all:
            return _hits(kept, found, top_k=top_k, reason=Reason.MEANING, weights={})
        depth *= 4


def by_words(reader: Readable, text: str, scope: Scope, *, top_k: int, skip: Skip, fewest: int = 1) -> list[Hit]:
    """The chunks that share the rarest terms of `text`, best first; what `skip` says is left out.

    Terms of less than `fewest` chunks tell nothing: a chunk shares those with itself.
    """
    own = sorted(set(terms(text)))
    frequency = reader.term_statistics(own).document_frequency
    rare = sorted((term for term in own if frequency.get(term, 0) >= fewest), key=lambda term: (frequency[term], term))
    concepts = [Concept(term, {term: 1.0}) for term in rare[:_TELLING_TERMS]]
    if not concepts:
        return []
    asked = flat_terms(concepts)
    candidates = reader.lexical(asked, limit=_WORDS_DEPTH, scope=scope, weights=FIELD_WEIGHTS)
    scores = {
        chunk_id: round(words.score, 6)
        for chunk_id, words in score_words(concepts, candidates, reader.term_statistics(asked)).items()
    }
    kept = [one for one in reader.chunks(list(scores)).values() if not skip(one)]
    return _hits(kept, scores, top_k=top_k, reason=Reason.WORDS, weights=dict.fromkeys(asked, 1.0))


def count_near(reader: Readable, space: Space, path: str, *, least: float) -> dict[int, int]:
    """For each function, method and class of a file how many chunks have at least the similarity `least` with it.

    By its id; those that have none, or no vector, are left out. One that has no vector yet counts as it was saved.
    """
    chunks = reader.file_chunks(path)
    subjects = [one for one in chunks if one.chunk.kind is not Kind.MODULE]
    vectors = reader.vectors_of(space.key, [one.id for one in subjects])
    for one in subjects:
        saved = reader.saved_version(one) if one.id not in vectors else None
        if saved is not None:
            for matrix in reader.vectors_of(space.key, [saved.id]).values():
                vectors[one.id] = matrix
    rows = [(one, vector) for one in subjects for vector in vectors.get(one.id, ())]
    if not rows:
        return {}
    asked = np.stack([vector for _, vector in rows])
    means = [reader.mean_cosine(space.key, vector) for vector in asked]
    above = reader.above(space.key, asked, [mean + least * (1 - mean) for mean in means])
    near: dict[int, set[int]] = {}
    for (one, _), found in zip(rows, above, strict=True):
        own = {other.id for other in chunks if _overlap(other, one)}
        near.setdefault(one.id, set()).update(found.keys() - own)
    return {chunk_id: len(others) for chunk_id, others in near.items() if others}


def outline_of(stored: StoredChunk) -> Outline:
    """A chunk without its text."""
    chunk = stored.chunk
    return Outline(
        stored.id, chunk.kind, chunk.name, chunk.qualified_name, chunk.span, chunk.name_line, chunk.name_column
    )


def _hits(
    chunks: Sequence[StoredChunk],
    scores: Mapping[int, float],
    *,
    top_k: int,
    reason: Reason,
    weights: Mapping[str, float],
) -> list[Hit]:
    ordered = sorted(chunks, key=lambda one: (-scores[one.id], one.path, *place(one.chunk)))
    return [replace(hit_of(one, scores[one.id], weights), reasons=(reason,)) for one in ordered[:top_k]]


def _overlap(one: StoredChunk, other: StoredChunk) -> bool:
    """Whether one holds the other; a module is no part of what stands in it."""
    if one.id == other.id:
        return True
    if one.path != other.path or Kind.MODULE in {one.chunk.kind, other.chunk.kind}:
        return False
    mine, yours = one.chunk.span, other.chunk.span
    return mine.start_byte < yours.end_byte and yours.start_byte < mine.end_byte
