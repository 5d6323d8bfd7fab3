"""Chunks by a piece of their name. Raises apsw errors."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from smysl.engine.store.connection import fetch_value

# An index alone answers these: the rows of `chunks` hold the code, and going through them takes ten times as long.
_LIKE = (
    "SELECT id FROM chunks INDEXED BY chunks_by_name WHERE name_folded GLOB ? ORDER BY length(name_folded), id LIMIT ?"
)
_QUALIFIED_LIKE = (
    "SELECT id FROM chunks INDEXED BY chunks_by_qualified WHERE qualified_folded GLOB ? "
    "ORDER BY length(qualified_folded), id LIMIT ?"
)
_NAMES = "SELECT qualified_folded FROM chunks WHERE id = ?"


@dataclass(frozen=True, slots=True)
class SymbolPattern:
    """What a folded name has to look like: `glob` as in SQLite. `is_qualified`: with what it stands in, by dots."""

    glob: str
    is_qualified: bool = False


def named_like(connection: apsw.Connection, pattern: SymbolPattern, *, limit: int) -> list[tuple[int, str]]:
    """Ids and folded qualified names of the chunks that `pattern` fits, short names first."""
    statement = _QUALIFIED_LIKE if pattern.is_qualified else _LIKE
    ids = [row[0] for row in connection.execute(statement, (pattern.glob, limit))]
    return [(chunk_id, str(fetch_value(connection, _NAMES, (chunk_id,)))) for chunk_id in ids]
