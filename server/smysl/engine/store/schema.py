"""The tables of the index file, and how an older file becomes a newer one.

A migration and its record (`user_version`) are one transaction, so a killed process leaves the one or the other.
"""

from __future__ import annotations

import apsw

from smysl.engine.store.connection import fetch_value, transaction

APPLICATION_ID = 0x534D594C  # "SMYL"

# Terms come in lower case, split and stemmed; FTS5 has only to cut at spaces. A letter is a letter to unicode61 in any
# script, and the underscore is made one. Contentless: the words are in `chunks` already.
_TERMS = (
    "CREATE VIRTUAL TABLE chunk_terms USING fts5("
    "name, header, prose, body, context, content='', contentless_delete=1, "
    "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")"
)

_FIRST = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE files ("
    "id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, "
    "mtime_ns INTEGER NOT NULL, content_hash TEXT NOT NULL, indexed_ns INTEGER NOT NULL)",
    # A problem of a file goes with the file; one of the walk (a folder that cannot be read) goes with the next walk.
    "CREATE TABLE problems (id INTEGER PRIMARY KEY, path TEXT NOT NULL, origin TEXT NOT NULL, message TEXT NOT NULL)",
    "CREATE INDEX problems_by_path ON problems (path)",
    # The long texts stand last: a row is cut there into overflow pages, and what comes before is read without them.
    "CREATE TABLE chunks ("
    "id INTEGER PRIMARY KEY AUTOINCREMENT, file_id INTEGER NOT NULL, kind TEXT NOT NULL, "
    "is_test INTEGER NOT NULL, is_deprecated INTEGER NOT NULL, "
    "start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, start_byte INTEGER NOT NULL, end_byte INTEGER NOT NULL, "
    "name_line INTEGER NOT NULL, name_column INTEGER NOT NULL, content_hash TEXT NOT NULL, "
    "name TEXT NOT NULL, qualified_name TEXT NOT NULL, name_folded TEXT NOT NULL, qualified_folded TEXT NOT NULL, "
    "signature TEXT NOT NULL, docstring TEXT NOT NULL, comments TEXT NOT NULL, "
    "context TEXT NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX chunks_by_file ON chunks (file_id, kind, is_test)",
    "CREATE INDEX chunks_by_name ON chunks (name_folded)",
    _TERMS,
    "CREATE VIRTUAL TABLE chunk_vocabulary USING fts5vocab('chunk_terms', 'row')",
    # Words by how they sound. A pair stays when its last chunk goes: readers ask whether the term is in use.
    "CREATE TABLE vocabulary (sound TEXT NOT NULL, term TEXT NOT NULL, PRIMARY KEY (sound, term)) WITHOUT ROWID",
    "CREATE TABLE spaces ("
    "id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, model TEXT NOT NULL, dimensions INTEGER NOT NULL, "
    "digest TEXT NOT NULL, prompt_version TEXT NOT NULL, options TEXT NOT NULL, windowing TEXT NOT NULL, "
    "created_at REAL NOT NULL, last_used_at REAL NOT NULL, is_complete INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE embeddings ("
    "id INTEGER PRIMARY KEY AUTOINCREMENT, space_id INTEGER NOT NULL, text_hash TEXT NOT NULL, "
    "UNIQUE (space_id, text_hash))",
    # Which text of which chunk; pending while there is neither an embedding nor a failure.
    "CREATE TABLE links ("
    "id INTEGER PRIMARY KEY AUTOINCREMENT, space_id INTEGER NOT NULL, chunk_id INTEGER NOT NULL, "
    "window INTEGER NOT NULL, text_hash TEXT NOT NULL, embedding_id INTEGER, failure TEXT)",
    "CREATE INDEX links_by_chunk ON links (chunk_id, space_id)",
    "CREATE INDEX links_by_text ON links (space_id, text_hash)",
    "CREATE INDEX links_by_embedding ON links (embedding_id)",
    "CREATE INDEX links_pending ON links (space_id, id) WHERE embedding_id IS NULL AND failure IS NULL",
    "CREATE INDEX links_failed ON links (space_id) WHERE failure IS NOT NULL",
    # Embeddings that lost a chunk since the last retirement; those that no chunk wants any more are retired.
    "CREATE TABLE orphans (embedding_id INTEGER PRIMARY KEY)",
    "CREATE TABLE retired ("
    "id INTEGER PRIMARY KEY AUTOINCREMENT, space_id INTEGER NOT NULL, text_hash TEXT NOT NULL, "
    "vector BLOB NOT NULL, UNIQUE (space_id, text_hash))",
    # Two counters tell readers what to look at anew: an index run stores vectors all the time, and the words stay.
    "INSERT INTO meta VALUES ('words', 0), ('vectors', 0)",
)

# What tells whether another server computes the same vectors: `Space` says what they are.
_PROBES = (
    "ALTER TABLE spaces ADD COLUMN probe BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE spaces ADD COLUMN computed_by TEXT NOT NULL DEFAULT ''",
)

_SYMBOLS = ("CREATE INDEX chunks_by_qualified ON chunks (qualified_folded)",)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _PROBES, _SYMBOLS)
"""Each a tuple of statements; the n-th (from 1) leads to `user_version` n."""

VERSION = len(MIGRATIONS)

_TABLES = frozenset(
    {
        "meta",
        "files",
        "problems",
        "chunks",
        "chunk_terms",
        "chunk_vocabulary",
        "vocabulary",
        "spaces",
        "embeddings",
        "links",
        "orphans",
        "retired",
    }
)


def migrate(connection: apsw.Connection) -> None:
    """Bring the file to `VERSION`; does nothing when it is there. Safe when several processes do it at once."""
    while version(connection) < VERSION:
        with transaction(connection):
            found = version(connection)  # another process may have been faster
            if found < VERSION:
                for statement in MIGRATIONS[found]:
                    connection.execute(statement)
                connection.pragma("application_id", APPLICATION_ID)
                connection.pragma("user_version", found + 1)


def is_ours(connection: apsw.Connection) -> bool:
    """Whether the file is empty or an index that this program can read; raises apsw errors for what is no database."""
    application, found = _application(connection), version(connection)
    if application == 0 and found == 0:
        return bool(fetch_value(connection, "SELECT count(*) = 0 FROM sqlite_schema"))
    return application == APPLICATION_ID and found <= VERSION


def is_newer(connection: apsw.Connection) -> bool:
    """Whether the file is an index of a later version of this program."""
    return _application(connection) == APPLICATION_ID and version(connection) > VERSION


def is_current(connection: apsw.Connection) -> bool:
    """Whether the file has this program's version and all its tables."""
    if _application(connection) != APPLICATION_ID or version(connection) != VERSION:
        return False
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    return there >= _TABLES


def version(connection: apsw.Connection) -> int:
    """Which version the tables of the file are of; 0 in an empty file."""
    return int(connection.pragma("user_version"))


def _application(connection: apsw.Connection) -> int:
    return int(connection.pragma("application_id"))
