"""Cancellation that crosses threads: the caller keeps the token, the work looks at it or is called back by it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smysl.engine.errors import Cancelled

_LOOK_EVERY_SECONDS = 0.05
"""Between two looks whether the work is still wanted, while waiting for a lock."""


class CancelToken:
    """Set once by `cancel()`; safe to share between threads."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether the work is no longer wanted."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Take the work back: sets the flag and runs the callbacks that are registered now. Idempotent."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def check(self) -> None:
        """Raise `Cancelled` if the work was taken back."""
        if self._event.is_set():
            raise Cancelled()

    def wait(self, seconds: float) -> bool:
        """Sleep for up to `seconds`, less when cancelled; returns whether it was."""
        return self._event.wait(seconds)

    @contextmanager
    def holding(self, lock: threading.Lock, *, at_most: float = math.inf) -> Iterator[bool]:
        """Hold `lock` for the block, if it can be had within `at_most` seconds; the block is given whether it is held.

        Raises `Cancelled` when the work is taken back before its turn.
        """
        give_up = time.monotonic() + at_most
        while not (is_held := lock.acquire(timeout=_LOOK_EVERY_SECONDS)) and time.monotonic() < give_up:
            self.check()
        try:
            yield is_held
        finally:
            if is_held:
                lock.release()

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Run `callback` on cancellation for as long as the block lasts (at once if already cancelled)."""
        with self._lock:
            already = self._event.is_set()
            if not already:
                self._callbacks.append(callback)
        if already:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
