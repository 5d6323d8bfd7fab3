"""What is done with the index file before it is used: made, brought up to date, moved aside or removed."""

from __future__ import annotations

import contextlib
import logging
import time
from enum import Enum, auto
from pathlib import Path

from smysl.engine.errors import IndexDamagedError
from smysl.engine.store import schema
from smysl.engine.store.connection import cannot_write, connect, connect_for_writing, damage_mark, translated
from smysl.engine.store.location import make_private, of_any_version
from smysl.engine.store.lock import writer_lock
from smysl.engine.types import Message, say

log = logging.getLogger(__name__)

_COMPANIONS = ("", "-wal", "-shm", "-damaged")


class Distrust(Enum):
    """Why a file cannot be used as it is."""

    DAMAGED = auto()
    FOREIGN = auto()
    NEWER = auto()


def companions(path: Path) -> tuple[Path, ...]:
    """The index file and the files that belong to it, there or not."""
    return tuple(path.with_name(path.name + ending) for ending in _COMPANIONS)


def prepare(path: Path) -> Distrust | None:
    """Make the file ready, or say why it cannot be used. Raises `IndexFileError` and its kin, but for damage."""
    try:
        make_private(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    if damage_mark(path).exists():
        return Distrust.DAMAGED
    try:
        with translated(path):
            looking = connect(path)
            try:
                if schema.is_newer(looking):
                    return Distrust.NEWER
                if not schema.is_ours(looking):
                    return Distrust.FOREIGN
            finally:
                looking.close()
            connection = connect_for_writing(path)
            try:
                schema.migrate(connection)
                return None if schema.is_current(connection) else Distrust.DAMAGED
            finally:
                connection.close()
    except IndexDamagedError as error:
        log.warning("%s", error)
        return Distrust.DAMAGED


def set_aside(path: Path, reason: Distrust) -> Message:
    """Move the file out of the way, for its writer's lock is held; returns what to tell. Raises `IndexFileError`."""
    aside = path.with_name(f"{path.name}.aside-{time.time_ns()}")
    for old in path.parent.glob(f"{path.name}.aside-*"):
        old.unlink(missing_ok=True)  # one is enough to look at
    try:
        for companion in _COMPANIONS:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + companion).replace(aside.with_name(aside.name + companion))
    except OSError as error:
        raise cannot_write(path, error) from error
    if reason is Distrust.FOREIGN:
        return say("The index file was made by another program; it was moved to {path} and is built anew.", path=aside)
    return say("The index file was damaged; it was moved to {path} and is built anew.", path=aside)


def remove_index(path: Path) -> int:
    """Remove the index file at `path` and what belongs to it; returns the bytes freed.

    Raises `IndexBusyError` while another process writes it, `IndexFileError`.
    """
    return sum(_remove(one) for one in of_any_version(path))


def _remove(path: Path) -> int:
    freed = 0
    with writer_lock(path, wait=0.0):
        try:
            for one in (*companions(path), *path.parent.glob(f"{path.name}.aside-*")):
                if one.exists():
                    freed += one.stat().st_size
                    one.unlink()
        except OSError as error:
            raise cannot_write(path, error) from error
    path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
    return freed
