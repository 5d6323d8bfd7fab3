"""Open documents: what an editor holds and has not saved is searched too, a moment after the last key press."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from pygls.workspace import Workspace

from smysl.engine.cancel import CancelToken
from smysl.engine.errors import SmyslError
from smysl.lsp.pool import Pool
from smysl.lsp.session import Place, Session

_log = logging.getLogger(__name__)

IDLE_SECONDS = 0.3

_OPENING_SECONDS = 30.0


class Buffers:
    """Hands open documents to the engines of their folders. For the thread of the event loop; others do the work.

    One thread shows and hides, which takes a moment; another waits for the model, so that no text waits behind it.

    `place` says which folder a document belongs to, now.
    """

    def __init__(self, place: Callable[[str], Place | None], workspace: Callable[[], Workspace]) -> None:
        self._place = place
        self._workspace = workspace
        self._pool = Pool("smysl-buffers", size=1)
        self._model_pool = Pool("smysl-buffers-model", size=1)
        self._due: set[Session] = set()
        """Whose documents are given to the model as soon as it is done with those before."""
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._open: dict[str, Place | None] = {}
        self._embedding = CancelToken()

    def has(self, uri: str) -> bool:
        """Whether a document is open that is Python."""
        return uri in self._open

    def changed(self, uri: str) -> None:
        """A document was opened or changed; it is shown to the engine once nobody has typed for a moment."""
        self._open.setdefault(uri, None)
        self._forget_timer(uri)
        self._timers[uri] = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._settled, uri)

    def closed(self, uri: str) -> None:
        """A document was closed; what is on disk counts again."""
        self._forget_timer(uri)
        place = self._open.pop(uri, None)
        others = [other for other, there in self._open.items() if there == place]
        if place is not None and others:  # the same file under another name, through a link
            self.changed(others[-1])
        elif place is not None:
            self._hide(place)

    def rearranged(self) -> None:
        """The folders have changed: each open document is shown where it belongs now."""
        for uri in self._open:
            self.changed(uri)

    def stop(self) -> None:
        """Take back what is at the model."""
        self._embedding.cancel()
        for uri in list(self._timers):
            self._forget_timer(uri)

    def _settled(self, uri: str) -> None:
        self._timers.pop(uri, None)
        place, before = self._place(uri), self._open.get(uri)
        if before is not None and (place is None or place.session is not before.session):
            self._hide(before)
        self._open[uri] = place
        if place is None:
            return
        text = self._workspace().get_text_document(uri).source
        self._pool.submit(lambda: self._show(place.session, place.path, text))

    def _show(self, session: Session, path: str, text: str) -> None:
        with session.lent(wait=_OPENING_SECONDS) as engine:
            if engine is None:
                return
            try:
                engine.show(path, text)
            except Exception:
                _log.exception("The open document %s cannot be shown", path)
                return
        if session not in self._due:
            self._due.add(session)
            self._model_pool.submit(lambda: self._embed(session))

    def _embed(self, session: Session) -> None:
        self._due.discard(session)
        with session.lent() as engine:
            if engine is None:
                return
            try:
                engine.embed_shown(cancel=self._embedding)
            except SmyslError as error:
                _log.info("What is open in %s is searched by words: %s", session.name, error)
            except Exception:
                _log.exception("What is open in %s cannot be embedded", session.name)

    def _hide(self, place: Place) -> None:
        place.session.hidden(place.path)
        self._pool.submit(lambda: place.session.restore(place.path))

    def _forget_timer(self, uri: str) -> None:
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()
