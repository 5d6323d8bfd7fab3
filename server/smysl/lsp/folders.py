"""All that is searched: the workspace folders, as they and their settings come and go, and the documents outside."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from smysl.engine.engine import Engine
from smysl.engine.types import Progress
from smysl.lsp.folder import FolderSession
from smysl.lsp.loose import LooseSession
from smysl.lsp.places import path_of, uri_of
from smysl.lsp.session import Place, Session
from smysl.lsp.settings import ServerSettings

_ALL_PATIENCE_SECONDS = 1.0


class Folders:
    """The sessions there are. For the thread of the event loop alone.

    A folder inside another one, by links too, is part of that, and gets a session of its own only when the outer one is
    closed.
    A "folder" that is a file is searched like an open document outside all folders, unless one of them has it.
    """

    def __init__(
        self,
        *,
        on_change: Callable[[], None],
        on_progress: Callable[[FolderSession, Progress | None], None],
    ) -> None:
        """`on_change` and `on_progress` are called from any thread."""
        self._on_change = on_change
        self._on_progress = on_progress
        self._wanted: dict[str, Path] = {}
        self._folders: dict[str, FolderSession] = {}
        self._left_out: tuple[Path, ...] = ()
        self._loose: LooseSession | None = None
        self._loose_settings = ServerSettings()

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Everything that is searched."""
        return (*self._folders.values(), *((self._loose,) if self._loose is not None else ()))

    @property
    def uris(self) -> tuple[str, ...]:
        """The URIs of the folders that are wanted, those inside others too."""
        return tuple(self._wanted)

    def change(self, *, added: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
        """Folders come and go; `arrange` then makes it so. What is not on the disk here is passed over."""
        for path in filter(None, map(path_of, removed)):
            self._wanted.pop(uri_of(path), None)
        for path in filter(None, map(path_of, added)):
            self._wanted[uri_of(path)] = path  # clients write one URI in several ways

    def arrange(self, settings_of: Callable[[str | None], ServerSettings]) -> None:
        """Start, stop and restart sessions so that they are those of the folders wanted, with these settings."""
        files = [path for path in self._wanted.values() if path.is_file()]
        folders = {uri: path for uri, path in self._wanted.items() if not path.is_file()}
        outermost = {uri: folders[uri] for uri in _outermost(folders)}
        wanted = {uri: settings_of(uri) for uri in outermost}
        self._left_out = tuple(outermost[uri] for uri, settings in wanted.items() if not settings.enable)
        for uri in [uri for uri in self._folders if uri not in wanted or not wanted[uri].enable]:
            self._folders.pop(uri).stop(wait=0)
        for uri, settings in wanted.items():
            session = self._folders.get(uri)
            if session is not None and session.settings.engine == settings.engine:
                session.settings = settings
            elif settings.enable:
                self._begin(uri, outermost[uri], settings)
        single = [file for file in files if all(one.inside(file) is None for one in self._searched())]
        self._arrange_loose(settings_of(None), single)

    def restarted(self, session: Session) -> bool:
        """Open the folder of `session` anew if it has come to an end; whether that was so."""
        is_over = isinstance(session, FolderSession) and session.is_ended
        if isinstance(session, FolderSession) and is_over and self._folders.get(session.uri) is session:
            self._begin(session.uri, session.root, session.settings)
        return is_over

    def place(self, uri: str) -> Place | None:
        """What holds the file of `uri`; None when nothing does."""
        path = path_of(uri)
        if path is None:
            return None
        holding = [Place(one, inside) for one in self._searched() if (inside := one.inside(path)) is not None]
        if holding:
            # What links lead to belongs to the folder where it really is.
            return min(holding, key=lambda one: one.path.count("/"))
        if self._loose is not None and self._loose.has(path):
            return Place(self._loose, path.as_posix())
        return None

    def place_of_document(self, uri: str) -> Place | None:
        """Where a document that is open belongs: to a folder, or to the documents outside all of them.

        To nothing in a folder that is not to be searched.
        """
        place, path = self.place(uri), path_of(uri)
        if place is not None or path is None or not self._loose_settings.enable:
            return place
        if any(path.is_relative_to(folder) for folder in self._left_out):
            return None
        if self._loose is None:
            self._loose = LooseSession(self._loose_settings, on_change=self._on_change)
        self._loose.shown(path.as_posix())
        return Place(self._loose, path.as_posix())

    def stop(self) -> None:
        """End all sessions, together within about a second."""
        sessions = self.sessions
        self._folders, self._loose = {}, None
        self._wanted.clear()
        ending = [threading.Thread(target=session.stop, daemon=True) for session in sessions]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join(_ALL_PATIENCE_SECONDS)

    def _searched(self) -> list[FolderSession]:
        return [session for session in self._folders.values() if session.is_taken]

    def _begin(self, uri: str, path: Path, settings: ServerSettings) -> None:
        before = self._folders.pop(uri, None)
        session = FolderSession(
            uri, path, settings, on_change=self._on_change, on_progress=self._on_progress, predecessor=before
        )
        self._folders[uri] = session
        session.start()

    def _arrange_loose(self, settings: ServerSettings, files: Sequence[Path]) -> None:
        if self._loose is not None and self._loose.settings != settings:
            self._loose.stop()
            self._loose = None
        self._loose_settings = settings
        if not settings.enable:
            return
        if self._loose is None and files:
            self._loose = LooseSession(settings, on_change=self._on_change)
        if self._loose is not None:
            self._loose.keep(files)


def _outermost(folders: Mapping[str, Path]) -> list[str]:
    """The URIs of those folders that are in no other which is searched; of the names of one, that which is no link."""
    real = {uri: Path(os.path.realpath(path)) for uri, path in folders.items()}
    whole = [uri for uri in folders if Engine.takes(real[uri])]

    def is_part(uri: str, other: str) -> bool:
        if real[uri] == real[other]:
            return (folders[other] != real[other], other) < (folders[uri] != real[uri], uri)
        return real[uri].is_relative_to(real[other])

    return [uri for uri in folders if not any(other != uri and is_part(uri, other) for other in whole)]
