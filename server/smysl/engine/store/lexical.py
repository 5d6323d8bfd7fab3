"""The lexical half: candidates by BM25 over five fields, and the numbers a ranking needs about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import apsw
import numpy as np

from smysl.engine.store.connection import fetch_value
from smysl.engine.store.records import LexicalCandidate, LexicalWeights
from smysl.engine.store.scope import Scope

_BEST = (
    "SELECT rowid FROM chunk_terms WHERE chunk_terms MATCH ? ORDER BY bm25(chunk_terms, ?, ?, ?, ?, ?), rowid LIMIT ?"
)
# The plus keeps FTS5 from looking every chunk of the scope up one by one: it goes through the matches once.
_BEST_IN_SCOPE = (
    "SELECT rowid FROM chunk_terms WHERE chunk_terms MATCH ? AND +rowid IN (SELECT value FROM carray(?)) "
    "ORDER BY bm25(chunk_terms, ?, ?, ?, ?, ?), rowid LIMIT ?"
)
# Split from the search for the best rows: an auxiliary function next to ORDER BY is called for rows that LIMIT drops.
# One pass for all of them: asking FTS5 row by row costs half a millisecond each.
_MATCHES = (
    "SELECT rowid, term_matches(chunk_terms) FROM chunk_terms "
    "WHERE chunk_terms MATCH ? AND +rowid IN (SELECT value FROM carray(?))"
)
_FREQUENCY = "SELECT doc FROM chunk_vocabulary WHERE term = ?"
_ANY_TERM = "SELECT term FROM chunk_vocabulary LIMIT 1"
_TOTALS = "SELECT term_totals(chunk_terms) FROM chunk_terms WHERE chunk_terms MATCH ? LIMIT 1"

COMMON = 2_000
"""From how many chunks on a term may be too common to look for; below, going through them takes no time."""

_FIELDS = range(5)


def register(connection: apsw.Connection) -> None:
    """Give `connection` the functions that the statements here use."""
    connection.register_fts5_function("term_matches", _term_matches)
    connection.register_fts5_function("term_totals", _term_totals)


def best(
    connection: apsw.Connection, terms: Sequence[str], *, limit: int, scope: Scope, weights: LexicalWeights
) -> list[int]:
    """Ids of the chunks that have any of `terms`, best BM25 first. Raises apsw errors."""
    if not terms or limit <= 0:
        return []
    query = _any_of(terms)
    if scope.chunk_ids is None:
        rows = connection.execute(_BEST, (query, *weights, limit))
    elif not len(scope.chunk_ids):
        return []
    else:
        rows = connection.execute(_BEST_IN_SCOPE, (query, apsw.carray(scope.chunk_ids), *weights, limit))
    return [row[0] for row in rows]


def matches(connection: apsw.Connection, terms: Sequence[str], chunk_ids: Sequence[int]) -> list[LexicalCandidate]:
    """How often each of `terms` stands in each field of the chunks; a chunk with none of them is left out."""
    if not terms or not chunk_ids:
        return []
    found = {}
    wanted = apsw.carray(np.array(chunk_ids, dtype=np.int64))
    for chunk_id, packed in connection.execute(_MATCHES, (_any_of(terms), wanted)):
        numbers = np.frombuffer(packed, dtype=np.int32).reshape(-1, 5).tolist()
        rows = [(row[0], row[1], row[2], row[3], row[4]) for row in numbers]
        found[chunk_id] = LexicalCandidate(chunk_id, tuple(rows[1:]), rows[0])
    return [found[chunk_id] for chunk_id in chunk_ids if chunk_id in found]


def document_frequency(connection: apsw.Connection, term: str) -> int:
    """How many chunks have `term` in any field."""
    return int(fetch_value(connection, _FREQUENCY, (term,)) or 0)


def averages(connection: apsw.Connection) -> tuple[int, LexicalWeights]:
    """How many chunks there are, and how many terms their five fields have on average."""
    term = fetch_value(connection, _ANY_TERM)
    packed = None if term is None else fetch_value(connection, _TOTALS, (_any_of((str(term),)),))
    if packed is None:
        return 0, (0.0, 0.0, 0.0, 0.0, 0.0)
    rows, *sizes = np.frombuffer(packed, dtype=np.int64).tolist()
    return rows, (sizes[0] / rows, sizes[1] / rows, sizes[2] / rows, sizes[3] / rows, sizes[4] / rows)


def informative(terms: Sequence[str], frequencies: Mapping[str, int], *, total: int) -> list[str]:
    """The terms worth looking for.

    BM25 gives a term that more than half of all chunks have no weight (FTS5 cuts its inverse document frequency off
    at 1e-6), while going through its chunks costs the most. Such terms are left out unless there is nothing else.
    """
    known = [term for term in terms if frequencies.get(term, 0)]
    rare = [term for term in known if frequencies[term] < COMMON or 2 * frequencies[term] <= total]
    return rare or known


def _any_of(terms: Sequence[str]) -> str:
    return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)


def _term_matches(api: apsw.FTS5ExtensionApi, *_: Any) -> bytes:
    numbers = [api.column_size(field) for field in _FIELDS]
    for phrase in range(api.phrase_count):
        numbers.extend(map(len, api.phrase_locations(phrase)))
    return np.array(numbers, dtype=np.int32).tobytes()


def _term_totals(api: apsw.FTS5ExtensionApi, *_: Any) -> bytes:
    return np.array([api.row_count, *(api.column_total_size(field) for field in _FIELDS)], dtype=np.int64).tobytes()
