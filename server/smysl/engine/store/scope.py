"""Filters, resolved to the chunks they let through."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

import apsw
import numpy as np
import pathspec
from numpy.typing import NDArray
from pathspec.patterns.gitignore.base import GitIgnorePatternError
from pathspec.patterns.gitignore.basic import GitIgnoreBasicPattern

from smysl.engine.brackets import shield
from smysl.engine.errors import UsageError
from smysl.engine.store.connection import fetch_rows
from smysl.engine.types import Chunk, Filters, Tests, say

_PATHS = "SELECT id, path FROM files"
# One statement each: a bound array counts as NULL, so "no filter" cannot be asked about in SQL.
_CHUNKS = "SELECT id FROM chunks WHERE is_test IN (?, ?)"
_IN_FILES = " AND file_id IN (SELECT value FROM carray(?))"
_OF_KINDS = " AND kind IN (SELECT value FROM carray(?))"
_REMEMBERED = 32


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The chunks a search may return: `chunk_ids` ascending, or None for all of them."""

    chunk_ids: NDArray[np.int64] | None = None

    def allows(self, chunk_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of `chunk_ids` may be returned; same shape."""
        if self.chunk_ids is None:
            return np.ones(chunk_ids.shape, dtype=np.bool_)
        return np.isin(chunk_ids, self.chunk_ids)


def resolve(connection: apsw.Connection, filters: Filters) -> Scope:
    """The chunks that `filters` let through now. Raises `UsageError` and apsw errors."""
    takes_path = path_test(filters)
    if takes_path is None and not filters.kinds and filters.tests is Tests.INCLUDE:
        return Scope()
    statement = _CHUNKS
    bindings: list[Any] = [int(filters.tests is Tests.ONLY), int(filters.tests is not Tests.EXCLUDE)]
    if takes_path is not None:
        files = fetch_rows(connection, _PATHS)
        file_ids = np.fromiter((file_id for file_id, path in files if takes_path(path)), dtype=np.int64)
        if not len(file_ids):
            return Scope(np.empty(0, dtype=np.int64))
        statement += _IN_FILES
        bindings.append(apsw.carray(file_ids))
    if filters.kinds:
        statement += _OF_KINDS
        bindings.append(apsw.carray(tuple(sorted(kind.value for kind in filters.kinds))))
    found = np.fromiter((row[0] for row in connection.execute(statement, bindings)), dtype=np.int64)
    found.sort()
    return Scope(found)


def path_test(filters: Filters) -> Callable[[str], bool] | None:
    """Tells of a path (relative, forward slashes) whether `filters` let it through; None when they let all through.

    Raises `UsageError` for a pattern that is none.
    """
    matches = _matcher(filters.paths) if filters.paths else None
    places = tuple(place.strip("/").removeprefix("./") for place in filters.within)
    if matches is None and (not places or not all(_is_below_top(place) for place in places)):
        return None

    def takes(path: str) -> bool:
        inside = not places or any(
            not _is_below_top(place) or path == place or path.startswith(place + "/") for place in places
        )
        return inside and (matches is None or matches.match_file(path))

    return takes


def takes_chunk(filters: Filters, chunk: Chunk) -> bool:
    """Whether `filters` let `chunk` through, wherever it stands."""
    if filters.kinds and chunk.kind not in filters.kinds:
        return False
    return filters.tests is Tests.INCLUDE or chunk.is_test is (filters.tests is Tests.ONLY)


def _is_below_top(place: str) -> bool:
    return place not in {"", "."}


class ScopeCache:
    """Scopes by filters for as long as the index stays the same. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._generation = -1
        self._scopes: OrderedDict[Filters, Scope] = OrderedDict()

    def get(self, filters: Filters, *, generation: int) -> Scope | None:
        """The scope found for `filters` in this generation of the index, if it is remembered."""
        with self._lock:
            if generation != self._generation:
                return None
            return self._scopes.get(filters)

    def put(self, filters: Filters, scope: Scope, *, generation: int) -> None:
        """Remember `scope`; what is known of an older generation is forgotten."""
        with self._lock:
            if generation != self._generation:
                self._scopes.clear()
                self._generation = generation
            self._scopes[filters] = scope
            if len(self._scopes) > _REMEMBERED:
                self._scopes.popitem(last=False)


def _matcher(patterns: Iterable[str]) -> pathspec.PathSpec[pathspec.RegexPattern]:
    lines = [pattern.strip().removeprefix("./") for pattern in patterns]
    lines = [line for line in lines if line]
    # "!legacy/" alone means: all but that.
    if all(line.startswith("!") for line in lines):
        lines.insert(0, "*")
    # The last pattern that fits decides: in a filter, "src/" then "!src/old/" leaves the old out and nothing else.
    return pathspec.PathSpec([_compiled(line) for line in lines])


def _compiled(line: str) -> pathspec.RegexPattern:
    shielded = shield(line)
    try:
        pattern = GitIgnoreBasicPattern(shielded.pattern) if shielded else None
    except GitIgnorePatternError:
        pattern = None
    if shielded is None or pattern is None or pattern.regex is None:
        # In an ignore file such a line is passed over; a person who gives it on purpose has to know.
        raise UsageError(
            say("“{pattern}” is not a pattern of paths.", pattern=line),
            say("Write it as in .gitignore, such as src/ or test_*.py."),
        )
    return pathspec.RegexPattern(re.compile(shielded.restore(pattern.regex.pattern), re.DOTALL), pattern.include)
