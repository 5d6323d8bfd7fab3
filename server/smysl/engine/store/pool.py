"""Reading connections, lent to one thread at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeAlias, TypeVar

import apsw

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import IndexFileError
from smysl.engine.store import lexical
from smysl.engine.store.connection import connect_for_reading, translated
from smysl.engine.types import say

Result = TypeVar("Result")
_Identity: TypeAlias = "tuple[int, int] | None"


class ReadingPool:
    """Opens a connection when all are lent, keeps them for the next call. Safe between threads.

    When another process puts a new file in the place of the old, `on_new_file` is called before the first connection
    to it is lent.
    """

    def __init__(self, path: Path, *, on_new_file: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._on_new_file = on_new_file
        self._identity = _identity(path)
        self._lock = Lock()
        self._free: list[apsw.Connection] = []
        self._closed = False

    def run(self, work: Callable[[apsw.Connection], Result], *, cancel: CancelToken | None = None) -> Result:
        """What `work` returns; it sees one state of the index file throughout.

        Raises `Cancelled` when taken back, and `IndexFileError`.
        """
        while True:
            if cancel is not None:
                cancel.check()
            with translated(self._path):
                connection, identity = self._borrow()
            with translated(self._path, is_same=partial(self._is_there, identity)):
                try:
                    if cancel is None:
                        return _in_one_view(connection, work)
                    with cancel.calling(connection.interrupt):
                        return _in_one_view(connection, work)
                except apsw.InterruptError:
                    if cancel is not None:
                        cancel.check()
                    # The interrupt was meant for the call that had this connection before: do it again.
                finally:
                    self._give_back(connection, identity)

    def rest(self) -> None:
        """Close the connections that are not lent; the next call opens one."""
        with self._lock:
            free, self._free = self._free, []
        for connection in free:
            connection.close()

    def close(self) -> None:
        """Close the connections; those that are lent close when they come back. Idempotent."""
        with self._lock:
            self._closed = True
        self.rest()

    def _is_there(self, identity: _Identity) -> bool:
        return _identity(self._path) == identity

    def _borrow(self) -> tuple[apsw.Connection, _Identity]:
        with self._lock:
            if self._closed:
                raise IndexFileError(say("The index {path} is closed.", path=self._path))
            identity = _identity(self._path)
            if identity != self._identity:
                for old in self._free:
                    old.close()
                self._free.clear()
                self._identity = identity
                self._on_new_file()
            if self._free:
                return self._free.pop(), identity
        connection = connect_for_reading(self._path)
        lexical.register(connection)
        return connection, identity

    def _give_back(self, connection: apsw.Connection, identity: _Identity) -> None:
        with self._lock:
            if not self._closed and identity == self._identity:
                self._free.append(connection)
                return
        connection.close()


def _identity(path: Path) -> _Identity:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _in_one_view(connection: apsw.Connection, work: Callable[[apsw.Connection], Result]) -> Result:
    connection.execute("BEGIN")
    try:
        return work(connection)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
