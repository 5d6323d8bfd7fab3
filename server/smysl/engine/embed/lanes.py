"""Who may call the model now: queries at once, documents one batch at a time and only while no query waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from smysl.engine.cancel import CancelToken


class PriorityLane:
    """Lets queries overtake documents. Safe to use from several threads.

    The server takes calls first come first served, so a query would wait for the batch in flight. It drops that batch
    instead, unless the model is being loaded: dropping would abort the load.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queries = 0
        self._bulk_busy = False
        self._bulk_call: Future[Any] | None = None
        self._may_drop = False

    @property
    def may_drop(self) -> bool:
        """Whether a batch in flight may be dropped for a query."""
        with self._changed:
            return self._may_drop

    def allow_dropping(self, allowed: bool) -> None:
        """Say whether the model is loaded, so that dropping a call costs nothing but the call."""
        with self._changed:
            self._may_drop = allowed

    @contextmanager
    def query(self) -> Iterator[None]:
        """The block is a query: the batch in flight is dropped, and none begins before the block ends."""
        with self._changed:
            self._queries += 1
            dropped = self._bulk_call if self._may_drop else None
        if dropped is not None:
            dropped.cancel()
        try:
            yield
        finally:
            with self._changed:
                self._queries -= 1
                self._changed.notify_all()

    @contextmanager
    def bulk(self, cancel: CancelToken) -> Iterator[None]:
        """The block sends one batch of documents; waits for its turn. Raises `Cancelled`."""
        with cancel.calling(self._wake):
            with self._changed:
                while self._queries or self._bulk_busy:
                    cancel.check()
                    self._changed.wait()
                cancel.check()
                self._bulk_busy = True
            try:
                yield
            finally:
                with self._changed:
                    self._bulk_busy = False
                    self._bulk_call = None
                    self._changed.notify_all()

    def in_flight(self, call: Future[Any]) -> None:
        """Name the call of the current batch, which a query may drop."""
        with self._changed:
            self._bulk_call = call
            overtaken = self._queries > 0 and self._may_drop
        if overtaken:
            call.cancel()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
