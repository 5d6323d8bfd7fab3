"""Whether SQLite can do what the index needs, and whether an index file is sound. Looks, and changes nothing."""

from __future__ import annotations

from pathlib import Path

import apsw
import sqlite_vec

from smysl.engine.errors import IndexFileError
from smysl.engine.finding import Finding, Topic, Verdict
from smysl.engine.store import schema, vectors
from smysl.engine.store.connection import connect_for_reading, damage_mark, fetch_rows, fetch_value, translated
from smysl.engine.store.location import is_writable
from smysl.engine.types import Message, say

_CHECK = "PRAGMA quick_check(5)"
_LOST: tuple[tuple[str, Message], ...] = (
    (
        "SELECT count(*) FROM chunks WHERE file_id NOT IN (SELECT id FROM files)",
        say("{count} chunks belong to no file."),
    ),
    (
        "SELECT count(*) FROM links WHERE chunk_id NOT IN (SELECT id FROM chunks)",
        say("{count} texts belong to no chunk."),
    ),
    (
        "SELECT count(*) FROM links WHERE embedding_id IS NOT NULL AND embedding_id NOT IN (SELECT id FROM embeddings)",
        say("{count} texts point to vectors that are not there."),
    ),
)
_EMBEDDINGS = "SELECT id, (SELECT count(*) FROM embeddings WHERE space_id = spaces.id) FROM spaces"
_CONTENT = "SELECT (SELECT count(*) FROM files), (SELECT count(*) FROM chunks)"
_WAITING = "SELECT count(DISTINCT chunk_id) FROM links WHERE embedding_id IS NULL AND failure IS NULL AND space_id = ?"
_FAILED = "SELECT count(DISTINCT chunk_id) FROM links WHERE failure IS NOT NULL AND space_id = ?"
_LAST_SPACE = "SELECT id, model FROM spaces ORDER BY last_used_at DESC, id LIMIT 1"

_REPAIR = say("Build it anew with: smysl doctor --repair. The code is read again; vectors have to be made again.")
_REINSTALL = say("Install Smysl again: pip install --force-reinstall smysl")


def sqlite_findings() -> tuple[Finding, ...]:
    """Versions, extension loading and full-text search, tried in memory."""
    try:
        connection = apsw.Connection(":memory:")
    except apsw.Error as error:
        return (_failed(Topic.SQLITE, say("SQLite cannot be opened: {reason}", reason=error), _REINSTALL),)
    try:
        try:
            connection.enable_load_extension(True)
            connection.load_extension(sqlite_vec.loadable_path())
            vec = fetch_value(connection, "SELECT vec_version()")
        except apsw.Error as error:
            return (
                _failed(
                    Topic.SQLITE, say("SQLite cannot load its vector extension: {reason}", reason=error), _REINSTALL
                ),
            )
        try:
            connection.execute("CREATE VIRTUAL TABLE terms USING fts5(a, content='', contentless_delete=1)")
            connection.execute("CREATE VIRTUAL TABLE rows USING vec0(embedding float[8])")
        except apsw.Error as error:
            return (
                _failed(Topic.SQLITE, say("SQLite cannot search words or vectors: {reason}", reason=error), _REINSTALL),
            )
    finally:
        connection.close()
    told = say("SQLite {version} with sqlite-vec {vec} and FTS5.", version=apsw.sqlite_lib_version(), vec=vec)
    return (Finding(Topic.SQLITE, Verdict.OK, told),)


def index_findings(path: Path) -> tuple[Finding, ...]:
    """What is wrong with the index file at `path`, and what it holds. Every page of it is read."""
    if not path.exists():
        return (
            Finding(
                Topic.INDEX,
                Verdict.NOTE,
                say("There is no index {path} yet.", path=path),
                say("The first search makes one, or: smysl index"),
            ),
        )
    if damage_mark(path).exists():
        return (_failed(Topic.INDEX, say("The index {path} is damaged.", path=path), _REPAIR),)
    try:
        with translated(path):
            connection = connect_for_reading(path)
            try:
                found = _looked_into(connection, path)
            finally:
                connection.close()
    except IndexFileError as error:
        return (_failed(Topic.INDEX, error.message, _REPAIR),)
    if not is_writable(path):
        told = say("The index {path} cannot be written; it is used as it is.", path=path)
        advice = say("Check the permissions of that folder, or choose another one with SMYSL_CACHE_DIR.")
        found = (*found, Finding(Topic.INDEX, Verdict.WARNING, told, advice))
    return found


def is_broken(findings: tuple[Finding, ...]) -> bool:
    """Whether the index has to be built anew."""
    return any(one.topic is Topic.INDEX and one.verdict is Verdict.FAILED for one in findings)


def _looked_into(connection: apsw.Connection, path: Path) -> tuple[Finding, ...]:
    if schema.is_newer(connection):
        told = say("The index {path} belongs to a newer version of Smysl; this version keeps its own.", path=path)
        return (Finding(Topic.INDEX, Verdict.NOTE, told),)
    if not schema.is_ours(connection):
        return (_failed(Topic.INDEX, say("The file {path} is not an index of Smysl.", path=path), _REPAIR),)
    faults = [row[0] for row in fetch_rows(connection, _CHECK) if row[0] != "ok"]
    if faults:
        told = say("The index {path} is damaged ({cause}).", path=path, cause="; ".join(map(str, faults)))
        return (_failed(Topic.INDEX, told, _REPAIR),)
    if not schema.is_current(connection):
        told = say("The index {path} is of an older version; the next run brings it up to date.", path=path)
        return (Finding(Topic.INDEX, Verdict.NOTE, told),)
    lost = _lost(connection)
    if lost:
        return tuple(_failed(Topic.INDEX, message, _REPAIR) for message in lost)
    return _content(connection, path)


def _lost(connection: apsw.Connection) -> list[Message]:
    found = []
    for statement, message in _LOST:
        count = int(fetch_value(connection, statement) or 0)
        if count:
            found.append(Message(message.template, {"count": count}))
    for space_id, count in fetch_rows(connection, _EMBEDDINGS):
        there = int(fetch_value(connection, f"SELECT count(*) FROM {vectors.table(space_id)}") or 0)
        if there != count:
            found.append(say("{count} vectors are recorded, and {there} are there.", count=count, there=there))
    return found


def _content(connection: apsw.Connection, path: Path) -> tuple[Finding, ...]:
    files, chunks = fetch_rows(connection, _CONTENT)[0]
    size = f"{path.stat().st_size / 2**20:.1f}"
    told = say(
        "The index {path} is sound: {files} files, {chunks} chunks, {size} MiB.",
        path=path,
        files=files,
        chunks=chunks,
        size=size,
    )
    findings = [Finding(Topic.INDEX, Verdict.OK, told)]
    for space_id, model in fetch_rows(connection, _LAST_SPACE):
        waiting = int(fetch_value(connection, _WAITING, (space_id,)) or 0)
        failed = int(fetch_value(connection, _FAILED, (space_id,)) or 0)
        if waiting:
            told = say("{count} chunks wait for a vector of {model}.", count=waiting, model=model)
            findings.append(Finding(Topic.INDEX, Verdict.NOTE, told, say("Go on with: smysl index")))
        if failed:
            told = say("{model} failed on {count} chunks.", count=failed, model=model)
            findings.append(
                Finding(Topic.INDEX, Verdict.WARNING, told, say("Try them again with: smysl index --force"))
            )
    return tuple(findings)


def _failed(topic: Topic, message: Message, advice: Message) -> Finding:
    return Finding(topic, Verdict.FAILED, message, advice)
