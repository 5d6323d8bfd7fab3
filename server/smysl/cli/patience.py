"""A word to the person when the model says nothing for a while: loading one takes seconds to minutes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from smysl.cli.session import Session
from smysl.engine.types import Phase, Progress, ProgressCallback, say

QUIET_SECONDS = 3.0
"""How long nothing may be heard before the person is told what it may be."""


@contextmanager
def patient(
    session: Session, progress: ProgressCallback | None = None, *, seconds: float = QUIET_SECONDS
) -> Iterator[ProgressCallback]:
    """Tell of a model that may be loading when the block, or its wait for the first vectors, takes `seconds`.

    Yields a callback that hears how far an index run is, and hands that on to `progress`.
    """
    wait = _Wait(session, seconds)

    def heard(update: Progress) -> None:
        wait.end()
        if update.phase is Phase.EMBEDDING and not update.done:
            wait.begin()
        if progress is not None:
            progress(update)

    wait.begin()
    try:
        yield heard
    finally:
        wait.end()


class _Wait:
    def __init__(self, session: Session, seconds: float) -> None:
        self._session = session
        self._seconds = seconds
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        self._timer = threading.Timer(self._seconds, self._tell)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self) -> None:
        self._session.notice(say("This takes a while: the model may still be loading."))
