"""What the server asks of a place that is searched, be it a workspace folder or the documents outside all of them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from smysl.engine.engine import Engine
from smysl.engine.types import Message, Progress, Status
from smysl.lsp.places import uri_of
from smysl.lsp.settings import ServerSettings
from smysl.lsp.wire import State


@dataclass(frozen=True, slots=True)
class SessionState:
    """What can be said of a session now. `message` is None where the state says all."""

    state: State = "starting"
    message: Message | None = None
    advice: Message | None = None
    progress: Progress | None = None
    status: Status | None = None
    notices: tuple[Message, ...] = ()
    error: Message | None = None


class Session(Protocol):
    """Something that is searched. Safe between threads."""

    settings: ServerSettings

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def state(self) -> SessionState:
        """What can be said of it now."""

    def lent(self, model: str | None = None, *, wait: float = 0.0) -> AbstractContextManager[Engine | None]:
        """The engine, for the block: it is not closed before its end. Waited for up to `wait` seconds.

        None where it is not open. `model` asks for an engine with another model than that of the settings, on the same
        index and the same open documents.
        """

    def path_of(self, path: str) -> Path:
        """Where a file of the index lies, as the client knows it."""

    def relative(self, path: Path) -> str | None:
        """What the engine calls `path`, a file or folder; "" when it takes in everything, None when nothing."""

    def hidden(self, path: str) -> None:
        """The document at `path` was closed."""

    def restore(self, path: str) -> None:
        """What the disk has at `path` counts again; blocks."""

    def hold(self) -> None:
        """Stop giving texts to the model, until `resume`."""

    def resume(self) -> None:
        """Look through everything again, and give to the model what waits for it."""

    def clean(self) -> int:
        """Remove the index; returns the bytes freed. Raises `IndexBusyError`."""

    def stop(self, *, wait: float = ...) -> None:
        """Come to an end; waits for that up to `wait` seconds. Idempotent."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a session, by the path that the engine knows."""

    session: Session
    path: str

    @property
    def uri(self) -> str:
        """The file as the client names it."""
        return uri_of(self.session.path_of(self.path))
