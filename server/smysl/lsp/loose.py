"""The documents outside all workspace folders: searched from memory for as long as they are open."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from smysl.engine.cancel import CancelToken
from smysl.engine.engine import Engine
from smysl.engine.errors import SmyslError
from smysl.engine.types import say
from smysl.lsp.session import SessionState
from smysl.lsp.settings import ServerSettings

_log = logging.getLogger(__name__)

_Stamp: TypeAlias = tuple[int, int, int]


class LooseSession:
    """An engine on no folder; what is shown to it is all it knows. `on_change` is called when `state` changes."""

    def __init__(self, settings: ServerSettings, *, on_change: Callable[[], None]) -> None:
        self.settings = settings
        self._on_change = on_change
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._files: set[str] = set()
        self._kept: frozenset[str] = frozenset()
        self._seen: dict[str, _Stamp] = {}
        self._looking = threading.Lock()
        self._embedding = threading.Lock()
        self._cancel = CancelToken()
        self._error: SmyslError | None = None
        self._is_ended = False

    @property
    def name(self) -> str:
        """What a person calls it."""
        return "…"

    @property
    def state(self) -> SessionState:
        """Ready, unless the engine could not be opened."""
        if self._error is not None:
            return SessionState("error", self._error.message, self._error.advice, error=self._error.message)
        count = len(self._kept | self._files)
        told = say("Ready: no folder is open; open documents are searched ({count}).", count=count)
        return SessionState("ready", told)

    @contextmanager
    def lent(self, model: str | None = None, *, wait: float = 0.0) -> Iterator[Engine | None]:
        """The engine, opened when it is first asked for; what is open is known to this one alone, whatever `model`."""
        engine = self._opened()
        if engine is not None:
            self._look(engine)
        yield engine

    def has(self, path: Path) -> bool:
        """Whether this document is shown here."""
        return path.as_posix() in self._files | self._kept

    def keep(self, files: Iterable[Path]) -> None:
        """Search `files` as they are on the disk, open or not: the workspace folders that are single files."""
        before, self._kept = self._kept, frozenset(path.as_posix() for path in files)
        if before != self._kept:
            self._on_change()

    def shown(self, path: str) -> None:
        """`path` is a document of this session from now on."""
        self._files.add(path)
        self._on_change()

    def hidden(self, path: str) -> None:
        """`path` is none any more."""
        self._files.discard(path)
        self._on_change()

    def restore(self, path: str) -> None:
        """Search the file at `path` as it is on the disk, if it is kept, and else no more."""
        engine = self._opened()
        if engine is not None:
            with self._looking:
                self._seen.pop(path, None)
                engine.unshow(path)
            self._look(engine)

    def path_of(self, path: str) -> Path:
        """The engine knows documents by their absolute path."""
        return Path(path)

    def relative(self, path: Path) -> str | None:
        """The absolute path again."""
        return path.as_posix()

    def hold(self) -> None:
        """Nothing is indexed here."""

    def resume(self) -> None:
        """Nothing is indexed here."""

    def clean(self) -> int:
        """Nothing is stored here."""
        return 0

    def stop(self, *, wait: float = 0.0) -> None:
        """Close the engine. Idempotent."""
        self._cancel.cancel()
        with self._lock:
            self._is_ended = True
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def _opened(self) -> Engine | None:
        with self._lock:
            if self._engine is None and not self._is_ended and self._error is None:
                try:
                    self._engine = Engine.open_empty(self.settings.engine)
                except SmyslError as error:
                    _log.warning("Open documents cannot be searched: %s", error)
                    self._error = error
            return self._engine

    def _look(self, engine: Engine) -> None:
        """Show the files that are kept as they are on the disk now: a question looks, for they are few."""
        has_news = False
        with self._looking:
            for path in (self._seen.keys() | self._kept) - self._files:
                stamp = _stamp(path) if path in self._kept else None
                if stamp == self._seen.get(path):
                    continue
                engine.unshow(path)
                self._seen.pop(path, None)
                text = None if stamp is None else engine.source(path)
                if stamp is not None and text is not None:
                    engine.show(path, text)
                    self._seen[path] = stamp
                    has_news = True
        if has_news and self._embedding.acquire(blocking=False):
            threading.Thread(target=self._embed, args=(engine,), name="smysl-loose", daemon=True).start()

    def _embed(self, engine: Engine) -> None:
        """Until this is done the words find what is new."""
        try:
            engine.embed_shown(cancel=self._cancel)
        except SmyslError as error:
            _log.info("Single files are searched by words: %s", error)
        except Exception:
            _log.exception("Single files cannot be embedded")
        finally:
            self._embedding.release()


def _stamp(path: str) -> _Stamp | None:
    """What changes with a file; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a path of the engine, which is no Path
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
