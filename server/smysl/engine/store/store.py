"""Opening an index file, and starting anew where it cannot be trusted."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from smysl.engine.errors import IndexDamagedError
from smysl.engine.store import schema
from smysl.engine.store.connection import cannot_write, connect, connect_for_writing, damage_mark, translated
from smysl.engine.store.location import make_private
from smysl.engine.store.lock import writer_lock
from smysl.engine.store.reader import Reader
from smysl.engine.store.writer import Writer
from smysl.engine.types import Message, say

log = logging.getLogger(__name__)

_COMPANIONS = ("", "-wal", "-shm", "-damaged")
_WAIT_TO_REBUILD = 10.0


class _Distrust(Enum):
    DAMAGED = auto()
    FOREIGN = auto()


class Store:
    """An open index file. `notices` says what a person should know about how it was opened."""

    def __init__(self, path: Path) -> None:
        """Open the index file at `path`, made or brought up to date as needed.

        A damaged file, one of another program or of a newer version is moved aside. Raises `IndexFileError`.
        """
        self._path = path
        self.notices: tuple[Message, ...] = ()
        self._open()
        self._reader = Reader(path)

    @property
    def path(self) -> Path:
        """The index file."""
        return self._path

    @property
    def reader(self) -> Reader:
        """Read access, safe between threads. Another object after `recover`."""
        return self._reader

    def size_bytes(self) -> int:
        """The room the index takes on the disk, with its log."""
        return sum(one.stat().st_size for one in _companions(self._path) if one.exists())

    @contextlib.contextmanager
    def writer(self, *, wait: float = 0.0) -> Iterator[Writer]:
        """Write access for the block; waits up to `wait` seconds for another writer.

        Raises `IndexBusyError`; `IndexDamagedError` also for damage that a reader met before.
        """
        if not self._path.exists():
            self._open()  # another process removed it
        with writer_lock(self._path, wait=wait):
            if damage_mark(self._path).exists():
                raise IndexDamagedError(say("The index {path} is damaged.", path=self._path))
            with translated(self._path):
                connection = connect_for_writing(self._path)
            try:
                yield Writer(connection, self._path)
            finally:
                connection.close()

    def recover(self) -> Message:
        """Move the file aside after an `IndexDamagedError` and start with an empty one; returns what to tell."""
        self._reader.close()
        with writer_lock(self._path, wait=_WAIT_TO_REBUILD):
            notice = _set_aside(self._path, _Distrust.DAMAGED)
        self._open()
        self._reader = Reader(self._path)
        self.notices = (*self.notices, notice)
        return notice

    def close(self) -> None:
        """Let go of the file and the memory. Idempotent."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        reason = _prepare(self._path)
        if reason is None:
            return
        with writer_lock(self._path, wait=_WAIT_TO_REBUILD):
            reason = _prepare(self._path)  # another process may have been here
            if reason is None:
                return
            self.notices = (*self.notices, _set_aside(self._path, reason))
        if _prepare(self._path) is not None:
            raise IndexDamagedError(say("The index {path} is damaged.", path=self._path))


def remove_index(path: Path) -> int:
    """Remove the index file at `path` and what belongs to it; returns the bytes freed.

    Raises `IndexBusyError` while another process writes it, `IndexFileError`.
    """
    freed = 0
    with writer_lock(path, wait=0.0):
        try:
            for one in (*_companions(path), *path.parent.glob(f"{path.name}.aside-*")):
                if one.exists():
                    freed += one.stat().st_size
                    one.unlink()
        except OSError as error:
            raise cannot_write(path, error) from error
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
    return freed


def _companions(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + ending) for ending in _COMPANIONS)


def _prepare(path: Path) -> _Distrust | None:
    """Make the file ready, or say why it cannot be trusted."""
    try:
        make_private(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    if damage_mark(path).exists():
        return _Distrust.DAMAGED
    try:
        with translated(path):
            looking = connect(path)
            try:
                if not schema.is_ours(looking):
                    return _Distrust.FOREIGN
            finally:
                looking.close()
            connection = connect_for_writing(path)
            try:
                schema.migrate(connection)
                return None if schema.is_current(connection) else _Distrust.DAMAGED
            finally:
                connection.close()
    except IndexDamagedError as error:
        log.warning("%s", error)
        return _Distrust.DAMAGED


def _set_aside(path: Path, reason: _Distrust) -> Message:
    aside = path.with_name(f"{path.name}.aside-{time.time_ns()}")
    for old in path.parent.glob(f"{path.name}.aside-*"):
        old.unlink(missing_ok=True)  # one is enough to look at
    try:
        for companion in _COMPANIONS:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + companion).replace(aside.with_name(aside.name + companion))
    except OSError as error:
        raise cannot_write(path, error) from error
    if reason is _Distrust.FOREIGN:
        return say(
            "The index file was made by another program or a newer version; it was moved to {path} and is built anew.",
            path=aside,
        )
    return say("The index file was damaged; it was moved to {path} and is built anew.", path=aside)
