"""The client's progress bar for long work: counts, an estimate, and a cancel that works."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from smysl.engine.types import Message, say

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 0.1
_CREATION_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class HowFar:
    """What is being done, how much of how much is done, and how many seconds are left where that is known."""

    message: Message
    done: int
    total: int
    seconds_left: float | None = None


class ProgressBar:
    """A progress bar; for the thread of the event loop. `on_cancel` hears of a person's cancel."""

    def __init__(
        self,
        server: LanguageServer,
        title: Message,
        *,
        translate: Callable[[Message], str],
        on_cancel: Callable[[], None],
    ) -> None:
        self._server = server
        self._title = title
        self._translate = translate
        self._on_cancel = on_cancel
        self._token = str(uuid.uuid4())
        self._is_begun = False
        self._is_ended = False
        self._shown_at = 0.0
        self._last: HowFar | None = None

    @property
    def token(self) -> str:
        """Under which the client knows it."""
        return self._token

    async def begin(self) -> None:
        """Ask the client for the bar, and show it unless the work has ended meanwhile."""
        bars = self._server.work_done_progress
        try:
            await asyncio.wait_for(bars.create_async(self._token), _CREATION_SECONDS)
        except Exception as error:  # the client does not want it, or does not answer
            _log.info("The client shows no progress: %r", error)
            self._is_ended = True
            return
        if self._is_ended:
            bars.tokens.pop(self._token, None)
            return
        self._is_begun = True
        title = self._translate(self._title)
        bars.begin(self._token, lsp.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))
        if self._last is not None:
            self._report(self._last)

    def report(self, progress: HowFar) -> None:
        """Show how far the work is, ten times a second at the most."""
        self._last = progress
        now = time.monotonic()
        if self._is_begun and not self._is_ended and now - self._shown_at >= _EVERY_SECONDS:
            self._shown_at = now
            self._report(progress)

    def end(self) -> None:
        """Take the bar away. Idempotent."""
        if self._is_begun and not self._is_ended:
            bars = self._server.work_done_progress
            bars.end(self._token, lsp.WorkDoneProgressEnd())
            bars.tokens.pop(self._token, None)
        self._is_ended = True

    def cancelled(self) -> None:
        """A person has pressed cancel."""
        self.end()
        with suppress(Exception):
            self._on_cancel()

    def _report(self, progress: HowFar) -> None:
        percentage = min(100, 100 * progress.done // max(1, progress.total))
        message = self._translate(progress.message)
        if progress.seconds_left is not None and progress.seconds_left >= 1:
            message += " " + self._translate(_left(progress.seconds_left))
        report = lsp.WorkDoneProgressReport(message=message, percentage=percentage, cancellable=True)
        self._server.work_done_progress.report(self._token, report)


def _left(seconds: float) -> Message:
    if seconds >= 90:
        return say("About {minutes} min left.", minutes=round(seconds / 60))
    return say("About {seconds} s left.", seconds=round(seconds))
