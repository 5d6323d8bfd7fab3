"""All workspace folders, as they come and go and as their settings change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from smysl.engine.types import Progress
from smysl.lsp.folder import FolderSession
from smysl.lsp.places import path_of, uri_of
from smysl.lsp.settings import ServerSettings

_ALL_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a folder: its path there, relative, with forward slashes."""

    folder: FolderSession
    path: str

    @property
    def uri(self) -> str:
        """The file as the client names it."""
        return uri_of(self.folder.root / self.path)


class Folders:
    """The sessions of the folders that are open, by URI. For the thread of the event loop alone.

    A folder inside another one is part of that, and gets a session of its own only when the outer one is closed.
    """

    def __init__(
        self,
        *,
        on_change: Callable[[FolderSession], None],
        on_progress: Callable[[FolderSession, Progress | None], None],
    ) -> None:
        self._on_change = on_change
        self._on_progress = on_progress
        self._wanted: dict[str, Path] = {}
        self._settings: dict[str, ServerSettings] = {}
        self._sessions: dict[str, FolderSession] = {}

    @property
    def sessions(self) -> tuple[FolderSession, ...]:
        """The sessions there are."""
        return tuple(self._sessions.values())

    @property
    def uris(self) -> tuple[str, ...]:
        """The URIs of the folders that are wanted, those inside others too."""
        return tuple(self._wanted)

    def change(self, *, added: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
        """Folders come and go; `arrange` then makes it so. URIs that are no folder on disk are passed over."""
        for uri in removed:
            self._wanted.pop(uri, None)
        for uri in added:
            path = path_of(uri)
            if path is not None and path.is_dir():
                self._wanted[uri] = path

    def arrange(self, settings_of: Callable[[str], ServerSettings]) -> None:
        """Start, stop and restart sessions so that they are those of the folders wanted, with these settings."""
        outermost = {uri: path for uri, path in self._wanted.items() if not self._is_inside_another(uri, path)}
        wanted = {uri: settings_of(uri) for uri in outermost}
        for uri in [uri for uri in self._sessions if uri not in wanted or not wanted[uri].enable]:
            self._sessions.pop(uri).stop(wait=0)
        for uri, settings in wanted.items():
            session = self._sessions.get(uri)
            if session is not None and session.settings.engine == settings.engine:
                session.settings = settings
            elif settings.enable:
                self._begin(uri, outermost[uri], settings)

    def restart(self, session: FolderSession) -> None:
        """Open the folder of `session` anew."""
        if self._sessions.get(session.uri) is session:
            self._begin(session.uri, session.root, session.settings)

    def place(self, uri: str) -> Place | None:
        """The folder that holds the file of `uri`; None when none does."""
        path = path_of(uri)
        if path is None:
            return None
        for session in self._sessions.values():
            if path.is_relative_to(session.root):
                return Place(session, path.relative_to(session.root).as_posix())
        return None

    def stop(self) -> None:
        """End all sessions, together within about a second."""
        sessions, self._sessions = self.sessions, {}
        self._wanted.clear()
        ending = [threading.Thread(target=session.stop, daemon=True) for session in sessions]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join(_ALL_PATIENCE_SECONDS)

    def _begin(self, uri: str, path: Path, settings: ServerSettings) -> None:
        before = self._sessions.pop(uri, None)
        session = FolderSession(
            uri, path, settings, on_change=self._on_change, on_progress=self._on_progress, successor_of=before
        )
        self._sessions[uri] = session
        session.start()

    def _is_inside_another(self, uri: str, path: Path) -> bool:
        return any(
            (path != other and path.is_relative_to(other)) or (path == other and known < uri)
            for known, other in self._wanted.items()
            if known != uri
        )
