"""An index that turns out to be damaged while it is asked: it is built anew, and asked once more."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from smysl.engine.errors import IndexBusyError, IndexDamagedError, IndexFileError
from smysl.engine.store import Store
from smysl.engine.types import Message, SearchResult

log = logging.getLogger(__name__)


class Mending:
    """Begins a new index file after damage, once, whichever threads met it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._repairing = threading.Lock()

    def answer(self, ask: Callable[[], SearchResult], rebuild: Callable[[], object]) -> SearchResult:
        """What `ask` returns; after damage the index begins anew, `rebuild` fills it, and it is asked once more.

        Raises what `ask` raises.
        """
        known = self._store.notices
        try:
            return ask()
        except IndexFileError as error:
            notice = self.repair(known, error)
        # When another process or thread builds it longer than that, what there is then has to answer.
        with suppress(IndexBusyError):
            rebuild()
        result = ask()
        return replace(result, notices=(notice, *result.notices))

    def repair(self, known: tuple[Message, ...], error: IndexFileError) -> Message:
        """Begin a new index file after damage; returns what to tell. Raises `error` if it is about something else.

        Where another thread has done so since the store's notices were `known`, the error came from the change.
        """
        with self._repairing:
            if self._store.notices != known:
                return self._store.notices[-1]
            if not isinstance(error, IndexDamagedError):
                raise error
            log.warning("%s", error)
            return self._store.recover()
