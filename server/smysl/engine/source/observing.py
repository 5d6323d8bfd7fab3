"""The events of the file system through watchdog, and polling where the system gives no events."""

from __future__ import annotations

import errno
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserverVFS

from smysl.engine.errors import WorkspaceError
from smysl.engine.types import Message, say

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5.0
# Opening and reading a file are not among them: reading a changed file must not look like another change.
_CHANGES: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]

OnEvent = Callable[[str, bool], None]


@dataclass(slots=True)
class Observation:
    """Observing that is under way; `notices` says in what way it is not as good as it could be."""

    observers: list[BaseObserver] = field(default_factory=list)
    notices: tuple[Message, ...] = ()
    listener: logging.Filter | None = None

    def stop(self) -> None:
        """No event comes after this. Idempotent."""
        for observer in self.observers:
            if observer.is_alive():
                observer.stop()
        for observer in self.observers:
            if observer.is_alive():
                observer.join(_PATIENCE_SECONDS)
        if self.listener is not None:
            logging.getLogger(_OVERFLOW_LOGGER).removeFilter(self.listener)


def observe(
    workspace: Path,
    on_event: OnEvent,
    on_loss: Callable[[], None],
    skipped: frozenset[str],
    *,
    native: Callable[[], BaseObserver] = Observer,
    polling_seconds: float = 2.0,
) -> Observation:
    """Observe all below `workspace`: `on_event(path, is_folder)` hears of each change, from a thread of its own.

    `path` is relative to the workspace, with forward slashes ("" is the workspace, which is gone). `on_loss` hears that
    events were lost. Folders with a name in `skipped` need not be observed. Where `native`, the system's way to
    observe, does not work, the folder is looked through every `polling_seconds`. Raises `WorkspaceError` if the folder
    is not there.
    """
    # watchdog 7 adds the watch of a folder made together with its parent twice, and warns of its own second time.
    warnings.filterwarnings("ignore", message="Callback with id", category=RuntimeWarning)
    root = os.path.realpath(workspace)
    if not Path(root).is_dir():
        raise WorkspaceError(
            say("The folder “{path}” cannot be watched: it is not there.", path=str(workspace)),
            say("Check the path and the permissions."),
        )
    handler = _Handler(root, on_event)
    observer = native()
    try:
        _start(observer, handler, root)
    except OSError as error:
        _log.warning("No events from the file system below %s: %s", root, error)
        _stop(observer)
        polling = PollingObserverVFS(os.stat, _listing_without(skipped), polling_interval=polling_seconds)
        try:
            _start(polling, handler, root)
        except OSError as second:
            _stop(polling)
            raise WorkspaceError(
                say("The folder “{path}” cannot be watched: {reason}.", path=str(workspace), reason=str(second)),
                say("Check the path and the permissions."),
            ) from second
        return Observation([polling], (_notice(error, polling_seconds),))
    listener = _OverflowListener(on_loss)
    logging.getLogger(_OVERFLOW_LOGGER).addFilter(listener)
    return Observation([observer], (), listener)


class _Handler(FileSystemEventHandler):
    """Turns watchdog's events into relative paths."""

    def __init__(self, root: str, on_event: OnEvent) -> None:
        self._prefix = root if root.endswith(os.sep) else root + os.sep
        self._root = root
        self._on_event = on_event

    def dispatch(self, event: FileSystemEvent) -> None:
        for place in (event.src_path, event.dest_path):
            path = os.fsdecode(place)
            if path.startswith(self._prefix):
                self._on_event(path[len(self._prefix) :].replace(os.sep, "/"), event.is_directory)
            elif path == self._root and event.is_directory and not isinstance(event, DirCreatedEvent):
                self._on_event("", True)


def _start(observer: BaseObserver, handler: FileSystemEventHandler, root: str) -> None:
    observer.schedule(handler, root, recursive=True, event_filter=_CHANGES)
    observer.start()
    if sys.platform == "linux" and not isinstance(observer, PollingObserverVFS):
        _probe(observer, handler, root)


def _probe(observer: BaseObserver, handler: FileSystemEventHandler, root: str) -> None:
    """Ask for one more watch: watchdog hides that the system ran out of them for the folders below the root."""
    watch = observer.schedule(handler, Path(root).anchor, recursive=False, event_filter=[DirDeletedEvent])
    observer.unschedule(watch)


def _stop(observer: BaseObserver) -> None:
    if observer.is_alive():
        observer.stop()
        observer.join(_PATIENCE_SECONDS)
    else:
        observer.unschedule_all()


def _notice(error: OSError, polling_seconds: float) -> Message:
    if error.errno in {errno.ENOSPC, errno.EMFILE}:
        return say(
            "The system's limit of watched folders is reached; changes are looked for every {seconds} s instead. "
            "Raise fs.inotify.max_user_watches and max_user_instances to have them at once.",
            seconds=polling_seconds,
        )
    return say(
        "The system gives no events for this folder ({reason}); changes are looked for every {seconds} s instead.",
        reason=error.strerror or str(error),
        seconds=polling_seconds,
    )


def _listing_without(skipped: frozenset[str]) -> Callable[[str | None], Iterator[os.DirEntry[str]]]:
    def listing(folder: str | None) -> Iterator[os.DirEntry[str]]:
        with os.scandir(folder) as scan:
            return iter([entry for entry in scan if entry.name not in skipped])

    return listing


_OVERFLOW_LOGGER = "watchdog.observers.inotify_c"


class _OverflowListener(logging.Filter):
    """Hears that the kernel's queue ran over, which watchdog tells to its log only."""

    def __init__(self, on_loss: Callable[[], None]) -> None:
        super().__init__()
        self._on_loss = on_loss

    def filter(self, record: logging.LogRecord) -> bool:
        if "overflow" in record.getMessage():
            self._on_loss()
        return True
