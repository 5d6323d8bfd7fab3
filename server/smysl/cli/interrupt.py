"""Ctrl+C: the first one takes the work back politely, a second one stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from smysl.engine.cancel import CancelToken


@contextmanager
def cancelled_by_ctrl_c() -> Iterator[CancelToken]:
    """A token that Ctrl+C cancels while the block lasts. Outside the main thread nothing is installed."""
    token = CancelToken()
    if threading.current_thread() is not threading.main_thread():
        yield token
        return

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        if token.cancelled:
            raise KeyboardInterrupt
        # The token's lock may be held by the very code this handler interrupts, so another thread takes it.
        threading.Thread(target=token.cancel, daemon=True).start()

    previous = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, previous)
