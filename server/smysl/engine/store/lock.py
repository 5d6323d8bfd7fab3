"""One writer at a time for an index file, on one machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from smysl.engine.errors import IndexBusyError
from smysl.engine.store.connection import cannot_write
from smysl.engine.types import say


@contextmanager
def writer_lock(index: Path, *, wait: float) -> Iterator[None]:
    """Hold the writer's lock of `index` for the block; wait up to `wait` seconds for another to let go of it.

    The system takes the lock back from a killed process. Raises `IndexBusyError`, `IndexFileError`.
    """
    lock = filelock.FileLock(f"{index}.lock", timeout=wait, mode=0o600, thread_local=False)
    try:
        lock.acquire(poll_interval=0.02)
    except filelock.Timeout:
        raise IndexBusyError(
            say("Another process is writing the index {path}.", path=index), say("Try again when it is done.")
        ) from None
    except OSError as error:
        raise cannot_write(index, error) from error
    try:
        yield
    finally:
        lock.release()
