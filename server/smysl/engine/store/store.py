"""An open index file, and starting anew where it cannot be trusted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from smysl.engine.closing import Closing
from smysl.engine.errors import IndexDamagedError, IndexFileError
from smysl.engine.store import location, schema
from smysl.engine.store.connection import connect_for_reading, connect_for_writing, damage_mark, translated
from smysl.engine.store.lock import writer_lock
from smysl.engine.store.opening import Distrust, companions, prepare, set_aside
from smysl.engine.store.reader import Reader
from smysl.engine.store.writer import Writer
from smysl.engine.types import Message, say

_WAIT_TO_REBUILD = 10.0


class Store(Closing):
    """An open index file. `notices` says what a person should know about how it was opened."""

    def __init__(self, path: Path) -> None:
        """Open the index file at `path`, made or brought up to date as needed.

        A damaged file or one of another program is moved aside. One of a newer version is left alone: this version
        has a file of its own beside it. One that cannot be written is read as it is. Raises `IndexFileError`.
        """
        self._path = path
        self._is_writable = True
        self.notices: tuple[Message, ...] = ()
        self._open()
        self._reader = Reader(self._path)

    @property
    def path(self) -> Path:
        """The index file."""
        return self._path

    @property
    def is_writable(self) -> bool:
        """False for a file in a place where nothing can be written: `reader` answers, `writer` raises."""
        return self._is_writable

    @property
    def reader(self) -> Reader:
        """Read access, safe between threads; it follows when another file takes the place of this one."""
        return self._reader

    def size_bytes(self) -> int:
        """The room the index takes on the disk, with its log."""
        return sum(one.stat().st_size for one in companions(self._path) if one.exists())

    def check_writable(self) -> None:
        """Raise `IndexFileError` where nothing can be written."""
        if not self._is_writable:
            raise IndexFileError(*_unwritable(self._path))

    @contextlib.contextmanager
    def writer(self, *, wait: float = 0.0) -> Iterator[Writer]:
        """Write access for the block; waits up to `wait` seconds for another writer.

        Raises `IndexBusyError`; `IndexDamagedError` also for damage that a reader met before; `IndexFileError` also
        where nothing can be written, and when a newer version of this program has taken the file over.
        """
        self.check_writable()
        if not self._path.exists():
            self._open()  # another process removed it
        with writer_lock(self._path, wait=wait):
            if damage_mark(self._path).exists():
                raise IndexDamagedError(say("The index {path} is damaged.", path=self._path))
            with translated(self._path):
                connection = connect_for_writing(self._path)
            try:
                if schema.version(connection) > schema.VERSION:
                    raise IndexFileError(
                        say("A newer version of Smysl has taken the index {path} over.", path=self._path),
                        say("Start this one again, or update it."),
                    )
                yield Writer(connection, self._path)
            finally:
                connection.close()

    def recover(self) -> Message:
        """Move the file aside after an `IndexDamagedError` and start with an empty one; returns what to tell.

        A file that another process or thread has put in the place of the damaged one meanwhile is used as it is.
        """
        return self._replace(lambda: self._path.exists() and not damage_mark(self._path).exists() and self._is_ready())

    def discard(self) -> Message:
        """Move the file aside, whatever SQLite thinks of it, and start with an empty one; returns what to tell."""
        return self._replace(lambda: False)

    def _is_ready(self) -> bool:
        return prepare(self._path) is None

    def _replace(self, is_repaired: Callable[[], bool]) -> Message:
        with writer_lock(self._path, wait=_WAIT_TO_REBUILD):
            repaired = is_repaired()
            self._reader.rest()
            notice = (
                say("The index file was damaged; another process has replaced it.")
                if repaired
                else set_aside(self._path, Distrust.DAMAGED)
            )
        path = self._path
        self._open()
        if self._path != path:
            self._reader.close()
            self._reader = Reader(self._path)
        self.notices = (*self.notices, notice)
        return notice

    def close(self) -> None:
        """Let go of the file and the memory. Idempotent."""
        self._reader.close()

    def _open(self) -> None:
        self._is_writable = location.is_writable(self._path)
        if not self._is_writable:
            self._look()
            return
        distrust = self._made_sound()
        if distrust is Distrust.NEWER:
            own = location.of_version(self._path, schema.VERSION)
            self.notices = (
                *self.notices,
                say(
                    "The index {path} belongs to a newer version of Smysl; this version keeps its own, {own}.",
                    path=self._path,
                    own=own,
                ),
            )
            self._path = own
            distrust = self._made_sound()
        if distrust is not None:
            raise IndexDamagedError(say("The index {path} is damaged.", path=self._path))

    def _made_sound(self) -> Distrust | None:
        """Make the file ready, moved aside if need be; what is still wrong with it then."""
        distrust = prepare(self._path)
        if distrust is None or distrust is Distrust.NEWER:
            return distrust
        with writer_lock(self._path, wait=_WAIT_TO_REBUILD):
            distrust = prepare(self._path)  # another process may have been here
            if distrust is None or distrust is Distrust.NEWER:
                return distrust
            self.notices = (*self.notices, set_aside(self._path, distrust))
        return prepare(self._path)

    def _look(self) -> None:
        """Make sure that a file which cannot be written can be read."""
        sentence, advice = _unwritable(self._path)
        try:
            with translated(self._path):
                connection = connect_for_reading(self._path)
                try:
                    is_readable = schema.is_current(connection) and not damage_mark(self._path).exists()
                finally:
                    connection.close()
        except IndexDamagedError:
            is_readable = False
        if not is_readable:
            raise IndexFileError(
                say("The index {path} has to be built anew and cannot be written.", path=self._path), advice
            )
        self.notices = (*self.notices, sentence)


def _unwritable(path: Path) -> tuple[Message, Message]:
    return (
        say("The index {path} cannot be written; it is used as it is.", path=path),
        say("Check the permissions of that folder, or choose another one with SMYSL_CACHE_DIR."),
    )
