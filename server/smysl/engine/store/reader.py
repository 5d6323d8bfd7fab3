"""What the index answers. Every call sees one committed state of the file; a Reader may be used from many threads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from threading import Lock

import apsw
import numpy as np

from smysl.engine.cancel import CancelToken
from smysl.engine.store import facts, files, lexical, scope, symbols, texts, vectors, vocabulary
from smysl.engine.store.connection import fetch_rows, fetch_value
from smysl.engine.store.nearest import ResidentSpace
from smysl.engine.store.pool import ReadingPool
from smysl.engine.store.readable import DEFAULT_WEIGHTS
from smysl.engine.store.records import (
    ChunkIdentity,
    Counts,
    Coverage,
    Filling,
    LexicalCandidate,
    LexicalWeights,
    StoredChunk,
    StoredFile,
    StoredSpace,
    TermStatistics,
)
from smysl.engine.store.rows import CHUNK_COLUMNS, FILE_COLUMNS, chunk_of, file_of
from smysl.engine.store.scope import Scope, ScopeCache
from smysl.engine.store.symbols import SymbolPattern
from smysl.engine.store.terms_cache import TermCache
from smysl.engine.store.texts import KnownTexts
from smysl.engine.types import FileProblem, Filters, Matrix, Vector

_GENERATION = "SELECT value FROM meta WHERE key = ?"
_CHUNKS = (
    f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN files ON files.id = file_id "
    "WHERE chunks.id IN (SELECT value FROM carray(?))"
)
_CHUNK_AT = (
    f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN files ON files.id = file_id "
    "WHERE path = ? AND ? BETWEEN start_line AND end_line "
    "ORDER BY end_line - start_line, kind = 'module', start_byte DESC LIMIT 1"
)
_FILE_CHUNKS = (
    f"SELECT {CHUNK_COLUMNS} FROM chunks JOIN files ON files.id = file_id WHERE path = ? "
    "ORDER BY start_byte, kind != 'module', chunks.id"
)
_NAMED = (
    "SELECT id FROM chunks WHERE name_folded = ?1 "
    "AND substr('.' || qualified_folded, -length(?2)) = ?2 ORDER BY length(qualified_folded), id"
)
_FILES = f"SELECT {FILE_COLUMNS} FROM files ORDER BY path"
_FILES_OF = f"SELECT {FILE_COLUMNS} FROM files WHERE path IN (SELECT value FROM carray(?)) ORDER BY path"
_SPACE_ID = "SELECT id, dimensions FROM spaces WHERE key = ?"
_EMBEDDING_IDS = (
    "SELECT chunk_id, embedding_id FROM links WHERE chunk_id IN (SELECT value FROM carray(?)) AND space_id = ? "
    "AND embedding_id IS NOT NULL ORDER BY chunk_id, window"
)

_files_opened = count()


class Reader:
    """Read access to one index file. Raises `IndexFileError` and its kin from every method."""

    def __init__(self, path: Path) -> None:
        self._pool = ReadingPool(path, on_new_file=self._forget)
        self._scopes = ScopeCache()
        self._terms = TermCache()
        self._lock = Lock()
        self._resident: dict[int, ResidentSpace] = {}
        self._file_number = next(_files_opened)

    def close(self) -> None:
        """Close the connections and let the vectors in memory go. Idempotent."""
        self._pool.close()
        with self._lock:
            self._resident.clear()

    def rest(self) -> None:
        """Close the connections that no call is using, so that the file may be moved."""
        self._pool.rest()

    def _forget(self) -> None:
        self._scopes = ScopeCache()
        self._terms = TermCache()
        self._file_number = next(_files_opened)
        with self._lock:
            self._resident.clear()

    def chunks_state(self) -> tuple[int, int]:
        """A value that is another one whenever the chunks, or where they stand, may be others."""
        return self._pool.run(lambda connection: (self._file_number, _words_generation(connection)))

    def generation(self) -> int:
        """A number that grows with every commit that changes what a search can find."""
        return self._pool.run(lambda connection: int(fetch_value(connection, _GENERATION, ("vectors",)) or 0))

    def scope(self, filters: Filters) -> Scope:
        """The chunks that `filters` let through now; remembered until the index changes."""

        def work(connection: apsw.Connection) -> Scope:
            generation = _words_generation(connection)
            known = self._scopes.get(filters, generation=generation)
            if known is None:
                known = scope.resolve(connection, filters)
                self._scopes.put(filters, known, generation=generation)
            return known

        return self._pool.run(work)

    def lexical(
        self,
        terms: Sequence[str],
        *,
        limit: int,
        scope: Scope,
        weights: LexicalWeights = DEFAULT_WEIGHTS,
        cancel: CancelToken | None = None,
    ) -> list[LexicalCandidate]:
        """The chunks of `scope` that have any of `terms`, best BM25 (with field `weights`) first.

        `terms` are as the tokeniser gives them and distinct; each candidate has a row of frequencies for every one.
        """

        def work(connection: apsw.Connection) -> list[LexicalCandidate]:
            total, _ = self._averages(connection)
            wanted = lexical.informative(terms, self._frequencies(connection, terms), total=total)
            best = lexical.best(connection, wanted, limit=limit, scope=scope, weights=weights)
            return lexical.matches(connection, terms, best)

        return self._pool.run(work, cancel=cancel)

    def lexical_of(self, terms: Sequence[str], chunk_ids: Sequence[int]) -> list[LexicalCandidate]:
        """The same numbers for given chunks, in their order; a chunk with none of `terms` is left out."""
        if not terms:
            return []
        return self._pool.run(lambda connection: lexical.matches(connection, terms, chunk_ids))

    def terms_by_sound(self, sounds: Sequence[str]) -> dict[str, list[str]]:
        """For each sound the terms of the index that have it, in alphabetical order."""
        return self._pool.run(lambda connection: vocabulary.by_sound(connection, sounds))

    def terms_by_prefix(self, prefixes: Sequence[str]) -> dict[str, list[str]]:
        """For each prefix the terms of Latin letters in the index that begin with it, in alphabetical order."""
        return self._pool.run(lambda connection: vocabulary.by_prefix(connection, prefixes))

    def term_statistics(self, terms: Sequence[str], *, cancel: CancelToken | None = None) -> TermStatistics:
        """What BM25 needs to know of the whole index for `terms`."""

        def work(connection: apsw.Connection) -> TermStatistics:
            total, lengths = self._averages(connection)
            return TermStatistics(total, lengths, self._frequencies(connection, terms))

        return self._pool.run(work, cancel=cancel)

    def named(self, names: Sequence[str], *, limit: int, scope: Scope) -> list[int]:
        """Ids of the chunks of `scope` whose name, or end of the qualified name, is one of `names`.

        Both in the folded spelling that the index was given. In the order of `names`, the shorter qualified name first.
        """

        def work(connection: apsw.Connection) -> list[int]:
            found: dict[int, None] = {}
            for name in names:
                ending = "." + name
                for (chunk_id,) in connection.execute(_NAMED, (name.rpartition(".")[2], ending)):
                    found.setdefault(chunk_id)
            ids = np.fromiter(found, dtype=np.int64)
            inside: list[int] = ids[scope.allows(ids)][:limit].tolist()
            return inside

        return self._pool.run(work)

    def nearest(
        self, space_key: str, vector: Vector, *, limit: int, scope: Scope, cancel: CancelToken | None = None
    ) -> list[tuple[int, float]]:
        """The chunks of `scope` nearest to `vector` in a space, and their exact cosine (-1 to 1), best first.

        A chunk of several windows counts with its best. Empty when the space is not there.
        """

        def work(connection: apsw.Connection) -> list[tuple[int, float]]:
            resident = self._space(connection, space_key)
            if resident is None or limit <= 0:
                return []
            return resident.nearest(connection, vector, limit=limit, scope=scope)

        return self._pool.run(work, cancel=cancel)

    def mean_cosine(self, space_key: str, vector: Vector) -> float:
        """The mean cosine of `vector` with the vectors of a space: what an unrelated chunk scores. 0 without any."""
        total, rows = self.cosine_sum(space_key, vector)
        return total / rows if rows else 0.0

    def cosine_sum(self, space_key: str, vector: Vector) -> tuple[float, int]:
        """The sum of the cosines of `vector` with all vectors of a space, and how many those are."""

        def work(connection: apsw.Connection) -> tuple[float, int]:
            resident = self._space(connection, space_key)
            return (0.0, 0) if resident is None else resident.cosine_sum(connection, vector)

        return self._pool.run(work)

    def above(self, space_key: str, matrix: Matrix, least: Sequence[float]) -> list[dict[int, float]]:
        """For each row of `matrix` all chunks that have at least the cosine `least` with it there, and that cosine.

        In a space so large that it is held in bits, the likeliest two thousand are looked at.
        """

        def work(connection: apsw.Connection) -> list[dict[int, float]]:
            resident = self._space(connection, space_key)
            return [{} for _ in matrix] if resident is None else resident.above(connection, matrix, np.array(least))

        return self._pool.run(work)

    def symbol_names(self, pattern: SymbolPattern, *, limit: int) -> list[tuple[int, str]]:
        """Ids and folded qualified names of the chunks that `pattern` fits, short names first."""
        return self._pool.run(lambda connection: symbols.named_like(connection, pattern, limit=limit))

    def known_texts(self, space_key: str, hashes: Collection[str]) -> KnownTexts:
        """The vectors of those texts, named by their hashes, that a space has or has set aside."""

        def work(connection: apsw.Connection) -> KnownTexts:
            space = connection.execute(_SPACE_ID, (space_key,)).fetchone()
            return KnownTexts({}, {}) if space is None else texts.known(connection, space[0], hashes)

        return self._pool.run(work)

    def texts_only_of(self, space_key: str, chunk_ids: Collection[int]) -> dict[str, Vector]:
        """The vectors of a space, by the hash of their text, that no chunks but these have."""

        def work(connection: apsw.Connection) -> dict[str, Vector]:
            space = connection.execute(_SPACE_ID, (space_key,)).fetchone()
            return {} if space is None else texts.only_of(connection, space[0], chunk_ids)

        return self._pool.run(work)

    def vectors_of(self, space_key: str, chunk_ids: Sequence[int]) -> dict[int, Matrix]:
        """The vectors of each chunk that has any, a row a window."""

        def work(connection: apsw.Connection) -> dict[int, Matrix]:
            space = connection.execute(_SPACE_ID, (space_key,)).fetchone()
            if space is None or not chunk_ids:
                return {}
            ids = apsw.carray(np.array(chunk_ids, dtype=np.int64))
            embeddings: dict[int, list[int]] = {}
            for chunk_id, embedding_id in connection.execute(_EMBEDDING_IDS, (ids, space[0])):
                embeddings.setdefault(chunk_id, []).append(embedding_id)
            return {
                chunk_id: vectors.read_some(connection, space[0], windows)[1]
                for chunk_id, windows in embeddings.items()
            }

        return self._pool.run(work)

    def chunks(self, chunk_ids: Sequence[int]) -> dict[int, StoredChunk]:
        """The chunks of those ids that are there."""
        if not chunk_ids:
            return {}
        ids = apsw.carray(np.array(chunk_ids, dtype=np.int64))
        rows = self._pool.run(lambda connection: fetch_rows(connection, _CHUNKS, (ids,)))
        return {row[0]: chunk_of(row) for row in rows}

    def chunk_at(self, path: str, line: int) -> StoredChunk | None:
        """The innermost chunk that has `line` (1-based) of the file `path`."""
        row = self._pool.run(lambda connection: connection.execute(_CHUNK_AT, (path, line)).fetchone())
        return None if row is None else chunk_of(row)

    def file_chunks(self, path: str) -> tuple[StoredChunk, ...]:
        """The chunks of one file by position."""
        rows = self._pool.run(lambda connection: fetch_rows(connection, _FILE_CHUNKS, (path,)))
        return tuple(map(chunk_of, rows))

    def saved_version(self, chunk: StoredChunk) -> StoredChunk | None:
        """The stored chunk that a shown one has another text than: None, for everything here is stored."""
        return None

    def identified(self, path: str) -> list[tuple[ChunkIdentity, StoredChunk]]:
        """The chunks of one file, each with what tells it from the others; all of one state of the file."""

        def work(connection: apsw.Connection) -> list[tuple[ChunkIdentity, StoredChunk]]:
            chunks = {row[0]: chunk_of(row) for row in fetch_rows(connection, _FILE_CHUNKS, (path,))}
            return [(identity, chunks[identity.id]) for identity in files.identities(connection, path)]

        return self._pool.run(work)

    def counts(self) -> Counts:
        """How many files and chunks there are."""
        return self._pool.run(facts.counts)

    def coverage(self, space_key: str) -> Coverage:
        """How many chunks have all their vectors in a space, wait for some, or failed (and wait for none)."""
        return self._pool.run(lambda connection: facts.coverage(connection, space_key))

    def is_filled(self, space_key: str) -> bool:
        """Whether no text waits for a vector in a space; quick enough for every search."""
        return self._pool.run(lambda connection: facts.is_filled(connection, space_key))

    def fillings(self) -> tuple[Filling, ...]:
        """How far each space is filled, last used first. Counts all links of every space."""
        return self._pool.run(facts.fillings)

    def files(self) -> tuple[StoredFile, ...]:
        """The files of the index by path."""
        return tuple(map(file_of, self._pool.run(lambda connection: fetch_rows(connection, _FILES))))

    def files_of(self, paths: Collection[str]) -> tuple[StoredFile, ...]:
        """Those of the files `paths` that the index has, by path."""
        if not paths:
            return ()
        asked = apsw.carray(tuple(paths))
        return tuple(map(file_of, self._pool.run(lambda connection: fetch_rows(connection, _FILES_OF, (asked,)))))

    def problems(self) -> tuple[FileProblem, ...]:
        """What could not be read or was indexed in part, by path."""
        return self._pool.run(facts.problems)

    def failures(self, space_key: str) -> tuple[FileProblem, ...]:
        """The texts that the model of a space could not embed, by path of their file."""
        return self._pool.run(lambda connection: facts.failures(connection, space_key))

    def spaces(self) -> tuple[StoredSpace, ...]:
        """The embedding spaces of the file, last used first."""
        return self._pool.run(facts.spaces)

    def _space(self, connection: apsw.Connection, key: str) -> ResidentSpace | None:
        row = connection.execute(_SPACE_ID, (key,)).fetchone()
        if row is None:
            return None
        with self._lock:
            if row[0] not in self._resident:
                self._resident[row[0]] = ResidentSpace(row[0], dimensions=row[1])
            return self._resident[row[0]]

    def _averages(self, connection: apsw.Connection) -> tuple[int, LexicalWeights]:
        return self._terms.averages(_words_generation(connection), lambda: lexical.averages(connection))

    def _frequencies(self, connection: apsw.Connection, terms: Sequence[str]) -> dict[str, int]:
        return self._terms.frequencies(
            _words_generation(connection), terms, lambda term: lexical.document_frequency(connection, term)
        )


def _words_generation(connection: apsw.Connection) -> int:
    """A number that grows with every commit that changes the chunks or their words."""
    return int(fetch_value(connection, _GENERATION, ("words",)) or 0)
