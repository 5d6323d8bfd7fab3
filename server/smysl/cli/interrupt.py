"""Ctrl+C: the first one takes the work back politely, a second one stops at once, as does one where nothing is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from smysl.engine.cancel import CancelToken


class Interruption(CancelToken):
    """A token that Ctrl+C cancels."""

    def __init__(self) -> None:
        super().__init__()
        self._is_pressed = False
        self._is_waiting = False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """For a block that waits for input: there is no work to take back, so Ctrl+C raises `KeyboardInterrupt`."""
        self._is_waiting = True
        try:
            if self._is_pressed:
                raise KeyboardInterrupt
            yield
        finally:
            self._is_waiting = False

    def press(self, number: int, frame: FrameType | None) -> None:
        """What a handler of SIGINT does. Raises `KeyboardInterrupt` where there is nothing to be polite about."""
        if self._is_pressed or self._is_waiting:
            raise KeyboardInterrupt
        self._is_pressed = True
        # The token's lock may be held by the very code this handler interrupts, so another thread takes it.
        threading.Thread(target=self.cancel, daemon=True).start()


@contextmanager
def cancelled_by_ctrl_c() -> Iterator[Interruption]:
    """A token that Ctrl+C cancels while the block lasts. Outside the main thread nothing is installed."""
    token = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield token
        return
    previous = signal.signal(signal.SIGINT, token.press)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, previous)
