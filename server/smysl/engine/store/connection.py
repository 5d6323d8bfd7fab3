"""Connections to the index file, and SQLite's errors in the terms of the engine."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw
import sqlite_vec

from smysl.engine.errors import (
    DiskFullError,
    IndexBusyError,
    IndexDamagedError,
    IndexFileError,
    SmyslError,
)
from smysl.engine.store.location import is_writable
from smysl.engine.types import say

BUSY_MS = 5_000
"""How long a statement waits for another process; a commit takes milliseconds."""

_PAGE_SIZE = 8_192  # a vector of 1,024 floats is half a page
_CHECKPOINT_PAGES = 4_000
_JOURNAL_LIMIT = 64 * 1024 * 1024
_CACHE_KIB = 32 * 1024
_READING_CACHE_KIB = 4 * 1024  # each thread that reads has one; the operating system keeps the file in memory anyway

# Quota and mapping errors come as IOERR with one of these details.
_NO_ROOM = frozenset(
    {
        apsw.SQLITE_IOERR_WRITE,
        apsw.SQLITE_IOERR_FSYNC,
        apsw.SQLITE_IOERR_TRUNCATE,
        apsw.SQLITE_IOERR_SHMSIZE,
    }
)
# A read behind the end of a file that is shorter than its own header says.
_CUT_OFF = frozenset({apsw.SQLITE_IOERR_SHORT_READ, apsw.SQLITE_IOERR_CORRUPTFS, apsw.SQLITE_IOERR_DATA})


def connect(path: Path) -> apsw.Connection:
    """A connection to a file that must be there; writes nothing yet. Raises apsw errors."""
    # WAL wants its shared memory file written even by readers, so readers too open the file for writing.
    return _set_up(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE))


def connect_unwritable(path: Path) -> apsw.Connection:
    """A connection to a file in a place where nothing can be written. Raises apsw errors."""
    # Without a log nobody writes the file, and SQLite has to be told so: it would make a log to read from.
    log = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    return _set_up(apsw.Connection(f"{path.absolute().as_uri()}?{mode}", flags=flags))


def _set_up(connection: apsw.Connection) -> apsw.Connection:
    try:
        connection.set_busy_timeout(BUSY_MS)
        connection.enable_load_extension(True)
        connection.load_extension(_extension())
        connection.enable_load_extension(False)
        connection.pragma("cache_size", -_CACHE_KIB)
        connection.pragma("temp_store", "memory")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_for_writing(path: Path) -> apsw.Connection:
    """A connection set up to write. Raises apsw errors."""
    connection = connect(path)
    try:
        connection.pragma("page_size", _PAGE_SIZE)  # of effect in an empty file only
        connection.pragma("journal_mode", "wal")
        # After a power cut the last transactions may be missing, the file stays sound: they are made again.
        connection.pragma("synchronous", "normal")
        connection.pragma("wal_autocheckpoint", _CHECKPOINT_PAGES)
        connection.pragma("journal_size_limit", _JOURNAL_LIMIT)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_for_reading(path: Path) -> apsw.Connection:
    """A connection that refuses to write. Raises apsw errors."""
    if not is_writable(path):
        return connect_unwritable(path)
    connection = connect(path)
    connection.pragma("query_only", True)
    connection.pragma("cache_size", -_READING_CACHE_KIB)
    return connection


def fetch_rows(connection: apsw.Connection, statement: str, bindings: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement. Raises apsw errors."""
    return connection.execute(statement, bindings).fetchall()


def fetch_value(connection: apsw.Connection, statement: str, bindings: Sequence[Any] = ()) -> Any:
    """The first column of the first row, None without a row. Raises apsw errors."""
    found = connection.execute(statement, bindings).fetchall()
    return found[0][0] if found else None


@contextlib.contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """One write transaction: committed at the end, undone by any exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite rolls back by itself when the disk is full
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def translated(path: Path, *, is_same: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Raise SQLite's errors about `path` as `IndexFileError` and its kin.

    Damage is noted beside the file for whoever opens it next, unless `is_same` says that another file stands there now.
    """
    try:
        yield
    except apsw.Error as error:
        ours = _translate(error, path)
        if isinstance(ours, IndexDamagedError) and is_same():
            _mark_damaged(path)
        raise ours from error


def damage_mark(path: Path) -> Path:
    """The file whose being there says that damage was met in `path`, perhaps in a part that is seldom read."""
    return path.with_name(f"{path.name}-damaged")


def _mark_damaged(path: Path) -> None:
    with contextlib.suppress(OSError):
        damage_mark(path).touch(mode=0o600)


def _translate(error: apsw.Error, path: Path) -> SmyslError:
    detail = getattr(error, "extendedresult", 0)
    if isinstance(error, apsw.FullError) or detail in _NO_ROOM:
        return DiskFullError(
            say("No room left to write the index {path}.", path=path),
            say("Free some disk space and run again: what is written stays, and the work goes on from there."),
        )
    if isinstance(error, apsw.CorruptError | apsw.NotADBError) or detail in _CUT_OFF:
        return IndexDamagedError(
            say("The index {path} is damaged ({cause}).", path=path, cause=error),
            say("It is moved aside and built anew by the next index run."),
        )
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return IndexBusyError(
            say("Another process is writing the index {path}.", path=path), say("Try again when it is done.")
        )
    if isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError | apsw.PermissionsError | apsw.AuthError):
        return cannot_write(path, error)
    return IndexFileError(say("The index {path} cannot be used ({cause}).", path=path, cause=error))


def cannot_write(path: Path, cause: BaseException) -> IndexFileError:
    """The error for a folder or file that does not let itself be written."""
    return IndexFileError(
        say("The index {path} cannot be opened or written ({cause}).", path=path, cause=cause),
        say("Check the permissions of that folder, or choose another one with SMYSL_CACHE_DIR."),
    )


@functools.cache
def _extension() -> str:
    return str(sqlite_vec.loadable_path())
